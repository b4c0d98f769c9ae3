#include "world/verdict.h"

#include <gtest/gtest.h>

#include <string>

namespace fairway::world {
namespace {

using Value = ProbeState::Value;

// The states after each result: '+' and '-' in, 'u', 'd' and '?' out.
std::string states(std::string_view results, std::uint32_t healthy, std::uint32_t unhealthy) {
    ProbeState state;
    std::string out;
    for (const char result : results) {
        const Value before = state.value();
        const bool changed = state.observe(result == '+', healthy, unhealthy);
        EXPECT_EQ(changed, state.value() != before);
        out += "?du"[static_cast<int>(state.value())];
    }
    return out;
}

TEST(ProbeState, TurnsAfterSoManyInARow) {
    EXPECT_EQ(states("+++-+--+---+-++++", 3, 3), "??uuuuuuuuddddduu");
    EXPECT_EQ(states("-+-+", 1, 1), "dudu");
    EXPECT_EQ(states("--+++", 2, 3), "???uu");
    EXPECT_EQ(states("+-+-+-", 2, 2), "??????");
}

}  // namespace
}  // namespace fairway::world
