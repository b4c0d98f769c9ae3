#include "steer/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>

#include "steer/first.h"
#include "steer/outcomes.h"

namespace fairway::steer {
namespace {

using world::Node;

// One answer set of a class and its chance.
using Chances = std::map<std::uint32_t, Fraction>;
// A class before weights: the same chances of the same sets.
using ClassKey = std::vector<std::pair<std::uint32_t, std::string>>;

class Lowering {
  public:
    Lowering(const world::World& world, const world::Facts& facts, const world::PolicyPart& part,
             const TableLimits& limits)
        : world_(world), facts_(facts), part_(part), limits_(limits) {
        for (const Node& node : part.nodes) {
            if (node.is_leaf) continue;
            reads_region_ |= node.op == model::Op::kMatch || node.op == model::Op::kLatency ||
                             node.op == model::Op::kProximity;
            hashes_ |= node.op == model::Op::kHash;
            lists_ |= node.draw == model::Draw::kOrdered || node.draw == model::Draw::kRotated;
            if (node.draw == model::Draw::kRotated) turns_ = turns_of(turns_, node.kid_count);
        }
    }

    std::variant<Table, TooLarge> run() {
        if (hashes_) return TooLarge{"op hash chooses by each client's own prefix"};
        if (turns_ > limits_.sets_max) {
            return TooLarge{fmt::format("draw rotated comes round after {} answers, at most {}",
                                        turns_, limits_.sets_max)};
        }
        const std::vector<Cidr> prefixes = client_prefixes();
        if (prefixes.size() > limits_.slots_max) {
            return TooLarge{
                fmt::format("{} client prefixes, at most {}", prefixes.size(), limits_.slots_max)};
        }
        // Everybody else: as a client that no prefix holds.
        if (!add(nobody())) return TooLarge{why_};
        std::vector<std::pair<Cidr, std::size_t>> around;  // enclosing prefixes and their classes
        for (const Cidr& prefix : prefixes) {
            while (!around.empty() && !around.back().first.contains(prefix)) around.pop_back();
            const auto of = class_of(prefix);
            if (!of) return TooLarge{why_};
            const std::size_t outer = around.empty() ? 0 : around.back().second;
            around.emplace_back(prefix, *of);
            if (*of != outer) table_.classes[*of].prefixes.push_back(prefix);
        }
        return finish();
    }

  private:
    static std::uint64_t turns_of(std::uint64_t turns, std::uint32_t kids) {
        // Any number of the kids may be kept.
        for (std::uint64_t n = 2; n <= kids && turns < (1u << 20); ++n) turns = std::lcm(turns, n);
        return turns;
    }

    std::vector<Cidr> client_prefixes() const;
    Query nobody() const;
    std::optional<std::size_t> class_of(const Cidr& prefix);
    // The class of clients that ask like `query`; nothing if it does not fit, then why_ tells.
    std::optional<std::size_t> add(const Query& query);
    bool add_turn(const Query& query, Chances& chances);
    std::optional<std::uint32_t> set_of(const Whole& whole);
    bool weigh(const Chances& chances, ClientClass& out);
    std::variant<Table, TooLarge> finish();

    const world::World& world_;
    const world::Facts& facts_;
    const world::PolicyPart& part_;
    const TableLimits& limits_;
    bool reads_region_ = false, hashes_ = false, lists_ = false;
    std::uint64_t turns_ = 1;  // rotated: answers until the same come again
    Table table_;
    std::map<ClassKey, std::size_t> classes_;
    std::map<std::pair<std::uint32_t, std::vector<double>>, std::size_t> asked_;
    std::map<std::tuple<Outcome, bool, std::vector<std::pair<std::uint32_t, std::uint32_t>>>,
             std::uint32_t>
        sets_;
    std::size_t slots_ = 0;
    std::string why_;
};

// The prefixes that exactly cover [first, last], in order.
void append_cover(IpAddr first, const IpAddr& last, std::vector<Cidr>& out) {
    for (;;) {
        unsigned length = first.is_v4() ? 32 : 128;
        while (length > 0) {
            const Cidr wider = Cidr::of(first, length - 1);
            if (wider.base != first || wider.last() > last) break;
            --length;
        }
        const Cidr block = Cidr::of(first, length);
        out.push_back(block);
        if (block.last() >= last) return;
        first = block.last();
        for (int i = 15; i >= 0 && ++first.bytes[i] == 0; --i) {
        }
    }
}

// In address order, shorter before longer: each stands behind those around it.
std::vector<Cidr> Lowering::client_prefixes() const {
    std::vector<Cidr> out;
    if (reads_region_ && world_.regions) {
        for (const auto& [prefix, region] : world_.regions->clients.entries())
            out.push_back(prefix);
    }
    for (const world::AddressSpan& span : part_.spans) append_cover(span.first, span.last, out);
    std::sort(out.begin(), out.end(), [](const Cidr& a, const Cidr& b) {
        if (a.base.family != b.base.family) return a.base.family < b.base.family;
        return a.base != b.base ? a.base < b.base : a.length < b.length;
    });
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

// Held by no prefix but "all addresses", which then has a class of its own.
Query Lowering::nobody() const {
    static constexpr world::KeyId kNowhere[] = {world::kAnyKey};
    Query query;
    query.client = Cidr{IpAddr{}, 0};
    query.client.base.family = static_cast<Family>(0);
    query.geo = query.lines = kNowhere;
    query.qtype = part_.qtype;
    return query;
}

std::optional<std::size_t> Lowering::class_of(const Cidr& prefix) {
    const Query query = locate(world_, prefix, part_.qtype);
    // Prefixes of one Region that the same spans hold ask alike.
    std::vector<double> ranks;
    for (const Node& node : part_.nodes) {
        if (node.is_leaf || (node.op != model::Op::kCidr && node.op != model::Op::kRange)) continue;
        for (world::NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
            ranks.push_back(rank_of(world_, part_, node, part_.nodes[k], query).value_or(-1e9));
        }
    }
    const auto key = std::pair(reads_region_ ? query.region.value : 0, std::move(ranks));
    const auto known = asked_.find(key);
    if (known != asked_.end()) return known->second;
    const auto of = add(query);
    if (of) asked_.emplace(key, *of);
    return of;
}

std::optional<std::size_t> Lowering::add(const Query& query) {
    Chances chances;
    Query turn = query;
    for (turn.nth = 0; turn.nth < turns_; ++turn.nth) {
        if (!add_turn(turn, chances)) return {};
    }
    ClassKey key;
    for (auto& [set, p] : chances) {
        p *= Fraction(1, turns_);
        key.emplace_back(set, p.text());
    }
    const auto [at, fresh] = classes_.try_emplace(std::move(key), table_.classes.size());
    if (!fresh) return at->second;
    if (table_.classes.size() == limits_.classes_max) {
        why_ = fmt::format("more than {} client classes", limits_.classes_max);
        return {};
    }
    ClientClass next;
    if (!weigh(chances, next)) return {};
    slots_ += next.slots.size();
    if (slots_ > limits_.slots_max) {
        why_ = fmt::format("more than {} slots", limits_.slots_max);
        return {};
    }
    table_.classes.push_back(std::move(next));
    return at->second;
}

bool Lowering::add_turn(const Query& query, Chances& chances) {
    const View view(world_, facts_, part_, query);
    const auto wholes =
        enumerate(view, lists_ ? OrderIs::kCertain : OrderIs::kFree, limits_.sets_max);
    if (!wholes) {
        why_ = fmt::format("more than {} different answers (draw all, sample or ordered over many)",
                           limits_.sets_max);
        return false;
    }
    for (const Whole& whole : *wholes) {
        const auto set = set_of(whole);
        if (!set) return false;
        chances[*set] += whole.p;
    }
    return true;
}

std::optional<std::uint32_t> Lowering::set_of(const Whole& whole) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> picks;
    for (const Pick& pick : whole.picks) picks.emplace_back(pick.leaf, pick.value);
    if (!whole.listed) std::sort(picks.begin(), picks.end());
    const Outcome outcome = whole.picks.empty() ? whole.rcode : Outcome::kAnswer;
    const auto [at, fresh] = sets_.try_emplace({outcome, whole.listed, picks},
                                               static_cast<std::uint32_t>(table_.sets.size()));
    if (!fresh) return at->second;
    if (table_.sets.size() == limits_.sets_max) {
        why_ = fmt::format("more than {} answer sets", limits_.sets_max);
        return {};
    }
    AnswerSetEntry entry;
    entry.outcome = outcome;
    entry.listed = whole.listed;
    for (const auto& [leaf, value] : picks) entry.picks.push_back({leaf, value});
    table_.sets.push_back(std::move(entry));
    return at->second;
}

// Integer weights over the least common denominator.
bool Lowering::weigh(const Chances& chances, ClientClass& out) {
    constexpr std::uint64_t kTotalMax = std::uint64_t{1} << 62;
    unsigned __int128 total = 1;
    for (const auto& [set, p] : chances) {
        const auto below = p.denominator();
        if (p.approximate() || below > kTotalMax) {
            why_ = "a share needs more than 128 bits";
            return false;
        }
        const auto factor =
            below / std::gcd(static_cast<std::uint64_t>(total), static_cast<std::uint64_t>(below));
        total *= factor;
        if (total > kTotalMax) {
            why_ = "shares of one class have no common denominator below 2^62";
            return false;
        }
    }
    out.total = static_cast<std::uint64_t>(total);
    for (const auto& [set, p] : chances) {
        const auto weight = static_cast<std::uint64_t>(p.numerator() * (total / p.denominator()));
        if (weight > 0) out.slots.push_back({set, weight});
    }
    return true;
}

// Everybody else stands first, even if some prefix asks like it; classes without prefix go.
std::variant<Table, TooLarge> Lowering::finish() {
    Table out;
    out.sets = std::move(table_.sets);
    for (std::size_t i = 0; i < table_.classes.size(); ++i) {
        ClientClass& c = table_.classes[i];
        if (i == 0 && !c.prefixes.empty()) {
            // Prefixes inside another class that fall back to what everybody else gets.
            ClientClass rest = c;
            rest.prefixes.clear();
            out.classes.push_back(std::move(rest));
        }
        if (i == 0 || !c.prefixes.empty()) out.classes.push_back(std::move(c));
    }
    return out;
}

}  // namespace

std::variant<Table, TooLarge> lower(const world::World& world, const world::Facts& facts,
                                    world::PolicyId policy, const TableLimits& limits) {
    const world::PolicyPart* part = world.policies.at(policy.value);
    if (!part || part->nodes.empty()) return TooLarge{"no such policy"};
    return Lowering(world, facts, *part, limits).run();
}

}  // namespace fairway::steer
