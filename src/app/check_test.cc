// What `fairway check` says of documents that are well-formed each but wrong together: every
// finding of docs/steering.md section 8, to the letter, with its place in the YAML text.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "config/directory.h"
#include "world/compiler.h"

namespace fairway::app {
namespace {

// All is well with these, and the cases may name them.
constexpr const char* kBase = R"(apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example}
spec:
  origin: example.com
  soa: {primary: ns1.example.com, contact: hostmaster.example.com}
  nameServers: [ns1.example.com]
  records:
  - {name: ns1.example.com, type: A, values: [192.0.2.53]}
  - {name: mail.example.com, type: MX, values: [10 ns1.example.com.]}
  - {name: alias.example.com, type: CNAME, values: [ns1.example.com.]}
  - {name: lab.example.com, type: NS, values: [ns.example.net.]}
---
{apiVersion: fairway.dev/v1alpha1, kind: Region, metadata: {name: eu}, spec: {coordinates: {latitude: 50, longitude: 8}}}
---
{apiVersion: fairway.dev/v1alpha1, kind: Region, metadata: {name: us}, spec: {}}
---
{apiVersion: fairway.dev/v1alpha1, kind: HealthCheck, metadata: {name: web}, spec: {type: TCP, address: "192.0.2.1:80"}}
---
{apiVersion: fairway.dev/v1alpha1, kind: HealthCheck, metadata: {name: each}, spec: {type: TCP, targetRef: {name: shop}}}
---
{apiVersion: fairway.dev/v1alpha1, kind: RoutingControl, metadata: {name: eu-on}, spec: {}}
---
{apiVersion: v1, kind: Service, metadata: {name: shop}, spec: {ports: [{port: 80}]}}
)";

// A directory of kBase and one file, read again and again.
class Reloads {
  public:
    std::string load(const std::string& text) {
        auto report = directory_.apply(
            {{"base.yaml", kBase, false, {}}, {"it.yaml", text, false, {}}}, model_);
        compiler_.update(model_, model_.take_changes());
        model::Diagnostics all = std::move(report.diagnostics);
        const auto& compiled = compiler_.diagnostics();
        all.insert(all.end(), compiled.begin(), compiled.end());
        config::sort_by_place(all);
        std::string lines;
        for (const auto& finding : all) lines += finding.text() + "\n";
        return lines;
    }
    std::uint64_t generation() const { return compiler_.world()->generation; }

  private:
    model::Model model_;
    config::Directory directory_;
    world::Compiler compiler_;
};

std::string load(const std::string& text) {
    return Reloads().load(text);
}

std::string policy(const std::string& name, const std::string& spec) {
    return "apiVersion: fairway.dev/v1alpha1\nkind: TrafficPolicy\nmetadata: {name: " + name +
           "}\nspec:\n" + spec;
}

struct Case {
    const char* name;
    std::string text;
    const char* said;
};
void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

std::string name_of(const testing::TestParamInfo<Case>& param) {
    return param.param.name;
}

class Check : public testing::TestWithParam<Case> {};

TEST_P(Check, SaysWhereAndWhat) {
    EXPECT_EQ(load(GetParam().text), GetParam().said);
}

// The leaves that most trees below end in.
const std::string kLeaves = R"(  - {name: a, leaf: {values: [192.0.2.1]}}
  - {name: b, leaf: {values: [192.0.2.2]}}
)";

std::string tree(const std::string& select, const std::string& children,
                 const std::string& leaves = kLeaves) {
    return policy("shop", "  root: top\n  nodes:\n  - name: top\n    select: {" + select +
                              "}\n    children:\n" + children + leaves);
}

INSTANTIATE_TEST_SUITE_P(
    References, Check,
    testing::Values(
        Case{"Fine", tree("op: uniform", "    - {node: a}\n    - {node: b}\n"), ""},
        Case{
            "Node", tree("op: uniform", "    - {node: a}\n    - {node: bb}\n"),
            R"(it.yaml:11:14: error: TrafficPolicy/shop: spec.nodes[0].children[1].node: no node `bb` in this policy; did you mean `b`?
)"},
        Case{
            "Root", policy("shop", "  root: tip\n  nodes:\n" + kLeaves),
            R"(it.yaml:5:9: error: TrafficPolicy/shop: spec.root: no node `tip` in this policy; a name out of spec.nodes
)"},
        Case{
            "Policy",
            tree("op: uniform", "    - {node: a}\n    - {policy: sohp}\n    - {node: b}\n"),
            R"(it.yaml:11:16: error: TrafficPolicy/shop: spec.nodes[0].children[1].policy: unknown TrafficPolicy "sohp"; did you mean "shop"?
)"},
        Case{
            "PolicyWithErrors",
            tree("op: uniform", "    - {node: a}\n    - {node: b}\n    - {policy: bad}\n") +
                "---\n" +
                policy("bad",
                       "  root: a\n  nodes:\n  - {name: a, leaf: {serviceRef: {name: shpo}}}\n"),
            R"(it.yaml:12:16: error: TrafficPolicy/shop: spec.nodes[0].children[2].policy: TrafficPolicy default/bad has errors; mend that one
it.yaml:22:41: error: TrafficPolicy/bad: spec.nodes[0].leaf.serviceRef.name: unknown Service "shpo"; did you mean "shop"?
)"},
        Case{
            "Gates", policy("shop", R"(  root: a
  nodes:
  - name: a
    leaf: {values: [192.0.2.1]}
    gates:
    - {kind: HealthCheck, name: wbe}
    - {kind: RoutingControl, name: eu-off}
    - {kind: HealthCheck, name: each}
    - {kind: HealthCheck, name: web, namespace: other}
)"),
            R"(it.yaml:10:33: error: TrafficPolicy/shop: spec.nodes[0].gates[0].name: unknown HealthCheck "wbe"; did you mean "web"?
it.yaml:11:36: error: TrafficPolicy/shop: spec.nodes[0].gates[1].name: unknown RoutingControl "eu-off"; did you mean "eu-on"?
it.yaml:12:33: error: TrafficPolicy/shop: spec.nodes[0].gates[2].name: HealthCheck default/each has a verdict for each endpoint, not one; name a check with an address; endpoints of a serviceRef heed it anyway
it.yaml:13:33: error: TrafficPolicy/shop: spec.nodes[0].gates[3].name: HealthCheck other/web is in another namespace; name one in namespace default (a ReferenceGrant is not read yet)
)"},
        Case{
            "Service",
            policy("shop",
                   "  root: a\n  nodes:\n  - {name: a, leaf: {serviceRef: {name: shpo, region: "
                   "ue}}}\n"),
            R"(it.yaml:7:41: error: TrafficPolicy/shop: spec.nodes[0].leaf.serviceRef.name: unknown Service "shpo"; did you mean "shop"?
it.yaml:7:55: error: TrafficPolicy/shop: spec.nodes[0].leaf.serviceRef.region: unknown Region "ue"; did you mean "eu"?
)"},
        Case{
            "Region",
            tree("op: latency", "    - {node: a, region: eu}\n    - {node: b, region: mars}\n"),
            R"(it.yaml:11:25: error: TrafficPolicy/shop: spec.nodes[0].children[1].region: unknown Region "mars"; declare the Region
)"},
        Case{
            "NodeRegion",
            policy(
                "shop",
                "  root: a\n  nodes:\n  - {name: a, region: use, leaf: {values: [192.0.2.1]}}\n"),
            R"(it.yaml:7:23: error: TrafficPolicy/shop: spec.nodes[0].region: unknown Region "use"; did you mean "us"?
)"},
        Case{
            "CheckChildren", R"(apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: all}
spec:
  type: Calculated
  children:
  - {name: wbe}
  - {name: each}
)",
            R"(it.yaml:7:12: error: HealthCheck/all: spec.children[0]: unknown HealthCheck "wbe"; did you mean "web"?
it.yaml:8:12: error: HealthCheck/all: spec.children[1]: HealthCheck default/each has a verdict for each endpoint; name a check with an address
)"},
        Case{
            "CheckTarget", R"(apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: it}
spec:
  type: TCP
  targetRef: {name: nobody}
  from: [moon]
)",
            R"(it.yaml:6:21: error: HealthCheck/it: spec.targetRef: unknown Service "nobody"; declare it in namespace default
it.yaml:7:10: error: HealthCheck/it: spec.from[0]: unknown Region "moon"; declare the Region
)"},
        Case{
            "CheckOfAServiceWithoutPorts",
            R"({apiVersion: v1, kind: Service, metadata: {name: bare}, spec: {clusterIP: None}}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: it}
spec:
  type: TCP
  targetRef: {name: bare}
)",
            R"(it.yaml:8:21: error: HealthCheck/it: spec.targetRef: Service default/bare has no port; give the number in targetRef.port
)"},
        Case{
            "CheckPort",
            R"({apiVersion: v1, kind: Service, metadata: {name: named}, spec: {ports: [{name: http, port: 80}]}}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: it}
spec:
  type: TCP
  targetRef: {name: named, port: htpt}
)",
            R"(it.yaml:8:21: error: HealthCheck/it: spec.targetRef.port: Service default/named has no port "htpt"; did you mean "http"?
)"},
        Case{
            "CheckSwitch", R"(apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: it}
spec:
  type: RoutingControl
  routingControlRef: {name: eu}
)",
            R"(it.yaml:6:29: error: HealthCheck/it: spec.routingControlRef: unknown RoutingControl "eu"; declare it in namespace default
)"},
        Case{
            "CheckSecret", R"(apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: it}
spec:
  type: HTTPS
  address: 192.0.2.1:443
  http: {verifyCertificate: true, caSecretRef: {name: ca}}
---
{apiVersion: v1, kind: Secret, metadata: {name: empty}, stringData: {tls.crt: "x"}}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: other}
spec:
  type: HTTPS
  address: 192.0.2.1:443
  http: {verifyCertificate: true, caSecretRef: {name: empty}}
)",
            R"(it.yaml:7:55: error: HealthCheck/it: spec.http.caSecretRef: unknown Secret "ca"; declare it in namespace default
it.yaml:17:55: error: HealthCheck/other: spec.http.caSecretRef: Secret default/empty has no ca.crt; put the PEM certificates under data["ca.crt"]
)"},
        Case{
            "SwitchRegion",
            "apiVersion: fairway.dev/v1alpha1\nkind: RoutingControl\nmetadata: {name: "
            "it}\nspec:\n  region: moon\n",
            R"(it.yaml:5:11: error: RoutingControl/it: spec.region: unknown Region "moon"; declare the Region
)"},
        Case{
            "ClusterRegion", R"(apiVersion: fairway.dev/v1alpha1
kind: Cluster
metadata:
  name: c
  labels: {topology.kubernetes.io/region: moon}
spec: {}
)",
            R"(it.yaml:5:43: error: Cluster/c: metadata.labels[topology.kubernetes.io/region]: unknown Region "moon"; declare the Region
)"},
        Case{
            "Slice", R"(apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: web-1
  labels: {kubernetes.io/service-name: wbe, topology.kubernetes.io/region: moon}
addressType: IPv4
endpoints: []
ports: []
)",
            R"(it.yaml:5:40: warning: EndpointSlice/web-1: metadata.labels[kubernetes.io/service-name]: no Service "wbe": nobody reaches these endpoints; declare the Service
it.yaml:5:76: error: EndpointSlice/web-1: metadata.labels[topology.kubernetes.io/region]: unknown Region "moon"; declare the Region
)"},
        Case{
            "RegionLatency", R"(apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: ap}
spec:
  latency: {eu: 10, mars: 20}
)",
            R"(it.yaml:5:21: error: Region/ap: spec.latency.mars: unknown Region "mars"; declare the Region
)"},
        Case{
            "RegionClients", R"(apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: ap}
spec:
  cidrs: [10.0.0.0/8]
---
apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: aq}
spec:
  cidrs: [10.1.0.0/16, 10.0.0.0/8]
)",
            R"(it.yaml:11:24: error: Region/aq: spec.cidrs[1]: 10.0.0.0/8 belongs to Region ap already; name a prefix once; a longer one inside it may be another Region's
)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Shape, Check,
    testing::Values(
        Case{
            "LoopOfNodes", policy("shop", R"(  root: x
  nodes:
  - name: x
    select: {op: uniform}
    children:
    - {node: w}
  - name: w
    select: {op: uniform}
    children:
    - {node: z}
    - {node: z}
  - name: z
    select: {op: uniform}
    children: [{node: x}]
)"),
            R"(it.yaml:18:23: error: TrafficPolicy/shop: spec.nodes[2].children[0].node: the nodes form a loop: x -> w -> z -> x; let no node reach itself
)"},
        Case{
            "NodeReachesItself",
            tree("op: uniform", "    - {node: a}\n    - {node: b}\n    - {node: top}\n"),
            R"(it.yaml:12:14: error: TrafficPolicy/shop: spec.nodes[0].children[2].node: the nodes form a loop: top -> top; let no node reach itself
)"},
        Case{
            "LoopOfPolicies", policy("one", R"(  root: x
  nodes:
  - name: x
    select: {op: uniform}
    children:
    - {policy: two}
)") + "---\n" + policy("two", R"(  root: w
  nodes:
  - name: w
    select: {op: uniform}
    children:
    - {policy: three}
)") + "---\n" + policy("three", R"(  root: z
  nodes:
  - name: z
    select: {op: uniform}
    children:
    - {node: a}
    - {policy: one}
  - {name: a, leaf: {values: [192.0.2.1]}}
)"),
            R"(it.yaml:10:16: error: TrafficPolicy/one: spec.nodes[0].children[0].policy: the policies form a loop: one -> two -> three -> one; let no policy reach itself
it.yaml:21:16: error: TrafficPolicy/two: spec.nodes[0].children[0].policy: the policies form a loop: two -> three -> one -> two; let no policy reach itself
it.yaml:33:16: error: TrafficPolicy/three: spec.nodes[0].children[1].policy: the policies form a loop: three -> one -> two -> three; let no policy reach itself
)"},
        Case{
            "PolicyReachesItself", policy("one", R"(  root: x
  nodes:
  - name: x
    select: {op: uniform}
    children:
    - {policy: one}
)"),
            R"(it.yaml:10:16: error: TrafficPolicy/one: spec.nodes[0].children[0].policy: the policies form a loop: one -> one; let no policy reach itself
)"},
        Case{
            "LoopOfChecks",
            R"({apiVersion: fairway.dev/v1alpha1, kind: HealthCheck, metadata: {name: x}, spec: {type: Calculated, children: [{name: w}]}}
---
{apiVersion: fairway.dev/v1alpha1, kind: HealthCheck, metadata: {name: w}, spec: {type: Calculated, children: [{name: web}, {name: x}]}}
)",
            R"(it.yaml:1:119: error: HealthCheck/x: spec.children[0]: the checks form a loop: x -> w -> x; count only checks that do not count this one
it.yaml:3:132: error: HealthCheck/w: spec.children[1]: the checks form a loop: w -> x -> w; count only checks that do not count this one
)"},
        Case{
            "UnreachableNodes", policy("shop", R"(  root: a
  nodes:
  - {name: a, leaf: {values: [192.0.2.1]}}
  - {name: b, leaf: {values: [192.0.2.2]}}
  - name: c
    select: {op: uniform}
    children: [{node: b}]
)"),
            R"(it.yaml:8:5: warning: TrafficPolicy/shop: spec.nodes[1]: node "b" is reached from nowhere; name it as a child, or take it out
it.yaml:9:5: warning: TrafficPolicy/shop: spec.nodes[2]: node "c" is reached from nowhere; name it as a child, or take it out
)"},
        Case{
            "TwoNodesOfOneName", policy("shop", R"(  root: a
  nodes:
  - {name: a, leaf: {values: [192.0.2.1]}}
  - {name: a, leaf: {values: [192.0.2.2]}}
)"),
            R"(it.yaml:8:5: error: TrafficPolicy/shop: spec.nodes[1]: `a` stands twice in this list; keep one; the first is on line 7
)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Ops, Check,
    testing::Values(
        Case{
            "MatchOverlaps",
            tree("op: match",
                 "    - {node: a, match: [country/DE, country/FR]}\n    - {node: b, match: "
                 "[continent/EU, country/DE]}\n"),
            R"(it.yaml:11:39: error: TrafficPolicy/shop: spec.nodes[0].children[1].match[1]: "country/DE" is claimed by spec.nodes[0].children[0] already; give each key to one kid
)"},
        Case{
            "MatchLineDefault",
            tree("op: match, key: line",
                 "    - {node: a, match: [line/default]}\n    - {node: b, match: [\"*\"]}\n"),
            R"(it.yaml:11:25: error: TrafficPolicy/shop: spec.nodes[0].children[1].match[0]: "*" is claimed by spec.nodes[0].children[0] already, as "line/default"; give each key to one kid
)"},
        Case{
            "MatchWithoutKeys",
            tree("op: match", "    - {node: a, match: [country/DE]}\n    - {node: b}\n"),
            R"(it.yaml:11:7: error: TrafficPolicy/shop: spec.nodes[0].children[1].match: is missing; keys, or "*" for every other client
)"},
        Case{
            "MatchOfAnotherKind",
            tree("op: match",
                 "    - {node: a, match: [country/DE]}\n    - {node: b, match: [line/telecom]}\n"),
            R"(it.yaml:11:25: error: TrafficPolicy/shop: spec.nodes[0].children[1].match[0]: `line/telecom` is a line; select.key: line matches lines
)"},
        Case{
            "CidrOverlaps",
            tree("op: cidr",
                 "    - {node: a, cidrs: [10.0.0.0/8, 192.0.2.0/24]}\n    - {node: b, cidrs: "
                 "[10.1.0.0/16, 10.0.0.0/8]}\n"),
            R"(it.yaml:11:38: error: TrafficPolicy/shop: spec.nodes[0].children[1].cidrs[1]: 10.0.0.0/8 is claimed by spec.nodes[0].children[0] already; give each prefix to one kid
)"},
        Case{"CidrNested",
             tree("op: cidr",
                  "    - {node: a, cidrs: [10.0.0.0/8]}\n    - {node: b, cidrs: [10.1.0.0/16]}\n"),
             ""},
        Case{
            "CidrWithoutPrefixes", tree("op: cidr", "    - {node: a}\n    - {node: b}\n"),
            R"(it.yaml:7:5: error: TrafficPolicy/shop: spec.nodes[0].children: op cidr without any prefix; give at least one kid cidrs
)"},
        Case{
            "RangeOverlaps", tree("op: range", R"(    - node: a
      ranges:
      - {first: 10.0.0.0, last: 10.0.0.9}
      - {first: 10.0.0.5, last: 10.0.0.7}
    - node: b
      ranges:
      - {first: 10.0.0.10, last: 10.0.0.20}
      - {first: 10.0.0.9, last: 10.0.0.9}
)"),
            R"(it.yaml:17:9: error: TrafficPolicy/shop: spec.nodes[0].children[1].ranges[1]: overlaps spec.nodes[0].children[0].ranges[0]; give each address to one kid
)"},
        Case{
            "RangeBackwards",
            tree("op: range",
                 "    - {node: a, ranges: [{first: 10.0.0.9, last: 10.0.0.1}]}\n    - {node: b}\n"),
            R"(it.yaml:10:26: error: TrafficPolicy/shop: spec.nodes[0].children[0].ranges[0]: ends before it begins; first <= last, of one family
)"},
        Case{
            "RangeWithoutRanges", tree("op: range", "    - {node: a}\n    - {node: b}\n"),
            R"(it.yaml:7:5: error: TrafficPolicy/shop: spec.nodes[0].children: op range without any range; give at least one kid ranges
)"},
        Case{
            "LatencyWithoutRegion",
            tree("op: latency", "    - {node: a, region: eu}\n    - {node: b}\n"),
            R"(it.yaml:11:7: error: TrafficPolicy/shop: spec.nodes[0].children[1].region: op latency without a region; name the Region here or on the node
)"},
        Case{
            "ProximityWithoutPlace",
            tree("op: proximity", "    - {node: a, region: eu}\n    - {node: b}\n"),
            R"(it.yaml:11:7: error: TrafficPolicy/shop: spec.nodes[0].children[1].region: op proximity without a place; give coordinates, or a region here or on the node
)"},
        Case{
            "ProximityOfARegionWithoutPlace",
            tree("op: proximity", "    - {node: a, region: eu}\n    - {node: b, region: us}\n"),
            R"(it.yaml:11:25: warning: TrafficPolicy/shop: spec.nodes[0].children[1].region: op proximity by a Region without coordinates: this kid comes last; give the Region coordinates, or the child
)"},
        Case{
            "AttributesNotRead",
            tree("op: uniform, key: geo, k: 3, zero: never, noMatch: NODATA, nonPreemptive: true",
                 "    - {node: a, weight: 2, priority: 1, bias: 3, region: eu}\n    - {node: b, "
                 "coordinates: {latitude: 1, longitude: 2}, match: [\"*\"], cidrs: [10.0.0.0/8], "
                 "ranges: [{first: 10.0.0.1, last: 10.0.0.2}]}\n"),
            R"(it.yaml:8:27: error: TrafficPolicy/shop: spec.nodes[0].select.key: has no effect here; only op match reads it
it.yaml:8:37: error: TrafficPolicy/shop: spec.nodes[0].select.k: has no effect here; only draw sample reads it
it.yaml:8:43: error: TrafficPolicy/shop: spec.nodes[0].select.zero: has no effect here; only op weight and draw ordered read it
it.yaml:8:56: error: TrafficPolicy/shop: spec.nodes[0].select.noMatch: has no effect here; only op match, cidr and range read it
it.yaml:8:73: error: TrafficPolicy/shop: spec.nodes[0].select.nonPreemptive: has no effect here; only op priority reads it
it.yaml:10:17: error: TrafficPolicy/shop: spec.nodes[0].children[0].weight: has no effect here; only op weight and draw ordered read it
it.yaml:10:28: error: TrafficPolicy/shop: spec.nodes[0].children[0].priority: has no effect here; only op priority reads it
it.yaml:10:41: error: TrafficPolicy/shop: spec.nodes[0].children[0].bias: has no effect here; only op proximity reads it
it.yaml:10:50: error: TrafficPolicy/shop: spec.nodes[0].children[0].region: has no effect here; only op latency and proximity read it
it.yaml:11:17: error: TrafficPolicy/shop: spec.nodes[0].children[1].coordinates: has no effect here; only op proximity reads it
it.yaml:11:59: error: TrafficPolicy/shop: spec.nodes[0].children[1].match: has no effect here; only op match reads it
it.yaml:11:73: error: TrafficPolicy/shop: spec.nodes[0].children[1].cidrs: has no effect here; only op cidr reads it
it.yaml:11:94: error: TrafficPolicy/shop: spec.nodes[0].children[1].ranges: has no effect here; only op range reads it
)"},
        Case{
            "LeafWithChildren", policy("shop", R"(  root: a
  nodes:
  - name: a
    leaf: {values: [192.0.2.1]}
    children: [{node: b}]
  - {name: b, leaf: {values: [192.0.2.2]}}
)"),
            R"(it.yaml:9:5: error: TrafficPolicy/shop: spec.nodes[0].children: has no effect here; a leaf has none; give a select
)"},
        Case{
            "NonPreemptiveOverClients", policy("shop", R"(  root: top
  nodes:
  - name: top
    select: {op: priority, nonPreemptive: true}
    children: [{node: m}, {node: b}]
  - name: m
    select: {op: match}
    children: [{node: a, match: [country/DE]}]
)" + kLeaves),
            R"(it.yaml:8:13: error: TrafficPolicy/shop: spec.nodes[0].select.nonPreemptive: one current choice for all clients, over kids whose health depends on the client; no match, cidr or range below a nonPreemptive node
)"},
        Case{
            "FailoverWithoutACheck",
            tree("op: priority", "    - {node: a, priority: 1}\n    - {node: b, priority: 2}\n"),
            R"(it.yaml:10:7: warning: TrafficPolicy/shop: spec.nodes[0].children[0]: failover without a check: nothing tells when "a" is down; give it a HealthCheck or RoutingControl under gates
)"},
        Case{
            "FailoverThroughAnotherPolicy",
            tree("op: priority",
                 "    - {policy: inner, priority: 1}\n    - {node: a, priority: 2}\n    - {node: "
                 "b, priority: 3}\n") +
                "---\n" +
                policy("inner",
                       "  root: a\n  nodes:\n  - {name: a, leaf: {values: [192.0.2.1]}}\n"),
            R"(it.yaml:10:7: warning: TrafficPolicy/shop: spec.nodes[0].children[0]: failover without a check: nothing tells when "inner" is down; give it a HealthCheck or RoutingControl under gates
it.yaml:11:7: warning: TrafficPolicy/shop: spec.nodes[0].children[1]: failover without a check: nothing tells when "a" is down; give it a HealthCheck or RoutingControl under gates
)"},
        Case{"FailoverWithChecks",
             tree("op: priority", "    - {node: a, priority: 1}\n    - {node: b, priority: 2}\n",
                  "  - {name: a, leaf: {values: [192.0.2.1]}, gates: [{kind: RoutingControl, name: "
                  "eu-on}]}\n  - {name: b, leaf: {values: [192.0.2.2]}}\n"),
             ""},
        Case{
            "AllWeightsZero",
            tree("op: weight", "    - {node: a, weight: 0}\n    - {node: b, weight: 0}\n"),
            R"(it.yaml:7:5: warning: TrafficPolicy/shop: spec.nodes[0].children: all weights are zero: the kids are drawn alike; give at least one a weight
)"},
        Case{
            "AllWeightsZeroNever",
            tree("op: weight, zero: never",
                 "    - {node: a, weight: 0}\n    - {node: b, weight: 0}\n"),
            R"(it.yaml:7:5: warning: TrafficPolicy/shop: spec.nodes[0].children: all weights are zero: no kid is ever taken; give at least one a weight
)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Answers, Check,
    testing::Values(
        Case{
            "ValueOfAnotherType",
            policy("shop",
                   "  root: a\n  nodes:\n  - {name: a, leaf: {values: [192.0.2.1, "
                   "\"2001:db8::1\", shop]}}\n"),
            R"(it.yaml:7:42: error: TrafficPolicy/shop: spec.nodes[0].leaf.values[1]: A "2001:db8::1": "2001:db8::1" is not an IPv4 address; A is as in: 192.0.2.1
it.yaml:7:57: error: TrafficPolicy/shop: spec.nodes[0].leaf.values[2]: A "shop": "shop" is not an IPv4 address; A is as in: 192.0.2.1
)"},
        Case{
            "UnknownType",
            policy("shop",
                   "  type: AX\n  root: a\n  nodes:\n  - {name: a, leaf: {values: [192.0.2.1]}}\n"),
            R"(it.yaml:5:9: error: TrafficPolicy/shop: spec.type: `AX` is not right here; a record type such as A, AAAA, TXT or TYPE65280
)"},
        Case{
            "MetaType",
            policy(
                "shop",
                "  type: ANY\n  root: a\n  nodes:\n  - {name: a, leaf: {values: [192.0.2.1]}}\n"),
            R"(it.yaml:5:9: error: TrafficPolicy/shop: spec.type: `ANY` is not right here; a record type such as A, AAAA, TXT or TYPE65280
)"},
        Case{
            "FamilyOfOtherTypes",
            policy("shop",
                   "  type: MX\n  family: after\n  root: a\n  nodes:\n  - {name: a, leaf: "
                   "{values: [10 a.]}}\n"),
            R"(it.yaml:5:9: error: TrafficPolicy/shop: spec.type: MX has no address families; family after answers A and AAAA; leave type out
it.yaml:9:31: error: TrafficPolicy/shop: spec.nodes[0].leaf.values[0]: `10 a.` is no address; with family after or before: 192.0.2.1 or 2001:db8::1
)"},
        Case{
            "NeedPerFamilyOfOtherTypes", policy("shop", R"(  type: TXT
  root: top
  nodes:
  - name: top
    select: {op: uniform, need: {ipv4: 1, ipv6: 0}}
    children: [{node: a}]
  - {name: a, leaf: {values: [hello]}}
)"),
            R"(it.yaml:9:13: error: TrafficPolicy/shop: spec.nodes[0].select.need: need per family where the type is neither A nor AAAA; a count or a percentage
)"},
        Case{
            "ServiceOfOtherTypes",
            policy("shop",
                   "  type: TXT\n  root: a\n  nodes:\n  - {name: a, leaf: {serviceRef: {name: "
                   "shop}}}\n"),
            R"(it.yaml:8:34: error: TrafficPolicy/shop: spec.nodes[0].leaf.serviceRef: endpoints are addresses, not TXT; a policy of type A or AAAA
)"},
        Case{
            "ServiceInsideAPolicyOfAnotherType",
            tree("op: uniform", "    - {node: a}\n    - {policy: inner}\n",
                 "  - {name: a, leaf: {values: [hello]}}\n  type: TXT\n") +
                "---\n" +
                policy("inner",
                       "  root: a\n  nodes:\n  - {name: a, leaf: {serviceRef: {name: shop}}}\n"),
            R"(it.yaml:11:16: error: TrafficPolicy/shop: spec.nodes[0].children[1].policy: TrafficPolicy default/inner cannot stand here: spec.nodes[0].leaf.serviceRef: endpoints are addresses, the type is TXT; type A or AAAA
)"},
        Case{
            "OutsideEveryZone",
            policy("shop",
                   "  hostnames: [shop.example.com, shop.example.org]\n  root: a\n  nodes:\n  - "
                   "{name: a, leaf: {values: [192.0.2.1]}}\n"),
            R"(it.yaml:5:33: error: TrafficPolicy/shop: spec.hostnames[1]: "shop.example.org" lies outside every DNSZone; a DNSZone whose origin ends the name
)"},
        Case{
            "BesideAStaticRecord",
            policy("shop",
                   "  hostnames: [ns1.example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                   "{values: [192.0.2.1]}}\n"),
            R"(it.yaml:5:15: error: TrafficPolicy/shop: spec.hostnames[0]: the zone example.com. has a static A record of this name; the record or the policy, not both
)"},
        Case{"BesideAStaticRecordOfAnotherType",
             policy("shop",
                    "  hostnames: [mail.example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                    "{values: [192.0.2.1]}}\n"),
             ""},
        Case{
            "BesideAStaticAlias",
            policy("shop",
                   "  hostnames: [alias.example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                   "{values: [192.0.2.1]}}\n"),
            R"(it.yaml:5:15: error: TrafficPolicy/shop: spec.hostnames[0]: a CNAME beside other records of this name in the zone example.com.; a CNAME alone (RFC 1034)
)"},
        Case{
            "AliasBesideAStaticRecord",
            policy("shop",
                   "  hostnames: [mail.example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                   "{hostname: www.example.net}}\n"),
            R"(it.yaml:5:15: error: TrafficPolicy/shop: spec.hostnames[0]: a CNAME beside other records of this name in the zone example.com.; a CNAME alone (RFC 1034)
)"},
        Case{
            "AliasAtTheApex",
            policy("shop",
                   "  hostnames: [example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                   "{hostname: www.example.net}}\n"),
            R"(it.yaml:5:15: error: TrafficPolicy/shop: spec.hostnames[0]: a CNAME answer at the apex of a zone; addresses, or a name below the apex
)"},
        Case{
            "BelowADelegation",
            policy("shop",
                   "  hostnames: [www.lab.example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                   "{values: [192.0.2.1]}}\n"),
            R"(it.yaml:5:15: error: TrafficPolicy/shop: spec.hostnames[0]: lies at or below lab.example.com., which is delegated away; a name of which this zone is the authority
)"},
        Case{
            "TwoPoliciesOfOneName",
            policy("one",
                   "  hostnames: [www.example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                   "{values: [192.0.2.1]}}\n") +
                "---\n" +
                policy("two",
                       "  hostnames: [w.example.com, WWW.example.com.]\n  root: a\n  nodes:\n  - "
                       "{name: a, leaf: {values: [192.0.2.1]}}\n"),
            R"(it.yaml:14:30: error: TrafficPolicy/two: spec.hostnames[1]: www.example.com is answered by TrafficPolicy/default/one already; let one policy have the name
)"},
        Case{"TwoPoliciesOfOneNameAndOtherTypes",
             policy("one",
                    "  hostnames: [www.example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                    "{values: [192.0.2.1]}}\n") +
                 "---\n" +
                 policy("two",
                        "  hostnames: [www.example.com]\n  type: AAAA\n  root: a\n  nodes:\n  - "
                        "{name: a, leaf: {values: [\"2001:db8::1\"]}}\n"),
             ""},
        Case{
            "FamiliesAndAnAaaaOfOneName",
            policy("one",
                   "  hostnames: [www.example.com]\n  family: after\n  root: a\n  nodes:\n  - "
                   "{name: a, leaf: {values: [192.0.2.1]}}\n") +
                "---\n" +
                policy("two",
                       "  hostnames: [www.example.com]\n  type: AAAA\n  root: a\n  nodes:\n  - "
                       "{name: a, leaf: {values: [\"2001:db8::1\"]}}\n"),
            R"(it.yaml:15:15: error: TrafficPolicy/two: spec.hostnames[0]: www.example.com is answered by TrafficPolicy/default/one already; let one policy have the name
)"},
        Case{"AliasLeafBesideAnotherPolicy",
             policy("one",
                    "  hostnames: [www.example.com]\n  root: a\n  nodes:\n  - {name: a, leaf: "
                    "{hostname: www.example.net}}\n") +
                 "---\n" +
                 policy("two",
                        "  hostnames: [www.example.com]\n  type: AAAA\n  root: a\n  nodes:\n  - "
                        "{name: a, leaf: {values: [\"2001:db8::1\"]}}\n"),
             ""},
        Case{
            "TwoZonesOfOneOrigin", R"(apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: zexample}
spec:
  origin: Example.com.
  soa: {primary: ns1.example.com, contact: hostmaster.example.com}
  nameServers: [ns1.example.com]
)",
            R"(it.yaml:5:11: error: DNSZone/zexample: spec.origin: "example.com" is the origin of DNSZone/default/example already; one DNSZone for an origin
)"}),
    name_of);

std::string chain(int selects) {
    std::string spec = "  root: n0\n  nodes:\n";
    for (int i = 0; i < selects; ++i) {
        spec += "  - name: n" + std::to_string(i) + "\n    select: {op: uniform}\n" +
                "    children: [{node: n" + std::to_string(i + 1) + "}]\n";
    }
    return policy("deep", spec + "  - {name: n" + std::to_string(selects) +
                              ", leaf: {values: [192.0.2.1]}}\n");
}

TEST(CheckDepth, TenLevels) {
    EXPECT_EQ(load(chain(10)), "");
    EXPECT_EQ(
        load(chain(11)),
        "it.yaml:39:16: error: TrafficPolicy/deep: spec.nodes: deeper than 10 levels; flatten "
        "the tree\n");
}

TEST(CheckDepth, ThroughAnotherPolicy) {
    EXPECT_EQ(
        load(tree("op: uniform", "    - {node: a}\n    - {node: b}\n    - {policy: deep}\n") +
             "---\n" + chain(10)),
        "it.yaml:12:16: error: TrafficPolicy/shop: spec.nodes: deeper than 10 levels; flatten the "
        "tree\n");
}

TEST(CheckSize, SharedNodesStandWhereTheyAreNamed) {
    std::string spec = "  root: n0\n  nodes:\n";
    for (int i = 0; i < 9; ++i) {
        const std::string next = "{node: n" + std::to_string(i + 1) + "}";
        spec += "  - {name: n" + std::to_string(i) + ", select: {op: uniform}, children: [" + next;
        for (int copy = 0; copy < 3; ++copy) spec += ", " + next;
        spec += "]}\n";
    }
    EXPECT_EQ(
        load(policy("wide", spec + "  - {name: n9, leaf: {values: [192.0.2.1]}}\n")),
        "it.yaml:1:1: error: TrafficPolicy/wide: spec.nodes: more than 65536 nodes when every "
        "shared node stands where it is named; share fewer nodes\n");
}

// A document that does not decode is there all the same, and whom it names is judged.
INSTANTIATE_TEST_SUITE_P(
    Drafts, Check,
    testing::Values(
        Case{
            "NamesAreJudgedBesideOtherFaults", policy("it", R"(  hostnames: [it.example.net]
  ttl: minus
  root: a
  nodes:
  - name: a
    region: ue
    colour: blue
    gates:
    - {kind: HealthCheck, name: wbe}
    - {kind: HealthCheck, name: each}
    - {kind: HealthCheck, name: Not_A_Name}
    - {kind: HealthCheck}
    leaf: {serviceRef: {name: nobody, region: eu}}
)"),
            R"(it.yaml:5:15: error: TrafficPolicy/it: spec.hostnames[0]: "it.example.net" lies outside every DNSZone; a DNSZone whose origin ends the name
it.yaml:6:8: error: TrafficPolicy/it: spec.ttl: `minus` is not a whole number; write a whole number
it.yaml:10:13: error: TrafficPolicy/it: spec.nodes[0].region: unknown Region "ue"; did you mean "eu"?
it.yaml:11:5: error: TrafficPolicy/it: spec.nodes[0].colour: unknown field; known here: name, leaf, select, children, gates, region, ttl or admin
it.yaml:13:33: error: TrafficPolicy/it: spec.nodes[0].gates[0].name: unknown HealthCheck "wbe"; did you mean "web"?
it.yaml:14:33: error: TrafficPolicy/it: spec.nodes[0].gates[1].name: HealthCheck default/each has a verdict for each endpoint, not one; name a check with an address; endpoints of a serviceRef heed it anyway
it.yaml:15:33: error: TrafficPolicy/it: spec.nodes[0].gates[2].name: `Not_A_Name` is not right here; small letters, digits, - and ., each part beginning and ending with a letter or digit
it.yaml:16:7: error: TrafficPolicy/it: spec.nodes[0].gates[3].name: is missing
it.yaml:17:31: error: TrafficPolicy/it: spec.nodes[0].leaf.serviceRef.name: unknown Service "nobody"; declare it in namespace default
)"},
        Case{
            "NothingIsSaidOfWhatIsNotThereToRead", policy("it", R"(  type: NOPE
  nodes:
  - name: a
    leaf: {values: 192.0.2.1}
  - name: b
    select: {op: nonsense}
    children: [{node: a}]
)"),
            R"(it.yaml:5:3: error: TrafficPolicy/it: spec.root: is missing; the node where it begins
it.yaml:5:9: error: TrafficPolicy/it: spec.type: `NOPE` is not right here; a record type such as A, AAAA, TXT or TYPE65280
it.yaml:8:20: error: TrafficPolicy/it: spec.nodes[0].leaf.values: is a single value; must be a list
it.yaml:10:18: error: TrafficPolicy/it: spec.nodes[1].select.op: `nonsense` is none of the values; uniform, priority, weight, latency, proximity, match, cidr, range or hash
)"},
        Case{
            "EveryKind", R"(apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: ap}
spec: {clients: many, latency: {moon: 3, eu: 5}}
---
apiVersion: fairway.dev/v1alpha1
kind: Cluster
metadata: {name: c, labels: {topology.kubernetes.io/region: moon}}
spec: {colour: blue}
---
apiVersion: fairway.dev/v1alpha1
kind: RoutingControl
metadata: {name: r}
spec: {region: moon, initialState: Maybe}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: h}
spec: {type: TCP, address: nowhere, from: [moon, eu]}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: i}
spec: {type: Calculated, children: [{name: wbe}], threshold: some}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: s, labels: {kubernetes.io/service-name: shpo, topology.kubernetes.io/region: moon}}
addressType: IPv4
endpoints: [{addresses: [nowhere]}]
)",
            R"(it.yaml:4:17: error: Region/ap: spec.clients: `many` is not a whole number; write a whole number
it.yaml:4:33: error: Region/ap: spec.latency.moon: unknown Region "moon"; declare the Region
it.yaml:8:61: error: Cluster/c: metadata.labels[topology.kubernetes.io/region]: unknown Region "moon"; declare the Region
it.yaml:9:8: error: Cluster/c: spec.colour: unknown field; leave it out
it.yaml:14:16: error: RoutingControl/r: spec.region: unknown Region "moon"; declare the Region
it.yaml:14:36: error: RoutingControl/r: spec.initialState: `Maybe` is none of the values; On or Off
it.yaml:19:28: error: HealthCheck/h: spec.address: `nowhere` is not right here; address and port: 192.0.2.1:80 or [2001:db8::1]:80
it.yaml:19:44: error: HealthCheck/h: spec.from[0]: unknown Region "moon"; declare the Region
it.yaml:24:44: error: HealthCheck/i: spec.children[0]: unknown HealthCheck "wbe"; did you mean "web"?
it.yaml:24:62: error: HealthCheck/i: spec.threshold: `some` is not a whole number; write a whole number
it.yaml:28:58: warning: EndpointSlice/s: metadata.labels[kubernetes.io/service-name]: no Service "shpo": nobody reaches these endpoints; did you mean "shop"?
it.yaml:28:95: error: EndpointSlice/s: metadata.labels[topology.kubernetes.io/region]: unknown Region "moon"; declare the Region
it.yaml:30:26: error: EndpointSlice/s: endpoints[0].addresses[0]: `nowhere` is not right here; an address such as 192.0.2.1 or 2001:db8::1
)"}),
    name_of);

// A document as it should be, one with a fault that leaves it unread, those that name it, and what
// they are told then.
struct Named {
    const char* name;
    std::string good, bad, users;
    std::string told;
};
void PrintTo(const Named& c, std::ostream* out) {
    *out << c.name;
}

class NamedDocument : public testing::TestWithParam<Named> {};

TEST_P(NamedDocument, CountsAsThereWhateverItsFaults) {
    const auto& [name, good, bad, users, told] = GetParam();
    const auto with = [&](const std::string& document) { return users + "---\n" + document; };
    Reloads reloads;
    EXPECT_EQ(reloads.load(with(good)), "");
    for (int round = 0; round < 2; ++round) {
        const std::string missing = reloads.load(users);  // not even an older version now
        EXPECT_EQ(missing, load(users));
        EXPECT_NE(missing, "");
        EXPECT_EQ(missing.find("has errors"), std::string::npos) << missing;

        const std::string broken = reloads.load(with(bad));
        EXPECT_EQ(broken, load(with(bad)));
        EXPECT_NE(broken.find(told), std::string::npos) << broken;
        EXPECT_EQ(broken.find("unknown "), std::string::npos) << broken;
        EXPECT_EQ(broken.find("no Service"), std::string::npos) << broken;

        EXPECT_EQ(reloads.load(with(good)), "");
    }
}

TEST_P(NamedDocument, KeepsItsLastGoodVersion) {
    const auto& [name, good, bad, users, told] = GetParam();
    Reloads reloads;
    EXPECT_EQ(reloads.load(users + "---\n" + good), "");
    const std::uint64_t before = reloads.generation();
    const std::string broken = reloads.load(users + "---\n" + bad);
    EXPECT_EQ(broken.find(told), std::string::npos) << broken;
    EXPECT_EQ(std::count(broken.begin(), broken.end(), '\n'), 1) << broken;
    EXPECT_EQ(reloads.generation(), before);
}

std::string one_leaf(const std::string& name, const std::string& more, const std::string& leaf) {
    return policy(name, more + "  root: a\n  nodes:\n  - {name: a, " + leaf + "}\n");
}

const std::string kHead = "apiVersion: fairway.dev/v1alpha1\n";
const std::string kValues = "leaf: {values: [192.0.2.1]}";

INSTANTIATE_TEST_SUITE_P(
    Each, NamedDocument,
    testing::Values(
        Named{"Zone",
              kHead + "kind: DNSZone\nmetadata: {name: other}\nspec: {origin: example.net, soa: "
                      "{primary: ns.example.org, contact: a.example.org}, nameServers: "
                      "[ns.example.org]}\n",
              kHead + "kind: DNSZone\nmetadata: {name: other}\nspec: {origin: example.net, file: "
                      "x.zone, ttl: x}\n",
              one_leaf("user", "  hostnames: [www.example.net]\n", kValues),
              "\"www.example.net\" lies in DNSZone default/other, which has errors; mend that one"},
        Named{"Region", kHead + "kind: Region\nmetadata: {name: ap}\nspec: {}\n",
              kHead + "kind: Region\nmetadata: {name: ap}\nspec: {clients: many}\n",
              one_leaf("user", "", "region: ap, " + kValues) + "---\n" + kHead +
                  "kind: Region\nmetadata: {name: uk}\nspec: {latency: {ap: 5}}\n---\n" + kHead +
                  "kind: RoutingControl\nmetadata: {name: r}\nspec: {region: ap}\n",
              "Region ap has errors; mend that one"},
        Named{"Check", kHead + "kind: HealthCheck\nmetadata: {name: h}\nspec: {type: External}\n",
              kHead + "kind: HealthCheck\nmetadata: {name: h}\nspec: {type: Extern}\n",
              one_leaf("user", "", "gates: [{kind: HealthCheck, name: h}], " + kValues) + "---\n" +
                  kHead +
                  "kind: HealthCheck\nmetadata: {name: all}\nspec: {type: Calculated, children: "
                  "[{name: h}], threshold: 1}\n",
              "HealthCheck default/h has errors; mend that one"},
        Named{"Control", kHead + "kind: RoutingControl\nmetadata: {name: r}\nspec: {}\n",
              kHead + "kind: RoutingControl\nmetadata: {name: r}\nspec: {initialState: Maybe}\n",
              one_leaf("user", "", "gates: [{kind: RoutingControl, name: r}], " + kValues) +
                  "---\n" + kHead +
                  "kind: HealthCheck\nmetadata: {name: r}\nspec: {type: RoutingControl, "
                  "routingControlRef: {name: r}}\n",
              "RoutingControl default/r has errors; mend that one"},
        Named{"Service",
              "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n",
              "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: x}]}\n",
              one_leaf("user", "", "leaf: {serviceRef: {name: web}}") + "---\n" + kHead +
                  "kind: HealthCheck\nmetadata: {name: h}\nspec: {type: TCP, targetRef: {name: "
                  "web}}\n",
              "Service default/web has errors; mend that one"},
        Named{"Secret",
              "apiVersion: v1\nkind: Secret\nmetadata: {name: ca}\nstringData: {ca.crt: x}\n",
              "apiVersion: v1\nkind: Secret\nmetadata: {name: ca}\ndata: {ca.crt: \"?\"}\n",
              kHead + "kind: HealthCheck\nmetadata: {name: h}\nspec: {type: HTTPS, address: "
                      "\"192.0.2.1:443\", http: {verifyCertificate: true, caSecretRef: {name: "
                      "ca}}}\n",
              "Secret default/ca has errors; mend that one"},
        Named{"Policy", one_leaf("inner", "", kValues), one_leaf("inner", "  ttl: x\n", kValues),
              policy("user",
                     "  root: a\n  nodes:\n  - {name: a, select: {op: uniform}, children: "
                     "[{policy: inner}]}\n"),
              "TrafficPolicy default/inner has errors; mend that one"}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace fairway::app
