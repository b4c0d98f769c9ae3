// Regions all together (few, read as a whole), Clusters, and the look-up of a Region by name.
#include <cmath>
#include <limits>

#include "world/compile.h"
#include "world/geo.h"

namespace fairway::world {
namespace {

using RegionMap = model::Model::Objects<model::Region>;

bool is_geo_key(const std::string& key) {
    return key == "*" || key.starts_with("continent/") || key.starts_with("country/") ||
           key.starts_with("subdivision/") || key.starts_with("group/");
}

RegionPart region_part(CompilerState& state, const model::Region& region, Findings& findings) {
    RegionPart part;
    part.name = region.meta.key.name;
    part.coordinates = region.coordinates;
    part.clients = region.clients;
    part.capacity = region.capacity;
    for (std::size_t i = 0; i < region.geo.size(); ++i) {
        const std::string& key = region.geo[i];
        if (key.starts_with("line/")) {
            part.lines.push_back(state.keys.intern(key));
        } else if (is_geo_key(key)) {
            part.geo.push_back(state.keys.intern(key));
        } else {
            findings.error({}, "spec.geo[" + std::to_string(i) + "]", "\"" + key + "\" is no place",
                           "continent/NA, country/US, subdivision/US-CA, group/NAME or line/NAME");
        }
    }
    for (auto* keys : {&part.geo, &part.lines}) {
        std::erase(*keys, kAnyKey);
        keys->push_back(kAnyKey);
    }
    return part;
}

// Given, else by distance, else not a number.
void fill_latency(RegionTable& table, const RegionMap& declared) {
    const std::size_t n = table.regions.size();
    table.latency_ms.assign(n * n, std::numeric_limits<float>::quiet_NaN());
    for (const RegionPart& from : table.regions) {
        if (from.name.empty()) continue;
        float* row = &table.latency_ms[from.id.value * n];
        for (const RegionPart& to : table.regions) {
            if (to.id == from.id) {
                row[to.id.value] = 0;
            } else if (from.coordinates && to.coordinates) {
                const double km = great_circle_km(*from.coordinates, *to.coordinates);
                row[to.id.value] = static_cast<float>(km / kKmPerMs);
            }
        }
        for (const auto& [name, ms] : declared.at({"", from.name})->latency_ms) {
            if (const RegionPart* to = table.find(name)) {
                row[to->id.value] = static_cast<float>(ms);
            }
        }
    }
}

void check_latency(CompilerState& state, const model::Model& model, const model::Region& region,
                   Findings& findings) {
    for (const auto& [name, ms] : region.latency_ms) {
        const auto at = region.latency_pos.find(name);
        const model::Pos pos = at == region.latency_pos.end() ? model::Pos{} : at->second;
        const std::string field = "spec.latency." + name;
        if (!model.find<model::Region>("", name)) {
            tell_missing<model::Region>(state, model,
                                        state.catalog.at(model::Kind::kRegion, "", name), pos,
                                        field, findings);
        } else if (!(ms >= 0) || !std::isfinite(ms)) {
            findings.error(pos, field, "not a latency", "milliseconds, 0 or more");
        }
    }
}

// A client prefix belongs to one Region: the first by name keeps it.
void claim_clients(const model::Region& region, RegionId id, std::map<Cidr, std::string>& owner,
                   std::vector<std::pair<Cidr, std::uint32_t>>& clients, Findings& findings) {
    for (std::size_t i = 0; i < region.cidrs.size(); ++i) {
        const auto [at, first] = owner.emplace(region.cidrs[i], region.meta.key.name);
        if (first) {
            clients.push_back({region.cidrs[i], id.value});
        } else {
            const model::Pos pos = i < region.cidr_pos.size() ? region.cidr_pos[i] : model::Pos{};
            findings.error(pos, "spec.cidrs[" + std::to_string(i) + "]",
                           region.cidrs[i].text() + " belongs to Region " + at->second + " already",
                           "name a prefix once; a longer one inside it may be another Region's");
        }
    }
}

// References resolve to presence and coordinates; nothing else of a Region reaches a part.
void tell_users(CompilerState& state, const RegionTable* before, const RegionTable& after,
                const std::string& name) {
    const RegionPart* was = before ? before->find(name) : nullptr;
    const RegionPart* is = after.find(name);
    const auto same_place = [](const RegionPart& a, const RegionPart& b) {
        if (a.coordinates.has_value() != b.coordinates.has_value()) return false;
        return !a.coordinates || (a.coordinates->latitude == b.coordinates->latitude &&
                                  a.coordinates->longitude == b.coordinates->longitude);
    };
    if (was && is && same_place(*was, *is)) return;
    if (!was && !is) return;
    state.mark_users_dirty(state.catalog.at(model::Kind::kRegion, "", name));
}

}  // namespace

void compile_regions(CompilerState& state, const model::Model& model) {
    if (!state.regions_dirty) return;
    state.regions_dirty = false;
    const RegionMap& declared = model.all<model::Region>();
    const std::shared_ptr<const RegionTable> before = state.next.regions;
    auto table = std::make_shared<RegionTable>();
    std::vector<std::pair<Cidr, std::uint32_t>> clients;
    std::map<Cidr, std::string> owner;
    for (const auto& [key, region] : declared) {
        Findings findings(region->meta);
        RegionPart part = region_part(state, *region, findings);
        part.id = state.region_ids.acquire(part.name);
        state.leaving_regions.erase(part.name);
        check_latency(state, model, *region, findings);
        claim_clients(*region, part.id, owner, clients, findings);
        const UnitIndex unit = state.catalog.at(region->meta.key);
        state.catalog[unit].id = part.id.value;
        state.catalog.set_findings(unit, findings.take());
        if (part.id.value >= table->regions.size()) table->regions.resize(part.id.value + 1);
        table->by_name.emplace(part.name, part.id);
        table->regions[part.id.value] = std::move(part);
    }
    table->clients = PrefixMap(std::move(clients));
    for (std::uint32_t i = 0; i < table->regions.size(); ++i) table->regions[i].id = RegionId{i};
    fill_latency(*table, declared);
    if (before) {
        for (const auto& [name, id] : before->by_name) {
            if (table->find(name)) continue;
            const UnitIndex unit = state.catalog.at(model::Kind::kRegion, "", name);
            state.catalog[unit].id = Unit::kNoId;
            state.catalog.set_findings(unit, {});
            state.leaving_regions.insert(name);
            tell_users(state, before.get(), *table, name);
        }
    }
    for (const auto& [name, id] : table->by_name) tell_users(state, before.get(), *table, name);
    state.next.regions = std::move(table);
    state.change.regions = true;
}

RegionId resolve_region(CompilerState& state, const model::Model& model, const std::string& name,
                        model::Pos pos, const std::string& field, Findings& findings,
                        std::vector<UnitIndex>& uses) {
    if (name.empty()) return {};
    const UnitIndex unit = state.catalog.at(model::Kind::kRegion, "", name);
    uses.push_back(unit);
    if (state.catalog[unit].id == Unit::kNoId) {
        tell_missing<model::Region>(state, model, unit, pos, field, findings);
        return {};
    }
    return RegionId{state.catalog[unit].id};
}

void judge_names(CompilerState& state, const model::Model& model, const model::Region& region,
                 Findings& findings, std::vector<UnitIndex>&) {
    check_latency(state, model, region, findings);
}

void judge_names(CompilerState& state, const model::Model& model, const model::Cluster& cluster,
                 Findings& findings, std::vector<UnitIndex>& uses) {
    resolve_region(state, model, cluster.region, cluster.region_pos,
                   "metadata.labels[" + std::string(model::kRegionLabel) + "]", findings, uses);
}

void compile_clusters(CompilerState& state, const model::Model& model) {
    for (const UnitIndex unit : std::exchange(state.dirty_clusters, {})) {
        state.catalog[unit].dirty = false;
        const auto cluster = share<model::Cluster>(model, state.catalog[unit].key);
        std::vector<UnitIndex> uses;
        if (!cluster) {
            state.catalog.set_uses(unit, {});
            state.catalog.set_findings(unit, {});
            continue;
        }
        Findings findings(cluster->meta);
        judge_names(state, model, *cluster, findings, uses);
        state.catalog.set_uses(unit, std::move(uses));
        state.catalog.set_findings(unit, findings.take());
    }
}

}  // namespace fairway::world
