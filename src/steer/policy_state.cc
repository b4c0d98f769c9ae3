#include <algorithm>
#include <cmath>
#include <limits>

#include "steer/prepared.h"

namespace fairway::steer {

using model::Admin;
using world::Node;
using world::NodeIndex;

namespace {

// Region-by-region orders of one node's groups, at most.
constexpr std::size_t kSortedMax = 1u << 20;

bool by_place(const Node& node) {
    return node.op == model::Op::kLatency || node.op == model::Op::kProximity;
}

// Kids of one place are always in one tier.
using Place = std::tuple<std::uint32_t, bool, double, double, int>;
Place place_key(const world::World& world, const world::PolicyPart& part, const Node& node,
                const Node& kid) {
    if (node.op == model::Op::kLatency) return {kid.kid_region.value, false, 0, 0, 0};
    const model::Coordinates* at = place_of(world.regions.get(), part, kid);
    if (!at) return {0, false, 0, 0, 0};
    return {0, true, at->latitude, at->longitude, kid.bias};
}

}  // namespace

PolicyState::PolicyState(std::shared_ptr<const world::PolicyPart> part, const world::World& world,
                         const world::Facts& facts, Services& services)
    : nodes(part->nodes.size()), edges(*part), part_(std::move(part)) {
    const std::size_t n = nodes.size();
    order.resize(n);
    kept.resize(n);
    sums.resize(n);
    needs_client = part_->stickiness != model::Stickiness::kNone;
    bool hashes = false;
    for (std::size_t i = n; i-- > 0;) {
        prepare(static_cast<NodeIndex>(i), world, services);
        hashes |= !part_->nodes[i].is_leaf && part_->nodes[i].op == model::Op::kHash;
    }
    needs_client |= hashes;
    if (hashes) {
        for (const Node& node : part_->nodes)
            name_hashes.push_back(hash_text(name_of(*part_, node)));
    }
    find_repeats();
    refresh_all(facts);
}

// What no fact changes. Kids come before their parents.
void PolicyState::prepare(NodeIndex index, const world::World& world, Services& services) {
    const Node& node = part_->nodes[index];
    NodeState& state = nodes[index];
    state.weight = node.weight;
    state.asked = node.query_dependent;
    state.stopped = node.admin == Admin::kStopped;
    state.present = node.admin != Admin::kOff;
    if (node.is_leaf) return prepare_leaf(index, services);
    const auto first = order.begin() + node.first_kid;
    for (std::uint32_t i = 0; i < node.kid_count; ++i) {
        const NodeIndex k = node.first_kid + i;
        order[k] = k;
        const Node& kid = part_->nodes[k];
        const bool never = node.op == model::Op::kWeight && node.zero == model::Zero::kNever;
        if (never && kid.weight == 0) nodes[k].present = false;
        if (!reads_client(node.op)) nodes[k].rank = *rank_of(world, *part_, node, kid, Query{});
        state.kids += nodes[k].present && !nodes[k].asked;
    }
    std::stable_sort(first, first + node.kid_count, [&](NodeIndex a, NodeIndex b) {
        return name_of(*part_, part_->nodes[a]) < name_of(*part_, part_->nodes[b]);
    });
    state.plan = state.asked ? Plan::kAsked : by_place(node) ? Plan::kGroups : Plan::kKept;
    if (state.plan == Plan::kGroups) prepare_groups(index, world);
    needs_region |= by_place(node) || node.op == model::Op::kMatch;
    reads_regions_ |= by_place(node);
    if (node.op == model::Op::kMatch) {
        state.lookup = static_cast<std::uint32_t>(keys.size());
        keys.emplace_back(*part_, node);
    } else if (is_matching(node.op)) {
        state.lookup = static_cast<std::uint32_t>(spans.size());
        spans.emplace_back(*part_, node);
    }
}

void PolicyState::prepare_leaf(NodeIndex index, Services& services) {
    const Node& node = part_->nodes[index];
    nodes[index].lookup = static_cast<std::uint32_t>(leaves.size());
    LeafState leaf;
    leaf.values_at = static_cast<std::uint32_t>(values.size());
    if (node.service.known()) {
        const std::uint32_t id = node.service.value;
        if (id >= services.size()) services.resize(id + 1);
        if (!services[id]) services[id] = std::make_unique<ServiceState>();
        const bool both = part_->filter_family || (part_->qtype != 1 && part_->qtype != 28);
        leaf.service = services[id]->view(node.service_region, both || part_->qtype == 1,
                                          both || part_->qtype == 28);
    } else if (node.answers < part_->answers.size()) {
        const world::AnswerSet& set = part_->answers[node.answers];
        if (set.rdata.empty()) nodes[index].present = false;
        for (std::uint32_t v = 0; v < set.rdata.size(); ++v) {
            const bool fits = !part_->filter_family || v >= set.types.size() ||
                              set.types[v] == part_->qtype || set.types[v] == 5;
            if (fits) values.push_back(v);
        }
    }
    leaf.values_size = static_cast<std::uint32_t>(values.size()) - leaf.values_at;
    leaves.push_back(leaf);
}

void PolicyState::prepare_groups(NodeIndex index, const world::World& world) {
    const Node& node = part_->nodes[index];
    const auto first = order.begin() + node.first_kid;
    const auto key = [&](NodeIndex k) { return place_key(world, *part_, node, part_->nodes[k]); };
    std::stable_sort(first, first + node.kid_count,
                     [&](NodeIndex a, NodeIndex b) { return key(a) < key(b); });
    GroupPlan plan;
    for (std::uint32_t i = 0; i < node.kid_count; ++i) {
        const NodeIndex k = order[node.first_kid + i];
        if (i == 0 || key(k) != key(order[node.first_kid + i - 1])) {
            plan.groups.push_back({node.first_kid + i, 0, 0});
        }
        ++plan.groups.back().size;
        nodes[k].group = static_cast<std::uint32_t>(plan.groups.size()) - 1;
    }
    sort_groups(plan, node, world);
    nodes[index].lookup = static_cast<std::uint32_t>(groups.size());
    groups.push_back(std::move(plan));
}

void PolicyState::sort_groups(GroupPlan& plan, const Node& node, const world::World& world) {
    const std::size_t n = plan.groups.size();
    const auto& regions = world.regions;
    if (!regions || n * regions->regions.size() > kSortedMax) return;
    for (const world::RegionPart& region : regions->regions) {
        const Query query = seen_from(world, region);
        std::vector<double> rank(n);
        std::vector<std::uint32_t> sorted(n);
        for (std::uint32_t g = 0; g < n; ++g) {
            sorted[g] = g;
            const Node& kid = part_->nodes[order[plan.groups[g].at]];
            rank[g] = *rank_of(world, *part_, node, kid, query);
        }
        std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
            return rank[a] != rank[b] ? rank[a] < rank[b] : a < b;
        });
        for (std::uint32_t g : sorted) {
            plan.sorted.push_back(g);
            plan.ranks.push_back(rank[g]);
        }
    }
}

// Whether one decision may come upon the same answer twice: only then it must compare.
void PolicyState::find_repeats() {
    std::vector<std::uint64_t> seen;
    std::size_t service_leaves = 0;
    for (const Node& node : part_->nodes) {
        if (!node.is_leaf) continue;
        service_leaves += node.service.known();
        if (node.service.known() || node.answers >= part_->answers.size()) continue;
        for (const auto& rdata : part_->answers[node.answers].rdata)
            seen.push_back(hash_bytes(rdata));
    }
    std::sort(seen.begin(), seen.end());
    may_repeat = std::adjacent_find(seen.begin(), seen.end()) != seen.end() || service_leaves > 1 ||
                 (service_leaves == 1 && !seen.empty());
}

void PolicyState::refresh_all(const world::Facts& facts) {
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const auto index = static_cast<NodeIndex>(i);
        const Node& node = part_->nodes[i];
        NodeState& state = nodes[i];
        state.live_kids = 0;
        for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
            state.live_kids += nodes[k].live && !nodes[k].asked;
        }
        if (state.plan == Plan::kKept) keep(index, facts);
        if (state.plan == Plan::kGroups) {
            const auto count = static_cast<std::uint32_t>(groups[state.lookup].groups.size());
            for (std::uint32_t g = 0; g < count; ++g) regroup(index, g);
        }
        state.live = judge(index, facts);
    }
}

void PolicyState::refresh(NodeIndex index, const world::Facts& facts) {
    for (;;) {
        NodeState& state = nodes[index];
        const bool live = judge(index, facts);
        if (live == state.live) return;
        state.live = live;
        const NodeIndex parent = part_->nodes[index].parent;
        if (parent == world::kNoNode || state.asked) return;
        NodeState& up = nodes[parent];
        up.live_kids += live ? 1u : ~0u;
        if (up.plan == Plan::kKept) keep(parent, facts);
        if (up.plan == Plan::kGroups) regroup(parent, state.group);
        if (up.asked) return;
        index = parent;
    }
}

// live() of a node as far as no query changes it; counts its gates.
bool PolicyState::judge(NodeIndex index, const world::Facts& facts) {
    const Node& node = part_->nodes[index];
    NodeState& state = nodes[index];
    state.down = facts.region_up(node.region) ? 0 : 1;
    for (std::uint32_t i = 0; i < node.gates_size; ++i) {
        state.down += !facts.up(part_->gates[node.gates_at + i]);
    }
    if (!state.present || state.stopped) return false;
    if (node.is_leaf) {
        if (node.forced != model::ForcedHealth::kNone)
            return node.forced == model::ForcedHealth::kUp;
        const ServiceView* service = leaves[state.lookup].service;
        return state.down == 0 && (!service || !service->live.empty());
    }
    if (state.down > 0) return false;
    if (!node.propagate) return true;
    const std::uint64_t live = state.live_kids;
    return node.need_percent ? live * 100 >= std::uint64_t{node.need} * state.kids
                             : live >= node.need;
}

void PolicyState::keep(NodeIndex index, const world::Facts& facts) {
    const Node& node = part_->nodes[index];
    NodeState& state = nodes[index];
    if (state.plan != Plan::kKept) return;
    NodeIndex* const out = kept.data() + node.first_kid;
    const auto take = [&](auto eligible) {
        double best = std::numeric_limits<double>::infinity();
        std::uint32_t size = 0;
        for (std::uint32_t i = 0; i < node.kid_count; ++i) {
            const NodeIndex k = order[node.first_kid + i];
            const NodeState& kid = nodes[k];
            if (!kid.present || kid.rank > best || !eligible(kid)) continue;
            if (kid.rank < best) size = 0;
            best = kid.rank;
            out[size++] = k;
        }
        state.kept_size = size;
    };
    state.last_resort = false;
    state.rcode = node.empty == model::Empty::kNxDomain ? Outcome::kNxDomain : Outcome::kNoData;
    const std::uint32_t current =
        node.current.known() ? facts.current(node.current) : world::kNoCurrent;
    if (current < node.kid_count && nodes[node.first_kid + current].live) {
        state.kept_size = 1;
        out[0] = node.first_kid + current;
    } else if (node.pinned) {
        take([](const NodeState&) { return true; });
    } else {
        take([](const NodeState& kid) { return kid.live; });
        if (state.kept_size == 0 && node.last != model::Last::kNone) {
            const bool open = node.last == model::Last::kOpen;
            take([open](const NodeState& kid) { return !open || !kid.stopped; });
            state.last_resort = state.kept_size > 0;
        }
    }
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < state.kept_size; ++i) {
        sums[node.first_kid + i] = sum += nodes[out[i]].weight;
    }
}

void PolicyState::regroup(NodeIndex index, std::uint32_t which) {
    Group& group = groups[nodes[index].lookup].groups[which];
    group.live = 0;
    for (std::uint32_t i = group.at; i < group.at + group.size; ++i) {
        if (nodes[order[i]].live) kept[group.at + group.live++] = order[i];
    }
}

}  // namespace fairway::steer
