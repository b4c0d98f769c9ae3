// Collects what is wrong with one document, each finding with its place and field path. Used by the
// validator and the decoders of one document at a time.
#pragma once

#include <string>
#include <string_view>

#include "config/value.h"
#include "model/diagnostic.h"

namespace fairway::config {

class Findings {
  public:
    // `root` outlives it; `object` is that of model::Diagnostic.
    Findings(const Value& root, std::string_view file, std::string object)
        : root_(root), file_(file), object_(std::move(object)) {}

    // `value` stands in the tree below root: its path is looked up there.
    void error(const Value& value, std::string what, std::string right = {}) {
        add(model::Severity::kError, value, {}, value.pos(), std::move(what), std::move(right));
    }
    // About the field itself rather than what it says: the place is the key's.
    void error(const Member& member, std::string what, std::string right = {}) {
        add(model::Severity::kError, member.value, {}, member.key_pos, std::move(what),
            std::move(right));
    }
    // A field that is not there, of the map `value` (missing: of the document).
    void absent(const Value& value, std::string_view field, std::string what,
                std::string right = {}) {
        add(model::Severity::kError, value, field, value.is_missing() ? root_.pos() : value.pos(),
            std::move(what), std::move(right));
    }
    void warning(const Value& value, std::string_view field, std::string what,
                 std::string right = {}) {
        add(model::Severity::kWarning, value, field, value.pos(), std::move(what),
            std::move(right));
    }

    // An error that leaves the object: the API admits it, we do not honour it yet.
    void unsupported(const Value& value, Pos pos, std::string what, const std::string& why);

    // Errors that leave nothing to serve.
    bool has_faults() const { return faults_ > 0; }
    std::vector<model::Unsupported> take_unsupported() { return std::move(unsupported_); }
    model::Diagnostics take() { return std::move(all_); }

    // "spec.nodes[2].name"; "" for root and for what is not in the tree.
    static std::string path(const Value& root, const Value& target);

  private:
    void add(model::Severity severity, const Value& value, std::string_view field, Pos pos,
             std::string what, std::string right);

    const Value& root_;
    std::string_view file_;
    std::string object_;
    model::Diagnostics all_;
    std::vector<model::Unsupported> unsupported_;
    std::size_t faults_ = 0;
};

// `text` for a message: in backquotes, cut at 64 characters, controls as ?.
std::string quote(std::string_view text);

}  // namespace fairway::config
