#include "world/fact_keeper.h"

#include <gtest/gtest.h>

#include "world/compiler.h"
#include "world/judge.h"
#include "world/test_model.h"

namespace fairway::world {
namespace {

using namespace testing;  // NOLINT: builders
using model::CheckType;

model::HealthCheck calculated(const std::string& name, std::vector<std::string> children,
                              std::uint32_t threshold) {
    auto out = object<model::HealthCheck>(name);
    out.type = CheckType::kCalculated;
    out.threshold = threshold;
    for (auto& child : children) out.children.push_back({"", child, {}});
    return out;
}

struct Rig {
    model::Model model;
    Compiler compiler;
    FactKeeper keeper;

    Flips update(std::int64_t now = 1000) {
        return keeper.on_world(compiler.update(model, model.take_changes()), now);
    }
    FactId check(const std::string& name) const {
        return keeper.find("HealthCheck/default/" + name);
    }
    Flips report(const std::string& name, std::uint32_t healthy, std::uint32_t total,
                 const std::string& place = "", std::int64_t now = 2000) {
        return keeper.on_report({check(name), place, healthy, total, "HTTP 503", now}, now);
    }
    bool up(const std::string& name) const { return keeper.facts().up(check(name)); }
};

TEST(Judge, QuorumIsStrictlyMore) {
    model::HealthCheck check;
    EXPECT_EQ(judge(check, {.healthy = 3, .total = 16}), Health::kUp);      // 18.75 %
    EXPECT_EQ(judge(check, {.healthy = 18, .total = 100}), Health::kDown);  // 18 %
    EXPECT_EQ(judge(check, {.healthy = 2, .total = 16}), Health::kDown);
}

TEST(Judge, InvertedAndDisabled) {
    model::HealthCheck check;
    check.inverted = true;
    EXPECT_EQ(judge(check, {.healthy = 16, .total = 16}), Health::kDown);
    EXPECT_EQ(judge(check, {.healthy = 0, .total = 16}), Health::kUp);
    EXPECT_EQ(judge(check, {}), Health::kDown);
    check.disabled = true;
    EXPECT_EQ(judge(check, {.healthy = 0, .total = 16}), Health::kDown);
    check.inverted = false;
    EXPECT_EQ(judge(check, {.healthy = 0, .total = 16}), Health::kUp);
}

TEST(Judge, CalculatedCountsChildren) {
    model::HealthCheck check;
    check.type = CheckType::kCalculated;
    check.threshold = 0;
    EXPECT_EQ(judge(check, {.children_up = 0}), Health::kUp);
    check.threshold = 3;
    EXPECT_EQ(judge(check, {.children_up = 2}), Health::kDown);
    EXPECT_EQ(judge(check, {.children_up = 3}), Health::kUp);
}

TEST(FactKeeper, AReportFlipsTheCheckAndWhatCountsIt) {
    Rig s;
    put(s.model, check("a", "192.0.2.1:80"));
    put(s.model, check("b", "192.0.2.2:80"));
    put(s.model, calculated("both", {"a", "b"}, 2));
    put(s.model, calculated("top", {"both"}, 1));
    EXPECT_TRUE(s.update().facts.empty());
    const Flips flips = s.report("a", 0, 1);
    ASSERT_EQ(flips.facts.size(), 3u);
    EXPECT_FALSE(s.up("a"));
    EXPECT_FALSE(s.up("top"));
    EXPECT_TRUE(s.report("a", 0, 1).facts.empty());
    const FactStanding standing = s.keeper.standing(s.check("a"), 2500);
    EXPECT_EQ(standing.name, "HealthCheck/default/a");
    EXPECT_EQ(standing.since_unix_ms, 2000);
    EXPECT_EQ(standing.by, "prober");
    EXPECT_EQ(standing.detail, "HTTP 503");
    EXPECT_FALSE(standing.stale);
    EXPECT_TRUE(s.keeper.standing(s.check("a"), 99'000).stale);
    const Flips back = s.report("a", 1, 1);
    ASSERT_EQ(back.facts.size(), 3u);
    EXPECT_GT(back.facts[0].version, flips.facts[0].version);
}

TEST(FactKeeper, PlacesAreCountedTogether) {
    Rig s;
    put(s.model, check("a", "192.0.2.1:80"));
    s.update();
    EXPECT_TRUE(s.report("a", 8, 8, "eu").empty());
    EXPECT_TRUE(s.report("a", 0, 8, "us").empty());
    EXPECT_FALSE(s.report("a", 1, 8, "eu").empty());  // 1 of 16
}

TEST(FactKeeper, SwitchesTakeTheHighestVersion) {
    Rig s;
    auto off = control("eu-on");
    off.initial_on = false;
    put(s.model, off);
    EXPECT_EQ(s.update().facts.size(), 1u);  // Off is not what an unknown fact is
    const FactId id = s.keeper.find("RoutingControl/default/eu-on");
    EXPECT_EQ(s.keeper.tell(id, {Health::kUp, "alice", "drill", 5, 10})->facts.size(), 1u);
    EXPECT_TRUE(s.keeper.tell(id, {Health::kDown, "bob", "late", 4, 11})->empty());
    EXPECT_TRUE(s.keeper.facts().up(id));
    EXPECT_EQ(s.keeper.standing(id, 12).by, "switch by alice");
    put(s.model, check("a", "192.0.2.1:80"));
    s.update();
    EXPECT_FALSE(s.keeper.tell(s.check("a"), {}).has_value());
}

TEST(FactKeeper, ARestartKnowsWhatWasDown) {
    Rig before;
    put(before.model, check("other", "192.0.2.9:80"));
    put(before.model, check("a", "192.0.2.1:80"));
    put(before.model, control("eu-on"));
    before.update();
    before.report("a", 0, 1);
    (void)before.keeper.tell(before.keeper.find("RoutingControl/default/eu-on"),
                             {Health::kDown, "alice", "move", 7, 10});

    Rig after;  // ids differ: "other" is gone
    EXPECT_EQ(after.keeper.load(before.keeper.take_changes()), 0u);
    put(after.model, check("a", "192.0.2.1:80"));
    put(after.model, control("eu-on"));
    EXPECT_EQ(after.update().facts.size(), 2u);
    EXPECT_FALSE(after.up("a"));
    const FactId on = after.keeper.find("RoutingControl/default/eu-on");
    EXPECT_FALSE(after.keeper.facts().up(on));
    EXPECT_EQ(after.keeper.standing(on, 20).detail, "move");
    EXPECT_TRUE(after.keeper.tell(on, {Health::kUp, "bob", "", 7, 11})->empty());
}

TEST(FactKeeper, OnlyWhatChangedIsSaved) {
    Rig s;
    for (int i = 0; i < 50; ++i) put(s.model, check("c" + std::to_string(i), "192.0.2.1:80"));
    s.update();
    EXPECT_EQ(s.keeper.take_changes(), "");  // nobody has told anything yet
    s.report("c7", 0, 1);
    const std::string lines = s.keeper.take_changes();
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1);
    EXPECT_TRUE(lines.starts_with("\"HealthCheck/default/c7\"\t{")) << lines;
    EXPECT_EQ(s.keeper.take_changes(), "");
}

TEST(FactKeeper, AForgottenFactIsForgottenOverARestart) {
    Rig before;
    put(before.model, check("a", "192.0.2.1:80"));
    before.update();
    before.report("a", 0, 1);
    std::string log = before.keeper.take_changes();
    before.model.remove(check("a", "192.0.2.1:80").meta.key);
    before.update();
    log += before.keeper.take_changes();

    Rig after;
    EXPECT_EQ(after.keeper.load(log), 0u);
    put(after.model, check("a", "192.0.2.1:80"));
    after.update();
    EXPECT_TRUE(after.up("a"));
}

TEST(FactKeeper, ATornOrDamagedLineCostsOnlyItself) {
    Rig before;
    put(before.model, check("a", "192.0.2.1:80"));
    put(before.model, check("b", "192.0.2.2:80"));
    before.update();
    before.report("a", 0, 1);
    std::string log = before.keeper.take_changes();
    before.report("b", 0, 1);
    const std::string second = before.keeper.take_changes();
    log = "\x01nonsense\n" + log + second.substr(0, second.size() / 2);

    Rig after;
    EXPECT_EQ(after.keeper.load(log), 2u);
    put(after.model, check("a", "192.0.2.1:80"));
    put(after.model, check("b", "192.0.2.2:80"));
    after.update();
    EXPECT_FALSE(after.up("a"));
    EXPECT_TRUE(after.up("b"));
}

TEST(FactKeeper, APlaceThatFellSilentDoesNotOutvoteOneThatSpeaks) {
    Rig before;
    put(before.model, check("a", "192.0.2.1:80"));
    before.update();
    before.report("a", 1, 1, "", 1000);  // started without --region

    Rig after;  // and now with --region eu, where the backend is dead
    EXPECT_EQ(after.keeper.load(before.keeper.take_changes()), 0u);
    put(after.model, check("a", "192.0.2.1:80"));
    after.update(2000);
    EXPECT_TRUE(after.report("a", 0, 1, "eu", 3000).empty());
    EXPECT_TRUE(after.keeper.on_heartbeat("eu", 30'000).empty());
    EXPECT_EQ(after.keeper.on_heartbeat("eu", 32'000).facts.size(), 1u);
    EXPECT_FALSE(after.up("a"));
    // All silent: the last that is known stands.
    EXPECT_FALSE(after.up("a"));
    EXPECT_EQ(after.keeper.on_heartbeat("", 33'000).facts.size(), 1u);  // it speaks again
    EXPECT_TRUE(after.up("a"));
}

TEST(FactKeeper, AReportOfWhoHadTheIdBeforeIsNotTaken) {
    Rig s;
    put(s.model, check("a", "192.0.2.1:80"));
    s.update();
    ProbeReport late{s.check("a"), "", 0, 1, "HTTP 503", 2000};
    late.check = "default/gone";
    EXPECT_TRUE(s.keeper.on_report(late, 2000).empty());
    late.check = "default/a";
    EXPECT_FALSE(s.keeper.on_report(late, 2000).empty());
}

TEST(FactKeeper, ACurrentChoiceKeepsItsName) {
    Rig s;
    const auto tree = [](std::vector<std::string> kids) {
        std::vector<model::Child> children;
        std::vector<model::PolicyNode> nodes{select("root", model::Op::kPriority, {})};
        for (const auto& kid : kids) {
            children.push_back(child(kid));
            nodes.push_back(leaf(kid, {"192.0.2.1"}));
        }
        nodes[0].children = children;
        nodes[0].select->non_preemptive = true;
        return policy("p", nodes);
    };
    put(s.model, tree({"a", "b"}));
    s.update();
    const CurrentId id{0};
    EXPECT_EQ(s.keeper.choose(id, 1).currents.size(), 1u);
    put(s.model, tree({"x", "a", "b"}));
    const Flips flips = s.update();
    ASSERT_EQ(flips.currents.size(), 1u);
    EXPECT_EQ(flips.currents[0].kid, 2u);
}

}  // namespace
}  // namespace fairway::world
