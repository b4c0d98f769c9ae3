#include "config/decode.h"

#include <gtest/gtest.h>

#include "config/yaml.h"

namespace fairway::config {
namespace {

template <class T>
Shared<T> decoded(std::string_view text) {
    const Documents documents = parse_yaml(text, "f.yaml");
    EXPECT_EQ(documents.all.size(), 1u);
    const Decoded out = decode(documents.all.at(0).root, "f.yaml");
    for (const auto& finding : out.diagnostics) ADD_FAILURE() << finding.text();
    const auto* object = std::get_if<Shared<T>>(&out.object);
    return object == nullptr ? nullptr : *object;
}

TEST(Decode, PolicyWithDefaults) {
    const auto policy = decoded<model::TrafficPolicy>(R"(
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: shop, labels: {team: web}}
spec:
  hostnames: [Shop.Example.com.]
  root: where
  nodes:
  - name: where
    select: {op: priority}
    children:
    - {node: eu, priority: 1}
    - {policy: us, priority: 2, admin: Stopped}
  - name: eu
    region: eu
    ttl: 5
    leaf: {values: [192.0.2.1], health: up}
    gates: [{kind: HealthCheck, name: eu-web}, {kind: RoutingControl, name: eu-on, namespace: ops}]
)");
    ASSERT_NE(policy, nullptr);
    EXPECT_EQ(policy->meta.key.text(), "TrafficPolicy/default/shop");
    EXPECT_EQ(policy->meta.file, "f.yaml");
    EXPECT_EQ(policy->meta.pos, (Pos{2, 1}));
    EXPECT_EQ(policy->meta.labels.at("team"), "web");
    EXPECT_EQ(policy->hostnames, std::vector<std::string>{"shop.example.com"});
    EXPECT_EQ(policy->type, "A");
    EXPECT_EQ(policy->ttl, 60u);
    ASSERT_EQ(policy->nodes.size(), 2u);
    const auto& where = policy->nodes[0];
    ASSERT_TRUE(where.select);
    EXPECT_EQ(where.select->op, model::Op::kPriority);
    EXPECT_EQ(where.select->k, 8u);
    EXPECT_EQ(where.select->need.count, 1u);
    EXPECT_EQ(where.select->need.form, model::Need::Form::kCount);
    EXPECT_TRUE(where.select->propagate);
    ASSERT_EQ(where.children.size(), 2u);
    EXPECT_EQ(where.children[0].priority, 1);
    EXPECT_EQ(where.children[0].weight, 1u);
    EXPECT_EQ(where.children[0].target_pos, (Pos{12, 14}));
    EXPECT_EQ(where.children[1].policy, "us");
    EXPECT_EQ(where.children[1].admin, model::Admin::kStopped);
    const auto& eu = policy->nodes[1];
    EXPECT_EQ(eu.leaf->values[0], "192.0.2.1");
    EXPECT_EQ(eu.leaf->health, model::ForcedHealth::kUp);
    EXPECT_EQ(eu.ttl, 5u);
    EXPECT_EQ(eu.gates[1].kind, model::Kind::kRoutingControl);
    EXPECT_EQ(eu.gates[1].ref.ns, "ops");
}

TEST(Decode, EveryFieldOfASelect) {
    const auto policy = decoded<model::TrafficPolicy>(R"(
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: p}
spec:
  type: AAAA
  family: after
  stickiness: subnet
  root: a
  nodes:
  - name: a
    admin: "Off"
    select: {op: match, draw: sample, key: line, k: 3, need: {percent: 50}, last: none, empty: NXDOMAIN, noMatch: NXDOMAIN, pinned: true, propagate: false}
    children: [{node: b, match: [line/telecom, "*"]}]
  - name: b
    select: {op: proximity, need: {ipv4: 1, ipv6: 2}}
    children: [{node: c, bias: -50, region: eu, coordinates: {latitude: 1.5, longitude: -2}}]
  - name: c
    select: {op: weight, zero: last, need: {count: 0}}
    children: [{node: d, weight: 4294967295}, {node: e}]
  - name: d
    select: {op: range}
    children: [{node: f, ranges: [{first: 10.0.0.1, last: 10.0.0.9}]}, {node: f}]
  - name: e
    select: {op: cidr, draw: ordered}
    children: [{node: f, cidrs: [10.0.0.0/8, "2001:db8::/32"], weight: 0}]
  - {name: f, leaf: {values: [192.0.2.1, "2001:db8::1"]}}
  - {name: g, leaf: {serviceRef: {name: web, namespace: shop, region: eu, maxAnswers: 3}}}
  - {name: h, leaf: {hostname: WWW.example.net}}
)");
    ASSERT_NE(policy, nullptr);
    EXPECT_EQ(policy->family, model::FamilyRule::kAfter);
    EXPECT_EQ(policy->stickiness, model::Stickiness::kSubnet);
    const auto& a = *policy->nodes[0].select;
    EXPECT_EQ(policy->nodes[0].admin, model::Admin::kOff);
    EXPECT_EQ(a.draw, model::Draw::kSample);
    EXPECT_EQ(a.key, model::MatchKey::kLine);
    EXPECT_EQ(a.k, 3u);
    EXPECT_EQ(a.need.form, model::Need::Form::kPercent);
    EXPECT_EQ(a.need.percent, 50u);
    EXPECT_EQ(a.last, model::Last::kNone);
    EXPECT_EQ(a.empty, model::Empty::kNxDomain);
    EXPECT_EQ(a.no_match, model::Empty::kNxDomain);
    EXPECT_TRUE(a.pinned);
    EXPECT_FALSE(a.propagate);
    EXPECT_EQ(policy->nodes[0].children[0].match, (std::vector<std::string>{"line/telecom", "*"}));
    EXPECT_EQ(policy->nodes[1].select->need.form, model::Need::Form::kPerFamily);
    EXPECT_EQ(policy->nodes[1].select->need.ipv6, 2u);
    EXPECT_EQ(policy->nodes[1].children[0].bias, -50);
    EXPECT_EQ(policy->nodes[1].children[0].coordinates->latitude, 1.5);
    EXPECT_EQ(policy->nodes[2].select->zero, model::Zero::kLast);
    EXPECT_EQ(policy->nodes[2].select->need.count, 0u);
    EXPECT_EQ(policy->nodes[2].children[0].weight, 4294967295u);
    EXPECT_EQ(policy->nodes[3].children[0].ranges[0].last, *IpAddr::parse("10.0.0.9"));
    EXPECT_EQ(policy->nodes[4].children[0].cidrs[1], *Cidr::parse("2001:db8::/32"));
    EXPECT_EQ(policy->nodes[6].leaf->service->service.ns, "shop");
    EXPECT_EQ(policy->nodes[6].leaf->service->max_answers, 3u);
    EXPECT_EQ(policy->nodes[7].leaf->hostname, "www.example.net");
}

TEST(Decode, HealthChecks) {
    const auto http = decoded<model::HealthCheck>(R"(
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: web, namespace: default}
spec:
  type: HTTPS
  targetRef: {name: web, port: 8443}
  intervalMs: 250
  timeoutMs: 200
  unhealthyThreshold: 2
  from: [eu, us]
  quorum: {above: 50%}
  initial: down
  inverted: true
  http:
    path: /health?full=1
    host: shop.example.com
    expectedStatuses: [204, "200-299"]
    headers: [{name: X-Probe, value: "1"}]
    bodyMatch: ok
    verifyCertificate: true
    caSecretRef: {name: ca}
)");
    ASSERT_NE(http, nullptr);
    EXPECT_EQ(http->type, model::CheckType::kHttps);
    EXPECT_EQ(http->target->name, "web");
    EXPECT_EQ(http->target_port, "8443");
    EXPECT_EQ(http->interval_ms, 250u);
    EXPECT_EQ(http->healthy_threshold, 3u);
    EXPECT_EQ(http->from.size(), 2u);
    EXPECT_EQ(http->quorum.above_percent, 50u);
    EXPECT_EQ(http->initial, model::InitialHealth::kDown);
    EXPECT_TRUE(http->inverted);
    ASSERT_EQ(http->http.expected_statuses.size(), 2u);
    EXPECT_EQ(http->http.expected_statuses[0].first, 204);
    EXPECT_EQ(http->http.expected_statuses[1].last, 299);
    EXPECT_EQ(http->http.headers[0].second, "1");
    EXPECT_EQ(http->http.ca_secret->name, "ca");
    const auto counted = decoded<model::HealthCheck>(
        "{apiVersion: fairway.dev/v1alpha1, kind: HealthCheck, metadata: {name: c},"
        " spec: {type: Calculated, threshold: 2, children: [{name: a}, {name: b, namespace: x}]}}");
    EXPECT_EQ(counted->threshold, 2u);
    EXPECT_EQ(counted->children[1].ns, "x");
    const auto plain = decoded<model::HealthCheck>(
        "{apiVersion: fairway.dev/v1alpha1, kind: HealthCheck, metadata: {name: c}, spec: "
        "{address: '192.0.2.1:80'}}");
    EXPECT_EQ(plain->quorum.above_percent, 18u);
    EXPECT_EQ(plain->address, SockAddr::parse("192.0.2.1:80"));
    ASSERT_EQ(plain->http.expected_statuses.size(), 1u);
    EXPECT_EQ(plain->http.expected_statuses[0].last, 399);
    EXPECT_EQ(plain->http.path, "/");
    const auto follows = decoded<model::HealthCheck>(
        "{apiVersion: fairway.dev/v1alpha1, kind: HealthCheck, metadata: {name: c},"
        " spec: {type: RoutingControl, routingControlRef: {name: eu}}}");
    EXPECT_EQ(follows->routing_control->name, "eu");
}

TEST(Decode, Zone) {
    const auto zone = decoded<model::DnsZone>(R"(
apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example}
spec:
  origin: Example.com.
  soa: {primary: ns1.example.com, contact: hostmaster.example.com, minimum: 30}
  nameServers: [ns1.example.com]
  records:
  - {name: WWW.example.com, type: a, ttl: 5, values: [192.0.2.1, 192.0.2.2]}
  - {name: "*.example.com", type: TXT, values: ['"two words"']}
  file: zones/example.zone
)");
    ASSERT_NE(zone, nullptr);
    EXPECT_EQ(zone->origin, "example.com");
    EXPECT_EQ(zone->ttl, 3600u);
    EXPECT_EQ(zone->soa->minimum, 30u);
    EXPECT_EQ(zone->soa->refresh, 7200u);
    EXPECT_EQ(zone->name_servers[0], "ns1.example.com");
    EXPECT_EQ(zone->records[0].name, "www.example.com");
    EXPECT_EQ(zone->records[0].type, "A");
    EXPECT_EQ(zone->records[0].ttl, 5u);
    EXPECT_EQ(zone->records[0].value_pos[1], (Pos{10, 66}));
    EXPECT_EQ(zone->records[1].values[0], "\"two words\"");
    EXPECT_EQ(zone->file, "zones/example.zone");
}

// As `kubectl get service,endpointslice,secret -o yaml` prints them.
TEST(Decode, WhatKubectlPrints) {
    const Documents documents = parse_yaml(R"(
apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: v1
  kind: Service
  metadata:
    annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
    creationTimestamp: "2026-01-01T00:00:00Z"
    labels: {app: web}
    managedFields: [{manager: kubectl, fieldsV1: {"f:spec": {}}}]
    name: web
    namespace: shop
    resourceVersion: "12"
    uid: 8a6f
  spec:
    clusterIP: 10.96.0.9
    clusterIPs: [10.96.0.9]
    internalTrafficPolicy: Cluster
    ipFamilies: [IPv4]
    ipFamilyPolicy: SingleStack
    ports:
    - {name: http, port: 80, protocol: TCP, targetPort: 8080}
    - {name: tls, port: 443, protocol: TCP, targetPort: https}
    selector: {app: web}
    sessionAffinity: None
    type: ClusterIP
  status: {loadBalancer: {}}
- apiVersion: discovery.k8s.io/v1
  kind: EndpointSlice
  addressType: IPv4
  endpoints:
  - addresses: [10.1.0.7]
    conditions: {ready: true, serving: true, terminating: false}
    nodeName: n1
    targetRef: {kind: Pod, name: web-0, namespace: shop, uid: x}
    zone: a
  - addresses: [10.1.0.8]
    conditions: {ready: false, terminating: true}
  - addresses: [10.1.0.9]
  metadata:
    generateName: null
    generation: 3
    labels: {kubernetes.io/service-name: web, topology.kubernetes.io/region: eu}
    name: web-abc
    namespace: shop
    ownerReferences: [{apiVersion: v1, kind: Service, name: web, uid: x}]
  ports: [{name: http, port: 8080, protocol: TCP}]
- {apiVersion: v1, kind: Secret, type: Opaque, metadata: {name: s}, data: {ca.crt: aGVsbG8=}, stringData: {x: "y"}}
)",
                                           "f.yaml");
    ASSERT_TRUE(documents.findings.empty());
    const auto objects = objects_of(documents.all.at(0).root);
    ASSERT_EQ(objects.size(), 3u);
    std::vector<Decoded> all;
    for (const Value* object : objects) {
        all.push_back(decode(*object, "f.yaml"));
        for (const auto& finding : all.back().diagnostics) ADD_FAILURE() << finding.text();
    }
    const auto& service = *std::get<Shared<model::Service>>(all[0].object);
    EXPECT_EQ(service.meta.key.text(), "Service/shop/web");
    EXPECT_EQ(service.ports[0].target_port, "8080");
    EXPECT_EQ(service.ports[1].target_port, "https");
    const auto& slice = *std::get<Shared<model::EndpointSlice>>(all[1].object);
    EXPECT_EQ(slice.service, "web");
    EXPECT_EQ(slice.region, "eu");
    ASSERT_EQ(slice.endpoints.size(), 3u);
    EXPECT_TRUE(slice.endpoints[0].ready);
    EXPECT_EQ(slice.endpoints[0].zone, "a");
    EXPECT_FALSE(slice.endpoints[1].ready);
    EXPECT_FALSE(slice.endpoints[1].serving);
    EXPECT_TRUE(slice.endpoints[1].terminating);
    EXPECT_TRUE(slice.endpoints[2].ready);
    EXPECT_TRUE(slice.endpoints[2].serving);
    EXPECT_EQ(slice.ports[0].port, 8080);
    const auto& secret = *std::get<Shared<model::Secret>>(all[2].object);
    EXPECT_EQ(secret.data.at("ca.crt").reveal(), "hello");
    EXPECT_EQ(secret.data.at("x").reveal(), "y");
}

TEST(Decode, SecretsAreNotQuoted) {
    const Documents documents = parse_yaml(
        "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {k: hunter2!}, stringData: {p: "
        "123456}, type: 7}",
        "f");
    const Decoded out = decode(documents.all.at(0).root, "f");
    EXPECT_EQ(out.diagnostics.size(), 3u);
    for (const auto& finding : out.diagnostics) {
        EXPECT_EQ(finding.text().find("hunter2"), std::string::npos);
        EXPECT_EQ(finding.text().find("123456"), std::string::npos);
    }
}

TEST(Decode, PlacesAndRegions) {
    const auto region = decoded<model::Region>(R"(
apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: eu}
spec:
  coordinates: {latitude: 50.1, longitude: 8}
  cidrs: [198.51.100.0/24]
  geo: [country/DE, continent/EU]
  latency: {us: 80.5, "no": 1}
  clients: 500
  capacity: 900
status: {anything: goes}
)");
    ASSERT_NE(region, nullptr);
    EXPECT_EQ(region->coordinates->longitude, 8);
    EXPECT_EQ(region->cidr_pos[0], (Pos{7, 11}));
    EXPECT_EQ(region->latency_ms.at("us"), 80.5);
    EXPECT_EQ(region->latency_pos.at("us"), (Pos{9, 13}));
    EXPECT_EQ(region->clients, 500u);
    EXPECT_EQ(region->capacity, 900u);
    const auto bare = decoded<model::Region>(
        "{apiVersion: fairway.dev/v1alpha1, kind: Region, metadata: {name: x}, spec: {}}");
    EXPECT_EQ(bare->clients, 1u);
    EXPECT_FALSE(bare->capacity);
    const auto cluster = decoded<model::Cluster>(
        "{apiVersion: fairway.dev/v1alpha1, kind: Cluster, metadata: {name: c, labels: "
        "{topology.kubernetes.io/region: eu}}}");
    EXPECT_EQ(cluster->region, "eu");
    const auto control = decoded<model::RoutingControl>(
        "{apiVersion: fairway.dev/v1alpha1, kind: RoutingControl, metadata: {name: c}, spec: "
        "{initialState: 'Off'}}");
    EXPECT_FALSE(control->initial_on);
    EXPECT_TRUE(decoded<model::RoutingControl>(
                    "{apiVersion: fairway.dev/v1alpha1, kind: RoutingControl, metadata: {name: c}}")
                    ->initial_on);
}

}  // namespace
}  // namespace fairway::config
