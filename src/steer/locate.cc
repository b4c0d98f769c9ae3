#include "steer/query.h"

namespace fairway::steer {

Query locate(const world::World& world, const Cidr& client, std::uint16_t qtype) {
    static constexpr world::KeyId kNowhere[] = {world::kAnyKey};
    Query query;
    query.client = client;
    query.qtype = qtype;
    query.geo = kNowhere;
    query.lines = kNowhere;
    if (!world.regions) return query;
    const world::RegionTable& table = *world.regions;
    const auto match = table.clients.find(client);
    query.region_scope = match.scope;
    if (match.value >= table.regions.size()) return query;
    const world::RegionPart& region = table.regions[match.value];
    query.region = region.id;
    if (!region.geo.empty()) query.geo = region.geo;
    if (!region.lines.empty()) query.lines = region.lines;
    if (region.coordinates) query.coordinates = &*region.coordinates;
    const std::size_t n = table.regions.size();
    if (table.latency_ms.size() >= n * n) {
        query.latency_ms = {table.latency_ms.data() + match.value * n, n};
    }
    return query;
}

}  // namespace fairway::steer
