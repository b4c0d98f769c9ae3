#include "steer/first.h"

#include <gtest/gtest.h>

namespace fairway::steer {
namespace {

using Fractions = std::vector<Fraction>;

// Σ turn (1 - empty) + nobody.
Fraction total(const FirstChances& f, const Fractions& empty) {
    Fraction sum = f.nobody;
    for (std::size_t i = 0; i < empty.size(); ++i) sum += f.turn[i] * (Fraction(1) - empty[i]);
    return sum;
}

TEST(First, OfAllAreEqualWhenNobodyFails) {
    const auto f = first_of_sample({Fraction(0), Fraction(0), Fraction(0)}, 3);
    for (const Fraction& t : f.turn) EXPECT_EQ(t, Fraction(1, 3));
    EXPECT_TRUE(f.nobody.is_zero());
}

TEST(First, KidsThatMayFailHandOver) {
    // Two kids: a answers always, b half of the time.
    const Fractions empty{Fraction(0), Fraction(1, 2)};
    const auto f = first_of_sample(empty, 2);
    EXPECT_EQ(f.turn[0], Fraction(3, 4));  // first, or second behind a silent b
    EXPECT_EQ(f.turn[1], Fraction(1, 2));
    EXPECT_EQ(total(f, empty), Fraction(1));
}

TEST(First, OfSampleCountsThoseNotDrawn) {
    const Fractions empty{Fraction(1), Fraction(1), Fraction(0)};
    const auto f = first_of_sample(empty, 2);
    EXPECT_EQ(f.nobody, Fraction(1, 3));
    EXPECT_EQ(f.turn[2], Fraction(2, 3));
    EXPECT_EQ(total(f, empty), Fraction(1));
}

TEST(First, SumsToOneForAnySizes) {
    for (std::size_t n = 1; n <= 7; ++n) {
        for (std::size_t k = 1; k <= n; ++k) {
            Fractions empty;
            std::vector<std::uint32_t> weights;
            for (std::size_t i = 0; i < n; ++i) {
                empty.push_back(Fraction(i % 4, 4));
                weights.push_back(static_cast<std::uint32_t>((i * 7 + k) % 5));
            }
            EXPECT_EQ(total(first_of_sample(empty, k), empty), Fraction(1)) << n << " " << k;
            EXPECT_EQ(total(first_of_list(empty), empty), Fraction(1));
            EXPECT_EQ(total(first_of_ordered(empty, weights), empty), Fraction(1));
        }
    }
}

TEST(First, OrderedGoesByWeightThenZeroes) {
    const auto f = first_of_ordered({Fraction(1, 2), Fraction(0), Fraction(0)}, {3, 1, 0});
    EXPECT_EQ(f.turn[0], Fraction(3, 4));
    EXPECT_EQ(f.turn[1], Fraction(1, 4) + Fraction(3, 8));
    EXPECT_TRUE(f.turn[2].is_zero());
}

TEST(First, ManyThatMayFailAreIntegratedAndMarked) {
    Fractions empty(20, Fraction(1, 3));
    std::vector<std::uint32_t> weights(20, 5);
    const auto f = first_of_ordered(empty, weights);
    EXPECT_TRUE(f.approximate);
    EXPECT_NEAR(total(f, empty).value(), 1, 1e-9);
    EXPECT_NEAR(f.turn[0].value(), f.turn[19].value(), 1e-9);
    // The same as in random order, all weights being equal.
    EXPECT_NEAR(f.turn[0].value(), first_of_sample(empty, 20).turn[0].value(), 1e-4);
}

}  // namespace
}  // namespace fairway::steer
