// The only include of nlohmann's JSON; costs 3 s to compile, so headers take base/json_fwd.h.
// Exceptions of the library stay in the file that calls it: parse with parse_json().
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json_fwd.h"
#include "base/result.h"

namespace fairway {

// Strict JSON, nested at most kJsonDepthMax deep. A key twice in one object is an error. The error
// names line and column.
Result<Json> parse_json(std::string_view text);

}  // namespace fairway
