// GatewayClass, Gateway, HTTPRoute, ReferenceGrant, Namespace: defaults, every field, what is not
// honoured yet.
#include <gtest/gtest.h>

#include "config/decode.h"
#include "config/yaml.h"

namespace fairway::config {
namespace {

Decoded decoded_as_is(const std::string& text) {
    const Documents documents = parse_yaml(text, "f.yaml");
    EXPECT_EQ(documents.all.size(), 1u);
    for (const auto& finding : documents.findings) ADD_FAILURE() << finding.text();
    return decode(documents.all.at(0).root, "f.yaml");
}

template <class T>
Shared<T> decoded(const std::string& kind, const std::string& rest) {
    const Decoded out =
        decoded_as_is("apiVersion: gateway.networking.k8s.io/v1\nkind: " + kind + "\n" + rest);
    for (const auto& finding : out.diagnostics) ADD_FAILURE() << finding.text();
    const auto* object = std::get_if<Shared<T>>(&out.object);
    return object == nullptr ? std::make_shared<T>() : *object;
}

std::vector<std::string> findings_of(const std::string& kind, const std::string& rest) {
    std::vector<std::string> out;
    for (const auto& finding :
         decoded_as_is("apiVersion: gateway.networking.k8s.io/v1\nkind: " + kind + "\n" + rest)
             .diagnostics) {
        out.push_back(finding.field + ": " + finding.what);
    }
    return out;
}

TEST(DecodeGateway, Class) {
    const auto one = decoded<model::GatewayClass>("GatewayClass", R"(
metadata: {name: fairway, creationTimestamp: "2026-11-21T14:08:23Z", generation: 7}
spec:
  controllerName: fairway.dev/gateway-controller
  description: ours
  parametersRef: {group: example.com, kind: Some, name: p}
status: {conditions: []}
)");
    EXPECT_EQ(one->meta.key.text(), "GatewayClass/fairway");
    EXPECT_EQ(one->meta.created_unix_s, 1795270103);
    EXPECT_EQ(one->meta.generation, 7u);
    EXPECT_EQ(one->controller, "fairway.dev/gateway-controller");
    EXPECT_EQ(one->description, "ours");
    EXPECT_TRUE(one->has_parameters);
    EXPECT_EQ(one->parameters_pos, (Pos{8, 18}));
}

TEST(DecodeGateway, OlderVersionsAreTheSame) {
    for (const char* version : {"v1", "v1beta1", "v1alpha2"}) {
        const Decoded out =
            decoded_as_is("apiVersion: gateway.networking.k8s.io/" + std::string(version) +
                          "\nkind: GatewayClass\nmetadata: {name: c}\n"
                          "spec: {controllerName: a.b/c}\n");
        EXPECT_EQ(out.diagnostics.empty(), std::string_view(version) != "v1alpha2") << version;
    }
}

TEST(DecodeGateway, GatewayWithDefaults) {
    const auto gateway = decoded<model::Gateway>("Gateway", R"(
metadata: {name: door}
spec:
  gatewayClassName: fairway
  listeners: [{name: web, port: 80, protocol: HTTP}]
)");
    EXPECT_EQ(gateway->meta.created_unix_s, 0);
    EXPECT_EQ(gateway->class_name, "fairway");
    EXPECT_EQ(gateway->region, "");
    ASSERT_EQ(gateway->listeners.size(), 1u);
    const auto& listener = gateway->listeners[0];
    EXPECT_EQ(listener.port, 80);
    EXPECT_EQ(listener.protocol, model::Protocol::kHttp);
    EXPECT_EQ(listener.from, model::FromNamespaces::kSame);
    EXPECT_FALSE(listener.selector);
    EXPECT_FALSE(listener.kinds);
    EXPECT_TRUE(gateway->unsupported.empty());
}

TEST(DecodeGateway, EveryFieldOfAGateway) {
    const auto gateway = decoded<model::Gateway>("Gateway", R"(
metadata: {name: door, labels: {topology.kubernetes.io/region: eu}}
spec:
  gatewayClassName: fairway
  allowedListeners: {namespaces: {from: None}}
  defaultScope: None
  infrastructure: {parametersRef: {group: "", kind: ConfigMap, name: p}}
  addresses:
  - {value: 192.0.2.1}
  - {type: Hostname, value: door.example.com}
  - {type: NamedAddress}
  - {type: example.com/other, value: x}
  listeners:
  - name: web
    port: 80
    protocol: HTTP
    hostname: "*.example.com"
    allowedRoutes:
      kinds: [{kind: HTTPRoute}, {group: example.com, kind: Other}]
      namespaces:
        from: Selector
        selector:
          matchLabels: {team: web}
          matchExpressions:
          - {key: env, operator: NotIn, values: [test]}
          - {key: kept, operator: DoesNotExist}
  - {name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}, allowedRoutes: {namespaces: {from: All}}}
  - {name: raw, port: 9000, protocol: example.com/mine}
)");
    EXPECT_EQ(gateway->region, "eu");
    EXPECT_TRUE(gateway->has_parameters);
    using Type = model::GatewayAddress::Type;
    ASSERT_EQ(gateway->addresses.size(), 4u);
    EXPECT_EQ(gateway->addresses[0].type, Type::kIp);
    EXPECT_EQ(gateway->addresses[1].value, "door.example.com");
    EXPECT_EQ(gateway->addresses[2].type, Type::kNamed);
    EXPECT_EQ(gateway->addresses[3].type, Type::kOther);
    ASSERT_EQ(gateway->listeners.size(), 3u);
    const auto& web = gateway->listeners[0];
    EXPECT_EQ(web.hostname, "*.example.com");
    ASSERT_TRUE(web.kinds);
    EXPECT_EQ((*web.kinds)[0].group, model::kGatewayGroup);
    EXPECT_EQ((*web.kinds)[1].kind, "Other");
    EXPECT_EQ(web.from, model::FromNamespaces::kSelector);
    ASSERT_TRUE(web.selector);
    EXPECT_TRUE(web.selector->matches({{"team", "web"}}));
    EXPECT_FALSE(web.selector->matches({{"team", "web"}, {"env", "test"}}));
    EXPECT_FALSE(web.selector->matches({{"team", "web"}, {"kept", ""}}));
    EXPECT_EQ(gateway->listeners[1].protocol, model::Protocol::kHttps);
    EXPECT_TRUE(gateway->listeners[1].has_tls);
    EXPECT_EQ(gateway->listeners[1].from, model::FromNamespaces::kAll);
    EXPECT_EQ(gateway->listeners[2].protocol, model::Protocol::kOther);
    EXPECT_EQ(gateway->listeners[2].protocol_text, "example.com/mine");
    EXPECT_TRUE(gateway->unsupported.empty());
}

TEST(DecodeGateway, SelectorsThatSayNothing) {
    EXPECT_EQ(findings_of("Gateway", R"(
metadata: {name: g}
spec:
  gatewayClassName: c
  infrastructure: {labels: {a: b}}
  listeners:
  - {name: a, port: 1, protocol: HTTP, allowedRoutes: {namespaces: {from: All, selector: {}}}}
  - {name: b, port: 2, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector}}}
  - name: c
    port: 3
    protocol: HTTP
    allowedRoutes:
      namespaces:
        from: Selector
        selector: {matchExpressions: [{key: a, operator: In}, {key: a, operator: Exists, values: [b]}]}
)"),
              (std::vector<std::string>{
                  "spec.listeners[0].allowedRoutes.namespaces.selector: has no effect",
                  "spec.listeners[1].allowedRoutes.namespaces.selector: is missing, so no "
                  "namespace is taken",
                  "spec.listeners[2].allowedRoutes.namespaces.selector.matchExpressions[0].values: "
                  "is missing",
                  "spec.listeners[2].allowedRoutes.namespaces.selector.matchExpressions[1].values: "
                  "has no effect here",
                  "spec.infrastructure.labels: has no effect"}));
}

TEST(DecodeGateway, WhatIsNotHonouredYetLeavesTheObject) {
    const Decoded out = decoded_as_is(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g}
spec:
  gatewayClassName: c
  defaultScope: All
  allowedListeners: {namespaces: {from: Same}}
  tls: {backend: {clientCertificateRef: {name: c}}}
  listeners: [{name: a, port: 1, protocol: HTTP}]
)");
    ASSERT_EQ(out.diagnostics.size(), 3u);
    EXPECT_TRUE(model::has_errors(out.diagnostics));
    EXPECT_EQ(out.draft, nullptr);
    const auto* gateway = std::get_if<Shared<model::Gateway>>(&out.object);
    ASSERT_NE(gateway, nullptr);
    ASSERT_EQ((*gateway)->unsupported.size(), 3u);
    EXPECT_EQ((*gateway)->unsupported[0].field, "spec.defaultScope");
    EXPECT_EQ((*gateway)->unsupported[0].pos, (Pos{7, 17}));
    EXPECT_EQ((*gateway)->unsupported[0].rule, -1);
    EXPECT_EQ((*gateway)->unsupported[2].field, "spec.tls");
}

TEST(DecodeGateway, AFaultBesideItTakesTheObject) {
    const Decoded out = decoded_as_is(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g}
spec:
  gatewayClassName: c
  defaultScope: All
  listeners: [{name: a, port: 0, protocol: HTTP}]
)");
    EXPECT_EQ(out.diagnostics.size(), 2u);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(out.object));
    EXPECT_NE(out.draft, nullptr);
}

TEST(DecodeRoute, WithDefaults) {
    const auto route = decoded<model::HttpRoute>("HTTPRoute", "metadata: {name: r}\nspec: {}\n");
    ASSERT_EQ(route->rules.size(), 1u);
    ASSERT_EQ(route->rules[0].matches.size(), 1u);
    EXPECT_EQ(route->rules[0].matches[0].path_type, model::PathMatch::kPrefix);
    EXPECT_EQ(route->rules[0].matches[0].path, "/");
    EXPECT_TRUE(route->rules[0].backends.empty());
    EXPECT_FALSE(route->rules[0].retry);
    EXPECT_FALSE(route->rules[0].request_ms);
    const auto empty = decoded<model::HttpRoute>(
        "HTTPRoute", "metadata: {name: r}\nspec: {rules: [{matches: []}]}\n");
    EXPECT_EQ(empty->rules[0].matches.size(), 1u);
}

const char* const kRoute = R"(
metadata: {name: r, namespace: shop}
spec:
  hostnames: [a.example.com, "*.b.example.com"]
  parentRefs:
  - {name: door}
  - {name: other, namespace: infra, sectionName: web, port: 8080}
  rules:
  - name: first
    matches:
    - path: {type: Exact, value: /a}
      method: POST
      headers: [{name: X-A, value: "1"}, {name: X-B, type: RegularExpression, value: "a.*"}]
      queryParams: [{name: q, value: v}]
    - path: {type: RegularExpression, value: "/[a-z]+"}
    filters:
    - type: RequestHeaderModifier
      requestHeaderModifier: {set: [{name: A, value: b}], add: [{name: C, value: d}], remove: [E]}
    - type: RequestMirror
      requestMirror: {backendRef: {name: copy, port: 80}, fraction: {numerator: 1, denominator: 3}}
    - type: RequestMirror
      requestMirror: {backendRef: {name: copy, port: 80}, percent: 5}
    - type: RequestMirror
      requestMirror: {backendRef: {name: copy, port: 80}}
    - {type: ExtensionRef, extensionRef: {group: example.com, kind: Some, name: x}}
    backendRefs:
    - {name: web, port: 80, weight: 3}
    - group: fairway.dev
      kind: TrafficPolicy
      name: bank
      namespace: policies
      weight: 0
      filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: X, value: z}]}}]
    timeouts: {request: 0s, backendRequest: 99999h}
    retry: {attempts: 2, codes: [500, 503], backoff: 100ms}
  - matches: [{path: {value: /old}}]
    filters:
    - type: RequestRedirect
      requestRedirect: {scheme: https, hostname: new.example.com, port: 8443, statusCode: 308, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}
  - filters: [{type: URLRewrite, urlRewrite: {hostname: in.example.com, path: {type: ReplaceFullPath, replaceFullPath: /x}}}]
    retry: {}
    timeouts: {request: 10s}
)";

TEST(DecodeRoute, WhereItAttachesAndWhatItMatches) {
    const auto route = decoded<model::HttpRoute>("HTTPRoute", kRoute);
    EXPECT_EQ(route->meta.key.text(), "HTTPRoute/shop/r");
    EXPECT_EQ(route->hostnames, (std::vector<std::string>{"a.example.com", "*.b.example.com"}));
    ASSERT_EQ(route->parents.size(), 2u);
    EXPECT_EQ(route->parents[0].kind, "Gateway");
    EXPECT_EQ(route->parents[0].group, model::kGatewayGroup);
    EXPECT_EQ(route->parents[0].ns, "");
    EXPECT_EQ(route->parents[1].ns, "infra");
    EXPECT_EQ(route->parents[1].section, "web");
    EXPECT_EQ(route->parents[1].port, 8080);
    ASSERT_EQ(route->rules.size(), 3u);
    EXPECT_EQ(route->rules[0].name, "first");
    ASSERT_EQ(route->rules[0].matches.size(), 2u);
    const auto& match = route->rules[0].matches[0];
    EXPECT_EQ(match.path_type, model::PathMatch::kExact);
    EXPECT_EQ(match.path, "/a");
    EXPECT_EQ(match.method, "POST");
    ASSERT_EQ(match.headers.size(), 2u);
    EXPECT_EQ(match.headers[0].type, model::TextMatch::kExact);
    EXPECT_EQ(match.headers[1].type, model::TextMatch::kRegex);
    EXPECT_EQ(match.query.at(0).name, "q");
    EXPECT_EQ(route->rules[0].matches[1].path_type, model::PathMatch::kRegex);
}

TEST(DecodeRoute, FiltersBackendsAndLimits) {
    const auto route = decoded<model::HttpRoute>("HTTPRoute", kRoute);
    ASSERT_EQ(route->rules.size(), 3u);
    const auto& filters = route->rules[0].filters;
    ASSERT_EQ(filters.size(), 5u);
    const auto& edits = std::get<model::HeaderEdits>(filters[0].what);
    EXPECT_FALSE(filters[0].on_response);
    EXPECT_EQ(edits.set, (std::vector<std::pair<std::string, std::string>>{{"A", "b"}}));
    EXPECT_EQ(edits.add.at(0).first, "C");
    EXPECT_EQ(edits.remove, std::vector<std::string>{"E"});
    const auto mirror = [&](std::size_t i) { return std::get<model::Mirror>(filters[i].what); };
    EXPECT_EQ(mirror(1).to.name, "copy");
    EXPECT_EQ(std::pair(mirror(1).numerator, mirror(1).denominator), std::pair(1u, 3u));
    EXPECT_EQ(std::pair(mirror(2).numerator, mirror(2).denominator), std::pair(5u, 100u));
    EXPECT_EQ(std::pair(mirror(3).numerator, mirror(3).denominator), std::pair(1u, 1u));
    EXPECT_EQ(std::get<model::Extension>(filters[4].what).name, "x");
    const auto& backends = route->rules[0].backends;
    ASSERT_EQ(backends.size(), 2u);
    EXPECT_EQ(backends[0].to.kind, "Service");
    EXPECT_EQ(backends[0].to.port, 80);
    EXPECT_EQ(backends[0].weight, 3u);
    EXPECT_EQ(backends[1].to.group, "fairway.dev");
    EXPECT_EQ(backends[1].to.ns, "policies");
    EXPECT_EQ(backends[1].weight, 0u);
    EXPECT_TRUE(backends[1].filters.at(0).on_response);
    EXPECT_EQ(route->rules[0].request_ms, 0u);
    EXPECT_EQ(route->rules[2].request_ms, 10'000u);
    EXPECT_FALSE(route->rules[2].backend_request_ms);
    EXPECT_EQ(route->rules[0].backend_request_ms, 0xFFFFFFFFu);
    EXPECT_EQ(route->rules[0].retry->attempts, 2u);
    EXPECT_EQ(route->rules[0].retry->codes, (std::vector<std::uint16_t>{500, 503}));
    EXPECT_EQ(route->rules[0].retry->backoff_ms, 100u);
    EXPECT_EQ(route->rules[2].retry->attempts, 1u);
}

TEST(DecodeRoute, RedirectAndRewrite) {
    const auto route = decoded<model::HttpRoute>("HTTPRoute", kRoute);
    ASSERT_EQ(route->rules.size(), 3u);
    const auto& redirect = std::get<model::Redirect>(route->rules[1].filters.at(0).what);
    EXPECT_EQ(redirect.scheme, "https");
    EXPECT_EQ(redirect.hostname, "new.example.com");
    EXPECT_EQ(redirect.port, 8443);
    EXPECT_EQ(redirect.status, 308);
    EXPECT_TRUE(redirect.path->prefix);
    EXPECT_EQ(redirect.path->value, "/new");
    const auto& rewrite = std::get<model::Rewrite>(route->rules[2].filters.at(0).what);
    EXPECT_EQ(rewrite.hostname, "in.example.com");
    EXPECT_FALSE(rewrite.path->prefix);
    EXPECT_EQ(rewrite.path->value, "/x");
}

TEST(DecodeRoute, WhatIsNotHonouredYetNamesItsRule) {
    const Decoded out = decoded_as_is(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  useDefaultGateways: All
  rules:
  - filters: [{type: CORS, cors: {allowOrigins: ["*"]}}]
  - sessionPersistence: {sessionName: s}
    backendRefs:
    - name: web
      port: 80
      filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, http: {}, backendRef: {name: a, port: 1}}}]
)");
    const auto* route = std::get_if<Shared<model::HttpRoute>>(&out.object);
    ASSERT_NE(route, nullptr);
    std::vector<std::pair<std::string, int>> told;
    for (const auto& one : (*route)->unsupported) told.emplace_back(one.field, one.rule);
    EXPECT_EQ(told, (std::vector<std::pair<std::string, int>>{
                        {"spec.useDefaultGateways", -1},
                        {"spec.rules[0].filters[0].type", 0},
                        {"spec.rules[1].sessionPersistence", 1},
                        {"spec.rules[1].backendRefs[0].filters[0].type", 1}}));
    EXPECT_EQ(out.diagnostics.size(), 4u);
    EXPECT_TRUE((*route)->rules[0].filters.empty());
}

TEST(DecodeRoute, OfHeadersThatDifferInCaseTheFirstCounts) {
    const Decoded out = decoded_as_is(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec: {rules: [{matches: [{headers: [{name: Version, value: "1"}, {name: version, value: "2"}]}]}]}
)");
    ASSERT_EQ(out.diagnostics.size(), 1u);
    EXPECT_EQ(out.diagnostics[0].severity, model::Severity::kWarning);
    const auto* route = std::get_if<Shared<model::HttpRoute>>(&out.object);
    ASSERT_NE(route, nullptr);
    ASSERT_EQ((*route)->rules[0].matches[0].headers.size(), 1u);
    EXPECT_EQ((*route)->rules[0].matches[0].headers[0].value, "1");
}

TEST(DecodeRoute, FramingIsTheGatewaysOwn) {
    EXPECT_EQ(findings_of("HTTPRoute", R"(
metadata: {name: r}
spec:
  rules:
  - filters:
    - type: RequestHeaderModifier
      requestHeaderModifier: {set: [{name: Host, value: a}, {name: X-Host, value: a}], add: [{name: content-Length, value: "1"}], remove: [Transfer-Encoding, Te]}
)"),
              (std::vector<std::string>{
                  "spec.rules[0].filters[0].requestHeaderModifier.set[0].name: `Host` is the "
                  "gateway's own to write",
                  "spec.rules[0].filters[0].requestHeaderModifier.add[0].name: `content-Length` is "
                  "the gateway's own to write",
                  "spec.rules[0].filters[0].requestHeaderModifier.remove[0]: `Transfer-Encoding` "
                  "is the gateway's own to write",
                  "spec.rules[0].filters[0].requestHeaderModifier.remove[1]: `Te` is the "
                  "gateway's own to write"}));
}

TEST(DecodeRoute, StatusesAreTheFive) {
    EXPECT_EQ(findings_of("HTTPRoute", R"(
metadata: {name: r}
spec: {rules: [{filters: [{type: RequestRedirect, requestRedirect: {statusCode: 305}}]}]}
)"),
              std::vector<std::string>{"spec.rules[0].filters[0].requestRedirect.statusCode: `305` "
                                       "is none of the values"});
}

TEST(DecodeGrant, WhoMayNameWhat) {
    const auto grant = decoded<model::ReferenceGrant>("ReferenceGrant", R"(
metadata: {name: g, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: front}]
  to: [{group: "", kind: Service}, {group: "", kind: Service, name: web}]
)");
    ASSERT_EQ(grant->from.size(), 1u);
    EXPECT_EQ(grant->from[0].ns, "front");
    ASSERT_EQ(grant->to.size(), 2u);
    EXPECT_EQ(grant->to[0].name, "");
    EXPECT_EQ(grant->to[1].name, "web");
}

TEST(DecodeNamespace, ItsNameIsAmongItsLabels) {
    const Decoded out = decoded_as_is(
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: web, "
        "kubernetes.io/metadata.name: other}}, spec: {finalizers: [kubernetes]}}");
    EXPECT_TRUE(out.diagnostics.empty());
    const auto* ns = std::get_if<Shared<model::Namespace>>(&out.object);
    ASSERT_NE(ns, nullptr);
    EXPECT_EQ((*ns)->meta.key.text(), "Namespace/shop");
    EXPECT_EQ((*ns)->meta.labels.at("team"), "web");
    EXPECT_EQ((*ns)->meta.labels.at("kubernetes.io/metadata.name"), "shop");
}

}  // namespace
}  // namespace fairway::config
