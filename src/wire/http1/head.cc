#include "wire/http1/head.h"

#include <algorithm>

namespace fairway::wire::http1 {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

constexpr bool digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool alpha(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr bool token_char(char c) {
    return digit(c) || alpha(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
constexpr bool value_char(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}
constexpr bool visible(char c) {
    return c > 0x20 && c < 0x7F;
}

// Cuts the next line off; false when its end is not there.
bool take_line(std::string_view* rest, std::string_view* line) {
    const std::size_t end = rest->find(kLineEnd);
    if (end == std::string_view::npos) return false;
    *line = rest->substr(0, end);
    rest->remove_prefix(end + 2);
    return true;
}

std::string_view trim(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

HeadStatus parse_version(std::string_view text, std::uint8_t* minor) {
    if (text.size() != 8 || !text.starts_with("HTTP/") || !digit(text[5]) || text[6] != '.' ||
        !digit(text[7])) {
        return HeadStatus::kBadStartLine;
    }
    if (text[5] != '1' || text[7] > '1') return HeadStatus::kBadVersion;
    *minor = static_cast<std::uint8_t>(text[7] - '0');
    return HeadStatus::kDone;
}

HeadStatus parse_header(std::string_view line, Head* head) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return HeadStatus::kBadHeader;
    const std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
    if (!is_token(name) || !std::all_of(value.begin(), value.end(), value_char)) {
        return HeadStatus::kBadHeader;
    }
    if (head->count_ == kHttpHeadersMax) return HeadStatus::kTooManyHeaders;
    head->header_[head->count_++] = {name, trim(value)};
    return HeadStatus::kDone;
}

// All header lines up to the empty one.
HeadStatus parse_headers(std::string_view* rest, Head* head) {
    for (std::string_view line; take_line(rest, &line);) {
        if (line.empty()) return HeadStatus::kDone;
        const HeadStatus status = parse_header(line, head);
        if (status != HeadStatus::kDone) return status;
    }
    return HeadStatus::kMore;
}

bool parse_length(std::string_view text, std::uint64_t* out) {
    if (text.empty() || text.size() > 18 || !std::all_of(text.begin(), text.end(), digit))
        return false;
    *out = 0;
    for (const char c : text) *out = *out * 10 + static_cast<std::uint64_t>(c - '0');
    return true;
}

// Calls back with each element of a comma list.
template <class F>
void each_element(std::string_view list, F function) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        function(trim(list.substr(0, comma)));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

// Reads the headers that frame the message. `framing` stays as it was if none does.
HeadStatus read_framing(Head* head) {
    unsigned lengths = 0, encodings = 0;
    bool close = false, keep = false, understood = true;
    for (const Header& header : head->headers()) {
        if (equal_ignoring_case(header.name, "content-length")) {
            ++lengths;
            understood = understood && parse_length(header.value, &head->length);
        } else if (equal_ignoring_case(header.name, "transfer-encoding")) {
            ++encodings;
            understood = understood && equal_ignoring_case(header.value, "chunked");
        } else if (equal_ignoring_case(header.name, "connection")) {
            each_element(header.value, [&](std::string_view option) {
                close = close || equal_ignoring_case(option, "close");
                keep = keep || equal_ignoring_case(option, "keep-alive");
            });
        }
    }
    if (!understood || lengths + encodings > 1 || (encodings == 1 && head->minor == 0)) {
        return HeadStatus::kBadFraming;
    }
    if (lengths == 1) head->framing = Framing::kLength;
    if (encodings == 1) head->framing = Framing::kChunked;
    head->keep_alive = !close && (head->minor == 1 || keep);
    return HeadStatus::kDone;
}

// kMore turns into kTooLong once so many bytes should have held the head.
HeadStatus judge(HeadStatus status, std::string_view bytes, std::string_view rest,
                 std::size_t* used) {
    if (status == HeadStatus::kMore) {
        return bytes.size() >= kHttpHeadMax ? HeadStatus::kTooLong : HeadStatus::kMore;
    }
    *used = bytes.size() - rest.size();
    if (status == HeadStatus::kDone && *used > kHttpHeadMax) return HeadStatus::kTooLong;
    return status;
}

// A Host is a name or address with an optional port; empty is allowed.
bool host_char(char c) {
    return digit(c) || alpha(c) ||
           std::string_view("-._~%!$&'()*+,;=:[]").find(c) != std::string_view::npos;
}

HeadStatus read_host(RequestHead* head) {
    unsigned hosts = 0;
    for (const Header& header : head->headers()) {
        if (!equal_ignoring_case(header.name, "host")) continue;
        ++hosts;
        head->host = header.value;
    }
    const bool good = std::all_of(head->host.begin(), head->host.end(), host_char);
    return good && hosts <= 1 && (hosts == 1 || head->minor == 0) ? HeadStatus::kDone
                                                                  : HeadStatus::kBadHost;
}

HeadStatus parse_request_line(std::string_view line, RequestHead* head) {
    const std::size_t first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return HeadStatus::kBadStartLine;
    head->method = line.substr(0, first);
    head->target = line.substr(first + 1, last - first - 1);
    if (!is_token(head->method) || head->target.empty() ||
        !std::all_of(head->target.begin(), head->target.end(), visible)) {
        return HeadStatus::kBadStartLine;
    }
    return parse_version(line.substr(last + 1), &head->minor);
}

HeadStatus parse_status_line(std::string_view line, ResponseHead* head) {
    // "HTTP/1.1 200 OK"; the reason may be empty, and many omit the space before it then.
    if (line.size() < 12 || line[8] != ' ' || (line.size() > 12 && line[12] != ' ')) {
        return HeadStatus::kBadStartLine;
    }
    const std::string_view code = line.substr(9, 3);
    if (!std::all_of(code.begin(), code.end(), digit) || code[0] < '1' || code[0] > '5' ||
        !std::all_of(line.begin(), line.end(), value_char)) {
        return HeadStatus::kBadStartLine;
    }
    head->status =
        static_cast<std::uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
    return parse_version(line.substr(0, 8), &head->minor);
}

}  // namespace

std::string_view head_status_text(HeadStatus status) {
    switch (status) {
        case HeadStatus::kDone:
            return "whole";
        case HeadStatus::kMore:
            return "cut short";
        case HeadStatus::kBadStartLine:
            return "malformed first line";
        case HeadStatus::kBadVersion:
            return "neither HTTP/1.0 nor HTTP/1.1";
        case HeadStatus::kBadHeader:
            return "malformed header line";
        case HeadStatus::kTooManyHeaders:
            return "too many headers";
        case HeadStatus::kTooLong:
            return "head too long";
        case HeadStatus::kBadFraming:
            return "Content-Length or Transfer-Encoding ambiguous";
        case HeadStatus::kBadHost:
            return "Host missing, double or malformed";
    }
    return "";
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), token_char);
}

std::optional<std::string_view> Head::find(std::string_view name) const {
    for (const Header& header : headers()) {
        if (equal_ignoring_case(header.name, name)) return header.value;
    }
    return std::nullopt;
}

HeadStatus parse_request(std::string_view bytes, RequestHead* head, std::size_t* used) {
    *head = {};
    std::string_view rest = bytes, line;
    HeadStatus status = HeadStatus::kMore;
    if (take_line(&rest, &line)) {
        status = parse_request_line(line, head);
        if (status == HeadStatus::kDone) status = parse_headers(&rest, head);
        if (status == HeadStatus::kDone) status = read_framing(head);
        if (status == HeadStatus::kDone) status = read_host(head);
    }
    return judge(status, bytes, rest, used);
}

HeadStatus parse_response(std::string_view bytes, bool to_head, ResponseHead* head,
                          std::size_t* used) {
    *head = {};
    head->framing = Framing::kUntilClose;
    std::string_view rest = bytes, line;
    HeadStatus status = HeadStatus::kMore;
    if (take_line(&rest, &line)) {
        status = parse_status_line(line, head);
        if (status == HeadStatus::kDone) status = parse_headers(&rest, head);
        if (status == HeadStatus::kDone) status = read_framing(head);
    }
    if (to_head || head->status < 200 || head->status == 204 || head->status == 304) {
        head->framing = Framing::kNone;
        head->length = 0;
    }
    if (head->framing == Framing::kUntilClose) head->keep_alive = false;
    return judge(status, bytes, rest, used);
}

}  // namespace fairway::wire::http1
