#include "steer/decide.h"

#include <gtest/gtest.h>

#include "base/counted_new.h"
#include "steer/random_tree.h"

namespace fairway::steer {
namespace {

using namespace test;

struct Decide : testing::Test {
    TestWorld w;
    State state;
    Rng rng{7};
    Decision d;
    std::uint64_t version = 0;

    void publish() {
        world::WorldChange change;
        change.world = std::make_shared<const world::World>(w.world);
        change.all = true;
        state.publish(change);
    }
    void flip(std::uint32_t fact, Health value) { state.flip({{fact}, value, ++version}); }
    std::string first(world::PolicyId id, const Query& q) {
        decide(state, id, q, rng, d);
        if (d.size == 0) return "none";
        const auto& part = *state.world().policies.at(id.value);
        return part.answers[part.nodes[d.picks[0].leaf].answers].text[d.picks[0].value];
    }
};

TEST_F(Decide, NeitherADecisionNorAFlipAllocates) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        RandomTree t(Choices{seed});
        world::WorldChange change;
        change.world = std::make_shared<const world::World>(t.w.world);
        change.all = true;
        State s;
        s.publish(change);
        s.load(t.w.facts);
        s.flip({{RandomTree::kFacts - 1}, Health::kUp, 1});
        std::vector<Query> queries;
        const Query q = t.query();
        const std::size_t before = fairway::test::allocations;
        for (std::uint32_t i = 0; i < 200; ++i) {
            decide(s, t.id, q, rng, d);
            s.flip({{i % RandomTree::kFacts}, i % 3 ? Health::kUp : Health::kDown, i + 2});
        }
        ASSERT_EQ(fairway::test::allocations, before) << "seed " << seed;
    }
}

TEST_F(Decide, AFlipIsSeenAtOnceAndOnlyForward) {
    const auto id = w.add(
        select("root", Op::kPriority,
               {leaf("a", "192.0.2.1").priority(1).gate(1), leaf("b", "192.0.2.2").priority(2)}));
    publish();
    const Query q = from("198.51.100.7");
    EXPECT_EQ(first(id, q), "192.0.2.1");
    state.flip({{1}, Health::kDown, 5});
    EXPECT_EQ(first(id, q), "192.0.2.2");
    state.flip({{1}, Health::kUp, 4});  // older news
    EXPECT_EQ(first(id, q), "192.0.2.2");
    state.flip({{1}, Health::kChecking, 6});
    EXPECT_EQ(first(id, q), "192.0.2.1");
}

TEST_F(Decide, FactsOutliveAPublish) {
    const auto id = w.add(
        select("root", Op::kPriority,
               {leaf("a", "192.0.2.1").priority(1).gate(1), leaf("b", "192.0.2.2").priority(2)}));
    publish();
    flip(1, Health::kDown);
    world::WorldChange change;
    change.world = std::make_shared<const world::World>(w.world);
    change.policies = {id};
    state.publish(change);
    EXPECT_EQ(first(id, from("198.51.100.7")), "192.0.2.2");
}

TEST_F(Decide, AServiceThatChangesIsSeenByItsLeaves) {
    w.add_service(0, {"10.0.0.1"}, {1});
    const auto id =
        w.add(select("root", Op::kPriority,
                     {service_leaf("s", 0).priority(1), leaf("b", "192.0.2.2").priority(2)}));
    publish();
    const Query q = from("198.51.100.7");
    flip(1, Health::kDown);
    EXPECT_EQ(first(id, q), "192.0.2.2");
    w.add_service(0, {"10.0.0.1", "10.0.0.2"}, {1, 2});
    world::WorldChange change;
    change.world = std::make_shared<const world::World>(w.world);
    change.services = {{0}};
    state.publish(change);
    decide(state, id, q, rng, d);
    ASSERT_EQ(d.size, 1u);
    EXPECT_EQ(d.picks[0].leaf, 1u);
    EXPECT_EQ(d.picks[0].value, 1u);
}

TEST_F(Decide, ARemovedPolicyAnswersNothing) {
    const auto id = w.add(leaf("a", "192.0.2.1"));
    publish();
    w.world.policies.set(id.value, nullptr);
    world::WorldChange change;
    change.world = std::make_shared<const world::World>(w.world);
    change.policies = {id};
    state.publish(change);
    EXPECT_EQ(first(id, from("198.51.100.7")), "none");
}

TEST_F(Decide, AnAnswerHoldsAtMost64Records) {
    std::vector<std::string> values;
    for (int i = 0; i < 100; ++i) values.push_back("10.0.0." + std::to_string(i));
    const auto id = w.add(leaf("a", values));
    publish();
    decide(state, id, from("198.51.100.7"), rng, d);
    EXPECT_EQ(d.size, kDecisionPicksMax);
    EXPECT_TRUE(d.truncated);
}

TEST_F(Decide, TheSameNumbersDrawTheSameAfterOtherDraws) {
    std::vector<Spec> kids;
    for (int i = 0; i < 30; ++i) kids.push_back(leaf("k" + std::to_string(i), "10.0.0.1").gate(1));
    const auto id = w.add(select("root", Op::kUniform, std::move(kids)).draw(Draw::kSample, 5));
    publish();
    const Query q = from("198.51.100.7");
    const auto draw = [&](std::uint64_t seed) {
        Rng sticky(seed);
        decide(state, id, q, sticky, d);
        std::vector<world::NodeIndex> leaves;
        for (const Pick& pick : d.answers()) leaves.push_back(pick.leaf);
        return leaves;
    };
    const auto once = draw(42);
    for (std::uint64_t i = 0; i < 50; ++i) draw(i);
    flip(1, Health::kDown);
    flip(1, Health::kUp);
    EXPECT_EQ(draw(42), once);
}

TEST_F(Decide, StickySeedsTellClientsApartAsDeclared) {
    const auto seed = [](model::Stickiness s, const char* client, const char* source) {
        return sticky_seed(1, "shop.example.com", s, *Cidr::parse(client), *IpAddr::parse(source),
                           0);
    };
    using model::Stickiness;
    EXPECT_EQ(seed(Stickiness::kSubnet, "192.0.2.1", "192.0.2.1"),
              seed(Stickiness::kSubnet, "192.0.2.9", "192.0.2.9"));
    EXPECT_NE(seed(Stickiness::kClient, "192.0.2.1", "192.0.2.1"),
              seed(Stickiness::kClient, "192.0.2.9", "192.0.2.9"));
    EXPECT_EQ(seed(Stickiness::kSubnet, "198.51.100.0/24", "192.0.2.1"),
              seed(Stickiness::kSubnet, "198.51.100.0/24", "203.0.113.1"));
}

TEST_F(Decide, ManyOverlappingRangesAndNestedPrefixes) {
    std::vector<Spec> kids;
    kids.push_back(leaf("rest", "10.0.0.250"));
    for (int i = 0; i < 40; ++i) {
        kids.push_back(leaf("k" + std::to_string(i), std::vector{"10.0.0." + std::to_string(i)})
                           .cidr("10." + std::to_string(i) + ".0.0/16")
                           .cidr("10." + std::to_string(i) + ".7.0/24"));
    }
    const auto id = w.add(select("root", Op::kCidr, std::move(kids)));
    publish();
    EXPECT_EQ(first(id, from("10.31.9.9")), "10.0.0.31");
    EXPECT_EQ(first(id, from("10.31.7.9")), "10.0.0.31");
    EXPECT_EQ(first(id, from("10.40.7.9")), "10.0.0.250");
    EXPECT_EQ(first(id, from("10.0.0.0/8")), "10.0.0.250");
    EXPECT_EQ(first(id, from("2001:db8::1")), "10.0.0.250");
}

}  // namespace
}  // namespace fairway::steer
