// What a decision is made for: the client and what is known of it. A value on the stack; spans are
// borrowed from World (or from explain's given facts) for the time of one decision.
#pragma once

#include <cstdint>
#include <span>

#include "base/hash.h"
#include "base/ip.h"
#include "model/traffic_policy.h"
#include "world/world.h"

namespace fairway::steer {

struct NamedDistance {
    std::string_view node;  // a node's name
    double km = 0;
};

struct Query {
    Cidr client;                        // ECS prefix, else the resolver at full length
    world::RegionId region;             // the client's Region; unknown if unmapped
    std::uint8_t region_scope = 0;      // bits of `client` that told the region
    std::span<const world::KeyId> geo;  // most specific first, ends in kAnyKey
    std::span<const world::KeyId> lines;
    const model::Coordinates* coordinates = nullptr;
    // Latency to each Region by id, NaN = unknown; empty = unknown all.
    std::span<const float> latency_ms;
    std::span<const NamedDistance> distances;  // given outright; wins over coordinates
    std::uint64_t nth = 0;                     // decisions before this one (draw rotated)
    std::uint16_t qtype = 1;
};

// Fills in what World knows of a client: its Region, keys, latency row, coordinates.
Query locate(const world::World& world, const Cidr& client, std::uint16_t qtype);

// A client of this Region as World knows it, without an address.
Query seen_from(const world::World& world, const world::RegionPart& region);

}  // namespace fairway::steer
