#include "config/value.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace fairway::config {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr std::string_view kNulls[] = {"", "~", "null", "Null", "NULL"};
constexpr std::string_view kOldBools[] = {"y",   "Y",   "n",    "N",     "yes",  "Yes",  "YES",
                                          "no",  "No",  "NO",   "on",    "On",   "ON",   "off",
                                          "Off", "OFF", "True", "False", "TRUE", "FALSE"};

template <std::size_t N>
bool one_of(std::string_view text, const std::string_view (&words)[N]) {
    return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t n = 0;
    while (at + n < text.size() && is_digit(text[at + n])) ++n;
    return n;
}

// 0x1F, 0o17, 0b101, 010, 1_000: digits that YAML 1.1, 1.2 and JSON read differently.
bool is_old_number(std::string_view text) {
    if (text.size() < 2) return false;
    const auto only = [&](std::string_view allowed) {
        return text.find_first_not_of(allowed, 2) == std::string_view::npos && text.size() > 2;
    };
    if (text[0] == '0' && text[1] == 'x') return only("0123456789abcdefABCDEF_");
    if (text[0] == '0' && (text[1] == 'o' || text[1] == 'b')) return only("01234567_");
    return text.find_first_not_of("0123456789_") == std::string_view::npos;
}

Scalar number_kind(std::string_view text) {
    std::string_view body = text;
    if (body[0] == '-' || body[0] == '+') body.remove_prefix(1);
    if (body.empty()) return Scalar::kText;
    if (body == ".inf" || body == ".Inf" || body == ".INF") return Scalar::kNumber;
    const std::size_t whole = digits_at(body, 0);
    std::size_t at = whole;
    if (at == body.size()) {
        return whole > 1 && body[0] == '0' ? Scalar::kOldNumber : Scalar::kInteger;
    }
    std::size_t fraction = 0;
    if (body[at] == '.') at += 1 + (fraction = digits_at(body, at + 1));
    if (whole + fraction == 0) return Scalar::kText;
    if (at < body.size() && (body[at] == 'e' || body[at] == 'E')) {
        ++at;
        if (at < body.size() && (body[at] == '-' || body[at] == '+')) ++at;
        const std::size_t exponent = digits_at(body, at);
        if (exponent == 0) return Scalar::kText;
        at += exponent;
    }
    if (at == body.size()) return Scalar::kNumber;
    return whole > 0 && is_old_number(body) ? Scalar::kOldNumber : Scalar::kText;
}

}  // namespace

Scalar plain_scalar(std::string_view text) {
    if (text.empty()) return Scalar::kNull;
    const char c = text[0];
    if (is_digit(c) || c == '-' || c == '+' || c == '.') {
        if (text == ".nan" || text == ".NaN" || text == ".NAN") return Scalar::kNumber;
        return number_kind(text);
    }
    if (text.size() > 5) return Scalar::kText;  // every word below is shorter
    if (text == "true" || text == "false") return Scalar::kBool;
    if (one_of(text, kNulls)) return Scalar::kNull;
    return one_of(text, kOldBools) ? Scalar::kOldBool : Scalar::kText;
}

Value Value::scalar(std::string_view text, Style style, Pos pos) {
    Value out;
    out.type_ = Type::kScalar;
    out.style_ = style;
    out.line_ = pos.line;
    out.column_ = pos.column;
    out.size_ = static_cast<std::uint32_t>(text.size());
    out.text_ = text.data();
    return out;
}

Value Value::map(const Member* members, std::uint32_t size, Pos pos) {
    Value out;
    out.type_ = Type::kMap;
    out.line_ = pos.line;
    out.column_ = pos.column;
    out.size_ = size;
    out.members_ = members;
    return out;
}

Value Value::sequence(const Value* items, std::uint32_t size, Pos pos) {
    Value out;
    out.type_ = Type::kSequence;
    out.line_ = pos.line;
    out.column_ = pos.column;
    out.size_ = size;
    out.items_ = items;
    return out;
}

const Member* Value::find(std::string_view key) const {
    for (const Member& member : members()) {
        if (member.key == key) return &member;
    }
    return nullptr;
}

namespace {
const Value kNothing{};
}

const Value& Value::operator[](std::string_view key) const {
    const Member* member = find(key);
    return member != nullptr ? member->value : kNothing;
}

const Value& Value::operator[](std::size_t index) const {
    return index < items().size() ? items_[index] : kNothing;
}

std::optional<bool> Value::boolean() const {
    if (!is_scalar() || scalar_kind() != Scalar::kBool) return std::nullopt;
    return text() == "true";
}

std::optional<std::int64_t> Value::integer() const {
    if (!is_scalar() || scalar_kind() != Scalar::kInteger) return std::nullopt;
    std::string_view digits = text();
    if (digits[0] == '+') digits.remove_prefix(1);
    std::int64_t out = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (read.ec != std::errc()) return std::nullopt;
    return out;
}

std::optional<double> Value::number() const {
    if (!is_scalar()) return std::nullopt;
    const Scalar kind = scalar_kind();
    if (kind != Scalar::kInteger && kind != Scalar::kNumber) return std::nullopt;
    std::string_view digits = text();
    if (digits[0] == '+') digits.remove_prefix(1);
    double out = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    // .inf and .nan: no field of ours takes them.
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
    return out;
}

void* Arena::take(std::size_t size, std::size_t align) {
    const std::size_t pad = (align - reinterpret_cast<std::uintptr_t>(at_) % align) % align;
    if (at_ == nullptr || left_ < size + pad) {
        chunk_size_ = std::min<std::size_t>(chunk_size_ * 2, 1 << 20);
        const std::size_t room = std::max(size + align, chunk_size_);
        chunks_.push_back(std::make_unique_for_overwrite<char[]>(room));
        at_ = chunks_.back().get();
        left_ = room;
        return take(size, align);
    }
    char* out = at_ + pad;
    at_ = out + size;
    left_ -= size + pad;
    return out;
}

std::string_view Arena::copy(std::string_view text) {
    if (text.empty()) return {};
    auto* to = static_cast<char*>(take(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
}

}  // namespace fairway::config
