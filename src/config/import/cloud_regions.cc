#include "config/import/cloud_regions.h"

#include <algorithm>
#include <array>

namespace fairway::config {
namespace {

// Sorted by name: Amazon's and Azure's.
constexpr std::array kRegions = std::to_array<CloudRegion>({
    {"af-south-1", -33.9, 18.4},
    {"ap-east-1", 22.3, 114.2},
    {"ap-northeast-1", 35.7, 139.7},
    {"ap-northeast-2", 37.6, 127.0},
    {"ap-northeast-3", 34.7, 135.5},
    {"ap-south-1", 19.1, 72.9},
    {"ap-south-2", 17.4, 78.5},
    {"ap-southeast-1", 1.3, 103.8},
    {"ap-southeast-2", -33.9, 151.2},
    {"ap-southeast-3", -6.2, 106.8},
    {"ap-southeast-4", -37.8, 145.0},
    {"australiaeast", -33.9, 151.2},
    {"australiasoutheast", -37.8, 145.0},
    {"brazilsouth", -23.5, -46.6},
    {"ca-central-1", 45.5, -73.6},
    {"ca-west-1", 51.0, -114.1},
    {"canadacentral", 43.7, -79.4},
    {"canadaeast", 46.8, -71.2},
    {"centralindia", 18.6, 73.9},
    {"centralus", 41.6, -93.6},
    {"cn-north-1", 39.9, 116.4},
    {"cn-northwest-1", 37.5, 105.2},
    {"eastasia", 22.3, 114.2},
    {"eastus", 37.4, -79.8},
    {"eastus2", 36.7, -78.4},
    {"eu-central-1", 50.1, 8.7},
    {"eu-central-2", 47.4, 8.5},
    {"eu-north-1", 59.3, 18.1},
    {"eu-south-1", 45.5, 9.2},
    {"eu-south-2", 41.6, -0.9},
    {"eu-west-1", 53.3, -6.3},
    {"eu-west-2", 51.5, -0.1},
    {"eu-west-3", 48.9, 2.4},
    {"francecentral", 46.4, 2.4},
    {"germanywestcentral", 50.1, 8.7},
    {"il-central-1", 32.1, 34.8},
    {"japaneast", 35.7, 139.8},
    {"japanwest", 34.7, 135.5},
    {"koreacentral", 37.6, 127.0},
    {"me-central-1", 24.5, 54.4},
    {"me-south-1", 26.1, 50.6},
    {"northcentralus", 41.9, -87.6},
    {"northeurope", 53.3, -6.3},
    {"norwayeast", 59.9, 10.8},
    {"sa-east-1", -23.5, -46.6},
    {"southafricanorth", -25.7, 28.2},
    {"southcentralus", 29.4, -98.5},
    {"southeastasia", 1.3, 103.8},
    {"southindia", 13.0, 80.2},
    {"swedencentral", 60.7, 17.1},
    {"switzerlandnorth", 47.5, 8.6},
    {"uaenorth", 25.3, 55.3},
    {"uksouth", 50.9, -0.8},
    {"ukwest", 53.4, -3.1},
    {"us-east-1", 38.9, -77.4},
    {"us-east-2", 40.0, -83.0},
    {"us-gov-east-1", 40.0, -83.0},
    {"us-gov-west-1", 45.5, -122.7},
    {"us-west-1", 37.4, -122.0},
    {"us-west-2", 45.9, -119.3},
    {"westcentralus", 40.9, -110.2},
    {"westeurope", 52.4, 4.9},
    {"westindia", 19.1, 72.9},
    {"westus", 37.8, -122.4},
    {"westus2", 47.2, -119.9},
    {"westus3", 33.4, -112.1},
});
static_assert(std::is_sorted(kRegions.begin(), kRegions.end(),
                             [](const CloudRegion& a, const CloudRegion& b) {
                                 return a.name < b.name;
                             }));

}  // namespace

const CloudRegion* find_cloud_region(std::string_view name) {
    const auto at =
        std::lower_bound(kRegions.begin(), kRegions.end(), name,
                         [](const CloudRegion& r, std::string_view n) { return r.name < n; });
    return at != kRegions.end() && at->name == name ? &*at : nullptr;
}

}  // namespace fairway::config
