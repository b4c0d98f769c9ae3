// What the compilers of the single kinds work on: the state that lasts from World to World and the
// World in the making. Internal to world::Compiler; control thread only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "world/catalog.h"
#include "world/key_table.h"
#include "world/steered_names.h"
#include "world/world.h"
#include "world/zone_source.h"

namespace fairway::world {

struct SliceState {
    UnitIndex service = 0;
    std::shared_ptr<const model::EndpointSlice> good;
};

struct ServiceState {
    std::map<std::string, std::shared_ptr<const model::EndpointSlice>> slices;  // good ones
    std::map<std::string, UnitIndex> target_checks;  // good ones that probe it, by name
};

struct CheckState {
    std::shared_ptr<const model::HealthCheck> good;
    std::shared_ptr<const model::Secret> ca;  // of good->http.ca_secret
    UnitIndex target = 0;                     // of good->target
};

struct PolicyState {
    std::shared_ptr<const model::TrafficPolicy> good;
    std::vector<PolicyId> ids;           // of its parts
    std::vector<std::string> hostnames;  // claimed by the declared document, good or not
    std::vector<std::uint16_t> types;    // claimed with them
    model::Diagnostics claim_findings;   // what its names are told
};

struct ZoneState {
    bool declared = false;
    std::string origin;   // as declared
    ZoneId id;            // of the part that serves
    std::string id_name;  // under which it has its id
    std::string part_origin;
};

struct CompilerState {
    Catalog catalog;
    KeyTable keys;
    IdRegistry<RegionId> region_ids;
    IdRegistry<FactId> fact_ids;
    IdRegistry<ServiceId> service_ids;
    IdRegistry<PolicyId> policy_ids;
    IdRegistry<CurrentId> current_ids;
    IdRegistry<ZoneId> zone_ids;

    std::unordered_map<UnitIndex, SliceState> slices;
    std::unordered_map<UnitIndex, ServiceState> services;
    std::unordered_map<UnitIndex, CheckState> checks;
    std::unordered_map<UnitIndex, PolicyState> policies;
    std::unordered_map<UnitIndex, ZoneState> zones;
    std::unordered_map<std::string, std::set<UnitIndex>> zones_by_origin;
    BrokenZones broken_zones;
    // By hostname with its labels turned around ("com.example.www"), so that a zone is a range.
    std::map<std::string, std::set<UnitIndex>> claims;

    // Undeclared but still read by a part that is kept for its good days.
    std::set<FactId> leaving_facts;
    std::set<UnitIndex> leaving_services;
    std::set<std::string> leaving_regions;
    std::uint32_t stale_units = 0;

    // The update in progress.
    World next;
    WorldChange change;
    std::map<std::string, std::vector<PolicyId>> policy_names;  // whose parts came or went
    bool regions_dirty = true;
    bool steered_names_changed = true;
    std::set<UnitIndex> dirty_zones;
    std::set<std::string> changed_origins;  // of zones whose contents changed
    std::vector<UnitIndex> dirty_clusters, dirty_controls, dirty_checks, dirty_slices,
        dirty_services, dirty_policies;

    void mark_dirty(UnitIndex unit);
    void mark_users_dirty(UnitIndex unit);
    void set_stale(UnitIndex unit, bool stale);
};

// Each takes its dirty units and leaves none.
void compile_regions(CompilerState& state, const model::Model& model);
void compile_clusters(CompilerState& state, const model::Model& model);
void compile_controls(CompilerState& state, const model::Model& model);
void compile_checks(CompilerState& state, const model::Model& model);
void compile_slices(CompilerState& state, const model::Model& model);
void compile_services(CompilerState& state, const model::Model& model);
void compile_zones(CompilerState& state, const model::Model& model, const ReadZoneFile& read_file);
void compile_names(CompilerState& state, const model::Model& model);
void compile_policies(CompilerState& state, const model::Model& model);
void index_steered_names(CompilerState& state);

// Judges the names in all documents that have errors, by the kinds' own judgement of whom they
// name. Last, because it changes nothing and looks at everything; they are few.
void judge_drafts(CompilerState& state, const model::Model& model);
void judge_names(CompilerState& state, const model::Model& model, const model::Region& region,
                 Findings& findings, std::vector<UnitIndex>& uses);
void judge_names(CompilerState& state, const model::Model& model, const model::Cluster& cluster,
                 Findings& findings, std::vector<UnitIndex>& uses);
void judge_names(CompilerState& state, const model::Model& model,
                 const model::RoutingControl& control, Findings& findings,
                 std::vector<UnitIndex>& uses);
void judge_names(CompilerState& state, const model::Model& model, const model::HealthCheck& check,
                 Findings& findings, std::vector<UnitIndex>& uses);
void judge_names(CompilerState& state, const model::Model& model, const model::EndpointSlice& slice,
                 Findings& findings, std::vector<UnitIndex>& uses);

// Facts. `put_fact` gives the part its id and puts it in the next World, unless an equal one
// stands.
FactId put_fact(CompilerState& state, CheckPart part);

// A reference as the referrer means it.
struct Target {
    UnitIndex unit = 0;
    std::string text;  // "default/eu-web"
    bool declared = false;
};
// Says why a reference leads nowhere: nobody declares it, or its document has errors.
template <class T>
void tell_missing(const CompilerState& state, const model::Model& model, UnitIndex unit,
                  model::Pos pos, const std::string& field, Findings& findings) {
    const model::ObjectKey& key = state.catalog[unit].key;
    const std::string kind(model::kind_name(key.kind));
    if (state.catalog[unit].presence == Presence::kDraft) {
        const std::string text = (key.ns.empty() ? "" : key.ns + "/") + key.name;
        findings.reference(pos, field, kind + " " + text + " has errors", "mend that one");
        return;
    }
    findings.reference(pos, field, "unknown " + kind + " \"" + key.name + "\"",
                       nearest_object<T>(model, key.ns, key.name,
                                         key.ns.empty() ? "declare the " + kind
                                                        : "declare it in namespace " + key.ns));
}

// Says so and returns nothing-declared if `ref` names another namespace, nothing at all or what has
// errors.
template <class T>
Target resolve(CompilerState& state, const model::Model& model, const model::Ref& ref,
               const std::string& own_ns, const std::string& field, Findings& findings,
               std::vector<UnitIndex>& uses) {
    const std::string kind(model::kind_name(model::kKindOf<T>));
    Target target;
    if (!ref.ns.empty() && ref.ns != own_ns) {
        target.text = ref.ns + "/" + ref.name;
        target.unit = state.catalog.at(model::kKindOf<T>, ref.ns, ref.name);
        findings.reference(
            ref.pos, field, kind + " " + target.text + " is in another namespace",
            "name one in namespace " + own_ns + " (a ReferenceGrant is not read yet)");
        return target;
    }
    target.text = own_ns + "/" + ref.name;
    target.unit = state.catalog.at(model::kKindOf<T>, own_ns, ref.name);
    uses.push_back(target.unit);
    target.declared = state.catalog[target.unit].presence == Presence::kGood;
    if (!target.declared) tell_missing<T>(state, model, target.unit, ref.pos, field, findings);
    return target;
}

// The RegionId of a Region's name; says so if there is none.
RegionId resolve_region(CompilerState& state, const model::Model& model, const std::string& name,
                        model::Pos pos, const std::string& field, Findings& findings,
                        std::vector<UnitIndex>& uses);

}  // namespace fairway::world
