// Each rule of the Gateway API by its name: what it admits, what it refuses, and that upstream's
// list (api/upstream-rules.tsv) has the same names.
#include "config/gateway_rules.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "config/decode.h"
#include "config/yaml.h"

namespace fairway::config {
namespace {

using Names = std::set<std::string>;

struct Judged {
    Names names;  // of the rules that are broken
    bool stands;  // the object was read
    std::string all;
};

Judged judge(const std::string& kind, const std::string& rest) {
    const Documents documents =
        parse_yaml("{apiVersion: gateway.networking.k8s.io/v1, kind: " + kind +
                       ", metadata: {name: x}, " + rest + "}",
                   "f");
    if (documents.all.size() != 1) return {{}, false, documents.findings.at(0).text()};
    const Decoded decoded = decode(documents.all[0].root, "f");
    Judged out{{}, !std::holds_alternative<std::monostate>(decoded.object), {}};
    for (const auto& finding : decoded.diagnostics) {
        out.all += finding.text() + "\n";
        const std::size_t open = finding.what.rfind('(');
        if (open == std::string::npos || !finding.what.ends_with(')')) continue;
        out.names.insert(finding.what.substr(open + 1, finding.what.size() - open - 2));
    }
    return out;
}

struct Row {
    const char* name;
    std::string good, bad;
    Names also = {};  // what cannot but be broken with it
};

void hold(const std::string& kind, const Row& row, const std::string& good,
          const std::string& bad) {
    const Judged passes = judge(kind, good), fails = judge(kind, bad);
    EXPECT_EQ(passes.names, Names()) << row.name << "\n" << passes.all;
    EXPECT_TRUE(passes.stands) << row.name << "\n" << passes.all;
    Names expected = row.also;
    expected.insert(row.name);
    EXPECT_EQ(fails.names, expected) << row.name << "\n" << fails.all;
    EXPECT_FALSE(fails.stands) << row.name;
}

std::string long_key(std::size_t prefix) {
    return std::string(prefix, 'a') + "/b";
}

std::vector<Row> gateway_rows() {
    return {
        {"address-ip-unique", "addresses: [{value: 192.0.2.1}, {value: 192.0.2.2}, {}, {}]",
         "addresses: [{value: 192.0.2.1}, {type: IPAddress, value: 192.0.2.1}]"},
        {"address-hostname-unique",
         "addresses: [{type: Hostname, value: a}, {type: NamedAddress, value: a}]",
         "addresses: [{type: Hostname, value: a}, {type: Hostname, value: a}]"},
        {"address-hostname-form", "addresses: [{type: Hostname, value: '*.a.b'}]",
         "addresses: [{type: Hostname, value: A_b}]"},
        {"address-ip-form", "addresses: [{value: '2001:db8::1'}, {type: NamedAddress, value: x}]",
         "addresses: [{value: a.example.com}]"},
        {"infra-annotation-key", "infrastructure: {annotations: {a.b/C_d: x}}",
         "infrastructure: {annotations: {A.b/c: x}}"},
        {"infra-annotation-prefix-length",
         "infrastructure: {annotations: {" + long_key(252) + ": x}}",
         "infrastructure: {annotations: {" + long_key(253) + ": x}}"},
        {"infra-label-key", "infrastructure: {labels: {app: x}}",
         "infrastructure: {labels: {-app: x}}"},
        {"infra-label-prefix-length", "infrastructure: {labels: {" + long_key(252) + ": x}}",
         "infrastructure: {labels: {" + long_key(253) + ": x}}"},
        {"listener-tls-absent",
         "listeners: [{name: a, port: 1, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}]",
         "listeners: [{name: a, port: 1, protocol: HTTP, tls: {certificateRefs: [{name: c}]}}]"},
        {"listener-https-terminates",
         "listeners: [{name: a, port: 1, protocol: HTTPS, tls: {mode: Terminate, options: {a: "
         "b}}}]",
         "listeners: [{name: a, port: 1, protocol: HTTPS, tls: {mode: Passthrough}}]"},
        {"listener-tls-mode-set",
         "listeners: [{name: a, port: 1, protocol: TLS, tls: {mode: Passthrough}}]",
         "listeners: [{name: a, port: 1, protocol: TLS}]"},
        {"listener-hostname-absent", "listeners: [{name: a, port: 1, protocol: TCP}]",
         "listeners: [{name: a, port: 1, protocol: UDP, hostname: a.b}]"},
        {"listener-name-unique",
         "listeners: [{name: a, port: 1, protocol: HTTP}, {name: b, port: 2, protocol: HTTP}]",
         "listeners: [{name: a, port: 1, protocol: HTTP}, {name: a, port: 2, protocol: HTTP}]"},
        {"listener-distinct",
         "listeners: [{name: a, port: 1, protocol: HTTP}, {name: b, port: 1, protocol: HTTP, "
         "hostname: a.b}, {name: c, port: 1, protocol: HTTPS}]",
         "listeners: [{name: a, port: 1, protocol: HTTP, hostname: a.b}, {name: b, port: 1, "
         "protocol: HTTP, hostname: a.b}]"},
        {"listener-certificates-present",
         "listeners: [{name: a, port: 1, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}]",
         "listeners: [{name: a, port: 1, protocol: HTTPS, tls: {certificateRefs: []}}]"},
        {"frontend-port-unique",
         "tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 2, tls: {}}]}}",
         "tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 1, tls: {}}]}}"},
    };
}

std::string gateway(std::string spec) {
    if (!spec.starts_with("listeners:")) {
        spec += ", listeners: [{name: a, port: 80, protocol: HTTP}]";
    }
    return "spec: {gatewayClassName: c, " + spec + "}";
}

TEST(GatewayRules, OfGateways) {
    for (const Row& row : gateway_rows()) hold("Gateway", row, gateway(row.good), gateway(row.bad));
    const auto status = [](const char* value) {
        return gateway("addresses: []") +
               ", status: {addresses: [{type: Hostname, value: " + value +
               "}, {value: 192.0.2.1}]}";
    };
    hold("Gateway", {"status-address-hostname-form", "", ""}, status("a.b"), status("A_b"));
}

std::string matches(int count) {
    std::string out = "matches: [{}";
    for (int i = 1; i < count; ++i) out += ", {}";
    return out + "]";
}

std::string path(const std::string& value, const char* type = "PathPrefix") {
    return "rules: [{matches: [{path: {type: " + std::string(type) + ", value: '" + value +
           "'}}]}]";
}

std::string with_prefix(bool backend, const std::string& filter, const char* match) {
    const std::string filters =
        "filters: [" + filter + ", path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}}]";
    return "rules: [{matches: [{path: {type: " + std::string(match) + "}}], " +
           (backend ? "backendRefs: [{name: a, port: 1, " + filters + "}]" : filters) + "}]";
}

std::vector<Row> route_rows() {
    const std::string redirect = "{type: RequestRedirect, requestRedirect: {port: 1";
    const std::string rewrite = "{type: URLRewrite, urlRewrite: {hostname: a";
    return {
        {"parents-need-section",
         "parentRefs: [{name: a, sectionName: x}, {name: a, sectionName: z}, {name: b}]",
         "parentRefs: [{name: a, sectionName: x}, {name: a}]"},
        {"parents-distinct", "parentRefs: [{name: a, port: 1}, {name: a, port: 2}]",
         "parentRefs: [{name: a, port: 1}, {name: b}, {name: a, port: 1}]"},
        {"matches-at-most-128",
         "rules: [{" + matches(64) + "}, {" + matches(63) + "}, {name: one}]",
         "rules: [{" + matches(64) + "}, {" + matches(64) + "}, {name: one}]"},
        {"rule-name-unique", "rules: [{name: a}, {name: b}, {}, {}]",
         "rules: [{name: a}, {}, {name: a}]"},
        {"redirect-has-no-backends", "rules: [{filters: [" + redirect + "}}]}]",
         "rules: [{filters: [" + redirect + "}}], backendRefs: [{name: a, port: 1}]}]"},
        {"redirect-prefix-needs-one-prefix-match", with_prefix(false, redirect, "PathPrefix"),
         with_prefix(false, redirect, "Exact")},
        {"rewrite-prefix-needs-one-prefix-match", with_prefix(false, rewrite, "PathPrefix"),
         with_prefix(false, rewrite, "RegularExpression")},
        {"backend-redirect-prefix-needs-one-prefix-match",
         with_prefix(true, redirect, "PathPrefix"), with_prefix(true, redirect, "Exact")},
        {"backend-rewrite-prefix-needs-one-prefix-match", with_prefix(true, rewrite, "PathPrefix"),
         with_prefix(true, rewrite, "Exact")},
        {"backend-service-has-port",
         "rules: [{backendRefs: [{name: a, port: 1}, {group: a.b, kind: C, name: d}]}]",
         "rules: [{backendRefs: [{name: a}]}]"},
        {"path-absolute", path("/a"), path("a")},
        {"path-no-empty-segment", path("/a/", "Exact"), path("/a//b", "Exact")},
        {"path-no-dot", path("/a/.b"), path("/a/./b")},
        {"path-no-dotdot", path("/a/..b"), path("/a/../b")},
        {"path-no-encoded-slash-lower", path("/a%2e"), path("/a%2fb")},
        {"path-no-encoded-slash-upper", path("/a%2E"), path("/a%2Fb")},
        {"path-no-fragment", path("/a#b", "RegularExpression"), path("/a#b"), {"path-characters"}},
        {"path-no-final-dotdot", path("/a.."), path("/a/..")},
        {"path-no-final-dot", path("/a."), path("/a/.", "Exact")},
        {"path-type-known", path("a//b", "RegularExpression"), path("/a", "Prefix")},
        {"path-characters", path("/a%20b;c=@"), path("/a b")},
        {"session-permanent-has-absolute",
         "rules: [{sessionPersistence: {cookieConfig: {lifetimeType: Permanent}, absoluteTimeout: "
         "1h}}]",
         "rules: [{sessionPersistence: {cookieConfig: {lifetimeType: Permanent}}}]"},
        {"session-cookie-config-is-cookie", "rules: [{sessionPersistence: {cookieConfig: {}}}]",
         "rules: [{sessionPersistence: {type: Header, cookieConfig: {}}}]"},
        {"timeout-backend-within-request",
         "rules: [{timeouts: {request: 0s, backendRequest: 1h}}, {timeouts: {request: 1s, "
         "backendRequest: 1000ms}}]",
         "rules: [{timeouts: {request: 1s, backendRequest: 1001ms}}]"},
    };
}

TEST(GatewayRules, OfRoutes) {
    for (const Row& row : route_rows()) {
        hold("HTTPRoute", row, "spec: {" + row.good + "}", "spec: {" + row.bad + "}");
    }
}

struct Part {
    const char *name, *type, *field, *body;
};
constexpr Part kParts[] = {
    {"cors", "CORS", "cors", "{}"},
    {"request-header", "RequestHeaderModifier", "requestHeaderModifier", "{remove: [a]}"},
    {"response-header", "ResponseHeaderModifier", "responseHeaderModifier", "{remove: [a]}"},
    {"mirror", "RequestMirror", "requestMirror", "{backendRef: {name: a, port: 1}}"},
    {"redirect", "RequestRedirect", "requestRedirect", "{port: 1}"},
    {"rewrite", "URLRewrite", "urlRewrite", "{hostname: a}"},
    {"extension", "ExtensionRef", "extensionRef", "{group: a, kind: B, name: c}"},
    {"external-auth", "ExternalAuth", "externalAuth",
     "{protocol: HTTP, http: {}, backendRef: {name: a, port: 1}}"},
};

std::string filter(const char* type, const char* field = nullptr, const std::string& body = {}) {
    return "{type: " + std::string(type) +
           (field == nullptr ? "" : ", " + std::string(field) + ": " + body) + "}";
}

// At a rule and at a backendRef.
void hold_filters(const Row& row) {
    const auto at_rule = [](const std::string& list) {
        return "spec: {rules: [{filters: [" + list + "]}]}";
    };
    const auto at_backend = [](const std::string& list) {
        return "spec: {rules: [{backendRefs: [{name: a, port: 1, filters: [" + list + "]}]}]}";
    };
    hold("HTTPRoute", row, at_rule(row.good), at_rule(row.bad));
    hold("HTTPRoute", row, at_backend(row.good), at_backend(row.bad));
}

TEST(GatewayRules, OfFiltersTypes) {
    const Part& other = kParts[1];
    for (const Part& part : kParts) {
        const std::string whole = filter(part.type, part.field, part.body);
        const std::string name = "filter-" + std::string(part.name);
        const Part& host = &part == &other ? kParts[2] : other;
        const std::string beside = "{type: " + std::string(host.type) + ", " + host.field + ": " +
                                   host.body + ", " + part.field + ": " + part.body + "}";
        hold_filters({(name + "-absent").c_str(), whole, beside});
        hold_filters({(name + "-present").c_str(), whole, filter(part.type)});
        const Judged twice =
            judge("HTTPRoute", "spec: {rules: [{filters: [" + whole + ", " + whole + "]}]}");
        const bool repeatable =
            name == "filter-mirror" || name == "filter-extension" || name == "filter-external-auth";
        EXPECT_EQ(twice.names, repeatable ? Names() : Names{name + "-once"}) << twice.all;
    }
}

std::vector<Row> filter_rows() {
    const auto cors = [](const char* body) { return filter("CORS", "cors", body); };
    const auto auth = [](const char* body) {
        return filter("ExternalAuth", "externalAuth", "{" + std::string(body) + "}");
    };
    const auto mirror = [](const char* body) {
        return filter("RequestMirror", "requestMirror", "{" + std::string(body) + "}");
    };
    const std::string redirect = filter("RequestRedirect", "requestRedirect", "{port: 1}");
    const std::string rewrite = filter("URLRewrite", "urlRewrite", "{hostname: a}");
    return {
        {"filter-redirect-or-rewrite", redirect, redirect + ", " + rewrite},
        {"cors-headers-star-alone", cors("{allowHeaders: ['*']}"),
         cors("{allowHeaders: ['*', a]}")},
        {"cors-methods-star-alone", cors("{allowMethods: [GET, PUT]}"),
         cors("{allowMethods: [GET, '*']}")},
        {"cors-origins-star-alone", cors("{allowOrigins: ['*']}"),
         cors("{allowOrigins: ['*', 'http://a']}")},
        {"auth-grpc-present", auth("protocol: GRPC, grpc: {}, backendRef: {name: a, port: 1}"),
         auth("protocol: GRPC, backendRef: {name: a, port: 1}")},
        {"auth-grpc-absent", auth("protocol: GRPC, grpc: {}, backendRef: {name: a, port: 1}"),
         auth("protocol: HTTP, http: {}, grpc: {}, backendRef: {name: a, port: 1}")},
        {"auth-http-present", auth("protocol: HTTP, http: {}, backendRef: {name: a, port: 1}"),
         auth("protocol: HTTP, backendRef: {name: a, port: 1}")},
        {"auth-http-absent", auth("protocol: HTTP, http: {}, backendRef: {name: a, port: 1}"),
         auth("protocol: GRPC, http: {}, grpc: {}, backendRef: {name: a, port: 1}")},
        {"auth-service-has-port",
         auth("protocol: HTTP, http: {}, backendRef: {group: b, kind: C, name: a}"),
         auth("protocol: HTTP, http: {}, backendRef: {name: a}")},
        {"mirror-percent-or-fraction", mirror("backendRef: {name: a, port: 1}, percent: 3"),
         mirror("backendRef: {name: a, port: 1}, percent: 3, fraction: {numerator: 1}")},
        {"mirror-service-has-port", mirror("backendRef: {group: b, kind: C, name: a}"),
         mirror("backendRef: {name: a}")},
        {"mirror-fraction-at-most-one",
         mirror("backendRef: {name: a, port: 1}, fraction: {numerator: 100}"),
         mirror("backendRef: {name: a, port: 1}, fraction: {numerator: 101}")},
    };
}

TEST(GatewayRules, OfFilters) {
    for (const Row& row : filter_rows()) hold_filters(row);
    for (const Part& part : {kParts[4], kParts[5]}) {
        const auto change = [&](const char* path) {
            return filter(part.type, part.field, "{path: {" + std::string(path) + "}}");
        };
        const std::string full = change("type: ReplaceFullPath, replaceFullPath: /a");
        const std::string prefix = change("type: ReplacePrefixMatch, replacePrefixMatch: /a");
        const std::string name(part.name);
        hold_filters({(name + "-full-present").c_str(), full, change("type: ReplaceFullPath")});
        hold_filters({(name + "-full-absent").c_str(), full,
                      change("type: ReplacePrefixMatch, replacePrefixMatch: /a, replaceFullPath: "
                             "/a")});
        hold_filters(
            {(name + "-prefix-present").c_str(), prefix, change("type: ReplacePrefixMatch")});
        hold_filters({(name + "-prefix-absent").c_str(), prefix,
                      change("type: ReplaceFullPath, replacePrefixMatch: /a, replaceFullPath: "
                             "/a")});
    }
}

// The names that the tests above have examples for.
Names tested() {
    Names out = {"status-address-hostname-form"};
    for (const auto& rows : {gateway_rows(), route_rows(), filter_rows()}) {
        for (const Row& row : rows) out.insert(row.name);
    }
    for (const Part& part : kParts) {
        out.insert("filter-" + std::string(part.name) + "-absent");
        out.insert("filter-" + std::string(part.name) + "-present");
    }
    for (const char* name : {"cors", "request-header", "response-header", "redirect", "rewrite"}) {
        out.insert("filter-" + std::string(name) + "-once");
    }
    for (const char* name : {"redirect", "rewrite"}) {
        for (const char* end :
             {"-full-present", "-full-absent", "-prefix-present", "-prefix-absent"})
            out.insert(std::string(name) + end);
    }
    return out;
}

TEST(GatewayRules, EachHasANameAnExampleAndAnUpstreamText) {
    Names ours, upstream;
    for (const GatewayRule& rule : gateway_rules()) {
        EXPECT_TRUE(ours.insert(rule.name).second) << rule.name << " stands twice";
    }
    EXPECT_EQ(ours, tested());
    std::ifstream table(FAIRWAY_SOURCE_DIR "/api/upstream-rules.tsv");
    for (std::string line; std::getline(table, line);) {
        if (!line.starts_with('#')) upstream.insert(line.substr(0, line.find('\t')));
    }
    // About a change, so it is the compiler's to hold, which knows what stands.
    EXPECT_EQ(upstream.erase("class-controller-immutable"), 1u);
    // Upstream says it by oneOf instead of CEL.
    EXPECT_EQ(ours.erase("address-ip-form"), 1u);
    EXPECT_EQ(ours, upstream);
}

}  // namespace
}  // namespace fairway::config
