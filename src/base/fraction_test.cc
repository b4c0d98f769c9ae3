#include "base/fraction.h"

#include <gtest/gtest.h>

namespace fairway {
namespace {

TEST(Fraction, IsAlwaysInLowestTerms) {
    EXPECT_EQ(Fraction(2, 4).text(), "1/2");
    EXPECT_EQ((Fraction(1, 3) + Fraction(1, 6)).text(), "1/2");
    EXPECT_EQ((Fraction(2, 3) * Fraction(3, 4)).text(), "1/2");
    EXPECT_EQ((Fraction(1, 2) / Fraction(1, 4)).text(), "2");
    EXPECT_EQ((Fraction(1) - Fraction(1, 256)).text(), "255/256");
    EXPECT_LT(Fraction(1, 3), Fraction(1, 2));
}

TEST(Fraction, ParsesWhatItPrints) {
    EXPECT_EQ(*Fraction::parse("255/256"), Fraction(255, 256));
    EXPECT_EQ(*Fraction::parse("1"), Fraction(1));
    EXPECT_FALSE(Fraction::parse("1/0"));
    EXPECT_FALSE(Fraction::parse("a/2"));
    EXPECT_FALSE(Fraction::parse(""));
}

TEST(Fraction, OverflowIsMarkedNeverWrapped) {
    Fraction sum;
    // Denominators that are coprime and large: the common one passes 128 bits.
    for (std::uint64_t d : {18446744073709551557u, 18446744073709551533u, 18446744073709551521u}) {
        sum += Fraction(1, d) * Fraction(d / 4, 1);
    }
    EXPECT_TRUE(sum.approximate());
    EXPECT_NEAR(sum.value(), 0.75, 1e-9);
    EXPECT_TRUE((sum * Fraction(1, 2)).approximate());
}

}  // namespace
}  // namespace fairway
