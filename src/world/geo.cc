#include "world/geo.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fairway::world {

double great_circle_km(const model::Coordinates& a, const model::Coordinates& b) {
    constexpr double kRadiusKm = 6371;
    constexpr double kRadians = std::numbers::pi / 180;
    const double dlat = (b.latitude - a.latitude) * kRadians;
    const double dlon = (b.longitude - a.longitude) * kRadians;
    const double h = std::pow(std::sin(dlat / 2), 2) + std::cos(a.latitude * kRadians) *
                                                           std::cos(b.latitude * kRadians) *
                                                           std::pow(std::sin(dlon / 2), 2);
    return 2 * kRadiusKm * std::asin(std::sqrt(std::clamp(h, 0.0, 1.0)));
}

}  // namespace fairway::world
