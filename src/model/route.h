// HTTPRoute as declared (gateway.networking.k8s.io/v1). Defaults are filled in when the document is
// decoded: a route has at least one rule, and a rule at least one match. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/object.h"

namespace fairway::model {

struct ParentRef {
    std::string group, kind;
    std::string ns;  // empty: the route's own
    std::string name;
    std::string section;     // listener; empty: every one
    std::uint16_t port = 0;  // 0: every one
    Pos pos;
};

enum class TextMatch : std::uint8_t { kExact, kRegex };
enum class PathMatch : std::uint8_t { kPrefix, kExact, kRegex };

struct NamedMatch {
    std::string name, value;
    TextMatch type = TextMatch::kExact;
    Pos pos;
};

struct RouteMatch {
    PathMatch path_type = PathMatch::kPrefix;
    std::string path = "/";
    Pos path_pos;
    std::string method;                      // empty: any
    std::vector<NamedMatch> headers, query;  // no name twice
    Pos pos;
};

struct HeaderEdits {
    std::vector<std::pair<std::string, std::string>> set, add;
    std::vector<std::string> remove;
};

struct PathChange {
    bool prefix = false;  // ReplacePrefixMatch; else ReplaceFullPath
    std::string value;
};

struct Redirect {
    std::string scheme, hostname;  // empty: the request's
    std::optional<PathChange> path;
    std::uint16_t port = 0;  // 0: by scheme, else the listener's
    std::uint16_t status = 302;
};

struct Rewrite {
    std::string hostname;  // empty: as it is
    std::optional<PathChange> path;
};

struct BackendTarget {
    std::string group, kind;
    std::string ns;  // empty: the route's own
    std::string name;
    std::uint16_t port = 0;  // 0: none
    Pos pos;
};

// `numerator` of `denominator` requests.
struct Mirror {
    BackendTarget to;
    std::uint32_t numerator = 1, denominator = 1;
};

struct Extension {
    std::string group, kind, name;
};

struct Filter {
    std::variant<HeaderEdits, Redirect, Rewrite, Mirror, Extension> what;
    bool on_response = false;  // HeaderEdits of a ResponseHeaderModifier
    Pos pos;
};

struct BackendRef {
    BackendTarget to;
    std::uint32_t weight = 1;
    std::vector<Filter> filters;
};

struct Retry {
    std::uint32_t attempts = 1;
    std::vector<std::uint16_t> codes;
    std::uint32_t backoff_ms = 0;
};

struct RouteRule {
    std::string name;
    Pos pos;
    std::vector<RouteMatch> matches;
    std::vector<Filter> filters;
    std::vector<BackendRef> backends;
    std::optional<std::uint32_t> request_ms, backend_request_ms;  // 0: no limit; none: the default
    std::optional<Retry> retry;
};

struct HttpRoute {
    Meta meta;
    std::vector<ParentRef> parents;
    std::vector<std::string> hostnames;  // "a.example.com", "*.example.com"; none: any
    std::vector<Pos> hostname_pos;
    std::vector<RouteRule> rules;
    std::vector<Unsupported> unsupported;
};

}  // namespace fairway::model
