// Which bytes each part of HTTP's grammar is made of, and how far a run of them goes. Sixteen bytes
// at a time where the machine has SSE2. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace fairway::wire::http1 {

enum CharClass : std::uint8_t {
    kTokenChar = 1,   // RFC 9110 section 5.6.2
    kValueChar = 2,   // VCHAR, obs-text, SP, HTAB: section 5.5
    kTargetChar = 4,  // 0x21-0x7E
    kNameChar = 8,    // of a registered name: RFC 3986 section 3.2.2, without "%" and ","
    kUnreserved = 16,
    kHexChar = 32,
    kDigit = 64,
    kPathChar = 128,  // stands for itself in a path, and is no "%", "\", "?", "#" or "."
};

namespace chars {

constexpr bool any_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

constexpr std::uint8_t classes_of(unsigned char byte) {
    const char c = static_cast<char>(byte);
    const bool digit = c >= '0' && c <= '9';
    const bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool visible = byte > 0x20 && byte < 0x7F;
    const bool hex = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    unsigned classes = 0;
    if (digit || alpha || any_of(c, "!#$%&'*+-.^_`|~")) classes |= kTokenChar;
    if (c == '\t' || (byte >= 0x20 && byte != 0x7F)) classes |= kValueChar;
    if (visible) classes |= kTargetChar;
    if (digit || alpha || any_of(c, "-._~!$&'()*+;=")) classes |= kNameChar;
    if (digit || alpha || any_of(c, "-._~")) classes |= kUnreserved;
    if (hex) classes |= kHexChar;
    if (digit) classes |= kDigit;
    if (visible && !any_of(c, "%\\?#.")) classes |= kPathChar;
    return static_cast<std::uint8_t>(classes);
}

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        table[byte] = classes_of(static_cast<unsigned char>(byte));
    }
    return table;
}
inline constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

}  // namespace chars

constexpr bool is(char c, CharClass wanted) {
    return (chars::kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}
constexpr bool all(std::string_view text, CharClass wanted) {
    for (const char c : text) {
        if (!is(c, wanted)) return false;
    }
    return true;
}
constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
constexpr char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
}
// Of a kHexChar.
constexpr unsigned hex_value(char c) {
    return is(c, kDigit) ? static_cast<unsigned>(c - '0')
                         : static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

// The first byte from `at` that is not of the class, or `end`.
inline const char* skip(const char* at, const char* end, CharClass wanted) {
    while (at != end && is(*at, wanted)) ++at;
    return at;
}

#if defined(__SSE2__)
// `stops`: 16 bytes to those that end the run.
template <class Stops>
[[gnu::always_inline]] inline const char* skip_by_16(const char* at, const char* end,
                                                     CharClass wanted, Stops stops) {
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(stops(bytes)));
        if (mask != 0) return at + std::countr_zero(mask);
    }
    return skip(at, end, wanted);
}
#endif

[[gnu::always_inline]] inline const char* skip_value(const char* at, const char* end) {
#if defined(__SSE2__)
    return skip_by_16(at, end, kValueChar, [](__m128i bytes) {
        const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
        const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
        const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
        return _mm_or_si128(_mm_andnot_si128(tab, low), del);
    });
#else
    return skip(at, end, kValueChar);
#endif
}

inline const char* skip_target(const char* at, const char* end) {
#if defined(__SSE2__)
    return skip_by_16(at, end, kTargetChar, [](__m128i bytes) {
        const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x20)), bytes);
        const __m128i high = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x7F)), bytes);
        return _mm_or_si128(low, high);
    });
#else
    return skip(at, end, kTargetChar);
#endif
}

// Part of a token: at least the letters, digits and "-" of which nearly all field names are.
[[gnu::always_inline]] inline const char* skip_name(const char* at, const char* end) {
#if defined(__SSE2__)
    return skip_by_16(at, end, kTokenChar, [](__m128i bytes) {
        const auto within = [](__m128i value, char first, char last) {
            const __m128i from = _mm_sub_epi8(value, _mm_set1_epi8(first));
            const __m128i size = _mm_set1_epi8(static_cast<char>(last - first));
            return _mm_cmpeq_epi8(_mm_min_epu8(from, size), from);
        };
        const __m128i letter = within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
        const __m128i other =
            _mm_or_si128(within(bytes, '0', '9'), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
        return _mm_andnot_si128(_mm_or_si128(letter, other), _mm_set1_epi8(-1));
    });
#else
    return skip(at, end, kTokenChar);
#endif
}

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// Calls back with each element of a comma list (RFC 9110 section 5.6.1); empty ones are left out.
template <class F>
void each_element(std::string_view list, F function) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (const std::string_view element = trim(list.substr(0, comma)); !element.empty()) {
            function(element);
        }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

}  // namespace fairway::wire::http1
