#include "steer/current.h"

#include <gtest/gtest.h>

#include "steer/test_world.h"

namespace fairway::steer {
namespace {

using namespace test;

struct Current : testing::Test {
    TestWorld w;
    world::PolicyId id = w.add(select("root", Op::kPriority,
                                      {leaf("b", "192.0.2.1").priority(2).gate(1),
                                       leaf("a", "192.0.2.2").priority(2).gate(2),
                                       leaf("first", "192.0.2.3").priority(1).gate(3)})
                                   .sticky_choice());
    // Applies what changes; the kid chosen now.
    std::uint32_t settle() {
        for (const auto& choice : next_currents(w.world, w.facts, id)) {
            w.facts.set_current(choice.id, choice.kid);
        }
        return w.facts.current({0});
    }
};

TEST_F(Current, BeginsWithTheFirstLiveTier) {
    EXPECT_EQ(settle(), 2u);
    EXPECT_TRUE(next_currents(w.world, w.facts, id).empty());
}

TEST_F(Current, StaysAfterTheBetterOneReturns) {
    w.down(3);
    EXPECT_EQ(settle(), 1u);  // of a and b the smaller name
    w.up(3);
    EXPECT_EQ(settle(), 1u);
    w.down(2);
    EXPECT_EQ(settle(), 2u);
}

TEST_F(Current, StaysWhenNobodyLives) {
    w.down(3);
    settle();
    w.down(1);
    w.down(2);
    EXPECT_EQ(settle(), 1u);
}

}  // namespace
}  // namespace fairway::steer
