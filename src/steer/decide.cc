#include "steer/decide.h"

#include <algorithm>
#include <cstring>

#include "steer/draw.h"
#include "steer/first.h"
#include "steer/prepared.h"

namespace fairway::steer {
namespace {

using world::Node;
using world::NodeIndex;

// The kept kids of one select for this query.
struct Choice {
    NodeIndex* kids = nullptr;  // by name if the draw is rotated
    std::size_t size = 0;
    const std::uint64_t* sums = nullptr;  // of their weights, if prepared
    bool last_resort = false;
    Outcome rcode = Outcome::kNoData;
};

// One decision. Works in the shard's prepared room; recursion is as deep as the tree (at most 10).
class Decider {
  public:
    Decider(const State::Prepared& prepared, PolicyState& policy, const Query& query, Rng& rng,
            Decision& out)
        : prepared_(prepared),
          policy_(policy),
          part_(policy.part()),
          query_(query),
          rng_(rng),
          out_(out),
          undo_{prepared.undo.data()} {}

    void run() {
        out_.outcome = Outcome::kNoData;
        out_.last_resort = out_.truncated = false;
        out_.size = 0;
        out_.ttl = part_.ttl;
        out_.scope = scope();
        const Node& root = part_.nodes[0];
        if (root.admin != model::Admin::kOn) {
            if (root.admin == model::Admin::kOff) out_.outcome = Outcome::kNxDomain;
            return;
        }
        visit(0, part_.ttl);
        if (out_.size > 0) {
            out_.outcome = Outcome::kAnswer;
        } else if (several_) {
            out_.outcome =
                root.empty == model::Empty::kNxDomain ? Outcome::kNxDomain : Outcome::kNoData;
        }
    }

  private:
    std::uint8_t scope() const;
    // Asked of the query.
    bool live(NodeIndex k);
    bool present(NodeIndex k);
    bool applicable(NodeIndex index);
    std::size_t consider(NodeIndex index);
    std::size_t consider_keys(NodeIndex index);
    std::size_t consider_spans(NodeIndex index);
    // Kept kids.
    Choice choose(NodeIndex index);
    Choice choose_group(NodeIndex index);
    Choice choose_asked(NodeIndex index);
    template <class Eligible>
    std::size_t take(NodeIndex index, std::size_t considered, const Eligible& eligible);
    double rank(const Node& parent, NodeIndex k, std::uint32_t at) const;
    // The draw.
    void visit(NodeIndex index, std::uint32_t ttl);
    void draw_one(const Node& node, const Choice& choice, std::uint32_t ttl);
    void draw_ordered(const Node& node, const Choice& choice, std::uint32_t ttl);
    void visit_leaf(NodeIndex index, std::uint32_t ttl);
    void visit_service(NodeIndex index, ServiceView& view, std::uint32_t ttl);
    void emit(Pick pick, std::uint32_t ttl);
    bool repeats(Pick pick) const;
    std::span<const std::uint8_t> bytes(Pick pick) const;
    bool room() {
        if (out_.size < kDecisionPicksMax) return true;
        out_.truncated = true;
        return false;
    }

    const State::Prepared& prepared_;
    PolicyState& policy_;
    const world::PolicyPart& part_;
    const Query& query_;
    Rng& rng_;
    Decision& out_;
    UndoStack undo_;
    bool several_ = false;  // some draw took two or more kids
};

std::uint8_t Decider::scope() const {
    unsigned bits = part_.spans.empty() ? 0 : policy_.edges.bits(query_.client);
    if (policy_.needs_region) bits = std::max<unsigned>(bits, query_.region_scope);
    if (policy_.needs_client) bits = query_.client.length;
    return static_cast<std::uint8_t>(std::min<unsigned>(bits, query_.client.length));
}

bool Decider::present(NodeIndex k) {
    const NodeState& kid = policy_.nodes[k];
    if (!kid.present || !kid.asked) return kid.present;
    return !is_matching(part_.nodes[k].op) || applicable(k);
}

bool Decider::applicable(NodeIndex index) {
    const std::size_t n = consider(index);
    const NodeIndex* kids = prepared_.asked.data() + part_.nodes[index].first_kid;
    return std::any_of(kids, kids + n, [&](NodeIndex k) { return present(k); });
}

// live() of a kid, docs/steering.md section 3.
bool Decider::live(NodeIndex k) {
    const NodeState& state = policy_.nodes[k];
    if (!state.asked) return state.live;
    const Node& node = part_.nodes[k];
    if (!state.present || state.stopped || state.down > 0) return false;
    const bool matching = is_matching(node.op);
    if (!node.propagate) return !matching || applicable(k);
    const std::size_t n = consider(k);
    const NodeIndex* kids = prepared_.asked.data() + node.first_kid;
    std::uint64_t lives = 0, presents = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const bool lives_too = live(kids[i]);
        lives += lives_too;
        presents += lives_too || present(kids[i]);
        // One that is live is present, so a need by count is met for good.
        if (!node.need_percent && presents > 0 && lives >= node.need) return true;
    }
    if (matching && presents == 0) return false;
    return node.need_percent ? lives * 100 >= node.need * presents : lives >= node.need;
}

// The kids that this query matches go to `asked`, from first_kid; their number.
std::size_t Decider::consider(NodeIndex index) {
    const Node& node = part_.nodes[index];
    if (node.op == model::Op::kMatch) return consider_keys(index);
    if (is_matching(node.op)) return consider_spans(index);
    std::copy_n(policy_.order.data() + node.first_kid, node.kid_count,
                prepared_.asked.data() + node.first_kid);
    return node.kid_count;
}

std::size_t Decider::consider_keys(NodeIndex index) {
    const Node& node = part_.nodes[index];
    const KeyIndex& keys = policy_.keys[policy_.nodes[index].lookup];
    NodeIndex* const kids = prepared_.asked.data() + node.first_kid;
    double* const ranks = prepared_.asked_ranks.data() + node.first_kid;
    const auto client = node.key == model::MatchKey::kGeo ? query_.geo : query_.lines;
    std::size_t n = 0;
    const auto add = [&](world::KeyId key, std::size_t place) {
        const std::size_t before = n;
        for (NodeIndex k : keys.find(key)) {
            // A kid of several keys stands at its best place only.
            if (part_.nodes[k].keys_size > 1 &&
                std::find(kids, kids + before, k) != kids + before) {
                continue;
            }
            ranks[n] = static_cast<double>(place);
            kids[n++] = k;
        }
    };
    bool any = false;
    for (std::size_t place = 0; place < client.size(); ++place) {
        // A key that a client has twice counts at its first place; its kids must not stand twice.
        const auto before = client.first(place);
        if (std::find(before.begin(), before.end(), client[place]) != before.end()) continue;
        any |= client[place] == world::kAnyKey;
        add(client[place], place);
    }
    if (!any) add(world::kAnyKey, client.size());
    return n;
}

std::size_t Decider::consider_spans(NodeIndex index) {
    const Node& node = part_.nodes[index];
    const SpanIndex& spans = policy_.spans[policy_.nodes[index].lookup];
    NodeIndex* const kids = prepared_.asked.data() + node.first_kid;
    double* const ranks = prepared_.asked_ranks.data() + node.first_kid;
    const bool by_length = node.op == model::Op::kCidr;
    std::size_t n = 0;
    spans.each_around(query_.client, [&](NodeIndex k, std::uint8_t length) {
        if (std::find(kids, kids + n, k) != kids + n) return;
        ranks[n] = by_length ? -static_cast<double>(length) : 0;
        kids[n++] = k;
    });
    for (NodeIndex k : spans.fallback()) {
        ranks[n] = 1;
        kids[n++] = k;
    }
    return n;
}

double Decider::rank(const Node& parent, NodeIndex k, std::uint32_t at) const {
    if (is_matching(parent.op)) return prepared_.asked_ranks[parent.first_kid + at];
    if (!reads_client(parent.op)) return policy_.nodes[k].rank;
    return *rank_of(*prepared_.world, part_, parent, part_.nodes[k], query_);
}

// Of the considered kids the first tier with an eligible one, its eligible ones.
template <class Eligible>
std::size_t Decider::take(NodeIndex index, std::size_t considered, const Eligible& eligible) {
    const Node& node = part_.nodes[index];
    const NodeIndex* const from = prepared_.asked.data() + node.first_kid;
    NodeIndex* const to = prepared_.asked_kept.data() + node.first_kid;
    std::size_t n = 0;
    double best = 0;
    for (std::size_t i = 0; i < considered; ++i) {
        const double r = rank(node, from[i], static_cast<std::uint32_t>(i));
        if ((n > 0 && r > best) || !eligible(from[i])) continue;
        if (n > 0 && r < best) n = 0;
        best = r;
        to[n++] = from[i];
    }
    return n;
}

Choice Decider::choose(NodeIndex index) {
    const NodeState& state = policy_.nodes[index];
    if (state.plan == Plan::kGroups) return choose_group(index);
    if (state.plan == Plan::kAsked) return choose_asked(index);
    const std::uint32_t at = part_.nodes[index].first_kid;
    return {policy_.kept.data() + at, state.kept_size, policy_.sums.data() + at, state.last_resort,
            state.rcode};
}

// latency, proximity: the nearest place with a live kid, by the order prepared for the Region.
Choice Decider::choose_group(NodeIndex index) {
    const Node& node = part_.nodes[index];
    const GroupPlan& plan = policy_.groups[policy_.nodes[index].lookup];
    const auto& regions = *prepared_.world->regions;
    const std::size_t n = plan.groups.size(), region = query_.region.value;
    bool as_prepared = !plan.sorted.empty() && region < regions.regions.size() && !node.pinned &&
                       !node.current.known();
    if (as_prepared && node.op == model::Op::kLatency) {
        as_prepared =
            query_.latency_ms.size() == regions.regions.size() &&
            query_.latency_ms.data() == regions.latency_ms.data() + region * regions.regions.size();
    } else if (as_prepared) {
        const auto& place = regions.regions[region].coordinates;
        as_prepared = query_.distances.empty() && query_.coordinates == (place ? &*place : nullptr);
    }
    if (!as_prepared) return choose_asked(index);
    const std::uint32_t* sorted = plan.sorted.data() + region * n;
    const double* ranks = plan.ranks.data() + region * n;
    std::size_t first = 0;
    while (first < n && plan.groups[sorted[first]].live == 0) ++first;
    if (first == n) return choose_asked(index);
    const Group& nearest = plan.groups[sorted[first]];
    Choice choice{policy_.kept.data() + nearest.at, nearest.live};
    if (first + 1 == n || ranks[first + 1] > ranks[first]) return choice;
    NodeIndex* const to = prepared_.asked_kept.data() + node.first_kid;
    choice = {to, 0};
    for (std::size_t i = first; i < n && ranks[i] == ranks[first]; ++i) {
        const Group& group = plan.groups[sorted[i]];
        std::copy_n(policy_.kept.data() + group.at, group.live, to + choice.size);
        choice.size += group.live;
    }
    return choice;
}

// Steps 1 to 5 of evaluate(), for this query.
Choice Decider::choose_asked(NodeIndex index) {
    const Node& node = part_.nodes[index];
    const std::size_t n = consider(index);
    Choice choice{prepared_.asked_kept.data() + node.first_kid, 0};
    const std::uint32_t current =
        node.current.known() ? prepared_.facts.current(node.current) : world::kNoCurrent;
    if (current < node.kid_count && live(node.first_kid + current)) {
        choice.kids[0] = node.first_kid + current;
        choice.size = 1;
        return choice;
    }
    if (node.pinned) {
        choice.size = take(index, n, [&](NodeIndex k) { return present(k); });
    } else {
        choice.size = take(index, n, [&](NodeIndex k) { return live(k); });
        if (choice.size == 0 && node.last != model::Last::kNone) {
            const bool open = node.last == model::Last::kOpen;
            choice.size = take(index, n, [&](NodeIndex k) {
                return present(k) && !(open && policy_.nodes[k].stopped);
            });
            choice.last_resort = choice.size > 0;
        }
    }
    if (choice.size > 0) return choice;
    const NodeIndex* kids = prepared_.asked.data() + node.first_kid;
    const bool nothing = std::none_of(kids, kids + n, [&](NodeIndex k) { return present(k); });
    const auto empty = nothing && is_matching(node.op) ? node.no_match : node.empty;
    choice.rcode = empty == model::Empty::kNxDomain ? Outcome::kNxDomain : Outcome::kNoData;
    return choice;
}

void Decider::visit(NodeIndex index, std::uint32_t ttl) {
    const Node& node = part_.nodes[index];
    if (policy_.nodes[index].stopped) {
        out_.outcome = Outcome::kNoData;
        return;
    }
    ttl = std::min(ttl, node.ttl);
    if (node.is_leaf) return visit_leaf(index, ttl);
    const Choice choice = choose(index);
    out_.last_resort |= choice.last_resort;
    if (choice.size == 0) {
        out_.outcome = choice.rcode;
        return;
    }
    if (choice.size == 1) return visit(choice.kids[0], ttl);
    switch (node.draw) {
        case model::Draw::kOne:
            return draw_one(node, choice, ttl);
        case model::Draw::kOrdered:
            return draw_ordered(node, choice, ttl);
        case model::Draw::kRotated: {
            several_ = true;
            if (choice.kids != policy_.kept.data() + node.first_kid) {
                std::sort(choice.kids, choice.kids + choice.size, [&](NodeIndex a, NodeIndex b) {
                    const int order =
                        name_of(part_, part_.nodes[a]).compare(name_of(part_, part_.nodes[b]));
                    return order != 0 ? order < 0 : a < b;
                });
            }
            const std::size_t start = rotated_start(query_.nth, choice.size);
            for (std::size_t i = 0; i < choice.size && room(); ++i) {
                visit(choice.kids[(start + i) % choice.size], ttl);
            }
            return;
        }
        case model::Draw::kAll:
        case model::Draw::kSample: {
            const std::size_t k =
                node.draw == model::Draw::kAll ? choice.size : std::max<std::size_t>(node.k, 1);
            several_ |= k > 1;
            draw_shuffled(rng_, choice.kids, choice.size, k, undo_, [&](NodeIndex kid) {
                if (!room()) return false;
                visit(kid, ttl);
                return true;
            });
            return;
        }
    }
}

void Decider::draw_one(const Node& node, const Choice& choice, std::uint32_t ttl) {
    std::size_t at = 0;
    if (node.op == model::Op::kHash) {
        const std::uint64_t client = client_hash(query_.client);
        std::uint64_t best = 0;
        for (std::size_t i = 0; i < choice.size; ++i) {
            const auto score = rendezvous_score(client, policy_.name_hashes[choice.kids[i]]);
            if (i > 0 && score <= best) continue;
            best = score;
            at = i;
        }
        return visit(choice.kids[at], ttl);
    }
    if (node.op != model::Op::kWeight) return visit(choice.kids[rng_.below(choice.size)], ttl);
    if (choice.sums && choice.sums[choice.size - 1] > 0) {
        at = draw_weighted(rng_, choice.sums, choice.size);
    } else {
        std::uint64_t total = 0;
        const auto weight = [&](std::size_t i) {
            return std::uint64_t{policy_.nodes[choice.kids[i]].weight};
        };
        for (std::size_t i = 0; i < choice.size; ++i) total += weight(i);
        at = total > 0 ? draw_by_weight(rng_, total, weight) : rng_.below(choice.size);
    }
    visit(choice.kids[at], ttl);
}

// Repeated draw by weight without return, then those of weight 0 in random order.
void Decider::draw_ordered(const Node& node, const Choice& choice, std::uint32_t ttl) {
    constexpr int kTriesMax = 8;
    several_ = true;
    std::uint8_t* const drawn = prepared_.drawn.data();
    std::uint64_t left = 0;
    const auto weight = [&](std::size_t i) {
        const NodeIndex k = choice.kids[i];
        return drawn[k] ? std::uint64_t{0} : std::uint64_t{policy_.nodes[k].weight};
    };
    for (std::size_t i = 0; i < choice.size; ++i) {
        drawn[choice.kids[i]] = 0;
        left += weight(i);
    }
    const std::uint64_t all = left;
    while (left > 0 && room()) {
        std::size_t at = choice.size;
        // While most of the weight is left, most draws hit a kid that has not had its turn.
        for (int tries = 0; choice.sums && left > all / 2 && tries < kTriesMax; ++tries) {
            at = draw_weighted(rng_, choice.sums, choice.size);
            if (!drawn[choice.kids[at]]) break;
            at = choice.size;
        }
        if (at == choice.size) at = draw_by_weight(rng_, left, weight);
        left -= weight(at);
        drawn[choice.kids[at]] = 1;
        visit(choice.kids[at], ttl);
    }
    if (left > 0) return;
    NodeIndex* const zeros = prepared_.asked.data() + node.first_kid;
    std::size_t n = 0;
    for (std::size_t i = 0; i < choice.size; ++i) {
        if (policy_.nodes[choice.kids[i]].weight == 0) zeros[n++] = choice.kids[i];
    }
    draw_shuffled(rng_, zeros, n, n, undo_, [&](NodeIndex kid) {
        if (!room()) return false;
        visit(kid, ttl);
        return true;
    });
}

void Decider::visit_leaf(NodeIndex index, std::uint32_t ttl) {
    const LeafState& leaf = policy_.leaves[policy_.nodes[index].lookup];
    if (leaf.service) return visit_service(index, *leaf.service, ttl);
    std::uint32_t* const values = policy_.values.data() + leaf.values_at;
    if (leaf.values_size == 0) out_.outcome = Outcome::kNoData;
    if (leaf.values_size == 1) return emit({index, values[0]}, ttl);
    draw_shuffled(rng_, values, leaf.values_size, leaf.values_size, undo_, [&](std::uint32_t v) {
        if (!room()) return false;
        emit({index, v}, ttl);
        return true;
    });
}

void Decider::visit_service(NodeIndex index, ServiceView& view, std::uint32_t ttl) {
    out_.outcome = Outcome::kNoData;
    auto& endpoints = view.drawn_from();
    const Node& leaf = part_.nodes[index];
    // family: after chooses among both families first.
    const bool both = view.v4 && view.v6 && (part_.qtype == 1 || part_.qtype == 28);
    const world::ServicePart* declared = prepared_.services[leaf.service.value]->part();
    draw_shuffled(rng_, endpoints.data(), endpoints.size(),
                  std::min(leaf.max_answers, kDecisionPicksMax), undo_, [&](std::uint32_t e) {
                      if (!room()) return false;
                      const bool v4 = declared->endpoints[e].address.is_v4();
                      if (!both || v4 == (part_.qtype == 1)) emit({index, e}, ttl);
                      return true;
                  });
}

void Decider::emit(Pick pick, std::uint32_t ttl) {
    if (!room() || (policy_.may_repeat && repeats(pick))) return;
    out_.picks[out_.size++] = pick;
    out_.ttl = std::min(out_.ttl, ttl);
}

bool Decider::repeats(Pick pick) const {
    const auto mine = bytes(pick);
    return std::any_of(out_.picks, out_.picks + out_.size, [&](const Pick& other) {
        const auto theirs = bytes(other);
        return mine.size() == theirs.size() &&
               std::memcmp(mine.data(), theirs.data(), mine.size()) == 0;
    });
}

std::span<const std::uint8_t> Decider::bytes(Pick pick) const {
    const Node& leaf = part_.nodes[pick.leaf];
    if (!leaf.service.known()) return part_.answers[leaf.answers].rdata[pick.value];
    const IpAddr& address =
        prepared_.services[leaf.service.value]->part()->endpoints[pick.value].address;
    return {address.data(), address.size()};
}

}  // namespace

void decide(const State& state, world::PolicyId policy, const Query& query, Rng& rng,
            Decision& out) noexcept {
    const State::Prepared& prepared = state.prepared();
    PolicyState* const tree = prepared.policy(policy);
    if (!tree) {
        out.outcome = Outcome::kNoData;
        out.last_resort = out.truncated = false;
        out.size = 0;
        out.scope = 0;
        out.ttl = 0;
        return;
    }
    Decider(prepared, *tree, query, rng, out).run();
}

std::uint64_t sticky_seed(std::uint64_t seed, std::string_view name, model::Stickiness stickiness,
                          const Cidr& client, const IpAddr& source, std::uint64_t epoch) {
    Cidr key = Cidr::host(source);
    if (stickiness == model::Stickiness::kSubnet) {
        // The ECS prefix, if there is one, is shorter than a host or of another address.
        const bool ecs = client != key;
        key = ecs ? client : Cidr::of(source, source.is_v4() ? 24 : 56);
    }
    std::uint64_t h = hash_text(name, seed);
    h = hash_bytes({key.base.data(), key.base.size()}, h ^ key.length);
    return mix64(h ^ epoch);
}

}  // namespace fairway::steer
