// Checks a value against its schema, all faults at once. Pure; any thread.
#pragma once

#include "config/findings.h"
#include "config/schema.h"

namespace fairway::config {

// A whole document: apiVersion and kind are known to be right; metadata and the rest are checked.
void validate_document(const Value& root, const KindSchema& kind, Findings& findings);

// The name that is nearest to `word`, if one is near; else empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names);

}  // namespace fairway::config
