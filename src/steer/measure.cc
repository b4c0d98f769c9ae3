#include "steer/measure.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace fairway::steer {
namespace {

constexpr double kLastTier = std::numeric_limits<double>::infinity();
constexpr double kEarthRadiusKm = 6371.0088;

double latency_rank(const world::Node& kid, const Query& query) {
    if (kid.kid_region.value >= query.latency_ms.size()) return kLastTier;
    const float ms = query.latency_ms[kid.kid_region.value];
    return std::isnan(ms) ? kLastTier : ms;
}

double proximity_rank(const world::World& world, const world::PolicyPart& part,
                      const world::Node& kid, const Query& query) {
    for (const NamedDistance& given : query.distances) {
        if (given.node == name_of(part, kid)) return biased(given.km, kid.bias);
    }
    const model::Coordinates* place = place_of(world.regions.get(), part, kid);
    if (!place || !query.coordinates) return kLastTier;
    return biased(distance_km(*query.coordinates, *place), kid.bias);
}

std::optional<double> match_rank(const world::PolicyPart& part, const world::Node& parent,
                                 const world::Node& kid, const Query& query) {
    const auto has = [&](world::KeyId key) {
        const auto first = part.keys.begin() + kid.keys_at;
        return std::find(first, first + kid.keys_size, key) != first + kid.keys_size;
    };
    const auto client = parent.key == model::MatchKey::kGeo ? query.geo : query.lines;
    for (std::size_t place = 0; place < client.size(); ++place) {
        if (has(client[place])) return static_cast<double>(place);
    }
    // Every client's list ends in "*", also one that nobody filled in.
    if (has(world::kAnyKey)) return static_cast<double>(client.size());
    return {};
}

std::optional<double> span_rank(const world::PolicyPart& part, const world::Node& parent,
                                const world::Node& kid, const Query& query) {
    if (kid.spans_size == 0) return kLastTier;
    std::optional<double> best;
    for (std::uint32_t i = 0; i < kid.spans_size; ++i) {
        const world::AddressSpan& span = part.spans[kid.spans_at + i];
        if (!holds(span, query.client)) continue;
        const double rank = parent.op == model::Op::kCidr ? -static_cast<double>(span.length) : 0;
        if (!best || rank < *best) best = rank;
    }
    return best;
}

unsigned common_bits(const IpAddr& a, const IpAddr& b) {
    for (unsigned i = 0; i < 16; ++i) {
        const std::uint8_t differ = a.bytes[i] ^ b.bytes[i];
        if (differ != 0) return i * 8 + static_cast<unsigned>(std::countl_zero(differ));
    }
    return 128;
}

IpAddr before(IpAddr address) {
    for (int i = 15; i >= 0 && address.bytes[i]-- == 0; --i) {
    }
    return address;
}

bool is_lowest(const IpAddr& address) {
    return Cidr::of(address, 0).base == address;
}

}  // namespace

std::optional<double> rank_of(const world::World& world, const world::PolicyPart& part,
                              const world::Node& parent, const world::Node& kid,
                              const Query& query) {
    switch (parent.op) {
        case model::Op::kUniform:
        case model::Op::kHash:
            return 0;
        case model::Op::kPriority:
            return kid.priority;
        case model::Op::kWeight:
            return parent.zero == model::Zero::kLast || kid.weight > 0 ? 0 : 1;
        case model::Op::kLatency:
            return latency_rank(kid, query);
        case model::Op::kProximity:
            return proximity_rank(world, part, kid, query);
        case model::Op::kMatch:
            return match_rank(part, parent, kid, query);
        case model::Op::kCidr:
        case model::Op::kRange:
            return span_rank(part, parent, kid, query);
    }
    return {};
}

double shown_measure(const world::Node& parent, const world::Node& kid, double rank) {
    switch (parent.op) {
        case model::Op::kWeight:
            return kid.weight;
        case model::Op::kCidr: {
            if (kid.spans_size == 0) return 0;
            return -rank;
        }
        default:
            return rank;
    }
}

double distance_km(const model::Coordinates& a, const model::Coordinates& b) {
    constexpr double kRadians = std::numbers::pi / 180;
    const double lat = (b.latitude - a.latitude) * kRadians / 2;
    const double lon = (b.longitude - a.longitude) * kRadians / 2;
    const double h = std::sin(lat) * std::sin(lat) + std::cos(a.latitude * kRadians) *
                                                         std::cos(b.latitude * kRadians) *
                                                         std::sin(lon) * std::sin(lon);
    return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(h)));
}

double biased(double km, int bias) {
    return bias >= 0 ? km * (1 - bias / 100.0) : km / (1 + bias / 100.0);
}

Query seen_from(const world::World& world, const world::RegionPart& region) {
    Query query;
    query.region = region.id;
    query.geo = region.geo;
    query.lines = region.lines;
    if (region.coordinates) query.coordinates = &*region.coordinates;
    const world::RegionTable& table = *world.regions;
    const std::size_t n = table.regions.size();
    if (region.id.value < n && table.latency_ms.size() >= n * n) {
        query.latency_ms = {table.latency_ms.data() + region.id.value * n, n};
    }
    return query;
}

const model::Coordinates* place_of(const world::RegionTable* regions, const world::PolicyPart& part,
                                   const world::Node& kid) {
    if (kid.coordinates < part.coordinates.size()) return &part.coordinates[kid.coordinates];
    if (!regions || kid.kid_region.value >= regions->regions.size()) return nullptr;
    const auto& place = regions->regions[kid.kid_region.value].coordinates;
    return place ? &*place : nullptr;
}

std::uint64_t client_hash(const Cidr& client) {
    return hash_bytes({client.base.data(), client.base.size()}, client.length);
}

unsigned bits_clear_of(const Cidr& client, const IpAddr& edge) {
    if (edge.family != client.base.family || is_lowest(edge)) return 0;
    const unsigned offset = client.base.is_v4() ? 96 : 0;
    if (client.base < edge) {
        if (edge <= client.last()) return client.length;
        return common_bits(client.base, edge) - offset + 1;
    }
    return common_bits(client.base, before(edge)) - offset + 1;
}

std::uint8_t scope_of(const world::PolicyPart& part, const Query& query) {
    unsigned bits = 0;
    const auto needs = [&](unsigned more) { bits = std::max(bits, more); };
    for (const world::Node& node : part.nodes) {
        if (node.is_leaf) continue;
        if (node.op == model::Op::kHash) needs(query.client.length);
        if (reads_client(node.op) && node.op != model::Op::kCidr && node.op != model::Op::kRange) {
            needs(query.region_scope);
        }
    }
    for (const world::AddressSpan& span : part.spans) {
        needs(bits_clear_of(query.client, span.first));
        IpAddr past = span.last;
        for (int i = 15; i >= 0 && ++past.bytes[i] == 0; --i) {
        }
        // Past the highest address of the family there is no edge.
        if (Cidr::of(span.last, 0).last() != span.last) needs(bits_clear_of(query.client, past));
    }
    if (part.stickiness != model::Stickiness::kNone) needs(query.client.length);
    return static_cast<std::uint8_t>(std::min<unsigned>(bits, query.client.length));
}

}  // namespace fairway::steer
