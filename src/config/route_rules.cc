// HTTPRoute's rules but those of filters.
#include <algorithm>

#include "config/gateway_rules.h"

namespace fairway::config {

namespace {

using R = const Reader&;
using F = const RuleFault&;
constexpr auto kRoute = model::Kind::kHttpRoute;

// What makes two parentRefs mean the same object.
std::string parent_key(const Reader& parent) {
    return parent["group"].text() + "/" + parent["kind"].text() + "/" + parent["namespace"].text() +
           "/" + parent["name"].text();
}

void parents_need_section(const Reader& root, const RuleFault& fault) {
    struct First {
        bool section, port;
    };
    std::map<std::string, First> firsts;
    root["spec"]["parentRefs"].each([&](R parent) {
        const First has{!parent["sectionName"].view().empty(), !parent["port"].view().empty()};
        const auto [first, fresh] = firsts.emplace(parent_key(parent), has);
        if (has.section == first->second.section && has.port == first->second.port) return;
        fault(parent.value(), "the same parent stands before, and not both say which part of it",
              "sectionName or port on every one");
    });
}

void parents_distinct(const Reader& root, const RuleFault& fault) {
    const auto key_of = [](R parent) {
        return parent_key(parent) + "/" + parent["sectionName"].text() + "/" +
               parent["port"].text();
    };
    tell_repeats(root["spec"]["parentRefs"], key_of, "stands twice", fault);
}

void count_matches(const Reader& root, const RuleFault& fault) {
    const Reader rules = root["spec"]["rules"];
    std::size_t count = 0;
    rules.each([&](R rule) { rule["matches"].each([&](R) { ++count; }); });
    if (count <= 128) return;
    fault(rules.value(), "hold " + std::to_string(count) + " matches in all", "at most 128");
}

void rule_names(const Reader& root, const RuleFault& fault) {
    const auto key_of = [](R rule) {
        return rule["name"].given() ? "=" + rule["name"].text() : "";
    };
    tell_repeats(root["spec"]["rules"], key_of, "another rule has this name", fault);
}

template <class Check>
void each_rule(const Reader& root, const Check& check) {
    root["spec"]["rules"].each([&](R rule) { check(rule); });
}

void redirect_alone(const Reader& root, const RuleFault& fault) {
    each_rule(root, [&](R rule) {
        if (rule["backendRefs"].value().size() == 0) return;
        rule["filters"].each([&](R filter) {
            if (!filter["requestRedirect"].given()) return;
            fault(filter["requestRedirect"].value(), "stands beside backendRefs",
                  "a redirect answers by itself");
        });
    });
}

bool has_one_prefix_match(const Reader& rule) {
    int matches = 0;
    bool prefix = true;
    rule["matches"].each([&](R match) {
        ++matches;
        prefix = prefix && match["path"]["type"].view() == "PathPrefix";
    });
    return matches == 1 && prefix;
}

void prefix_needs_match(const Reader& rule, const Reader& filters, std::string_view field,
                        const RuleFault& fault) {
    if (has_one_prefix_match(rule)) return;
    filters.each([&](R filter) {
        const Reader path = filter[field]["path"], prefix = path["replacePrefixMatch"];
        if (path["type"].view() != "ReplacePrefixMatch" || !prefix.given()) return;
        fault(prefix.value(), "replaces a prefix that the rule does not have",
              "exactly one match, of type PathPrefix");
    });
}

void prefix_of_rule(const Reader& root, std::string_view field, const RuleFault& fault) {
    each_rule(root, [&](R rule) { prefix_needs_match(rule, rule["filters"], field, fault); });
}

// Upstream asks for exactly one such backend before it looks; two are no better.
void prefix_of_backends(const Reader& root, std::string_view field, const RuleFault& fault) {
    each_rule(root, [&](R rule) {
        rule["backendRefs"].each(
            [&](R backend) { prefix_needs_match(rule, backend["filters"], field, fault); });
    });
}

void backend_ports(const Reader& root, const RuleFault& fault) {
    each_rule(root, [&](R rule) {
        rule["backendRefs"].each([&](R backend) {
            if (!backend["group"].view().empty() || backend["kind"].view() != "Service") return;
            if (!backend["port"].given()) {
                fault.absent(backend.value(), "port", "is missing: a Service needs it");
            }
        });
    });
}

template <class Check>
void each_path(const Reader& root, const Check& check) {
    each_rule(root, [&](R rule) { rule["matches"].each([&](R match) { check(match["path"]); }); });
}

// Paths that are compared as text, which `good` must hold for.
template <class Good>
void plain_paths(const Reader& root, const Good& good, const std::string& right,
                 const RuleFault& fault) {
    each_path(root, [&](R path) {
        const std::string_view type = path["type"].view(), value = path["value"].view();
        if ((type != "Exact" && type != "PathPrefix") || good(value)) return;
        fault(path["value"].value(), quote(value) + " matches no path", right);
    });
}

void no_part(const Reader& root, std::string_view part, const RuleFault& fault) {
    plain_paths(
        root, [&](std::string_view path) { return path.find(part) == std::string_view::npos; },
        "a path without " + std::string(part), fault);
}

void no_end(const Reader& root, std::string_view end, const RuleFault& fault) {
    plain_paths(
        root, [&](std::string_view path) { return !path.ends_with(end); },
        "a path that does not end with " + std::string(end), fault);
}

void path_absolute(const Reader& root, const RuleFault& fault) {
    plain_paths(
        root, [](std::string_view path) { return path.starts_with('/'); }, "a path begins with /",
        fault);
}

void path_type_known(const Reader& root, const RuleFault& fault) {
    each_path(root, [&](R path) {
        const std::string_view type = path["type"].view();
        if (type == "Exact" || type == "PathPrefix" || type == "RegularExpression") return;
        fault(path["type"].value(), quote(type) + " is no type of path match",
              "Exact, PathPrefix or RegularExpression");
    });
}

void path_characters(const Reader& root, const RuleFault& fault) {
    plain_paths(
        root, [](std::string_view path) { return format_fault(Format::kUriPath, path) == nullptr; },
        "the characters of a path, others as %XX", fault);
}

void session_permanent(const Reader& root, const RuleFault& fault) {
    each_rule(root, [&](R rule) {
        const Reader session = rule["sessionPersistence"], cookie = session["cookieConfig"];
        if (cookie["lifetimeType"].view() != "Permanent" || session["absoluteTimeout"].given())
            return;
        fault.absent(session.value(), "absoluteTimeout", "is missing: a Permanent cookie needs it");
    });
}

void session_cookie(const Reader& root, const RuleFault& fault) {
    each_rule(root, [&](R rule) {
        const Reader session = rule["sessionPersistence"];
        if (!session["cookieConfig"].given() || session["type"].view() == "Cookie") return;
        fault(session["cookieConfig"].value(), "is read by type Cookie alone", "leave it out");
    });
}

void timeouts(const Reader& root, const RuleFault& fault) {
    each_rule(root, [&](R rule) {
        const Reader one = rule["timeouts"]["backendRequest"], all = rule["timeouts"]["request"];
        const auto one_ms = duration_ms(one.view()), all_ms = duration_ms(all.view());
        if (!one_ms || !all_ms || *all_ms == 0 || *one_ms <= *all_ms) return;
        fault(one.value(), "is longer than the whole request may take",
              "at most request, " + all.text());
    });
}

}  // namespace

void add_rules_of_routes(std::vector<GatewayRule>& out) {
    const GatewayRule rules[] = {
        {"parents-need-section", kRoute, parents_need_section},
        {"parents-distinct", kRoute, parents_distinct},
        {"matches-at-most-128", kRoute, count_matches},
        {"rule-name-unique", kRoute, rule_names},
        {"redirect-has-no-backends", kRoute, redirect_alone},
        {"redirect-prefix-needs-one-prefix-match", kRoute,
         [](R r, F f) { prefix_of_rule(r, "requestRedirect", f); }},
        {"rewrite-prefix-needs-one-prefix-match", kRoute,
         [](R r, F f) { prefix_of_rule(r, "urlRewrite", f); }},
        {"backend-redirect-prefix-needs-one-prefix-match", kRoute,
         [](R r, F f) { prefix_of_backends(r, "requestRedirect", f); }},
        {"backend-rewrite-prefix-needs-one-prefix-match", kRoute,
         [](R r, F f) { prefix_of_backends(r, "urlRewrite", f); }},
        {"backend-service-has-port", kRoute, backend_ports},
        {"path-absolute", kRoute, path_absolute},
        {"path-no-empty-segment", kRoute, [](R r, F f) { no_part(r, "//", f); }},
        {"path-no-dot", kRoute, [](R r, F f) { no_part(r, "/./", f); }},
        {"path-no-dotdot", kRoute, [](R r, F f) { no_part(r, "/../", f); }},
        {"path-no-encoded-slash-lower", kRoute, [](R r, F f) { no_part(r, "%2f", f); }},
        {"path-no-encoded-slash-upper", kRoute, [](R r, F f) { no_part(r, "%2F", f); }},
        {"path-no-fragment", kRoute, [](R r, F f) { no_part(r, "#", f); }},
        {"path-no-final-dotdot", kRoute, [](R r, F f) { no_end(r, "/..", f); }},
        {"path-no-final-dot", kRoute, [](R r, F f) { no_end(r, "/.", f); }},
        {"path-type-known", kRoute, path_type_known},
        {"path-characters", kRoute, path_characters},
        {"session-permanent-has-absolute", kRoute, session_permanent},
        {"session-cookie-config-is-cookie", kRoute, session_cookie},
        {"timeout-backend-within-request", kRoute, timeouts},
    };
    out.insert(out.end(), std::begin(rules), std::end(rules));
}

}  // namespace fairway::config
