#include "wire/dns/master_lexer.h"

#include <array>
#include <cstring>

namespace fairway::wire::dns {
namespace {

constexpr std::array<bool, 256> make_ends_word() {
    std::array<bool, 256> ends{};
    for (const char c : {' ', '\t', '\r', '\n', '(', ')', ';', '"', '\\'})
        ends[static_cast<std::uint8_t>(c)] = true;
    return ends;
}
constexpr auto kEndsWord = make_ends_word();

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

MasterLexer::MasterLexer(std::string_view text)
    : at_(text.data()), end_(text.data() + text.size()), entry_start_(text.data()) {
    if (text.starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
}

MasterLexer::Got MasterLexer::next(std::vector<Token>& words) {
    while (at_ < end_) {
        words.clear();
        entry_start_ = at_;
        entry_line_ = line_;
        owner_is_omitted_ = *at_ == ' ' || *at_ == '\t';
        const Got got = read_entry(words);
        if (got == Got::kFault || !words.empty()) return got;
    }
    return Got::kEnd;
}

MasterLexer::Got MasterLexer::read_entry(std::vector<Token>& words) {
    depth_ = 0;
    after_word_ = false;
    while (at_ < end_) {
        switch (*at_) {
            case '\n':
                ++at_;
                ++line_;
                after_word_ = false;
                if (depth_ == 0) return Got::kEntry;
                break;
            case ' ':
            case '\t':
            case '\r':
                ++at_;
                after_word_ = false;
                break;
            case ';': {
                const void* newline = std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_));
                at_ = newline ? static_cast<const char*>(newline) : end_;
                break;
            }
            case '(':
                if (depth_++ == 0) parenthesis_ = at_;
                ++at_;
                after_word_ = false;
                break;
            case ')':
                if (depth_ == 0)
                    return fault("a closing parenthesis without an opening one; delete it", at_);
                --depth_;
                ++at_;
                after_word_ = false;
                break;
            case '"':
                if (!read_quoted(words))
                    return fault("the quoted string has no closing quote on its line", at_);
                break;
            default:
                if (!read_word(words))
                    return fault("a line must not end inside an escape; write \\\\ for a backslash",
                                 at_);
        }
    }
    if (depth_ > 0) return fault("the parenthesis is never closed; add )", parenthesis_);
    return Got::kEntry;
}

bool MasterLexer::read_word(std::vector<Token>& words) {
    const char* end = at_;
    while (end < end_) {
        if (!kEndsWord[static_cast<std::uint8_t>(*end)]) {
            ++end;
        } else if (*end == '\\') {
            if (end_ - end < 2 || end[1] == '\n') return false;
            end += 2;
        } else {
            break;
        }
    }
    words.push_back(
        {std::string_view(at_, static_cast<std::size_t>(end - at_)), false, after_word_});
    at_ = end;
    after_word_ = true;
    return true;
}

bool MasterLexer::read_quoted(std::vector<Token>& words) {
    const char* end = at_ + 1;
    while (end < end_ && *end != '"') {
        if (*end == '\\') ++end;
        if (end == end_ || *end == '\n') return false;
        ++end;
    }
    if (end >= end_) return false;
    words.push_back(
        {std::string_view(at_ + 1, static_cast<std::size_t>(end - at_ - 1)), true, after_word_});
    at_ = end + 1;
    after_word_ = true;
    return true;
}

MasterLexer::Got MasterLexer::fault(const char* text, const char* at) {
    fault_text_ = text;
    fault_at_ = at;
    skip_line();
    return Got::kFault;
}

void MasterLexer::skip_line() {
    const void* newline =
        at_ < end_ ? std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)) : nullptr;
    if (!newline) {
        at_ = end_;
        return;
    }
    at_ = static_cast<const char*>(newline) + 1;
    ++line_;
}

MasterLexer::Place MasterLexer::place(const char* at) const {
    Place place{entry_line_, 1};
    if (!at) return place;
    const char* line_start = entry_start_;
    for (const char* c = entry_start_; c < at && c < end_; ++c) {
        if (*c != '\n') continue;
        ++place.line;
        line_start = c + 1;
    }
    place.column = static_cast<std::uint32_t>(at - line_start) + 1;
    return place;
}

}  // namespace fairway::wire::dns
