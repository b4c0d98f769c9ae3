// JSON text → Documents (one document a file), with the same places, limits and duplicate checks as
// YAML. Strict RFC 8259: no comments, no trailing commas, no lone surrogates. Pure; any thread.
#pragma once

#include <string_view>

#include "config/value.h"

namespace fairway::config {

Documents parse_json(std::string_view text, std::string_view file);

}  // namespace fairway::config
