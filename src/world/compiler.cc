#include "world/compiler.h"

#include <algorithm>

#include "world/compile.h"
#include "world/user_index.h"

namespace fairway::world {
namespace {

using model::Kind;

// A changed object is compiled anew, and so is whoever reads more of it than its name.
void mark_changed(CompilerState& state, const model::Model& model, const model::ObjectKey& key) {
    const UnitIndex unit = state.catalog.at(key);
    const Presence presence = model.has(key)                 ? Presence::kGood
                              : model.drafts().contains(key) ? Presence::kDraft
                                                             : Presence::kNone;
    const bool other = presence != std::exchange(state.catalog[unit].presence, presence);
    state.mark_dirty(unit);
    if (other || key.kind == Kind::kTrafficPolicy || key.kind == Kind::kSecret) {
        state.mark_users_dirty(unit);
    } else if (key.kind == Kind::kService || key.kind == Kind::kHealthCheck) {
        // The ports of a Service; whether a check has one verdict.
        for (const UnitIndex user : state.catalog[unit].users) {
            if (state.catalog[user].key.kind == Kind::kHealthCheck) state.mark_dirty(user);
        }
    }
}

template <class IdType>
void make_unique(std::vector<IdType>& ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

// Undeclared Services go when no leaf has them any more.
void drop_services(CompilerState& state, WorldChange& dropped) {
    for (auto it = state.leaving_services.begin(); it != state.leaving_services.end();) {
        Unit& unit = state.catalog[*it];
        const ServiceId id{unit.id};
        if (state.next.service_users.at(id.value)) {
            ++it;
            continue;
        }
        if (const ServicePart* part = state.next.services.at(id.value)) {
            state.leaving_facts.insert(part->gates.begin(), part->gates.end());
            state.service_ids.release(part->name, state.next.generation);
        }
        state.next.services.set(id.value, nullptr);
        dropped.services.push_back(id);
        unit.id = Unit::kNoId;
        it = state.leaving_services.erase(it);
    }
}

// So do undeclared facts when nobody reads them any more.
void drop_facts(CompilerState& state, WorldChange& dropped) {
    for (auto it = state.leaving_facts.begin(); it != state.leaving_facts.end();) {
        if (state.next.fact_users.at(it->value)) {
            ++it;
            continue;
        }
        if (const CheckPart* part = state.next.checks.at(it->value)) {
            state.fact_ids.release(fact_name(*part), state.next.generation);
            state.next.checks.set(it->value, nullptr);
            dropped.checks.push_back(*it);
        }
        it = state.leaving_facts.erase(it);
    }
}

template <class IdType>
void append(std::vector<IdType>& to, const std::vector<IdType>& from) {
    to.insert(to.end(), from.begin(), from.end());
    make_unique(to);
}

// Who reads what, and what nobody reads any more; taking that out may free more.
void settle_users(CompilerState& state, const World& before) {
    WorldChange round = state.change;
    World last = before;
    for (;;) {
        make_unique(round.policies);
        make_unique(round.services);
        make_unique(round.checks);
        update_users(last, state.next, round);
        append(state.change.services, round.services);
        append(state.change.checks, round.checks);
        if (state.leaving_services.empty() && state.leaving_facts.empty()) return;
        last = state.next;
        round = {};
        drop_services(state, round);
        drop_facts(state, round);
        if (round.services.empty() && round.checks.empty()) return;
    }
}

void settle_names(CompilerState& state) {
    if (!state.policy_names.empty()) {
        auto ids = std::make_shared<std::unordered_map<std::string, std::vector<PolicyId>>>(
            *state.next.policy_ids);
        for (auto& [name, parts] : state.policy_names) {
            if (parts.empty()) {
                ids->erase(name);
            } else {
                (*ids)[name] = std::move(parts);
            }
        }
        state.policy_names.clear();
        state.next.policy_ids = std::move(ids);
    }
    state.next.keys = state.keys.names();
    // A part that is kept for its good days may still hold the id of a Region that is gone.
    if (state.stale_units == 0) {
        for (const std::string& name : std::exchange(state.leaving_regions, {})) {
            state.region_ids.release(name, state.next.generation);
        }
    }
}

}  // namespace

void CompilerState::mark_dirty(UnitIndex index) {
    Unit& unit = catalog[index];
    switch (unit.key.kind) {
        case Kind::kRegion:
            regions_dirty = true;
            return;
        case Kind::kDnsZone:
            dirty_zones.insert(index);
            return;
        case Kind::kSecret:
        case Kind::kNamespace:
        case Kind::kGatewayClass:
        case Kind::kGateway:
        case Kind::kHttpRoute:
        case Kind::kReferenceGrant:
            return;
        default:
            break;
    }
    if (std::exchange(unit.dirty, true)) return;
    switch (unit.key.kind) {
        case Kind::kCluster:
            dirty_clusters.push_back(index);
            break;
        case Kind::kRoutingControl:
            dirty_controls.push_back(index);
            break;
        case Kind::kHealthCheck:
            dirty_checks.push_back(index);
            break;
        case Kind::kEndpointSlice:
            dirty_slices.push_back(index);
            break;
        case Kind::kService:
            dirty_services.push_back(index);
            break;
        default:
            dirty_policies.push_back(index);
            break;
    }
}

void CompilerState::mark_users_dirty(UnitIndex unit) {
    for (const UnitIndex user : catalog[unit].users) mark_dirty(user);
}

void CompilerState::set_stale(UnitIndex index, bool stale) {
    Unit& unit = catalog[index];
    if (unit.stale == stale) return;
    unit.stale = stale;
    stale_units += stale ? 1 : -1;
}

Compiler::Compiler(ReadZoneFile read_zone_file)
    : read_zone_file_(std::move(read_zone_file)), state_(std::make_unique<CompilerState>()) {
    auto first = std::make_shared<World>();
    first->regions = std::make_shared<const RegionTable>();
    first->keys = state_->keys.names();
    first->policy_ids =
        std::make_shared<const std::unordered_map<std::string, std::vector<PolicyId>>>();
    world_ = std::move(first);
}

Compiler::~Compiler() = default;

const model::Diagnostics& Compiler::diagnostics() const {
    return state_->catalog.diagnostics();
}

WorldChange Compiler::update(const model::Model& model, const model::Changes& changes) {
    CompilerState& state = *state_;
    const bool first = world_->generation == 0;
    state.next = *world_;
    if (changes.empty() && !first) {
        judge_drafts(state, model);
        state.next = {};
        return {.world = world_};
    }
    state.next.generation = world_->generation + 1;
    state.change = {};
    state.change.all = first;
    for (const model::ObjectKey& key : changes) mark_changed(state, model, key);

    compile_regions(state, model);
    compile_clusters(state, model);
    compile_controls(state, model);
    compile_checks(state, model);
    compile_slices(state, model);
    compile_services(state, model);
    compile_zones(state, model, read_zone_file_);
    compile_names(state, model);
    compile_policies(state, model);
    index_steered_names(state);
    judge_drafts(state, model);

    settle_users(state, *world_);
    settle_names(state);
    make_unique(state.change.policies);
    make_unique(state.change.currents);
    make_unique(state.change.zones);
    world_ = std::make_shared<const World>(std::move(state.next));
    state.next = {};
    state.change.world = world_;
    return std::exchange(state.change, {});
}

bool Compiler::serves_last_good(const model::ObjectKey& key) const {
    return state_->catalog[state_->catalog.at(key)].stale;
}

void Compiler::retired(std::uint64_t generation) {
    state_->region_ids.retired(generation);
    state_->fact_ids.retired(generation);
    state_->service_ids.retired(generation);
    state_->policy_ids.retired(generation);
    state_->current_ids.retired(generation);
    state_->zone_ids.retired(generation);
}

}  // namespace fairway::world
