// Exact shares: non-negative fractions over 128-bit integers, always in lowest terms. An operation
// that would overflow goes on in rounded form and marks its result `approximate`, and so does all
// that is computed from it; nothing wraps silently.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway {

class Fraction {
  public:
    using Int = unsigned __int128;

    constexpr Fraction() = default;
    Fraction(std::uint64_t numerator, std::uint64_t denominator = 1);
    static std::optional<Fraction> parse(std::string_view text);  // "3/4", "1"

    Fraction operator+(const Fraction& other) const;
    Fraction operator-(const Fraction& other) const;  // other <= *this, else zero
    Fraction operator*(const Fraction& other) const;
    Fraction operator/(const Fraction& other) const;  // other != 0
    Fraction& operator+=(const Fraction& other) { return *this = *this + other; }
    Fraction& operator*=(const Fraction& other) { return *this = *this * other; }

    // Equal as values; an approximate one equals within 1e-12.
    bool operator==(const Fraction& other) const;
    bool operator<(const Fraction& other) const;
    bool is_zero() const { return numerator_ == 0; }
    bool approximate() const { return approximate_; }
    Int numerator() const { return numerator_; }
    Int denominator() const { return denominator_; }
    double value() const {
        return static_cast<double>(numerator_) / static_cast<double>(denominator_);
    }
    std::string text() const;  // "1/3"; "1"; approximate: "~0.333333"

  private:
    static Fraction reduced(Int numerator, Int denominator, bool approximate);
    static Fraction rounded(double value);
    Int numerator_ = 0;
    Int denominator_ = 1;
    bool approximate_ = false;
};

}  // namespace fairway
