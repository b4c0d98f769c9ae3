// Json as a name, for headers: objects keep the order in which their keys came.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace fairway {
using Json = nlohmann::ordered_json;
}  // namespace fairway
