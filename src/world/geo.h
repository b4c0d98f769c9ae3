// Distance on the globe, for latency that nobody measured and for proximity. Pure; any thread.
#pragma once

#include "model/traffic_policy.h"

namespace fairway::world {

// Great circle on a sphere of 6,371 km.
double great_circle_km(const model::Coordinates& a, const model::Coordinates& b);

// What a distance is worth when no latency is given: 1 ms per 100 km.
inline constexpr double kKmPerMs = 100;

}  // namespace fairway::world
