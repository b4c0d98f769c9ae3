#include "steer/measure.h"

namespace fairway::steer {
namespace {

constexpr world::KeyId kNowhere[] = {world::kAnyKey};

}  // namespace

Query locate(const world::World& world, const Cidr& client, std::uint16_t qtype) {
    Query query;
    if (world.regions) {
        const auto match = world.regions->clients.find(client);
        const auto& regions = world.regions->regions;
        if (match.value < regions.size()) query = seen_from(world, regions[match.value]);
        query.region_scope = match.scope;
    }
    if (query.geo.empty()) query.geo = kNowhere;
    if (query.lines.empty()) query.lines = kNowhere;
    query.client = client;
    query.qtype = qtype;
    return query;
}

}  // namespace fairway::steer
