#include "wire/dns/text.h"

#include <array>

namespace fairway::wire::dns {
namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_base64_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (int i = 0; i < 64; ++i)
        values[static_cast<std::uint8_t>(kBase64[i])] = static_cast<std::int8_t>(i);
    return values;
}
constexpr auto kBase64Values = make_base64_values();

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char low = static_cast<char>(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::uint32_t unit_seconds(char c) {
    switch (c | 0x20) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3600;
        case 'd':
            return 86400;
        case 'w':
            return 604800;
        default:
            return 0;
    }
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '(' || c == ')';
}

}  // namespace

bool next_octet(std::string_view text, std::size_t& at, std::uint8_t& octet) {
    const char c = text[at++];
    octet = static_cast<std::uint8_t>(c);
    if (c != '\\') return true;
    if (at >= text.size()) return false;
    if (!is_digit(text[at])) {
        octet = static_cast<std::uint8_t>(text[at++]);
        return true;
    }
    if (text.size() - at < 3 || !is_digit(text[at + 1]) || !is_digit(text[at + 2])) return false;
    const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
    at += 3;
    octet = static_cast<std::uint8_t>(value);
    return value <= 255;
}

void append_escaped(std::string& out, std::uint8_t octet, bool always) {
    if (octet >= ' ' && octet < 0x7F && !always) {
        out += static_cast<char>(octet);
        return;
    }
    out += '\\';
    for (const int unit : {100, 10, 1}) out += static_cast<char>('0' + octet / unit % 10);
}

void append_quoted(std::string& out, Bytes octets) {
    out += '"';
    for (const std::uint8_t c : octets) {
        if (c == '"' || c == '\\') out += '\\';
        append_escaped(out, c);
    }
    out += '"';
}

Result<std::vector<Token>> tokenize(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        if (is_blank(text[at])) {
            ++at;
            continue;
        }
        if (text[at] == ';') {
            while (at < text.size() && text[at] != '\n') ++at;
            continue;
        }
        const bool quoted = text[at] == '"';
        const std::size_t start = quoted ? ++at : at;
        while (at < text.size() &&
               (quoted ? text[at] != '"'
                       : !is_blank(text[at]) && text[at] != ';' && text[at] != '"')) {
            at += text[at] == '\\' ? 2 : 1;
        }
        if (at > text.size() || (quoted && at == text.size())) {
            return fail(
                Code::kInvalid, Origin::kConfig,
                quoted ? "a quoted string has no closing quote" : "the text ends inside an escape");
        }
        const bool glued = quoted && start >= 2 && !is_blank(text[start - 2]);
        tokens.push_back({text.substr(start, at - start), quoted, glued});
        if (quoted) ++at;
    }
    return tokens;
}

std::optional<std::uint32_t> parse_decimal(std::string_view text, std::uint32_t most) {
    if (text.empty()) return {};
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return {};
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > most) return {};
    }
    return static_cast<std::uint32_t>(value);
}

std::optional<std::uint32_t> parse_ttl(std::string_view text, std::uint32_t most) {
    if (text.empty() || !is_digit(text[0])) return {};
    std::uint64_t total = 0, part = 0;
    bool in_part = false;
    for (const char c : text) {
        if (is_digit(c)) {
            part = part * 10 + static_cast<std::uint64_t>(c - '0');
            in_part = true;
        } else {
            const std::uint32_t unit = unit_seconds(c);
            if (unit == 0 || !in_part) return {};
            total += part * unit;
            part = 0;
            in_part = false;
        }
        if (part > most || total > most) return {};
    }
    total += part;
    if (total > most) return {};
    return static_cast<std::uint32_t>(total);
}

bool append_from_hex(std::string_view text, std::vector<std::uint8_t>& out) {
    if (text.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return false;
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return true;
}

void append_hex(std::string& out, Bytes octets) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    for (const std::uint8_t c : octets) {
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
    }
}

bool append_from_base64(std::string_view text, std::vector<std::uint8_t>& out) {
    if (text.size() % 4 != 0) return false;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    const std::size_t letters = text.size() - padding;
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < letters; ++i) {
        const int value = kBase64Values[static_cast<std::uint8_t>(text[i])];
        if (value < 0) return false;
        word = word << 6 | static_cast<std::uint32_t>(value);
        if (i % 4 != 0) out.push_back(static_cast<std::uint8_t>(word >> (6 - i % 4 * 2)));
    }
    // Bits that belong to no octet must be zero: one text for one value (RFC 4648 §3.5).
    return padding == 0 || (word & (padding == 1 ? 3u : 15u)) == 0;
}

void append_base64(std::string& out, Bytes octets) {
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        const std::size_t have = std::min<std::size_t>(3, octets.size() - i);
        std::uint32_t word = static_cast<std::uint32_t>(octets[i]) << 16;
        if (have > 1) word |= static_cast<std::uint32_t>(octets[i + 1]) << 8;
        if (have > 2) word |= octets[i + 2];
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= have ? kBase64[word >> (18 - 6 * k) & 63] : '=';
    }
}

}  // namespace fairway::wire::dns
