// Azure's regions of the Geographic method as match keys. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace fairway::config {

// "WORLD", "GEO-EU", "IE", "US-CA" → "*", "group/GEO-EU", "country/IE", "subdivision/US-CA".
std::string azure_match_key(std::string_view code);

}  // namespace fairway::config
