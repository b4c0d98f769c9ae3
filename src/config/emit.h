// Writing documents: a Tree is built in the order that it shall have and comes out as YAML, the
// same bytes for the same tree. What is written reads back as the same values (parse_yaml): text
// that would read as something else is quoted. For the importers. Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/value.h"

namespace fairway::config {

class Tree {
  public:
    enum class Form : std::uint8_t { kPlain, kText, kMap, kSequence };

    Tree() : Tree(Form::kPlain, "null") {}
    Tree(std::string_view text) : Tree(Form::kText, text) {}
    Tree(const std::string& text) : Tree(Form::kText, text) {}
    Tree(const char* text) : Tree(Form::kText, text) {}
    Tree(bool value) : Tree(Form::kPlain, value ? "true" : "false") {}
    Tree(int value) : Tree(static_cast<std::int64_t>(value)) {}
    Tree(unsigned value) : Tree(static_cast<std::uint64_t>(value)) {}
    Tree(std::int64_t value) : Tree(Form::kPlain, std::to_string(value)) {}
    Tree(std::uint64_t value) : Tree(Form::kPlain, std::to_string(value)) {}
    Tree(double value);  // finite; the shortest digits that read back the same
    static Tree map() { return Tree(Form::kMap, {}); }
    static Tree sequence() { return Tree(Form::kSequence, {}); }
    // A document's values as they are (comments and styles are not kept).
    static Tree copy(const Value& value);

    // Appends to a map; the key must be new. Returns *this, so that calls chain.
    Tree& set(std::string key, Tree value);
    // Appends to a sequence.
    Tree& add(Tree value);
    // Lines above this value's key or item (above the document for the root).
    Tree& comment(std::string text);

    Form form() const { return form_; }
    bool empty() const { return kids_.empty(); }
    std::size_t size() const { return kids_.size(); }
    Tree* find(std::string_view key);  // nullptr: no such member

  private:
    friend class Emitter;
    Tree(Form form, std::string_view text) : form_(form), text_(text) {}
    Form form_;
    std::string text_;
    std::string comment_;
    std::vector<std::pair<std::string, Tree>> kids_;  // keys are empty in a sequence
};

// apiVersion, kind, metadata {name, namespace if not empty}: how every manifest begins.
Tree manifest(std::string_view api_version, std::string_view kind, std::string_view name,
              std::string_view ns);

// One document, with a final newline. Several documents: put "---\n" between them.
std::string emit_yaml(const Tree& tree);

}  // namespace fairway::config
