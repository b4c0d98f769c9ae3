#include "base/secret.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

namespace fairway {
namespace {

static_assert(!std::is_copy_constructible_v<Secret<std::string>>);

TEST(Secret, MovesAndLeavesNothingBehind) {
    std::string original(100, 'k');
    Secret<std::string> first(original);
    Secret<std::string> second(std::move(first));
    EXPECT_EQ(second.reveal(), original);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is what it promises
    EXPECT_EQ(second.copy().reveal(), original);
}

TEST(Secret, ShortStringsAreWipedInPlace) {
    alignas(Secret<std::string>) unsigned char memory[sizeof(Secret<std::string>)];
    auto* secret = new (memory) Secret<std::string>(std::string("hunter2"));
    EXPECT_EQ(secret->reveal(), "hunter2");
    secret->~Secret();
    const std::string left(reinterpret_cast<char*>(memory), sizeof memory);
    EXPECT_EQ(left.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace fairway
