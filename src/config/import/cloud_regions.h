// Where the clouds' regions stand, from their public documentation, to about a tenth of a degree:
// enough for 1 ms per 100 km.
#pragma once

#include <string_view>

namespace fairway::config {

struct CloudRegion {
    std::string_view name;
    double latitude, longitude;
};

// nullptr: not known.
const CloudRegion* find_cloud_region(std::string_view name);

}  // namespace fairway::config
