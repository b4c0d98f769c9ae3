// The verdict on a check: one pure function from what is known of it to up or down. The same in
// probes, vectors, explain and drill. Thresholds of a single prober are in world/verdict.h.
#pragma once

#include <cstdint>
#include <optional>

#include "model/health_check.h"
#include "world/facts.h"

namespace fairway::world {

// What is known of one check.
struct Evidence {
    std::uint64_t healthy = 0, total = 0;  // checkers over all places; total 0: no data
    std::uint32_t children_up = 0;         // Calculated: counts_as_up
    Health routing_control = Health::kUp;  // RoutingControl: On = up
    std::optional<Health> told;            // External
};

// In this order: disabled (up; with inverted down), then the type's own rule, then inverted. No
// data: the declared initial state, inverted too.
Health judge(const model::HealthCheck& check, const Evidence& evidence);

}  // namespace fairway::world
