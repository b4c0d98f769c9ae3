// The rules of HTTPRoute's filters; each holds for a rule's filters and for a backendRef's.
#include "config/gateway_rules.h"

namespace fairway::config {

namespace {

using R = const Reader&;
using F = const RuleFault&;
constexpr auto kRoute = model::Kind::kHttpRoute;

struct FilterType {
    std::string_view type, field;
};
constexpr FilterType kCors{"CORS", "cors"};
constexpr FilterType kRequestHeader{"RequestHeaderModifier", "requestHeaderModifier"};
constexpr FilterType kResponseHeader{"ResponseHeaderModifier", "responseHeaderModifier"};
constexpr FilterType kMirror{"RequestMirror", "requestMirror"};
constexpr FilterType kRedirect{"RequestRedirect", "requestRedirect"};
constexpr FilterType kRewrite{"URLRewrite", "urlRewrite"};
constexpr FilterType kExtension{"ExtensionRef", "extensionRef"};
constexpr FilterType kAuth{"ExternalAuth", "externalAuth"};

template <class Check>
void each_list(const Reader& root, const Check& check) {
    root["spec"]["rules"].each([&](R rule) {
        check(rule["filters"]);
        rule["backendRefs"].each([&](R backend) { check(backend["filters"]); });
    });
}

template <class Check>
void each_filter(const Reader& root, const Check& check) {
    each_list(root, [&](R filters) { filters.each([&](R filter) { check(filter); }); });
}

// The filters' part `field`, where there is one.
template <class Check>
void each_part(const Reader& root, const FilterType& of, const Check& check) {
    each_filter(root, [&](R filter) {
        if (filter[of.field].given()) check(filter[of.field]);
    });
}

void redirect_or_rewrite(const Reader& root, const RuleFault& fault) {
    each_list(root, [&](R filters) {
        bool redirect = false, rewrite = false;
        filters.each([&](R filter) {
            redirect = redirect || filter["type"].view() == kRedirect.type;
            rewrite = rewrite || filter["type"].view() == kRewrite.type;
        });
        if (redirect && rewrite) {
            fault(filters.value(), "hold a RequestRedirect and a URLRewrite", "one of the two");
        }
    });
}

void once(const Reader& root, const FilterType& of, const RuleFault& fault) {
    each_list(root, [&](R filters) {
        const auto key_of = [&](R filter) {
            return std::string(filter["type"].view() == of.type ? of.type : "");
        };
        tell_repeats(filters, key_of, "another " + std::string(of.type) + " stands before", fault);
    });
}

void absent(const Reader& root, const FilterType& of, const RuleFault& fault) {
    each_filter(root, [&](R filter) {
        if (filter["type"].view() == of.type || !filter[of.field].given()) return;
        fault(filter[of.field].value(), "is read by type " + std::string(of.type) + " alone",
              "leave it out");
    });
}

void present(const Reader& root, const FilterType& of, const RuleFault& fault) {
    each_filter(root, [&](R filter) {
        if (filter["type"].view() != of.type || filter[of.field].given()) return;
        fault.absent(filter.value(), of.field,
                     "is missing: type " + std::string(of.type) + " needs it");
    });
}

void star_alone(const Reader& root, std::string_view list, const RuleFault& fault) {
    each_part(root, kCors, [&](R cors) {
        const Reader values = cors[list];
        if (values.value().size() < 2) return;
        values.each([&](R value) {
            if (value.view() == "*") fault(value.value(), "stands beside others", "* alone");
        });
    });
}

// `field` is there exactly with `type`: one rule for each direction.
void needed(const Reader& map, const char* by, std::string_view type, std::string_view field,
            const RuleFault& fault) {
    if (map[by].view() != type || map[field].given()) return;
    fault.absent(map.value(), field, "is missing: " + std::string(type) + " needs it");
}

void only_with(const Reader& map, const char* by, std::string_view type, std::string_view field,
               const RuleFault& fault) {
    if (map[by].view() == type || !map[field].given()) return;
    fault(map[field].value(), "is read by " + std::string(type) + " alone", "leave it out");
}

void auth_needs(const Reader& root, std::string_view protocol, std::string_view field,
                const RuleFault& fault) {
    each_part(root, kAuth, [&](R auth) { needed(auth, "protocol", protocol, field, fault); });
}

void auth_only(const Reader& root, std::string_view protocol, std::string_view field,
               const RuleFault& fault) {
    each_part(root, kAuth, [&](R auth) { only_with(auth, "protocol", protocol, field, fault); });
}

void path_needs(const Reader& root, const FilterType& of, std::string_view type,
                std::string_view field, const RuleFault& fault) {
    each_part(root, of, [&](R part) { needed(part["path"], "type", type, field, fault); });
}

void path_only(const Reader& root, const FilterType& of, std::string_view type,
               std::string_view field, const RuleFault& fault) {
    each_part(root, of, [&](R part) { only_with(part["path"], "type", type, field, fault); });
}

void service_has_port(const Reader& root, const FilterType& of, const RuleFault& fault) {
    each_part(root, of, [&](R part) {
        const Reader backend = part["backendRef"];
        if (!backend["group"].view().empty() || backend["kind"].view() != "Service") return;
        if (!backend["port"].given()) {
            fault.absent(backend.value(), "port", "is missing: a Service needs it");
        }
    });
}

void percent_or_fraction(const Reader& root, const RuleFault& fault) {
    each_part(root, kMirror, [&](R mirror) {
        if (!mirror["percent"].given() || !mirror["fraction"].given()) return;
        fault(mirror["fraction"].value(), "stands beside percent", "one of the two");
    });
}

void fraction_at_most_one(const Reader& root, const RuleFault& fault) {
    each_part(root, kMirror, [&](R mirror) {
        const Reader numerator = mirror["fraction"]["numerator"];
        if (numerator.integer() <= mirror["fraction"]["denominator"].integer()) return;
        fault(numerator.value(), "is more than the denominator", "at most all requests");
    });
}

constexpr std::string_view kFull = "ReplaceFullPath", kFullField = "replaceFullPath";
constexpr std::string_view kPrefix = "ReplacePrefixMatch", kPrefixField = "replacePrefixMatch";

void add_shape_rules(std::vector<GatewayRule>& out) {
    const GatewayRule rules[] = {
        {"filter-redirect-or-rewrite", kRoute, redirect_or_rewrite},
        {"filter-cors-once", kRoute, [](R r, F f) { once(r, kCors, f); }},
        {"filter-request-header-once", kRoute, [](R r, F f) { once(r, kRequestHeader, f); }},
        {"filter-response-header-once", kRoute, [](R r, F f) { once(r, kResponseHeader, f); }},
        {"filter-redirect-once", kRoute, [](R r, F f) { once(r, kRedirect, f); }},
        {"filter-rewrite-once", kRoute, [](R r, F f) { once(r, kRewrite, f); }},
        {"filter-cors-absent", kRoute, [](R r, F f) { absent(r, kCors, f); }},
        {"filter-cors-present", kRoute, [](R r, F f) { present(r, kCors, f); }},
        {"filter-request-header-absent", kRoute, [](R r, F f) { absent(r, kRequestHeader, f); }},
        {"filter-request-header-present", kRoute, [](R r, F f) { present(r, kRequestHeader, f); }},
        {"filter-response-header-absent", kRoute, [](R r, F f) { absent(r, kResponseHeader, f); }},
        {"filter-response-header-present", kRoute,
         [](R r, F f) { present(r, kResponseHeader, f); }},
        {"filter-mirror-absent", kRoute, [](R r, F f) { absent(r, kMirror, f); }},
        {"filter-mirror-present", kRoute, [](R r, F f) { present(r, kMirror, f); }},
        {"filter-redirect-absent", kRoute, [](R r, F f) { absent(r, kRedirect, f); }},
        {"filter-redirect-present", kRoute, [](R r, F f) { present(r, kRedirect, f); }},
        {"filter-rewrite-absent", kRoute, [](R r, F f) { absent(r, kRewrite, f); }},
        {"filter-rewrite-present", kRoute, [](R r, F f) { present(r, kRewrite, f); }},
        {"filter-extension-absent", kRoute, [](R r, F f) { absent(r, kExtension, f); }},
        {"filter-extension-present", kRoute, [](R r, F f) { present(r, kExtension, f); }},
        {"filter-external-auth-absent", kRoute, [](R r, F f) { absent(r, kAuth, f); }},
        {"filter-external-auth-present", kRoute, [](R r, F f) { present(r, kAuth, f); }},
    };
    out.insert(out.end(), std::begin(rules), std::end(rules));
}

}  // namespace

void add_rules_of_filters(std::vector<GatewayRule>& out) {
    add_shape_rules(out);
    const GatewayRule rules[] = {
        {"cors-headers-star-alone", kRoute, [](R r, F f) { star_alone(r, "allowHeaders", f); }},
        {"cors-methods-star-alone", kRoute, [](R r, F f) { star_alone(r, "allowMethods", f); }},
        {"cors-origins-star-alone", kRoute, [](R r, F f) { star_alone(r, "allowOrigins", f); }},
        {"auth-grpc-present", kRoute, [](R r, F f) { auth_needs(r, "GRPC", "grpc", f); }},
        {"auth-grpc-absent", kRoute, [](R r, F f) { auth_only(r, "GRPC", "grpc", f); }},
        {"auth-http-present", kRoute, [](R r, F f) { auth_needs(r, "HTTP", "http", f); }},
        {"auth-http-absent", kRoute, [](R r, F f) { auth_only(r, "HTTP", "http", f); }},
        {"auth-service-has-port", kRoute, [](R r, F f) { service_has_port(r, kAuth, f); }},
        {"mirror-percent-or-fraction", kRoute, percent_or_fraction},
        {"mirror-service-has-port", kRoute, [](R r, F f) { service_has_port(r, kMirror, f); }},
        {"mirror-fraction-at-most-one", kRoute, fraction_at_most_one},
        {"redirect-full-present", kRoute,
         [](R r, F f) { path_needs(r, kRedirect, kFull, kFullField, f); }},
        {"redirect-full-absent", kRoute,
         [](R r, F f) { path_only(r, kRedirect, kFull, kFullField, f); }},
        {"redirect-prefix-present", kRoute,
         [](R r, F f) { path_needs(r, kRedirect, kPrefix, kPrefixField, f); }},
        {"redirect-prefix-absent", kRoute,
         [](R r, F f) { path_only(r, kRedirect, kPrefix, kPrefixField, f); }},
        {"rewrite-full-present", kRoute,
         [](R r, F f) { path_needs(r, kRewrite, kFull, kFullField, f); }},
        {"rewrite-full-absent", kRoute,
         [](R r, F f) { path_only(r, kRewrite, kFull, kFullField, f); }},
        {"rewrite-prefix-present", kRoute,
         [](R r, F f) { path_needs(r, kRewrite, kPrefix, kPrefixField, f); }},
        {"rewrite-prefix-absent", kRoute,
         [](R r, F f) { path_only(r, kRewrite, kPrefix, kPrefixField, f); }},
    };
    out.insert(out.end(), std::begin(rules), std::end(rules));
}

}  // namespace fairway::config
