#include "config/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <unordered_map>

#include "base/limits.h"
#include "base/metrics.h"
#include "config/tree_builder.h"

namespace fairway::config {

namespace {

std::string_view view(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

struct Anchor {
    Value value;
    std::uint64_t values = 0;  // in it, aliases expanded
};

// One run of libyaml over `text` from a document's first line to the end or the first syntax error.
class YamlRun {
  public:
    YamlRun(std::string_view text, std::uint32_t lines_before, TreeBuilder& builder)
        : text_(text), lines_before_(lines_before), builder_(builder) {
        yaml_parser_initialize(&parser_);
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size());
    }
    ~YamlRun() { yaml_parser_delete(&parser_); }
    YamlRun(const YamlRun&) = delete;
    YamlRun& operator=(const YamlRun&) = delete;

    // True: read to the end. False: a document was given up; error_at() tells where.
    bool run();
    std::size_t error_at() const { return error_at_; }

  private:
    struct OpenAnchor {
        std::string name;
        std::uint64_t values_before;
    };
    bool take(const yaml_event_t& event);
    bool take_scalar(const yaml_event_t& event);
    bool open(Type type, const yaml_event_t& event, const yaml_char_t* anchor,
              const yaml_char_t* tag);
    void close();
    bool alias(const yaml_event_t& event);
    bool refuse_tag(const yaml_char_t* tag, Pos pos);
    bool refuse_key(Pos pos);
    void syntax_error();
    void give_up(const yaml_mark_t& mark);
    Pos pos(const yaml_mark_t& mark) const {
        return {lines_before_ + static_cast<std::uint32_t>(mark.line) + 1,
                static_cast<std::uint32_t>(mark.column) + 1};
    }

    std::string_view text_;
    std::uint32_t lines_before_;
    TreeBuilder& builder_;
    yaml_parser_t parser_;
    std::size_t error_at_ = 0;
    std::uint64_t aliased_ = 0;
    std::vector<OpenAnchor> open_;  // one for each open collection; name empty: no anchor
    std::unordered_map<std::string, Anchor> anchors_;
};

bool YamlRun::run() {
    for (;;) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser_, &event) == 0) {
            syntax_error();
            return false;
        }
        const bool end = event.type == YAML_STREAM_END_EVENT;
        const bool good = take(event);
        if (!good) give_up(event.start_mark);
        yaml_event_delete(&event);
        if (!good) return false;
        if (end) return true;
    }
}

bool YamlRun::take(const yaml_event_t& event) {
    switch (event.type) {
        case YAML_DOCUMENT_START_EVENT:
            anchors_.clear();
            aliased_ = 0;
            return true;
        case YAML_DOCUMENT_END_EVENT:
            builder_.finish_document();
            return true;
        case YAML_SCALAR_EVENT:
            return take_scalar(event);
        case YAML_MAPPING_START_EVENT:
            return open(Type::kMap, event, event.data.mapping_start.anchor,
                        event.data.mapping_start.tag);
        case YAML_SEQUENCE_START_EVENT:
            return open(Type::kSequence, event, event.data.sequence_start.anchor,
                        event.data.sequence_start.tag);
        case YAML_MAPPING_END_EVENT:
        case YAML_SEQUENCE_END_EVENT:
            close();
            return true;
        case YAML_ALIAS_EVENT:
            return alias(event);
        default:
            return true;
    }
}

bool YamlRun::take_scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    const Pos at = pos(event.start_mark);
    const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    if (!refuse_tag(scalar.tag, at)) return false;
    const Style style = scalar.style == YAML_PLAIN_SCALAR_STYLE ? Style::kPlain : Style::kQuoted;
    if (builder_.wants_key()) {
        if (scalar.anchor != nullptr) return refuse_key(at);
        if (text == "<<" && style == Style::kPlain) {
            builder_.fault(at, "merge key `<<` is not supported", "write the fields out");
        }
    } else if (scalar.anchor != nullptr) {
        builder_.fault(at, "anchor `&" + std::string(view(scalar.anchor)) + "` on a scalar",
                       "only maps and lists may have anchors");
        return false;
    }
    builder_.scalar(text, style, at);
    return true;
}

bool YamlRun::open(Type type, const yaml_event_t& event, const yaml_char_t* anchor,
                   const yaml_char_t* tag) {
    const Pos at = pos(event.start_mark);
    if (!refuse_tag(tag, at)) return false;
    if (builder_.wants_key()) return refuse_key(at);
    open_.push_back({std::string(view(anchor)), builder_.values()});
    return builder_.open(type, at);
}

void YamlRun::close() {
    const Value value = builder_.close();
    OpenAnchor anchor = std::move(open_.back());
    open_.pop_back();
    if (anchor.name.empty()) return;
    anchors_[std::move(anchor.name)] = {value, builder_.values() - anchor.values_before};
}

bool YamlRun::alias(const yaml_event_t& event) {
    const Pos at = pos(event.start_mark);
    if (builder_.wants_key()) return refuse_key(at);
    const std::string name(view(event.data.alias.anchor));
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
        builder_.fault(at, "alias `*" + name + "` names no anchor that is complete here",
                       "put `&" + name + "` on an earlier map or list");
        return false;
    }
    aliased_ += found->second.values;
    if (aliased_ > kManifestAliasedMax) {
        limit_hit(Limit::kManifestAliases);
        builder_.fault(at,
                       "aliases add more than " + std::to_string(kManifestAliasedMax) +
                           " values to this document",
                       "write them out");
        return false;
    }
    builder_.shared(found->second.value, found->second.values);
    return true;
}

bool YamlRun::refuse_tag(const yaml_char_t* tag, Pos at) {
    if (tag == nullptr) return true;
    builder_.fault(at, "tag `" + std::string(view(tag)) + "` is not supported",
                   "leave it out; quotes make a text");
    return false;
}

bool YamlRun::refuse_key(Pos at) {
    builder_.fault(at, "a key must be a plain or quoted text", "`name: value`");
    return false;
}

// libyaml stops at the first syntax error. Its problem mark is where it noticed, at or after the
// cause, and never past the next document's `---`.
void YamlRun::syntax_error() {
    if (parser_.error == YAML_READER_ERROR) {
        const std::size_t at = std::min(parser_.problem_offset, text_.size());
        const std::string_view before = text_.substr(0, at);
        const std::size_t line_start = before.rfind('\n') + 1;
        builder_.fault(
            {lines_before_ + 1 +
                 static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')),
             static_cast<std::uint32_t>(at - line_start) + 1},
            "not readable as YAML: " +
                std::string(parser_.problem != nullptr ? parser_.problem : ""),
            "UTF-8 text without control characters");
        error_at_ = at;
        builder_.drop_document();
        return;
    }
    std::string what = "not readable as YAML: ";
    if (parser_.context != nullptr) {
        what += std::string(parser_.context) + " (line " +
                std::to_string(pos(parser_.context_mark).line) + "): ";
    }
    what += parser_.problem != nullptr ? parser_.problem : "out of memory";
    builder_.fault(pos(parser_.problem_mark), std::move(what), "check indentation and quotes here");
    give_up(parser_.problem_mark);
}

void YamlRun::give_up(const yaml_mark_t& mark) {
    std::size_t at = 0;
    for (std::size_t line = 0; line < mark.line; ++line) {
        const std::size_t next = text_.find('\n', at);
        if (next == std::string_view::npos) break;
        at = next + 1;
    }
    error_at_ = at;
    builder_.drop_document();
}

// The next line at or after `at` that begins with `---`; npos if there is none. Never the first
// line.
std::size_t next_document(std::string_view text, std::size_t at) {
    for (at = at == 0 ? 0 : at - 1; (at = text.find("\n---", at)) != std::string_view::npos; ++at) {
        const std::size_t after = at + 4;
        if (after >= text.size() ||
            std::string_view(" \t\r\n").find(text[after]) != std::string_view::npos) {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

}  // namespace

Documents parse_yaml(std::string_view text, std::string_view file) {
    Documents out;
    TreeBuilder builder(out, file);
    std::uint32_t lines_before = 0;
    for (;;) {
        YamlRun run(text, lines_before, builder);
        if (run.run()) return out;
        const std::size_t next = next_document(text, run.error_at());
        if (next == std::string_view::npos || out.findings.size() >= kManifestFindingsMax)
            return out;
        lines_before +=
            static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + next, '\n'));
        text.remove_prefix(next);
    }
}

}  // namespace fairway::config
