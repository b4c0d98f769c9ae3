#include "wire/dns/generate.h"

#include <fmt/format.h>

#include <charconv>

#include "wire/dns/text.h"

namespace fairway::wire::dns {
namespace {

constexpr std::uint32_t kValueMax = 0x7FFFFFFF;
constexpr std::uint32_t kWidthMax = 255;
constexpr const char* kForm =
    "write ${OFFSET,WIDTH,BASE} with BASE one of d o x X n N, as in ${0,3,d}";

struct Modifier {
    std::int64_t offset = 0;
    std::uint32_t width = 0;
    char base = 'd';
};

std::string_view take_part(std::string_view& text) {
    const auto comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    return part;
}

std::optional<std::int64_t> read_offset(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const auto size = parse_decimal(text, kValueMax);
    if (!size) return {};
    return negative ? -static_cast<std::int64_t>(*size) : static_cast<std::int64_t>(*size);
}

// What stands between the braces.
std::optional<Modifier> read_modifier(std::string_view text) {
    Modifier modifier;
    const auto offset = read_offset(take_part(text));
    if (!offset) return {};
    modifier.offset = *offset;
    if (text.empty()) return modifier;
    const auto width = parse_decimal(take_part(text), kWidthMax);
    if (!width) return {};
    modifier.width = *width;
    if (text.empty()) return modifier;
    modifier.base = text[0];
    if (text.size() != 1 || std::string_view("doxXnN").find(text[0]) == std::string_view::npos)
        return {};
    return modifier;
}

// Hexadecimal digits from the lowest up, a dot between; the width counts the dots too (as BIND has
// it).
void append_nibbles(std::string& out, std::uint64_t value, std::uint32_t width, bool upper) {
    const char* digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    std::int64_t left = width;
    do {
        out += digits[value & 15];
        value >>= 4;
        --left;
        if (left > 0 || value != 0) {
            out += '.';
            --left;
        }
    } while (value != 0 || left > 0);
}

void append_value(std::string& out, std::uint64_t value, const Modifier& modifier) {
    switch (modifier.base) {
        case 'o':
            out += fmt::format("{:0{}o}", value, modifier.width);
            return;
        case 'x':
            out += fmt::format("{:0{}x}", value, modifier.width);
            return;
        case 'X':
            out += fmt::format("{:0{}X}", value, modifier.width);
            return;
        case 'n':
        case 'N':
            append_nibbles(out, value, modifier.width, modifier.base == 'N');
            return;
        default:
            out += fmt::format("{:0{}d}", value, modifier.width);
            return;
    }
}

}  // namespace

std::optional<GenerateRange> generate_range(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return {};
    const auto slash = text.find('/', dash);
    const auto first = parse_decimal(text.substr(0, dash), kValueMax);
    const auto last = parse_decimal(
        text.substr(dash + 1, slash == std::string_view::npos ? slash : slash - dash - 1),
        kValueMax);
    const auto step = slash == std::string_view::npos
                          ? std::optional(1u)
                          : parse_decimal(text.substr(slash + 1), kValueMax);
    if (!first || !last || !step || *step == 0 || *first > *last) return {};
    return GenerateRange{*first, *last, *step};
}

std::optional<std::string> generate_text(std::string_view form, std::uint32_t value,
                                         std::string& out) {
    for (std::size_t at = 0; at < form.size(); ++at) {
        if (form[at] == '\\' && at + 1 < form.size()) {
            out.append(form.substr(at++, 2));
            continue;
        }
        if (form[at] != '$') {
            out += form[at];
            continue;
        }
        const std::string_view rest = form.substr(at + 1);
        if (rest.starts_with('$')) {
            out += form[++at];
            continue;
        }
        Modifier modifier;
        if (rest.starts_with('{')) {
            const auto close = rest.find('}');
            const auto read = close == std::string_view::npos
                                  ? std::nullopt
                                  : read_modifier(rest.substr(1, close - 1));
            if (!read) return "\"" + std::string(form.substr(at, 40)) + "\" is malformed; " + kForm;
            modifier = *read;
            at += close + 1;
        }
        const std::int64_t shifted = value + modifier.offset;
        if (shifted < 0)
            return "the value " + std::to_string(value) + " with its offset is below zero";
        append_value(out, static_cast<std::uint64_t>(shifted), modifier);
    }
    return {};
}

}  // namespace fairway::wire::dns
