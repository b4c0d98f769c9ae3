// TrafficPolicies: each read with the policies that stand in it, checked, expanded and put in the
// World; after an error its last good parts stay.
#include <algorithm>

#include "wire/dns/types.h"
#include "world/compile.h"
#include "world/policy_forest.h"

namespace fairway::world {
namespace {

using model::TrafficPolicy;

std::string part_name(const PolicyPart& part) {
    return part.name + " " + wire::dns::type_text(static_cast<wire::dns::Type>(part.qtype));
}

void forget_currents(CompilerState& state, const PolicyPart& part) {
    for (const Node& node : part.nodes) {
        if (!node.current.known()) continue;
        const CurrentPart* current = state.next.currents.at(node.current.value);
        if (!current) continue;
        state.current_ids.release(current->name, state.next.generation);
        state.change.currents.push_back(node.current);
        state.next.currents.set(node.current.value, nullptr);
    }
}

void put_currents(CompilerState& state, const Expanded& expanded) {
    for (const auto& [node, name] : expanded.currents) {
        const CurrentId id = state.current_ids.acquire(name);
        expanded.part->nodes[node].current = id;
        expanded.part->has_current = true;
        state.next.currents.set(id.value, std::make_shared<const CurrentPart>(
                                              CurrentPart{id, name, expanded.part->id, node}));
        state.change.currents.push_back(id);
    }
}

void forget_parts(CompilerState& state, PolicyState& entry, const std::vector<PolicyId>& kept) {
    for (const PolicyId id : entry.ids) {
        if (std::find(kept.begin(), kept.end(), id) != kept.end()) continue;
        const auto part = state.next.policies.share(id.value);
        forget_currents(state, *part);
        state.policy_ids.release(part_name(*part), state.next.generation);
        state.steered_names_changed = true;
        state.next.policies.set(id.value, nullptr);
        state.change.policies.push_back(id);
    }
}

void put_parts(CompilerState& state, PolicyState& entry, std::vector<Expanded> trees) {
    std::vector<PolicyId> ids;
    for (const Expanded& tree : trees) {
        tree.part->id = state.policy_ids.acquire(part_name(*tree.part));
        ids.push_back(tree.part->id);
        const auto before = state.next.policies.share(tree.part->id.value);
        if (!before || before->hostnames != tree.part->hostnames)
            state.steered_names_changed = true;
        if (before) {
            forget_currents(state, *before);
        }
        put_currents(state, tree);
        state.next.policies.set(tree.part->id.value, tree.part);
        state.change.policies.push_back(tree.part->id);
    }
    if (ids == entry.ids) return;
    forget_parts(state, entry, ids);
    state.policy_names[trees.front().part->name] = ids;
    entry.ids = std::move(ids);
}

// The policy is gone.
void forget(CompilerState& state, UnitIndex unit) {
    const auto at = state.policies.find(unit);
    if (at != state.policies.end()) {
        forget_parts(state, at->second, {});
        const model::ObjectKey& key = state.catalog[unit].key;
        if (!at->second.ids.empty()) state.policy_names[key.ns + "/" + key.name] = {};
        state.policies.erase(at);
    }
    state.catalog.set_uses(unit, {});
    state.catalog.set_findings(unit, {});
    state.set_stale(unit, false);
}

void compile_policy(CompilerState& state, const model::Model& model, UnitIndex unit) {
    state.catalog[unit].dirty = false;
    const auto policy = share<TrafficPolicy>(model, state.catalog[unit].key);
    if (!policy) return forget(state, unit);
    Findings findings(policy->meta);
    Forest forest = read_forest(state, model, unit, policy, findings);
    if (!forest.docs.empty()) check_forest(forest, findings);
    std::vector<Expanded> trees;
    for (const std::uint16_t type : forest.types) {
        if (findings.failed()) break;
        trees.push_back(expand_forest(state, forest, type, findings));
    }
    if (!findings.failed()) warn_forest(forest, findings);
    state.catalog.set_uses(unit, std::move(forest.uses));

    PolicyState& entry = state.policies[unit];
    // Wrong names keep it out of the World, not out of the policies that it stands in.
    const bool tree_good = !findings.failed();
    const bool good = tree_good && entry.claim_findings.empty();
    model::Diagnostics list = findings.take();
    list.insert(list.end(), entry.claim_findings.begin(), entry.claim_findings.end());
    state.catalog.set_findings(unit, std::move(list));
    const bool other_tree = tree_good && entry.good != policy;
    if (tree_good) entry.good = policy;
    if (good) put_parts(state, entry, std::move(trees));
    state.set_stale(unit, !good && !entry.ids.empty());
    // Those that hold it heard of the new document already, but it may have had errors then.
    if (other_tree) state.mark_users_dirty(unit);
}

// Those that stand in others first.
std::vector<UnitIndex> inner_first(CompilerState& state, const model::Model& model,
                                   const std::vector<UnitIndex>& dirty) {
    std::vector<UnitIndex> order;
    std::unordered_set<UnitIndex> seen;
    struct Open {
        UnitIndex unit;
        std::vector<UnitIndex> inner;
        std::size_t next = 0;
    };
    const auto open_unit = [&](UnitIndex unit) {
        Open open{unit, {}, 0};
        const model::ObjectKey key = state.catalog[unit].key;
        if (const auto* policy = model.find<TrafficPolicy>(key.ns, key.name)) {
            for (const model::PolicyNode& node : policy->nodes) {
                for (const model::Child& child : node.children) {
                    if (child.policy.empty()) continue;
                    open.inner.push_back(
                        state.catalog.at(model::Kind::kTrafficPolicy, key.ns, child.policy));
                }
            }
        }
        return open;
    };
    std::vector<Open> path;
    for (const UnitIndex start : dirty) {
        if (!seen.insert(start).second) continue;
        path.push_back(open_unit(start));
        while (!path.empty()) {
            Open& top = path.back();
            if (top.next == top.inner.size()) {
                if (state.catalog[top.unit].dirty) order.push_back(top.unit);
                path.pop_back();
                continue;
            }
            const UnitIndex inner = top.inner[top.next++];
            if (seen.insert(inner).second) path.push_back(open_unit(inner));
        }
    }
    return order;
}

}  // namespace

void compile_policies(CompilerState& state, const model::Model& model) {
    // A policy that becomes good marks those that name it.
    while (!state.dirty_policies.empty()) {
        const std::vector<UnitIndex> dirty = std::exchange(state.dirty_policies, {});
        for (const UnitIndex unit : inner_first(state, model, dirty)) {
            compile_policy(state, model, unit);
        }
    }
}

}  // namespace fairway::world
