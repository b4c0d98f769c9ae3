#include "steer/view.h"

#include <algorithm>

namespace fairway::steer {

using model::Admin;
using world::Node;
using world::NodeIndex;

View::View(const world::World& world, const world::Facts& facts, const world::PolicyPart& part,
           const Query& query)
    : world_(world), facts_(facts), part_(part), query_(query) {
    const std::size_t n = part.nodes.size();
    nodes_.resize(n);
    kept_.resize(n);
    rank_.resize(n);
    applicable_.resize(n, 1);
    // Kids stand after their parent, so every kid is judged before it.
    for (std::size_t i = n; i-- > 0;) judge(static_cast<NodeIndex>(i));
    if (n == 0) return;
    nodes_[0].kept = true;
    nodes_[0].present = part.nodes[0].admin != Admin::kOff;
    if (!applicable_[0] && nodes_[0].present) nodes_[0].reason = Reason::kNotMatched;
}

// Judges a node as if it stood alone, after its kids.
void View::judge(NodeIndex index) {
    const Node& node = part_.nodes[index];
    NodeTrace& trace = nodes_[index];
    trace.node = index;
    if (!node.is_leaf) judge_kids(index);
    for (std::uint32_t i = 0; i < node.gates_size; ++i) {
        const world::FactId gate = part_.gates[node.gates_at + i];
        if (!facts_.up(gate)) trace.down_gates.push_back(gate);
    }
    trace.reason = node.is_leaf ? reason_of_leaf(index) : reason_of_select(index);
    if (node.is_leaf && node.answers < part_.answers.size()) {
        applicable_[index] = !part_.answers[node.answers].rdata.empty();
    }
    if (node.admin == Admin::kStopped) trace.reason = Reason::kStopped;
    if (node.admin == Admin::kOff) trace.reason = Reason::kOff;
    trace.live = trace.reason == Reason::kLive;
    if (node.is_leaf) return;
    kept_[index] = keep(index);
    for (NodeIndex k : kept_[index].kids) {
        nodes_[k].kept = true;
        nodes_[k].last_resort = kept_[index].last_resort;
    }
}

// Which kids are present and applicable, in which tier, and whether this node is applicable itself.
void View::judge_kids(NodeIndex index) {
    const Node& node = part_.nodes[index];
    std::vector<double> ranks;
    for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
        const Node& kid = part_.nodes[k];
        NodeTrace& trace = nodes_[k];
        const auto rank = rank_of(world_, part_, node, kid, query_);
        if (kid.admin != Admin::kOff && (!rank || !applicable_[k])) {
            trace.reason = Reason::kNotMatched;
        } else if (kid.admin != Admin::kOff && node.op == model::Op::kWeight && kid.weight == 0 &&
                   node.zero == model::Zero::kNever) {
            trace.reason = Reason::kZeroNever;
        }
        rank_[k] = rank.value_or(0);
        trace.measure = rank ? shown_measure(node, kid, *rank) : 0;
        trace.present = trace.reason != Reason::kOff && trace.reason != Reason::kNotMatched &&
                        trace.reason != Reason::kZeroNever;
        trace.live = trace.live && trace.present;
        if (trace.present) ranks.push_back(rank_[k]);
    }
    if (is_matching(node.op)) applicable_[index] = !ranks.empty();
    std::sort(ranks.begin(), ranks.end());
    ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
    for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
        if (!nodes_[k].present) continue;
        const auto at = std::lower_bound(ranks.begin(), ranks.end(), rank_[k]);
        nodes_[k].tier = static_cast<std::uint32_t>(at - ranks.begin());
    }
}

Reason View::reason_of_leaf(NodeIndex index) const {
    const Node& leaf = part_.nodes[index];
    if (leaf.forced == model::ForcedHealth::kUp) return Reason::kLive;
    if (leaf.forced == model::ForcedHealth::kDown) return Reason::kForcedDown;
    if (!facts_.region_up(leaf.region)) return Reason::kRegionDown;
    if (!nodes_[index].down_gates.empty()) return Reason::kGateDown;
    if (!leaf.service.known()) return Reason::kLive;
    const world::ServicePart* service = world_.services.at(leaf.service.value);
    if (!service) return Reason::kNoEndpoint;
    for (const world::EndpointPart& e : service->endpoints) {
        if (in_leaf(leaf, e) && endpoint_live(*service, e)) return Reason::kLive;
    }
    return Reason::kNoEndpoint;
}

Reason View::reason_of_select(NodeIndex index) const {
    const Node& node = part_.nodes[index];
    if (!facts_.region_up(node.region)) return Reason::kRegionDown;
    if (!nodes_[index].down_gates.empty()) return Reason::kGateDown;
    if (!node.propagate) return Reason::kLive;
    std::uint64_t live = 0, kids = 0;
    for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
        kids += nodes_[k].present;
        live += nodes_[k].live;
    }
    const bool met = node.need_percent ? live * 100 >= node.need * kids : live >= node.need;
    return met ? Reason::kLive : Reason::kTooFewKids;
}

bool View::endpoint_live(const world::ServicePart& service, const world::EndpointPart& e) const {
    if (!e.ready || e.terminating || !facts_.region_up(e.region)) return false;
    for (std::uint32_t i = 0; i < e.gates_size; ++i) {
        if (!facts_.up(service.gates[e.gates_at + i])) return false;
    }
    return true;
}

bool View::of_family(const world::EndpointPart& e) const {
    if (part_.qtype == 1) return e.address.is_v4();
    return part_.qtype != 28 || !e.address.is_v4();
}

bool View::in_leaf(const Node& leaf, const world::EndpointPart& e) const {
    if (leaf.service_region.known() && e.region != leaf.service_region) return false;
    return part_.filter_family || of_family(e);
}

std::vector<NodeIndex> View::first_live_tier(NodeIndex index) const {
    const Node& node = part_.nodes[index];
    std::uint32_t best = 0xFFFFFFFFu;
    std::vector<NodeIndex> kids;
    for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
        if (!nodes_[k].live || nodes_[k].tier > best) continue;
        if (nodes_[k].tier < best) kids.clear();
        best = nodes_[k].tier;
        kids.push_back(k);
    }
    std::stable_sort(kids.begin(), kids.end(), [&](NodeIndex a, NodeIndex b) {
        return name_of(part_, part_.nodes[a]) < name_of(part_, part_.nodes[b]);
    });
    return kids;
}

// Steps 1 to 5 of evaluate().
Kept View::keep(NodeIndex index) const {
    const Node& node = part_.nodes[index];
    Kept kept;
    std::vector<NodeIndex> present;
    for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
        if (nodes_[k].present) present.push_back(k);
    }
    if (present.empty()) {
        kept.rcode = outcome_of(is_matching(node.op) ? node.no_match : node.empty);
        return kept;
    }
    if (node.current.known()) {
        const std::uint32_t current = facts_.current(node.current);
        if (current < node.kid_count && nodes_[node.first_kid + current].live) {
            kept.kids = {node.first_kid + current};
            return kept;
        }
    }
    std::stable_sort(present.begin(), present.end(), [&](NodeIndex a, NodeIndex b) {
        return name_of(part_, part_.nodes[a]) < name_of(part_, part_.nodes[b]);
    });
    const auto take = [&](auto eligible) {
        std::uint32_t tier = 0xFFFFFFFFu;
        for (NodeIndex k : present) {
            if (eligible(k)) tier = std::min(tier, nodes_[k].tier);
        }
        for (NodeIndex k : present) {
            if (nodes_[k].tier == tier && eligible(k)) kept.kids.push_back(k);
        }
    };
    if (node.pinned) {
        take([](NodeIndex) { return true; });
        return kept;
    }
    take([&](NodeIndex k) { return nodes_[k].live; });
    if (!kept.kids.empty()) return kept;
    if (node.last == model::Last::kOpen) {
        take([&](NodeIndex k) { return part_.nodes[k].admin != Admin::kStopped; });
    } else if (node.last == model::Last::kFirst) {
        take([](NodeIndex) { return true; });
    }
    kept.last_resort = !kept.kids.empty();
    kept.rcode = outcome_of(node.empty);
    return kept;
}

LeafPool View::pool(NodeIndex index) const {
    const Node& leaf = part_.nodes[index];
    LeafPool pool;
    if (!leaf.service.known()) {
        if (leaf.answers >= part_.answers.size()) return pool;
        const world::AnswerSet& set = part_.answers[leaf.answers];
        for (std::uint32_t v = 0; v < set.rdata.size(); ++v) {
            const bool fits = !part_.filter_family || v >= set.types.size() ||
                              set.types[v] == part_.qtype || set.types[v] == 5;
            if (fits) pool.values.push_back(v);
        }
        pool.drawn_from = pool.draw = pool.values.size();
        return pool;
    }
    const world::ServicePart* service = world_.services.at(leaf.service.value);
    if (!service) return pool;
    for (const bool only_live : {true, false}) {
        for (std::uint32_t v = 0; v < service->endpoints.size(); ++v) {
            const world::EndpointPart& e = service->endpoints[v];
            if (!in_leaf(leaf, e) || (only_live ? !endpoint_live(*service, e) : e.terminating)) {
                continue;
            }
            ++pool.drawn_from;
            if (of_family(e)) pool.values.push_back(v);
        }
        if (pool.drawn_from > 0) break;
    }
    pool.draw = std::min<std::size_t>(leaf.max_answers, pool.drawn_from);
    return pool;
}

std::string View::text(const Pick& pick) const {
    const Node& leaf = part_.nodes[pick.leaf];
    if (leaf.service.known()) {
        return world_.services.at(leaf.service.value)->endpoints[pick.value].address.text();
    }
    const world::AnswerSet& set = part_.answers[leaf.answers];
    return pick.value < set.text.size() ? set.text[pick.value] : std::string();
}

}  // namespace fairway::steer
