// How the importer of Global Traffic Manager names nodes: by serial number first, so that a rotated
// draw, which goes by name, goes by serial. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::config {

std::string gtm_pool_node(std::int64_t serial, std::string_view pool);
std::string gtm_address_node(std::string_view pool_node, std::int64_t serial,
                             std::string_view address);

}  // namespace fairway::config
