#include <gtest/gtest.h>

#include "base/json.h"
#include "config/directory.h"
#include "why/drill.h"
#include "why/explain.h"
#include "why/overlay.h"
#include "world/compiler.h"

namespace fairway::why {
namespace {

constexpr const char* kDocuments = R"(
apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: eu}
spec: {cidrs: [198.51.100.0/24], geo: [country/DE, continent/EU], clients: 500, capacity: 600,
       latency: {us: 80}}
---
apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: us}
spec: {cidrs: [203.0.113.0/24], clients: 300, capacity: 600, latency: {eu: 80}}
---
apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example, namespace: default}
spec:
  origin: example.com
  soa: {primary: ns1.example.com, contact: hostmaster.example.com}
  nameServers: [ns1.example.com]
  records:
  - {name: www.example.com, type: CNAME, values: [shop.example.com.]}
  - {name: "*.any.example.com", type: A, values: [192.0.2.8, 192.0.2.9]}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: eu-a, namespace: default}
spec: {type: External}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: eu-b, namespace: default}
spec: {type: External}
---
apiVersion: fairway.dev/v1alpha1
kind: HealthCheck
metadata: {name: eu-both, namespace: default}
spec: {type: Calculated, children: [{name: eu-a}, {name: eu-b}], threshold: 2}
---
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: shop, namespace: default}
spec:
  hostnames: [shop.example.com]
  ttl: 30
  root: near
  nodes:
  - name: near
    select: {op: latency}
    children: [{node: eu}, {node: us}]
  - {name: eu, region: eu, leaf: {values: [192.0.2.1]}, gates: [{kind: HealthCheck, name: eu-both}]}
  - {name: us, region: us, leaf: {values: [192.0.2.2]}}
)";

class Why : public testing::Test {
  protected:
    void SetUp() override {
        config::SourceFile file;
        file.path = "all.yaml";
        file.text = kDocuments;
        config::Directory directory;
        const auto report = directory.apply({file}, model_);
        ASSERT_TRUE(report.diagnostics.empty()) << report.diagnostics.front().text();
        const auto change = compiler_.update(model_, model_.take_changes());
        ASSERT_FALSE(model::has_errors(compiler_.diagnostics()))
            << compiler_.diagnostics().front().text();
        keeper_.on_world(change, 0);
    }
    const world::World& world() { return *compiler_.world(); }
    Result<Explanation> ask(ExplainRequest request) {
        return explain(
            world(), keeper_.facts(), [&](world::FactId id) { return story_of(keeper_, id, 0); },
            request);
    }
    Explanation ask_from(const char* from, std::vector<std::string> down = {}) {
        ExplainRequest request;
        request.name = "Shop.Example.COM.";
        request.from = Cidr::parse(from);
        request.down = std::move(down);
        auto told = ask(request);
        EXPECT_TRUE(told) << (told ? "" : told.error().text);
        return told ? *told : Explanation{};
    }

    model::Model model_;
    world::Compiler compiler_;
    world::FactKeeper keeper_;
};

TEST_F(Why, TellsAnswerRegionScopeAndTtl) {
    const auto told = ask_from("198.51.100.7");
    EXPECT_EQ(told.region, "eu");
    EXPECT_EQ(told.scope, 24u);
    ASSERT_EQ(told.answers.size(), 1u);
    EXPECT_EQ(told.answers[0].answer, "192.0.2.1");
    EXPECT_EQ(told.answers[0].share, Fraction(1));
    EXPECT_EQ(told.answers[0].ttl, 30u);
    EXPECT_EQ(told.nodes[2].verdict, "live, waits in tier 2");
}

TEST_F(Why, ACalculatedCheckFollowsItsChild) {
    const auto told = ask_from("198.51.100.7", {"healthcheck/eu-a"});
    ASSERT_EQ(told.answers.size(), 1u);
    EXPECT_EQ(told.answers[0].answer, "192.0.2.2");
    ASSERT_EQ(told.nodes[1].gates.size(), 1u);
    EXPECT_EQ(told.nodes[1].gates[0].health, world::Health::kDown);
    EXPECT_EQ(told.nodes[1].gates[0].by, "--down");
}

TEST_F(Why, EverythingDownIsALastResort) {
    const auto told = ask_from("198.51.100.7", {"region/eu", "region/us"});
    EXPECT_TRUE(told.last_resort);
    EXPECT_EQ(told.answers[0].answer, "192.0.2.1");
    EXPECT_NE(explain_text(told).find("LAST RESORT"), std::string::npos);
}

TEST_F(Why, GivenFactsWinOverWhatIsKnown) {
    ExplainRequest request;
    request.name = "shop.example.com";
    request.from = Cidr::parse("198.51.100.7");
    request.facts = {{"latency.eu", "90"}, {"latency.us", "10"}};
    const auto told = ask(request);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->answers[0].answer, "192.0.2.2");
}

TEST_F(Why, FollowsAliasesAndTellsStaticRecords) {
    ExplainRequest request;
    request.name = "www.example.com";
    request.from = Cidr::parse("203.0.113.7");
    auto told = ask(request);
    ASSERT_TRUE(told) << told.error().text;
    ASSERT_EQ(told->aliases.size(), 1u);
    EXPECT_EQ(told->answers[0].answer, "192.0.2.2");
    request.name = "x.y.any.example.com";
    told = ask(request);
    ASSERT_TRUE(told) << told.error().text;
    EXPECT_EQ(told->records.size(), 2u);
    EXPECT_TRUE(told->policy.empty());
    request.name = "none.example.com";
    EXPECT_NE(ask(request).error().text.find("NXDOMAIN"), std::string::npos);
    request.name = "shop.example.com";
    request.qtype = 16;
    EXPECT_NE(ask(request).error().text.find("NODATA"), std::string::npos);
    request.name = "example.org";
    EXPECT_NE(ask(request).error().text.find("REFUSED"), std::string::npos);
}

TEST_F(Why, ErrorsSayWhatIsKnown) {
    ExplainRequest request;
    request.name = "nowhere.example.com";
    EXPECT_EQ(ask(request).error().code, Code::kNotFound);
    request.name = "shop.example.com";
    for (const char* down : {"region/ap", "region", "healthcheck/none", "planet/earth",
                             "endpoint/x", "service/none"}) {
        request.down = {down};
        const auto told = ask(request);
        ASSERT_FALSE(told) << down;
        EXPECT_NE(told.error().text.find(down), std::string::npos);
    }
    request.down = {};
    request.facts = {{"latency.eu", "fast"}};
    EXPECT_NE(ask(request).error().text.find("milliseconds"), std::string::npos);
    EXPECT_FALSE(split_facts({"latency"}));
}

TEST_F(Why, DrillMovesLoadAndSeesOverload) {
    const auto report = drill(world(), keeper_.facts(), {"region/eu"});
    ASSERT_TRUE(report);
    ASSERT_EQ(report->policies.size(), 1u);
    const auto& loads = report->policies[0].loads;
    ASSERT_EQ(loads.size(), 2u);
    EXPECT_EQ(loads[0].before, 500);
    EXPECT_EQ(loads[0].after, 0);
    EXPECT_EQ(loads[1].after, 800);
    EXPECT_TRUE(report->overload());
    EXPECT_FALSE(report->last_resort());
    EXPECT_NE(drill_text(*report).find("OVERLOAD"), std::string::npos);
}

TEST_F(Why, DrillOfTheLastRegionIsALastResort) {
    const auto report = drill(world(), keeper_.facts(), {"region/eu", "region/us"});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->last_resort());
    EXPECT_FALSE(report->fine());
}

TEST_F(Why, JsonParsesAndCarriesTheShares) {
    const auto told = parse_json(explain_json(ask_from("203.0.113.9")));
    ASSERT_TRUE(told) << told.error().text;
    EXPECT_EQ((*told)["answers"][0]["share"], "1");
    EXPECT_EQ((*told)["nodes"].size(), 3u);
    const auto report = parse_json(drill_json(*drill(world(), keeper_.facts(), {"region/us"})));
    ASSERT_TRUE(report) << report.error().text;
    EXPECT_EQ((*report)["policies"][0]["views"].size(), 3u);  // eu, us, unmapped
}

}  // namespace
}  // namespace fairway::why
