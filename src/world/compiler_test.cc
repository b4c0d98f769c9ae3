#include "world/compiler.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "world/dump.h"
#include "world/steered_names.h"
#include "world/test_model.h"
#include "world/zone.h"

namespace fairway::world {
namespace {

using namespace testing;  // NOLINT: builders
using model::Kind;
using model::Op;

struct Bench {
    model::Model model;
    Compiler compiler;

    WorldChange update() { return compiler.update(model, model.take_changes()); }
    const World& world() const { return *compiler.world(); }
    const PolicyPart* policy(const std::string& name, std::size_t which = 0) const {
        const auto at = world().policy_ids->find("default/" + name);
        return at == world().policy_ids->end() || which >= at->second.size()
                   ? nullptr
                   : world().policies.at(at->second[which].value);
    }
    FactId fact(const std::string& name) const {
        for (std::uint32_t i = 0; i < world().checks.bound(); ++i) {
            const CheckPart* part = world().checks.at(i);
            if (part && part->name == "default/" + name) return part->id;
        }
        return {};
    }
    std::string said() const {
        std::string out;
        for (const auto& d : compiler.diagnostics()) out += d.text() + "\n";
        return out;
    }
    bool says(const std::string& text) const { return said().find(text) != std::string::npos; }
};

model::TrafficPolicy failover(const std::string& name = "shop") {
    auto eu = leaf("eu", {"192.0.2.1"});
    eu.gates.push_back(gate(Kind::kHealthCheck, "eu-web"));
    eu.region = "eu";
    auto first = child("eu"), second = child("us");
    first.priority = 1;
    second.priority = 2;
    return policy(name,
                  {select("where", Op::kPriority, {first, second}), eu, leaf("us", {"192.0.2.2"})});
}

void put_failover(Bench& b) {
    put(b.model, region("eu"));
    put(b.model, check("eu-web", "192.0.2.1:80"));
    put(b.model, failover());
}

TEST(Compiler, CompilesAFailover) {
    Bench b;
    put_failover(b);
    const WorldChange change = b.update();
    EXPECT_TRUE(change.all);
    EXPECT_EQ(b.said(), "");
    const PolicyPart* part = b.policy("shop");
    ASSERT_NE(part, nullptr);
    ASSERT_EQ(part->nodes.size(), 3u);
    EXPECT_EQ(part->nodes[0].kid_count, 2u);
    EXPECT_EQ(part->nodes[1].priority, 1);
    EXPECT_EQ(part->nodes[1].parent, 0u);
    EXPECT_EQ(part->gates[part->nodes[1].gates_at], b.fact("eu-web"));
    const std::vector<std::uint8_t> rdata{192, 0, 2, 2};
    EXPECT_EQ(part->answers[part->nodes[2].answers].rdata[0], rdata);
    const FactUsers* users = b.world().fact_users.at(b.fact("eu-web").value);
    ASSERT_NE(users, nullptr);
    ASSERT_EQ(users->nodes.size(), 1u);
    EXPECT_EQ(users->nodes[0].node, 1u);
}

TEST(Compiler, NothingChangedIsTheSameWorld) {
    Bench b;
    put_failover(b);
    b.update();
    const auto before = b.compiler.world();
    const WorldChange change = b.update();
    EXPECT_EQ(change.world, before);
    EXPECT_TRUE(change.policies.empty());
}

TEST(Compiler, AnUnrelatedPartIsShared) {
    Bench b;
    put_failover(b);
    put(b.model, policy("other", {leaf("a", {"192.0.2.9"})}));
    b.update();
    const PolicyPart* before = b.policy("shop");
    put(b.model, policy("other", {leaf("a", {"192.0.2.8"})}));
    const WorldChange change = b.update();
    EXPECT_EQ(b.policy("shop"), before);
    EXPECT_EQ(change.policies.size(), 1u);
    EXPECT_TRUE(change.checks.empty());
}

TEST(Compiler, ABadDocumentKeepsItsLastGoodPart) {
    Bench b;
    put_failover(b);
    b.update();
    const PolicyPart* before = b.policy("shop");
    auto bad = failover();
    bad.nodes[0].children[0].node = "eup";
    bad.nodes[0].children[0].target_pos = {7, 13};
    put(b.model, bad);
    put(b.model, policy("other", {leaf("a", {"192.0.2.8"})}));
    b.update();
    EXPECT_EQ(b.policy("shop"), before);
    EXPECT_NE(b.policy("other"), nullptr);
    EXPECT_TRUE(b.compiler.serves_last_good(bad.meta.key));
    EXPECT_TRUE(
        b.says("shop.yaml:7:13: error: TrafficPolicy/shop: "
               "spec.nodes[0].children[0].node: unknown node \"eup\"; did you mean \"eu\"?"))
        << b.said();
    put(b.model, failover());
    b.update();
    EXPECT_EQ(b.said(), "");
    EXPECT_FALSE(b.compiler.serves_last_good(bad.meta.key));
}

TEST(Compiler, AReadCheckThatIsTakenOutGoesOn) {
    Bench b;
    put_failover(b);
    b.update();
    const FactId id = b.fact("eu-web");
    b.model.remove({Kind::kHealthCheck, "default", "eu-web"});
    b.update();
    EXPECT_TRUE(b.says("unknown HealthCheck \"eu-web\"")) << b.said();
    EXPECT_EQ(b.fact("eu-web"), id);
    auto without = failover();
    without.nodes[1].gates.clear();
    put(b.model, without);
    b.update();
    EXPECT_FALSE(b.fact("eu-web").known());
}

TEST(Compiler, IdsStayAndAreQuarantined) {
    Bench b;
    put(b.model, check("a", "192.0.2.1:80"));
    b.update();
    const FactId a = b.fact("a");
    b.model.remove({Kind::kHealthCheck, "default", "a"});
    b.update();
    const std::uint64_t gone = b.world().generation;
    put(b.model, check("b", "192.0.2.1:80"));
    b.update();
    EXPECT_NE(b.fact("b"), a);
    b.compiler.retired(gone);
    put(b.model, check("c", "192.0.2.1:80"));
    b.update();
    EXPECT_EQ(b.fact("c"), a);
    put(b.model, check("a", "192.0.2.1:80"));
    b.update();
    EXPECT_NE(b.fact("a"), a);
}

TEST(Compiler, ServesZonesAndTheNamesInThem) {
    Bench b;
    put_failover(b);
    auto named = failover();
    named.hostnames = {"shop.example.com"};
    put(b.model, named);
    b.update();
    EXPECT_TRUE(b.says("lies outside every DNSZone")) << b.said();
    EXPECT_EQ(b.policy("shop"), nullptr);
    put(b.model, zone("example.com"));
    b.update();
    EXPECT_EQ(b.said(), "");
    ASSERT_NE(b.policy("shop"), nullptr);
    const auto name = wire::dns::Name::parse("shop.example.com");
    EXPECT_NE(b.world().steered_names->find(*name), nullptr);
    EXPECT_TRUE(b.world().zone_index->find(*name).known());

    auto with_record = zone("example.com");
    with_record.records.push_back({"shop.example.com", "A", {}, {"192.0.2.7"}, {}, {}});
    put(b.model, with_record);
    b.update();
    EXPECT_TRUE(b.says("static A record")) << b.said();
    EXPECT_NE(b.policy("shop"), nullptr);
}

TEST(Compiler, ANameHasOnePolicyAndAnOriginOneZone) {
    Bench b;
    put(b.model, zone("example.com"));
    put(b.model, policy("b", {leaf("x", {"192.0.2.1"})}, {"www.example.com"}));
    b.update();
    EXPECT_EQ(b.said(), "");
    put(b.model, policy("a", {leaf("x", {"192.0.2.2"})}, {"www.example.com"}));
    b.update();
    EXPECT_TRUE(b.says("answered by TrafficPolicy/default/a already")) << b.said();
    b.model.remove({Kind::kTrafficPolicy, "default", "a"});
    b.update();
    EXPECT_EQ(b.said(), "");
    auto second = zone("example.com");
    second.meta.key.name = "zz";
    put(b.model, second);
    b.update();
    EXPECT_TRUE(b.says("is the origin of DNSZone/default/zone-example.com already")) << b.said();
    b.model.remove(zone("example.com").meta.key);
    b.update();
    EXPECT_EQ(b.said(), "");
}

TEST(Compiler, AuthoritiesThatTurnAreAChangeOfTheCheck) {
    Bench b;
    const auto put_secret = [&](const char* authorities) {
        auto secret = std::make_shared<model::Secret>(object<model::Secret>("ca"));
        secret->data["ca.crt"] = Secret<std::string>(authorities);
        b.model.put(std::shared_ptr<const model::Secret>(std::move(secret)));
    };
    auto probed = check("web", "192.0.2.1:443");
    probed.type = model::CheckType::kHttps;
    probed.http.ca_secret = model::Ref{"", "ca", {}};
    put_secret("old");
    put(b.model, probed);
    EXPECT_EQ(b.update().checks.size(), 1u);
    put_secret("new");
    const WorldChange change = b.update();
    ASSERT_EQ(change.checks.size(), 1u);
    EXPECT_EQ(b.world().checks.at(change.checks[0].value)->ca->data.at("ca.crt").reveal(), "new");
}

// They are read and checked; nobody serves them yet.
TEST(Compiler, LeavesTheGatewaysKindsAlone) {
    Bench b;
    put_failover(b);
    b.update();
    const std::string before = b.said();
    put(b.model, object<model::Namespace>("shop"));
    put(b.model, object<model::GatewayClass>("fairway"));
    put(b.model, object<model::Gateway>("door"));
    put(b.model, object<model::HttpRoute>("shop"));
    put(b.model, object<model::ReferenceGrant>("shop"));
    const WorldChange change = b.update();
    EXPECT_TRUE(change.policies.empty());
    EXPECT_TRUE(change.services.empty());
    EXPECT_EQ(b.said(), before);
    b.model.remove({Kind::kGateway, "default", "door"});
    b.model.put_draft(
        {Kind::kHttpRoute, "default", "shop"},
        std::make_shared<const model::Draft>(model::Draft{
            std::make_shared<const model::HttpRoute>(object<model::HttpRoute>("shop")), {}}));
    b.update();
    EXPECT_EQ(b.said(), before);
}

}  // namespace
}  // namespace fairway::world
