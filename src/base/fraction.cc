#include "base/fraction.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/check.h"

namespace fairway {
namespace {

using Int = Fraction::Int;

Int gcd(Int a, Int b) {
    while (b != 0) {
        const Int r = a % b;
        a = b;
        b = r;
    }
    return a;
}

// a*b and a+b, or nothing on overflow.
std::optional<Int> times(Int a, Int b) {
    Int out;
    if (__builtin_mul_overflow(a, b, &out)) return {};
    return out;
}
std::optional<Int> plus(std::optional<Int> a, std::optional<Int> b) {
    Int out;
    if (!a || !b || __builtin_add_overflow(*a, *b, &out)) return {};
    return out;
}

std::string digits(Int value) {
    std::string out;
    do {
        out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    return out;
}

}  // namespace

Fraction::Fraction(std::uint64_t numerator, std::uint64_t denominator) {
    FW_CHECK(denominator != 0);
    *this = reduced(numerator, denominator, false);
}

Fraction Fraction::reduced(Int numerator, Int denominator, bool approximate) {
    const Int divisor = gcd(numerator, denominator);
    Fraction f;
    f.numerator_ = numerator / divisor;
    f.denominator_ = denominator / divisor;
    f.approximate_ = approximate;
    return f;
}

Fraction Fraction::rounded(double value) {
    constexpr double kScale = 0x1p62;
    const double scaled = std::min(std::max(value, 0.0), 1e18 / 4) * kScale;
    return reduced(static_cast<Int>(scaled), static_cast<Int>(kScale), true);
}

std::optional<Fraction> Fraction::parse(std::string_view text) {
    std::uint64_t parts[2] = {0, 1};
    const auto slash = text.find('/');
    const std::string_view halves[2] = {
        text.substr(0, slash), slash == std::string_view::npos ? "1" : text.substr(slash + 1)};
    for (int i = 0; i < 2; ++i) {
        const char* end = halves[i].data() + halves[i].size();
        const auto [at, error] = std::from_chars(halves[i].data(), end, parts[i]);
        if (error != std::errc{} || at != end) return {};
    }
    if (parts[1] == 0) return {};
    return Fraction(parts[0], parts[1]);
}

Fraction Fraction::operator+(const Fraction& o) const {
    const bool rough = approximate_ || o.approximate_;
    const Int shared = gcd(denominator_, o.denominator_);
    const auto top = plus(times(numerator_, o.denominator_ / shared),
                          times(o.numerator_, denominator_ / shared));
    const auto bottom = times(denominator_, o.denominator_ / shared);
    if (!top || !bottom) return rounded(value() + o.value());
    return reduced(*top, *bottom, rough);
}

Fraction Fraction::operator-(const Fraction& o) const {
    const bool rough = approximate_ || o.approximate_;
    const Int shared = gcd(denominator_, o.denominator_);
    const auto left = times(numerator_, o.denominator_ / shared);
    const auto right = times(o.numerator_, denominator_ / shared);
    const auto bottom = times(denominator_, o.denominator_ / shared);
    if (!left || !right || !bottom) return rounded(value() - o.value());
    return reduced(*left > *right ? *left - *right : 0, *bottom, rough);
}

Fraction Fraction::operator*(const Fraction& o) const {
    const bool rough = approximate_ || o.approximate_;
    const Int cross1 = gcd(numerator_, o.denominator_);
    const Int cross2 = gcd(o.numerator_, denominator_);
    const auto top = times(numerator_ / cross1, o.numerator_ / cross2);
    const auto bottom = times(denominator_ / cross2, o.denominator_ / cross1);
    if (!top || !bottom) return rounded(value() * o.value());
    return reduced(*top, *bottom, rough);
}

Fraction Fraction::operator/(const Fraction& o) const {
    FW_CHECK(!o.is_zero());
    Fraction inverse = o;
    std::swap(inverse.numerator_, inverse.denominator_);
    return *this * inverse;
}

bool Fraction::operator==(const Fraction& o) const {
    if (approximate_ || o.approximate_) return std::fabs(value() - o.value()) < 1e-12;
    return numerator_ == o.numerator_ && denominator_ == o.denominator_;
}

bool Fraction::operator<(const Fraction& o) const {
    const auto left = times(numerator_, o.denominator_);
    const auto right = times(o.numerator_, denominator_);
    if (left && right) return *left < *right;
    return value() < o.value();
}

std::string Fraction::text() const {
    if (approximate_) {
        char buffer[40];
        std::snprintf(buffer, sizeof buffer, "~%.9g", value());
        return buffer;
    }
    return denominator_ == 1 ? digits(numerator_) : digits(numerator_) + "/" + digits(denominator_);
}

}  // namespace fairway
