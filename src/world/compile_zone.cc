// DNSZones: each origin one zone, its contents through ZoneBuilder; and the indexes over all zones
// and over all steered names.
#include "world/compile.h"
#include "world/steered_names.h"
#include "world/zone_build.h"

namespace fairway::world {
namespace {

void mark_same_origin(CompilerState& state, const std::string& origin) {
    const auto at = state.zones_by_origin.find(origin);
    if (at == state.zones_by_origin.end()) return;
    for (const UnitIndex other : at->second) state.dirty_zones.insert(other);
}

// Notes under which origin the unit stands now; those that share an old or new one look again.
void move_origin(CompilerState& state, UnitIndex unit, const model::DnsZone* zone) {
    ZoneState& entry = state.zones[unit];
    if (zone && entry.declared && entry.origin == zone->origin) return;
    if (entry.declared) {
        auto& same = state.zones_by_origin[entry.origin];
        same.erase(unit);
        mark_same_origin(state, entry.origin);
        if (same.empty()) state.zones_by_origin.erase(entry.origin);
    }
    entry.declared = zone != nullptr;
    if (!zone) return;
    entry.origin = zone->origin;
    mark_same_origin(state, entry.origin);
    state.zones_by_origin[entry.origin].insert(unit);
}

void drop_part(CompilerState& state, ZoneState& entry) {
    if (!entry.id.known()) return;
    state.zone_ids.release(entry.id_name, state.next.generation);
    state.next.zones.set(entry.id.value, nullptr);
    state.change.zones.push_back(entry.id);
    state.changed_origins.insert(entry.part_origin);
    entry.id = {};
}

// The zone of the same origin that comes first by name keeps it.
const model::ObjectKey* owner_before(const CompilerState& state, UnitIndex unit,
                                     const std::string& origin) {
    for (const UnitIndex other : state.zones_by_origin.at(origin)) {
        const model::ObjectKey& key = state.catalog[other].key;
        if (key < state.catalog[unit].key) return &key;
    }
    return nullptr;
}

// Declared, but nothing of it serves: policies are told of that, not that there is no such zone.
void note_broken(CompilerState& state, const model::Model& model, UnitIndex unit) {
    const model::ObjectKey& key = state.catalog[unit].key;
    std::optional<std::string> origin;
    if (const auto at = state.zones.find(unit); at != state.zones.end()) {
        if (!at->second.id.known()) origin = at->second.origin;
    } else if (const auto draft = model.drafts().find(key); draft != model.drafts().end()) {
        const auto* zone = std::get_if<model::Shared<model::DnsZone>>(&draft->second->object);
        origin = zone ? (*zone)->origin : "";
    }
    const auto before = state.broken_zones.extract(key.ns + "/" + key.name);
    if (origin) state.broken_zones[key.ns + "/" + key.name] = *origin;
    if (before && origin == before.mapped()) return;
    if (before) state.changed_origins.insert(before.mapped());
    if (origin) state.changed_origins.insert(*origin);
}

void compile_zone_unit(CompilerState& state, const model::Model& model, UnitIndex unit,
                       const ReadZoneFile& read_file) {
    const auto zone = share<model::DnsZone>(model, state.catalog[unit].key);
    if (!zone) {
        const auto at = state.zones.find(unit);
        if (at != state.zones.end()) {
            drop_part(state, at->second);
            state.zones.erase(at);
        }
        state.catalog.set_findings(unit, {});
        state.set_stale(unit, false);
        return;
    }
    ZoneState& entry = state.zones[unit];
    model::Diagnostics findings;
    std::shared_ptr<const ZonePart> part;
    const std::string id_name = zone->meta.key.text() + " " + zone->origin;
    const ZoneId id = state.zone_ids.acquire(id_name);
    if (const model::ObjectKey* owner = owner_before(state, unit, zone->origin)) {
        findings.push_back(
            {model::Severity::kError, zone->meta.file, zone->origin_pos, zone->meta.key.text(),
             "spec.origin",
             "\"" + zone->origin + "\" is the origin of " + owner->text() + " already",
             "one DNSZone for an origin"});
        drop_part(state, entry);  // two zones of one origin cannot both serve
    } else {
        part = compile_zone(*zone, id, read_file, findings);
    }
    if (part) {
        if (entry.id != id) drop_part(state, entry);
        entry.id = id;
        entry.id_name = id_name;
        entry.part_origin = zone->origin;
        state.next.zones.set(id.value, std::move(part));
        state.change.zones.push_back(id);
        state.changed_origins.insert(zone->origin);
    } else if (entry.id != id) {
        state.zone_ids.release(id_name, state.next.generation);
    }
    state.set_stale(unit, model::has_errors(findings) && entry.id.known());
    state.catalog.set_findings(unit, std::move(findings));
}

}  // namespace

void compile_zones(CompilerState& state, const model::Model& model, const ReadZoneFile& read_file) {
    const std::set<UnitIndex> changed = state.dirty_zones;
    for (const UnitIndex unit : changed) {
        move_origin(state, unit, share<model::DnsZone>(model, state.catalog[unit].key).get());
    }
    for (const UnitIndex unit : std::exchange(state.dirty_zones, {})) {
        compile_zone_unit(state, model, unit, read_file);
        note_broken(state, model, unit);
    }
    if (!state.change.zones.empty() || !state.next.zone_index) {
        state.next.zone_index = build_zone_index(state.next.zones);
    }
}

void index_steered_names(CompilerState& state) {
    if (!std::exchange(state.steered_names_changed, false) && state.next.steered_names) return;
    model::Diagnostics told_before;  // compile_names tells who claims what another has
    state.next.steered_names = build_steered_names(state.next.policies, told_before);
}

}  // namespace fairway::world
