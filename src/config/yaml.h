// YAML text → Documents. Stricter than YAML: a key twice, tags, merge keys and aliases that
// multiply are findings. A document that cannot be read does not take the ones after it along.
// Pure; any thread.
#pragma once

#include <string_view>

#include "config/value.h"

namespace fairway::config {

// `file` is the name that findings carry. Findings are in the result; what they leave readable,
// too.
Documents parse_yaml(std::string_view text, std::string_view file);

}  // namespace fairway::config
