// One finding about a document: what `check` prints, status carries and the log says. A value.
// Form (design §5): file:line:column: error|warning: Kind/name: field.path: what; what would be
// right
#pragma once

#include <string>
#include <vector>

#include "model/object.h"

namespace fairway::model {

enum class Severity : std::uint8_t { kWarning, kError };

struct Diagnostic {
    Severity severity = Severity::kError;
    std::string file;
    Pos pos;
    std::string object;  // "TrafficPolicy/default/shop"; empty when the document has no name yet
    std::string field;   // "spec.nodes[2].children[0].policy"; empty: the whole object
    std::string what;    // what is wrong
    std::string right;   // what would be right; may be empty for warnings

    // The line that `check` prints; `object` without its namespace if there is a file.
    std::string text() const;
    auto operator<=>(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& diagnostics);

}  // namespace fairway::model
