#include "steer/outcomes.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "steer/first.h"

namespace fairway::steer {
namespace {

using world::Node;
using world::NodeIndex;
using Wholes = std::vector<Whole>;

class Enumerator {
  public:
    Enumerator(const View& view, OrderIs order, std::size_t most)
        : view_(view), part_(view.part()), order_(order), most_(most) {}

    // Nothing if there are too many.
    std::optional<Wholes> of(NodeIndex index) {
        Wholes out;
        const bool fits = add(index, out);
        return fits ? std::optional(std::move(out)) : std::nullopt;
    }

  private:
    bool add(NodeIndex index, Wholes& out);
    bool add_leaf(NodeIndex index, Wholes& out);
    bool add_one(const Kept& kept, const std::vector<Fraction>& p, Wholes& out);
    bool add_draws(const Node& node, const std::vector<Wholes>& kids,
                   const std::vector<std::uint32_t>& weights, std::size_t draw, Wholes& out);
    bool extend(const Whole& so_far, const std::vector<const Wholes*>& rest, std::size_t at,
                Wholes& out);
    bool push(Whole whole, Wholes& out) {
        if (whole.picks.size() > kDecisionPicksMax || out.size() >= most_) return false;
        out.push_back(std::move(whole));
        return true;
    }

    const View& view_;
    const world::PolicyPart& part_;
    const OrderIs order_;
    const std::size_t most_;
    std::size_t barren_ = 0;  // orders tried that cannot come
};

// Calls back with every choice of k of n, as a list if `listed`, in index order if not; false as
// soon as one call says so.
template <class Visit>
bool each_choice(std::size_t n, std::size_t k, bool listed, std::vector<std::size_t>& chosen,
                 const Visit& visit) {
    if (k == n && !listed) {
        chosen.resize(n);
        std::iota(chosen.begin(), chosen.end(), std::size_t{0});
        return visit(chosen);
    }
    if (chosen.size() == k) return visit(chosen);
    const std::size_t from = listed || chosen.empty() ? 0 : chosen.back() + 1;
    for (std::size_t i = from; i < n; ++i) {
        if (!listed && n - i < k - chosen.size()) break;
        if (listed && std::find(chosen.begin(), chosen.end(), i) != chosen.end()) continue;
        chosen.push_back(i);
        const bool go_on = each_choice(n, k, listed, chosen, visit);
        chosen.pop_back();
        if (!go_on) return false;
    }
    return true;
}

// 1 / the number of such choices.
Fraction choice_chance(std::size_t n, std::size_t k, bool listed) {
    Fraction p(1);
    for (std::size_t i = 0; i < k; ++i) p *= Fraction(listed ? 1 : k - i, n - i);
    return p;
}

bool Enumerator::add_leaf(NodeIndex index, Wholes& out) {
    const LeafPool pool = view_.pool(index);
    const bool listed = order_ == OrderIs::kCertain;
    // Endpoints past the family's own stand for those of the other family, which answer nothing.
    const Fraction p = choice_chance(pool.drawn_from, pool.draw, listed);
    std::vector<std::size_t> chosen;
    return each_choice(pool.drawn_from, pool.draw, listed, chosen, [&](const auto& choice) {
        Whole whole{{}, p, Outcome::kNoData, false};
        for (std::size_t i : choice) {
            if (i < pool.values.size()) whole.picks.push_back({index, pool.values[i]});
        }
        whole.listed = listed || whole.picks.size() < 2;
        return push(std::move(whole), out);
    });
}

bool Enumerator::add_one(const Kept& kept, const std::vector<Fraction>& p, Wholes& out) {
    for (std::size_t i = 0; i < kept.kids.size(); ++i) {
        if (p[i].is_zero()) continue;
        Wholes below;
        if (!add(kept.kids[i], below)) return false;
        for (Whole& whole : below) {
            whole.p *= p[i];
            if (!push(std::move(whole), out)) return false;
        }
    }
    return true;
}

bool Enumerator::add(NodeIndex index, Wholes& out) {
    const Node& node = part_.nodes[index];
    if (node.admin != model::Admin::kOn) {
        const bool off = node.admin == model::Admin::kOff;
        return push({{}, Fraction(1), off ? Outcome::kNxDomain : Outcome::kNoData, true}, out);
    }
    if (node.is_leaf) return add_leaf(index, out);
    const Kept& kept = view_.kept(index);
    const std::size_t n = kept.kids.size();
    if (n == 0) return push({{}, Fraction(1), kept.rcode, true}, out);
    if (!draws_several(node, n)) {
        return add_one(kept, first_chances(view_, index, std::vector<Fraction>(n)).turn, out);
    }
    std::vector<Wholes> kids(n);
    std::vector<std::uint32_t> weights(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (!add(kept.kids[i], kids[i])) return false;
        weights[i] = part_.nodes[kept.kids[i]].weight;
    }
    const std::size_t draw =
        node.draw == model::Draw::kSample ? std::min<std::size_t>(node.k, n) : n;
    return add_draws(node, kids, weights, draw, out);
}

// The chance of this order under repeated weighted draw, weight 0 last.
Fraction ordered_chance(const std::vector<std::size_t>& order,
                        const std::vector<std::uint32_t>& weights) {
    std::uint64_t left = 0;
    std::size_t zeros = 0;
    for (std::uint32_t w : weights) {
        left += w;
        zeros += w == 0;
    }
    Fraction p(1);
    for (std::size_t i : order) {
        if (left > 0) {
            p *= Fraction(weights[i], left);
            left -= weights[i];
        } else {
            p *= Fraction(1, zeros--);
        }
        if (p.is_zero()) break;
    }
    return p;
}

bool Enumerator::add_draws(const Node& node, const std::vector<Wholes>& kids,
                           const std::vector<std::uint32_t>& weights, std::size_t draw,
                           Wholes& out) {
    const std::size_t n = kids.size();
    const bool rotated = node.draw == model::Draw::kRotated;
    const bool listed = order_ == OrderIs::kCertain && !rotated;
    std::vector<std::size_t> chosen;
    const auto visit = [&](const std::vector<std::size_t>& choice) {
        const Fraction p = node.draw == model::Draw::kOrdered && listed
                               ? ordered_chance(choice, weights)
                               : choice_chance(n, draw, listed);
        if (p.is_zero()) return ++barren_ < most_;
        std::vector<const Wholes*> pieces;
        const std::size_t start = rotated ? rotated_start(view_.query().nth, n) : 0;
        for (std::size_t i = 0; i < choice.size(); ++i) {
            pieces.push_back(&kids[rotated ? (start + i) % n : choice[i]]);
        }
        const Whole begin{{}, p, outcome_of(part_.nodes[0].empty), listed || rotated};
        return extend(begin, pieces, 0, out);
    };
    return each_choice(n, draw, listed, chosen, visit);
}

// Puts one answer of each piece behind what there is, in every combination.
bool Enumerator::extend(const Whole& so_far, const std::vector<const Wholes*>& rest, std::size_t at,
                        Wholes& out) {
    if (at == rest.size()) {
        Whole whole = so_far;
        whole.listed |= whole.picks.size() < 2;
        return push(std::move(whole), out);
    }
    for (const Whole& piece : *rest[at]) {
        Whole next = so_far;
        next.p *= piece.p;
        next.listed &= piece.listed;
        next.picks.insert(next.picks.end(), piece.picks.begin(), piece.picks.end());
        if (next.picks.size() > kDecisionPicksMax || !extend(next, rest, at + 1, out)) return false;
    }
    return true;
}

// Answers that come again stand once, sets are in text order, equal outcomes are one.
Wholes merged(const View& view, const Wholes& wholes) {
    using Key = std::tuple<Outcome, bool, std::vector<std::string>>;
    std::map<Key, Whole> by_text;
    for (const Whole& whole : wholes) {
        std::vector<std::pair<std::string, Pick>> answers;
        for (const Pick& pick : whole.picks) {
            std::string text = view.text(pick);
            const auto again = std::find_if(answers.begin(), answers.end(),
                                            [&](const auto& a) { return a.first == text; });
            if (again == answers.end()) answers.emplace_back(std::move(text), pick);
        }
        const bool listed = whole.listed && answers.size() > 1;
        if (!listed) {
            std::sort(answers.begin(), answers.end(),
                      [](const auto& a, const auto& b) { return a.first < b.first; });
        }
        Key key{answers.empty() ? whole.rcode : Outcome::kAnswer, listed, {}};
        Whole once{{}, {}, std::get<0>(key), listed};
        for (auto& [text, pick] : answers) {
            once.picks.push_back(pick);
            std::get<2>(key).push_back(std::move(text));
        }
        by_text.try_emplace(std::move(key), std::move(once)).first->second.p += whole.p;
    }
    Wholes out;
    for (auto& [key, whole] : by_text) out.push_back(std::move(whole));
    return out;
}

// Follows draws of one from the root, so that a sample or an ordered draw can be told in short.
class Lister {
  public:
    Lister(const View& view, Distribution& out) : view_(view), part_(view.part()), out_(out) {}

    bool add(NodeIndex index, const Fraction& p) {
        const Node& node = part_.nodes[index];
        if (node.admin != model::Admin::kOn) return add_rest(index, p);
        if (node.is_leaf) return add_sample_of_leaf(index, p) || add_rest(index, p);
        const auto& kids = view_.kept(index).kids;
        if (kids.empty()) return add_rest(index, p);
        if (!draws_several(node, kids.size())) {
            const auto turn = first_chances(view_, index, std::vector<Fraction>(kids.size())).turn;
            // A sample of one of several is told as such.
            if (node.draw == model::Draw::kSample && add_sample(index, p)) return true;
            for (std::size_t i = 0; i < kids.size(); ++i) {
                if (!turn[i].is_zero() && !add(kids[i], p * turn[i])) return false;
            }
            return true;
        }
        if (node.draw == model::Draw::kSample && add_sample(index, p)) return true;
        if (node.draw == model::Draw::kOrdered) return add_ordered(index, p);
        return add_rest(index, p);
    }

    void finish() {
        for (const Whole& whole : merged(view_, rest_)) out_.outcomes.push_back(told(whole));
    }

  private:
    AnswerOutcome told(const Whole& whole) const {
        AnswerOutcome outcome{whole.p, whole.rcode, {}, whole.listed, 0, {}};
        for (const Pick& pick : whole.picks) outcome.answers.push_back(view_.text(pick));
        return outcome;
    }

    bool add_rest(NodeIndex index, const Fraction& p) {
        auto below = Enumerator(view_, OrderIs::kFree, kOutcomesMax - rest_.size()).of(index);
        if (!below) return false;
        for (Whole& whole : *below) {
            whole.p *= p;
            rest_.push_back(std::move(whole));
        }
        return true;
    }

    bool add_symbolic(std::vector<std::string> answers, std::size_t k, const Fraction& p) {
        std::sort(answers.begin(), answers.end());
        const bool distinct = std::adjacent_find(answers.begin(), answers.end()) == answers.end();
        if (answers.size() < 2 || !distinct || k > kDecisionPicksMax) return false;
        out_.outcomes.push_back(
            {p, Outcome::kAnswer, std::move(answers), false, static_cast<std::uint32_t>(k), {}});
        return true;
    }

    // k of kids that answer one thing each.
    bool add_sample(NodeIndex index, const Fraction& p) {
        const Node& node = part_.nodes[index];
        std::vector<std::string> answers;
        const auto& kids = view_.kept(index).kids;
        for (NodeIndex k : kids) {
            const Node& kid = part_.nodes[k];
            if (!kid.is_leaf || kid.admin != model::Admin::kOn) return false;
            const LeafPool pool = view_.pool(k);
            if (pool.values.size() != 1 || pool.drawn_from != 1) return false;
            answers.push_back(view_.text({k, pool.values[0]}));
        }
        const std::size_t draw = std::min<std::size_t>(std::max(node.k, 1u), kids.size());
        return add_symbolic(std::move(answers), draw, p);
    }

    bool add_sample_of_leaf(NodeIndex index, const Fraction& p) {
        const LeafPool pool = view_.pool(index);
        if (pool.draw >= pool.drawn_from || pool.drawn_from != pool.values.size()) return false;
        std::vector<std::string> answers;
        for (std::uint32_t v : pool.values) answers.push_back(view_.text({index, v}));
        return add_symbolic(std::move(answers), pool.draw, p);
    }

    bool add_ordered(NodeIndex index, const Fraction& p) {
        auto below = Enumerator(view_, OrderIs::kFree, kOutcomesMax).of(index);
        if (!below) return false;
        const Node& node = part_.nodes[index];
        for (const Whole& whole : merged(view_, *below)) {
            AnswerOutcome outcome = told(whole);
            outcome.p *= p;
            for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
                const Fraction first = out_.nodes[k].share / p;
                outcome.first_group.emplace_back(name_of(part_, part_.nodes[k]), first);
            }
            out_.outcomes.push_back(std::move(outcome));
        }
        return out_.outcomes.size() <= kOutcomesMax;
    }

    const View& view_;
    const world::PolicyPart& part_;
    Distribution& out_;
    Wholes rest_;
};

}  // namespace

std::optional<std::vector<Whole>> enumerate(const View& view, OrderIs order, std::size_t most) {
    auto all = Enumerator(view, order, most).of(0);
    if (!all) return {};
    return merged(view, *all);
}

void list_outcomes(const View& view, Distribution& out) {
    Lister lister(view, out);
    if (lister.add(0, Fraction(1))) return lister.finish();
    out.outcomes.clear();
    out.too_many = true;
}

}  // namespace fairway::steer
