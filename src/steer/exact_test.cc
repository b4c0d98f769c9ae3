#include "steer/exact.h"

#include <gtest/gtest.h>

#include <cmath>

#include "steer/test_world.h"

namespace fairway::steer {
namespace {

using namespace test;

using Shares = std::map<std::string, std::string>;

Shares shares(const Distribution& d) {
    std::map<std::string, Fraction> sum;
    for (const auto& s : d.shares) sum[s.text] += s.share;
    Shares out;
    for (const auto& [text, share] : sum) out[text] = share.text();
    if (!d.no_data.is_zero()) out["NODATA"] = d.no_data.text();
    if (!d.nx_domain.is_zero()) out["NXDOMAIN"] = d.nx_domain.text();
    return out;
}

struct Exact : testing::Test {
    TestWorld w;
    Query q = from("198.51.100.7");
    Distribution ask(const Spec& root, void (*adjust)(world::PolicyPart&) = nullptr) {
        return distribute(w.world, w.facts, w.add(root, adjust), q);
    }
    Shares of(const Spec& root) { return shares(ask(root)); }
};

Spec three(Op op) {
    return select(
        "root", op,
        {leaf("a", "192.0.2.1").weight(1).gate(1), leaf("b", "192.0.2.2").weight(2).gate(2),
         leaf("c", "192.0.2.3").weight(1).gate(3)});
}

TEST_F(Exact, WeightsAreRenormalisedOverTheLive) {
    EXPECT_EQ(of(three(Op::kWeight)),
              (Shares{{"192.0.2.1", "1/4"}, {"192.0.2.2", "1/2"}, {"192.0.2.3", "1/4"}}));
    w.down(2);
    EXPECT_EQ(of(three(Op::kWeight)), (Shares{{"192.0.2.1", "1/2"}, {"192.0.2.3", "1/2"}}));
}

TEST_F(Exact, AllDownOpensByTheSameRule) {
    for (int f : {1, 2, 3}) w.down(static_cast<std::uint32_t>(f));
    const auto d = ask(three(Op::kWeight));
    EXPECT_EQ(shares(d)["192.0.2.2"], "1/2");
    EXPECT_TRUE(d.last_resort);
    EXPECT_TRUE(d.nodes[1].last_resort);
    EXPECT_EQ(d.nodes[1].reason, Reason::kGateDown);
    ASSERT_EQ(d.nodes[1].down_gates.size(), 1u);
    EXPECT_EQ(d.nodes[1].down_gates[0].value, 1u);
}

TEST_F(Exact, LastNoneAnswersWithTheNodesEmpty) {
    for (int f : {1, 2, 3}) w.down(static_cast<std::uint32_t>(f));
    EXPECT_EQ(of(three(Op::kWeight).last(Last::kNone)), (Shares{{"NODATA", "1"}}));
    const auto d = ask(three(Op::kWeight).last(Last::kNone).empty(Empty::kNxDomain));
    EXPECT_EQ(shares(d), (Shares{{"NXDOMAIN", "1"}}));
    EXPECT_FALSE(d.last_resort);
}

TEST_F(Exact, OpenLeavesOutTheStoppedFirstDoesNot) {
    const auto tree = [](Last last) {
        return select("root", Op::kPriority,
                      {leaf("a", "192.0.2.1").priority(1).admin(Admin::kStopped),
                       leaf("b", "192.0.2.2").priority(2).gate(1)})
            .last(last);
    };
    w.down(1);
    EXPECT_EQ(of(tree(Last::kOpen)), (Shares{{"192.0.2.2", "1"}}));
    EXPECT_EQ(of(tree(Last::kFirst)), (Shares{{"NODATA", "1"}}));
}

TEST_F(Exact, PriorityTakesTheFirstTierWithALiveKid) {
    const auto tree =
        select("root", Op::kPriority,
               {leaf("b", "192.0.2.2").priority(2), leaf("a", "192.0.2.1").priority(-1).gate(1),
                leaf("c", "192.0.2.3").priority(2)});
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.1", "1"}}));
    w.down(1);
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.2", "1/2"}, {"192.0.2.3", "1/2"}}));
}

TEST_F(Exact, PinnedKeepsTheFirstTierWhateverItsHealth) {
    w.down(1);
    const auto tree = [](Admin admin) {
        return select("root", Op::kPriority,
                      {leaf("a", "192.0.2.1").priority(1).gate(1).admin(admin),
                       leaf("b", "192.0.2.2").priority(2)})
            .pinned();
    };
    const auto d = ask(tree(Admin::kOn));
    EXPECT_EQ(shares(d), (Shares{{"192.0.2.1", "1"}}));
    EXPECT_FALSE(d.last_resort);
    EXPECT_EQ(of(tree(Admin::kStopped)), (Shares{{"NODATA", "1"}}));
    EXPECT_EQ(of(tree(Admin::kOff)), (Shares{{"192.0.2.2", "1"}}));
}

TEST_F(Exact, ZeroWeightIsReserveNeverOrLast) {
    const auto tree = [](Zero zero, Draw draw = Draw::kOne) {
        return select("root", Op::kWeight,
                      {leaf("a", "192.0.2.1").weight(5).gate(1), leaf("z", "192.0.2.9").weight(0)})
            .zero(zero)
            .draw(draw);
    };
    EXPECT_EQ(of(tree(Zero::kReserve)), (Shares{{"192.0.2.1", "1"}}));
    w.down(1);
    EXPECT_EQ(of(tree(Zero::kReserve)), (Shares{{"192.0.2.9", "1"}}));
    const auto never = ask(tree(Zero::kNever));
    EXPECT_EQ(shares(never), (Shares{{"192.0.2.1", "1"}}));
    EXPECT_EQ(never.nodes[2].reason, Reason::kZeroNever);
    EXPECT_EQ(of(tree(Zero::kLast)), (Shares{{"192.0.2.9", "1"}}));
    w.up(1);
    EXPECT_EQ(ask(tree(Zero::kLast, Draw::kAll)).outcomes[0].answers.size(), 2u);
    EXPECT_EQ(ask(tree(Zero::kReserve, Draw::kAll)).outcomes[0].answers.size(), 1u);
}

TEST_F(Exact, AllWeightsZeroAreEqual) {
    EXPECT_EQ(of(select("root", Op::kWeight,
                        {leaf("a", "192.0.2.1").weight(0), leaf("b", "192.0.2.2").weight(0)})),
              (Shares{{"192.0.2.1", "1/2"}, {"192.0.2.2", "1/2"}}));
}

TEST_F(Exact, LatencyPutsUnknownLast) {
    const float ms[] = {200, 20, 20, NAN};
    q.latency_ms = ms;
    const auto tree =
        select("root", Op::kLatency,
               {leaf("a", "192.0.2.1").region(0).gate(1), leaf("b", "192.0.2.2").region(1).gate(2),
                leaf("c", "192.0.2.3").region(2).gate(2), leaf("d", "192.0.2.4").region(3)});
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.2", "1/2"}, {"192.0.2.3", "1/2"}}));
    w.down(2);
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.1", "1"}}));
    w.down(1);
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.4", "1"}}));
}

TEST_F(Exact, ProximityBiasesTheDistance) {
    const NamedDistance km[] = {{"a", 1000}, {"b", 900}};
    q.distances = km;
    const auto tree = [](int bias_a, int bias_b) {
        return select("root", Op::kProximity,
                      {leaf("a", "192.0.2.1").bias(bias_a), leaf("b", "192.0.2.2").bias(bias_b)});
    };
    EXPECT_EQ(of(tree(0, 0)), (Shares{{"192.0.2.2", "1"}}));
    EXPECT_EQ(of(tree(20, 0)), (Shares{{"192.0.2.1", "1"}}));
    const auto d = ask(tree(0, -50));
    EXPECT_EQ(shares(d), (Shares{{"192.0.2.1", "1"}}));
    EXPECT_DOUBLE_EQ(d.nodes[2].measure, 1800);
}

TEST_F(Exact, ProximityMeasuresGreatCircles) {
    const model::Coordinates frankfurt{50.11, 8.68};
    q.coordinates = &frankfurt;
    EXPECT_EQ(of(select("root", Op::kProximity,
                        {leaf("paris", "192.0.2.1").at(48.86, 2.35),
                         leaf("oregon", "192.0.2.2").at(45.5, -122.6)})),
              (Shares{{"192.0.2.1", "1"}}));
}

TEST_F(Exact, MatchTakesTheMostSpecificAndWidensWhenItIsDead) {
    const world::KeyId keys[] = {w.intern("subdivision/US-CA"), w.intern("country/US"), 0};
    q.geo = keys;
    const auto tree = select(
        "root", Op::kMatch,
        {leaf("any", "192.0.2.3").match({"*"}), leaf("us", "192.0.2.2").match({"country/US"}),
         leaf("ca", "192.0.2.1").match({"subdivision/US-CA"}).gate(1),
         leaf("de", "192.0.2.4").match({"country/DE"})});
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.1", "1"}}));
    w.down(1);
    const auto d = ask(tree);
    EXPECT_EQ(shares(d), (Shares{{"192.0.2.2", "1"}}));
    EXPECT_EQ(d.nodes[4].reason, Reason::kNotMatched);
}

TEST_F(Exact, NothingMatchesIsNoMatchAndNotApplicableInAParent) {
    const auto geo = [] {
        return select("geo", Op::kMatch, {leaf("de", "192.0.2.1").match({"country/DE"})})
            .no_match(Empty::kNxDomain);
    };
    EXPECT_EQ(of(geo()), (Shares{{"NXDOMAIN", "1"}}));
    const auto failover = select(
        "root", Op::kPriority, {geo().priority(1), leaf("rest", "192.0.2.9").priority(2).gate(1)});
    w.down(1);
    const auto d = ask(failover);
    EXPECT_EQ(shares(d), (Shares{{"192.0.2.9", "1"}}));  // open over the present kids only
    EXPECT_EQ(d.nodes[1].reason, Reason::kNotMatched);
}

TEST_F(Exact, FailoverMovesOnWhenThisClientsBranchIsDead) {
    const world::KeyId keys[] = {w.intern("country/US"), 0};
    q.geo = keys;
    w.down(1);
    EXPECT_EQ(of(select("root", Op::kPriority,
                        {select("geo", Op::kMatch,
                                {leaf("us", "192.0.2.1").match({"country/US"}).gate(1),
                                 leaf("de", "192.0.2.2").match({"country/DE"})})
                             .priority(1),
                         leaf("rest", "192.0.2.9").priority(2)})),
              (Shares{{"192.0.2.9", "1"}}));
}

TEST_F(Exact, CidrTakesTheLongestThatHoldsTheWholeClientPrefix) {
    const auto tree = select(
        "root", Op::kCidr,
        {leaf("wide", "192.0.2.1").cidr("198.51.0.0/16"),
         leaf("near", "192.0.2.2").cidr("198.51.100.0/24").gate(1), leaf("rest", "192.0.2.3")});
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.2", "1"}}));
    EXPECT_EQ(ask(tree).scope, 24);
    w.down(1);
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.1", "1"}}));
    q.client = *Cidr::parse("198.51.0.0/20");
    w.up(1);
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.1", "1"}}));
    q.client = *Cidr::parse("203.0.113.0/24");
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.3", "1"}}));
    EXPECT_EQ(ask(tree).scope, 5);  // 203/8 and 198/8 part at the fifth bit
}

TEST_F(Exact, RangeIsOneTierThenFallback) {
    const auto tree = select("root", Op::kRange,
                             {leaf("in", "192.0.2.1").range("198.51.100.0", "198.51.100.9").gate(1),
                              leaf("rest", "192.0.2.3")});
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.1", "1"}}));
    w.down(1);
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.3", "1"}}));
    q.client = *Cidr::parse("198.51.100.8/30");
    w.up(1);
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.3", "1"}}));
    q.client = *Cidr::parse("2001:db8::1");
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.3", "1"}}));
}

TEST_F(Exact, NeedByCountAndPercentDecidesLife) {
    const auto tree = [](Spec group) {
        return select("root", Op::kPriority,
                      {std::move(group).priority(1), leaf("rest", "192.0.2.9").priority(2)});
    };
    w.down(1);
    EXPECT_EQ(of(tree(three(Op::kUniform).need(2))).count("192.0.2.9"), 0u);
    EXPECT_EQ(of(tree(three(Op::kUniform).need(3))), (Shares{{"192.0.2.9", "1"}}));
    EXPECT_EQ(of(tree(three(Op::kUniform).need_percent(67))), (Shares{{"192.0.2.9", "1"}}));
    EXPECT_EQ(of(tree(three(Op::kUniform).need_percent(66))).count("192.0.2.9"), 0u);
    EXPECT_EQ(of(tree(three(Op::kUniform).need(3).no_propagate())).count("192.0.2.9"), 0u);
}

TEST_F(Exact, GatesAndRegionsOfASelectTakeItDown) {
    const auto tree = select(
        "root", Op::kPriority,
        {three(Op::kUniform).priority(1).gate(7).region(0), leaf("rest", "192.0.2.9").priority(2)});
    w.down(7);
    EXPECT_EQ(of(tree), (Shares{{"192.0.2.9", "1"}}));
    w.up(7);
    w.facts.set_region({0}, false);
    const auto d = ask(tree);
    EXPECT_EQ(shares(d), (Shares{{"192.0.2.9", "1"}}));
    EXPECT_EQ(d.nodes[1].reason, Reason::kRegionDown);
}

TEST_F(Exact, ForcedHealthOverridesGates) {
    w.down(1);
    EXPECT_EQ(of(select("root", Op::kPriority,
                        {leaf("a", "192.0.2.1").priority(1).gate(1).forced(ForcedHealth::kUp),
                         leaf("b", "192.0.2.2").priority(2)})),
              (Shares{{"192.0.2.1", "1"}}));
    EXPECT_EQ(of(select("root", Op::kPriority,
                        {leaf("a", "192.0.2.1").priority(1).forced(ForcedHealth::kDown),
                         leaf("b", "192.0.2.2").priority(2)})),
              (Shares{{"192.0.2.2", "1"}}));
}

TEST_F(Exact, CurrentChoiceStaysWhileItLives) {
    const auto tree =
        select("root", Op::kPriority,
               {leaf("a", "192.0.2.1").priority(1), leaf("b", "192.0.2.2").priority(2).gate(1)})
            .sticky_choice();
    const auto id = w.add(tree);
    const auto now = [&] { return shares(distribute(w.world, w.facts, id, q)); };
    EXPECT_EQ(now(), (Shares{{"192.0.2.1", "1"}}));
    w.facts.set_current({0}, 1);
    EXPECT_EQ(now(), (Shares{{"192.0.2.2", "1"}}));
    w.down(1);
    EXPECT_EQ(now(), (Shares{{"192.0.2.1", "1"}}));
}

TEST_F(Exact, RotatedListsByNameFromNth) {
    q.nth = 1;
    auto tree = three(Op::kUniform).draw(Draw::kRotated);
    std::swap(tree.kids[0], tree.kids[2]);
    const auto d = ask(tree);
    EXPECT_EQ(shares(d), (Shares{{"192.0.2.3", "1"}}));
    ASSERT_EQ(d.outcomes.size(), 1u);
    EXPECT_TRUE(d.outcomes[0].listed);
    EXPECT_EQ(d.outcomes[0].answers,
              (std::vector<std::string>{"192.0.2.3", "192.0.2.1", "192.0.2.2"}));
}

TEST_F(Exact, SampleIsToldNotEnumerated) {
    const auto d = ask(three(Op::kUniform).draw(Draw::kSample, 2));
    ASSERT_EQ(d.outcomes.size(), 1u);
    EXPECT_EQ(d.outcomes[0].sample_k, 2u);
    EXPECT_EQ(d.outcomes[0].answers.size(), 3u);
    EXPECT_EQ(d.shares[0].share, Fraction(1, 3));
}

TEST_F(Exact, NestedSampleIsEnumerated) {
    const auto d = ask(select("root", Op::kUniform,
                              {three(Op::kUniform).draw(Draw::kSample, 2), leaf("x", "192.0.2.8")})
                           .draw(Draw::kAll));
    ASSERT_EQ(d.outcomes.size(), 3u);
    EXPECT_EQ(d.outcomes[0].p, Fraction(1, 3));
    EXPECT_EQ(d.outcomes[0].answers.size(), 3u);
}

TEST_F(Exact, OrderedTellsTheFirstGroup) {
    const auto d =
        ask(select("root", Op::kWeight,
                   {leaf("eu", {"10.0.0.1", "10.0.0.2"}).weight(50),
                    leaf("us", "10.20.0.1").weight(50), leaf("za", "10.10.0.1").weight(0)})
                .zero(Zero::kLast)
                .draw(Draw::kOrdered));
    ASSERT_EQ(d.outcomes.size(), 1u);
    EXPECT_EQ(d.outcomes[0].answers.size(), 4u);
    EXPECT_EQ(d.outcomes[0].first_group[0].second, Fraction(1, 2));
    EXPECT_TRUE(d.outcomes[0].first_group[2].second.is_zero());
    EXPECT_EQ(shares(d), (Shares{{"10.0.0.1", "1/4"}, {"10.0.0.2", "1/4"}, {"10.20.0.1", "1/2"}}));
}

TEST_F(Exact, SeveralEmptyPathsEndAtTheRoot) {
    w.down(1);
    w.down(2);
    const auto dead = [](const char* name, std::uint32_t gate) {
        return select(name, Op::kUniform, {leaf("x", "192.0.2.1").gate(gate)}).last(Last::kNone);
    };
    EXPECT_EQ(of(select("root", Op::kUniform, {dead("a", 1), dead("b", 2)})
                     .draw(Draw::kAll)
                     .empty(Empty::kNxDomain)),
              (Shares{{"NXDOMAIN", "1"}}));
    // One path: the deepest node speaks.
    EXPECT_EQ(of(select("root", Op::kUniform, {dead("a", 1)}).empty(Empty::kNxDomain)),
              (Shares{{"NODATA", "1"}}));
}

TEST_F(Exact, FamilyAfterChoosesFirstAndMayAnswerNothing) {
    const auto after = [](world::PolicyPart& part) {
        part.filter_family = true;
        part.qtype = 28;
    };
    Spec a = leaf("a", "192.0.2.1"), b = leaf("b", {"192.0.2.2", "2001:db8::2"});
    a.types = {1};
    b.types = {1, 28};
    EXPECT_EQ(shares(ask(select("root", Op::kUniform, {a, b}), after)),
              (Shares{{"2001:db8::2", "1/2"}, {"NODATA", "1/2"}}));
    EXPECT_EQ(shares(ask(select("root", Op::kUniform, {a, b}).draw(Draw::kAll), after)),
              (Shares{{"2001:db8::2", "1"}}));
}

TEST_F(Exact, ServiceLeafAnswersItsLiveEndpoints) {
    w.add_service(0, {"10.0.0.1", "10.0.0.2", "2001:db8::1"}, {11, 12, 13});
    const auto tree =
        select("root", Op::kPriority,
               {service_leaf("svc", 0).priority(1), leaf("rest", "192.0.2.9").priority(2)});
    EXPECT_EQ(of(tree), (Shares{{"10.0.0.1", "1/2"}, {"10.0.0.2", "1/2"}}));
    w.down(11);
    EXPECT_EQ(of(tree), (Shares{{"10.0.0.2", "1"}}));
    w.down(12);
    const auto d = ask(tree);
    EXPECT_EQ(shares(d), (Shares{{"192.0.2.9", "1"}}));
    EXPECT_EQ(d.nodes[1].reason, Reason::kNoEndpoint);
    EXPECT_EQ(of(service_leaf("svc", 0)), (Shares{{"10.0.0.1", "1/2"}, {"10.0.0.2", "1/2"}}));
}

TEST_F(Exact, RootThatIsOffOrStopped) {
    EXPECT_EQ(of(three(Op::kUniform).admin(Admin::kOff)), (Shares{{"NXDOMAIN", "1"}}));
    EXPECT_EQ(of(three(Op::kUniform).admin(Admin::kStopped)), (Shares{{"NODATA", "1"}}));
}

TEST_F(Exact, TtlIsTheLeastOnThePath) {
    const auto d = ask(select("root", Op::kUniform,
                              {leaf("a", "192.0.2.1").ttl(60), leaf("b", "192.0.2.2").ttl(900)}));
    EXPECT_EQ(d.shares[0].ttl, 60u);
    EXPECT_EQ(d.shares[1].ttl, 300u);
}

TEST_F(Exact, HashIsCertainForAClient) {
    std::set<std::string> seen;
    for (int i = 0; i < 64; ++i) {
        q.client = Cidr::host(IpAddr::v4(0xC6336400u + static_cast<std::uint32_t>(i)));
        const auto s = of(three(Op::kHash));
        ASSERT_EQ(s.size(), 1u);
        EXPECT_EQ(s.begin()->second, "1");
        seen.insert(s.begin()->first);
    }
    EXPECT_EQ(seen.size(), 3u);
}

TEST_F(Exact, AnAnswerThatComesAgainStandsOnce) {
    const auto d =
        ask(select("root", Op::kUniform, {leaf("a", "192.0.2.1"), leaf("b", "192.0.2.1")})
                .draw(Draw::kAll));
    ASSERT_EQ(d.outcomes.size(), 1u);
    EXPECT_EQ(d.outcomes[0].answers, std::vector<std::string>{"192.0.2.1"});
}

TEST_F(Exact, TooManyOutcomesLeaveTheShares) {
    std::vector<Spec> kids;
    for (int i = 0; i < 20; ++i) kids.push_back(three(Op::kUniform));
    const auto d = ask(select("root", Op::kUniform, std::move(kids)).draw(Draw::kAll));
    EXPECT_TRUE(d.too_many);
    EXPECT_TRUE(d.outcomes.empty());
    Fraction sum;
    for (const auto& s : d.shares) sum += s.share;
    EXPECT_EQ(sum, Fraction(1));
}

}  // namespace
}  // namespace fairway::steer
