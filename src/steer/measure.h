// What orders the kids of a node: priority, weight, latency, distance, key place, prefix length.
// Pure functions over one compiled tree and one query, the same for all three forms.
#pragma once

#include <optional>
#include <string_view>

#include "steer/query.h"
#include "world/world.h"

namespace fairway::steer {

// Whether `op` lets only the kids that match the query count.
inline bool is_matching(model::Op op) {
    return op == model::Op::kMatch || op == model::Op::kCidr || op == model::Op::kRange;
}
// Whether tiers of `op` depend on the query.
inline bool reads_client(model::Op op) {
    return is_matching(op) || op == model::Op::kLatency || op == model::Op::kProximity;
}

// The kid's place among its parent's tiers: smaller first, equal values share a tier; nothing if
// the parent only takes kids that match and this one does not.
std::optional<double> rank_of(const world::World& world, const world::PolicyPart& part,
                              const world::Node& parent, const world::Node& kid,
                              const Query& query);

// The number that explain shows beside the rank: priority, weight, ms, biased km, key place,
// length.
double shown_measure(const world::Node& parent, const world::Node& kid, double rank);

// Great-circle distance.
double distance_km(const model::Coordinates& a, const model::Coordinates& b);
double biased(double km, int bias);

// The kid's place on the map: its own, else its region's. Null if neither is known.
const model::Coordinates* place_of(const world::RegionTable* regions, const world::PolicyPart& part,
                                   const world::Node& kid);

// Families are never mixed: an IPv6 span holds no IPv4 client.
inline bool holds(const world::AddressSpan& span, const Cidr& client) {
    return span.first.family == client.base.family && span.first <= client.base &&
           client.last() <= span.last;
}

// Rendezvous hashing: the kid with the greatest score answers this client.
std::uint64_t client_hash(const Cidr& client);
inline std::uint64_t rendezvous_score(std::uint64_t client, std::uint64_t name) {
    return mix64(client ^ name);
}

// ECS scope of the answer, docs/steering.md section 7.
std::uint8_t scope_of(const world::PolicyPart& part, const Query& query);
// Bits of `client`, in its family, that keep a prefix around it clear of an edge that lies just
// before `edge`.
unsigned bits_clear_of(const Cidr& client, const IpAddr& edge);

inline const std::string& name_of(const world::PolicyPart& part, const world::Node& node) {
    return part.names[node.name];
}

}  // namespace fairway::steer
