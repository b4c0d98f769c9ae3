// World: everything declared, compiled, immutable, numbered. Composed of shared parts, so that the
// next World rebuilds only what changed. No health and no switch position is ever in it. Built by
// world::Compiler on the control thread, published to every shard, read by all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "model/health_check.h"
#include "model/model.h"
#include "world/ids.h"
#include "world/parts.h"
#include "world/policy.h"
#include "world/prefix_map.h"

namespace fairway::world {

struct RegionPart {
    RegionId id;
    std::string name;
    std::optional<model::Coordinates> coordinates;
    std::vector<KeyId> geo;    // most specific first; ends in kAnyKey
    std::vector<KeyId> lines;  // likewise
    std::uint64_t clients = 1;
    std::optional<std::uint64_t> capacity;
};

// All Regions together: few, and read as a whole (latency matrix, client map).
struct RegionTable {
    std::vector<RegionPart> regions;  // by RegionId; empty name = a hole
    std::vector<float> latency_ms;    // [client region * regions + region]; NaN = unknown
    std::unordered_map<std::string, RegionId> by_name;
    PrefixMap clients;  // client prefix -> RegionId::value
    float latency(RegionId from, RegionId to) const {
        return latency_ms[from.value * regions.size() + to.value];
    }
    const RegionPart* find(const std::string& name) const {
        const auto at = by_name.find(name);
        return at == by_name.end() ? nullptr : &regions[at->second.value];
    }
};

struct EndpointPart {
    IpAddr address;
    bool ready = true;  // ready and not terminating
    bool terminating = false;
    RegionId region;
    std::uint32_t gates_at = 0, gates_size = 0;  // in ServicePart::gates: the probes of it
};

struct ServicePart {
    ServiceId id;
    std::string name;  // "default/web"
    std::vector<EndpointPart> endpoints;
    std::vector<FactId> gates;
};

// How a fact comes to be. It stays while a part that was kept for its good days reads it, even if
// its document is gone.
struct CheckPart {
    std::shared_ptr<const model::HealthCheck> check;  // null for a switch
    std::shared_ptr<const model::Secret> ca;          // whom its probes trust, if it says
    FactId id;
    std::string name;                 // "default/eu-web", "default/web@192.0.2.1:80"
    std::optional<SockAddr> address;  // of a probe
    std::vector<FactId> children;     // Calculated
    FactId routing_control;           // RoutingControl check
    std::shared_ptr<const model::RoutingControl> control;  // a switch
};

// "HealthCheck/default/eu-web", "RoutingControl/default/eu-on": stays over Worlds and restarts.
std::string fact_name(const CheckPart& part);

// Who reads a fact: so that a flip touches only them.
struct FactUsers {
    struct NodeUse {
        PolicyId policy;
        NodeIndex node;
    };
    struct EndpointUse {
        ServiceId service;
        std::uint32_t endpoint;
    };
    std::vector<NodeUse> nodes;
    std::vector<EndpointUse> endpoints;
    std::vector<FactId> calculated;  // checks that have it as child
};

// Which nodes have a service as leaf.
struct ServiceUsers {
    std::vector<FactUsers::NodeUse> nodes;
};

// A non-preemptive node: whose current choice is a fact.
struct CurrentPart {
    CurrentId id;
    std::string name;  // "default/shop A where/eu": stays over Worlds
    PolicyId policy;
    NodeIndex node = 0;
};

class ZonePart;      // world/zone.h: names and records of one zone
class ZoneIndex;     // world/zone.h: origin -> ZoneId
class SteeredNames;  // world/steered_names.h: (host name, type) -> PolicyId

struct World {
    std::uint64_t generation = 0;
    std::shared_ptr<const RegionTable> regions;
    std::shared_ptr<const std::vector<std::string>> keys;  // KeyId -> "country/US"
    Parts<PolicyPart> policies;
    Parts<ServicePart> services;
    Parts<CheckPart> checks;            // by FactId
    Parts<FactUsers> fact_users;        // by FactId
    Parts<ServiceUsers> service_users;  // by ServiceId
    Parts<CurrentPart> currents;        // by CurrentId
    Parts<ZonePart> zones;
    std::shared_ptr<const ZoneIndex> zone_index;
    std::shared_ptr<const SteeredNames> steered_names;
    // Trees by "namespace/name"; a policy with two families has two.
    std::shared_ptr<const std::unordered_map<std::string, std::vector<PolicyId>>> policy_ids;
};

// What differs from the World before, put or gone: what shards, probers and the fact keeper must
// refresh. `all` on the first. Empty lists and an equal generation: nothing changed.
struct WorldChange {
    std::shared_ptr<const World> world;
    bool all = false;
    bool regions = false;
    std::vector<PolicyId> policies;
    std::vector<ServiceId> services;
    std::vector<FactId> checks;
    std::vector<CurrentId> currents;
    std::vector<ZoneId> zones;
};

}  // namespace fairway::world
