#include "wire/http1/head.h"

#include <algorithm>
#include <cstring>

#include "wire/http1/chars.h"
#include "wire/http1/fields.h"

namespace fairway::wire::http1 {
namespace {

// The fields that frame and route the message, as often as they were there.
struct Seen {
    unsigned hosts = 0, lengths = 0, encodings = 0, expects = 0, upgrades = 0;
    std::string_view host, length, encoding, expect, upgrade;
    bool close = false, keep = false, may_upgrade = false, bad_option = false;
};

// What Connection must not have removed: how the message is cut, whose it is, and the key by which
// a repeated request is known as one.
constexpr HeaderSet kNotOfOneHop(HeaderId::kHost, HeaderId::kContentLength,
                                 HeaderId::kTransferEncoding, HeaderId::kIdempotencyKey);

constexpr HeaderSet kNoted(HeaderId::kHost, HeaderId::kConnection, HeaderId::kContentLength,
                           HeaderId::kTransferEncoding, HeaderId::kExpect, HeaderId::kUpgrade);

void note_option(std::string_view option, Head* head, Seen* seen) {
    if (equal_ignoring_case(option, "close")) {
        seen->close = true;
    } else if (equal_ignoring_case(option, "keep-alive")) {
        seen->keep = true;
    } else if (equal_ignoring_case(option, "upgrade")) {
        seen->may_upgrade = true;
    } else if (!is_token(option) || kNotOfOneHop.has(header_id(option))) {
        seen->bad_option = true;
    } else if (header_id(option) != HeaderId::kTe) {
        head->names_fields = true;
    }
}

void note(const Header& header, Head* head, Seen* seen) {
    switch (header.id) {
        case HeaderId::kHost:
            ++seen->hosts;
            seen->host = header.value;
            return;
        case HeaderId::kContentLength:
            ++seen->lengths;
            seen->length = header.value;
            return;
        case HeaderId::kTransferEncoding:
            ++seen->encodings;
            seen->encoding = header.value;
            return;
        case HeaderId::kExpect:
            ++seen->expects;
            seen->expect = header.value;
            return;
        case HeaderId::kUpgrade:
            ++seen->upgrades;
            seen->upgrade = header.value;
            return;
        case HeaderId::kConnection:
            each_element(header.value,
                         [&](std::string_view option) { note_option(option, head, seen); });
            return;
        default:
            return;
    }
}

// All field lines up to the empty one.
HeadStatus take_fields(Scan* scan, Head* head, Seen* seen) {
    for (;;) {
        if (scan->empty()) return HeadStatus::kMore;
        if (*scan->at == '\r') return take_line_end(scan, HeadStatus::kBadHeader);
        if (head->count_ == kHttpHeadersMax) return HeadStatus::kTooManyHeaders;
        Header* const header = &head->list_.items[head->count_];
        const HeadStatus status = take_field(scan, header);
        if (status != HeadStatus::kDone) return status;
        ++head->count_;
        if (kNoted.has(header->id)) note(*header, head, seen);
    }
}

bool parse_length(std::string_view text, std::uint64_t* out) {
    if (text.empty() || text.size() > 18 || !all(text, kDigit)) return false;
    *out = 0;
    for (const char c : text) *out = *out * 10 + static_cast<std::uint64_t>(c - '0');
    return true;
}

HeadStatus judge_coding(const Seen& seen, std::uint8_t minor) {
    if (seen.encodings != 1 || seen.lengths != 0 || minor == 0) return HeadStatus::kBadFraming;
    if (equal_ignoring_case(seen.encoding, "chunked")) return HeadStatus::kDone;
    const std::size_t comma = seen.encoding.rfind(',');
    const bool list_of_chunked =
        comma != std::string_view::npos &&
        equal_ignoring_case(trim(seen.encoding.substr(comma + 1)), "chunked");
    return list_of_chunked ? HeadStatus::kUnknownCoding : HeadStatus::kBadFraming;
}

// `framing` stays as it was if no field says.
HeadStatus read_framing(const Seen& seen, Head* head) {
    if (seen.bad_option) return HeadStatus::kBadConnection;
    head->keep_alive = !seen.close && (head->minor == 1 || seen.keep);
    if (seen.encodings != 0) {
        head->framing = Framing::kChunked;
        return judge_coding(seen, head->minor);
    }
    if (seen.lengths == 0) return HeadStatus::kDone;
    head->framing = Framing::kLength;
    return seen.lengths == 1 && parse_length(seen.length, &head->length) ? HeadStatus::kDone
                                                                         : HeadStatus::kBadFraming;
}

HeadStatus read_host(const Seen& seen, RequestHead* head) {
    head->host = seen.host;
    head->authority = {};
    const bool good = seen.hosts <= 1 && (seen.hosts == 1 || head->minor == 0) &&
                      parse_authority(head->host, &head->authority);
    return good ? HeadStatus::kDone : HeadStatus::kBadHost;
}

HeadStatus read_expect(const Seen& seen, RequestHead* head) {
    head->expect_continue = seen.expects != 0 && head->minor == 1;
    const bool known = seen.expects == 1 && equal_ignoring_case(seen.expect, "100-continue");
    return head->expect_continue && !known ? HeadStatus::kBadExpect : HeadStatus::kDone;
}

// One "name" or "name/version".
bool is_protocol(std::string_view text) {
    const std::size_t slash = text.find('/');
    return is_token(text.substr(0, slash)) &&
           (slash == std::string_view::npos || is_token(text.substr(slash + 1)));
}

void read_upgrade(const Seen& seen, bool message_may, Head* head) {
    const bool asked = message_may && seen.upgrades == 1 && seen.may_upgrade && head->minor == 1 &&
                       is_protocol(seen.upgrade);
    head->upgrade = asked ? seen.upgrade : std::string_view();
}

HeadStatus take_version(Scan* scan, std::uint8_t* minor) {
    constexpr std::string_view kPattern = "HTTP/n.n";
    const char* const begin = scan->at;
    if (scan->end - begin >= 8 && std::memcmp(begin, "HTTP/1.", 7) == 0 &&
        (begin[7] == '1' || begin[7] == '0')) {
        scan->at += 8;
        *minor = static_cast<std::uint8_t>(begin[7] - '0');
        return HeadStatus::kDone;
    }
    for (const char wanted : kPattern) {
        if (scan->empty()) return HeadStatus::kMore;
        if (wanted == 'n' ? !is(*scan->at, kDigit) : *scan->at != wanted) {
            return HeadStatus::kBadStartLine;
        }
        ++scan->at;
    }
    return HeadStatus::kBadVersion;
}

HeadStatus take_request_line(Scan* scan, RequestHead* head) {
    // A client may have ended the body before with one CRLF too many.
    if (!scan->empty() && *scan->at == '\r') {
        const HeadStatus status = take_line_end(scan, HeadStatus::kBadStartLine);
        if (status != HeadStatus::kDone) return status;
    }
    const char* begin = scan->at;
    scan->at = skip_name(begin, scan->end);
    if (!scan->empty() && *scan->at != ' ') scan->at = skip(scan->at, scan->end, kTokenChar);
    head->method = scan->since(begin);
    if (head->method.size() > kHttpMethodMax) return HeadStatus::kMethodTooLong;
    if (scan->empty()) return HeadStatus::kMore;
    if (*scan->at != ' ' || head->method.empty()) return HeadStatus::kBadStartLine;

    begin = ++scan->at;
    scan->at = skip_target(begin, scan->end);
    head->target = scan->since(begin);
    if (head->target.size() > kHttpTargetMax) return HeadStatus::kTargetTooLong;
    if (scan->empty()) return HeadStatus::kMore;
    if (*scan->at != ' ' || head->target.empty()) return HeadStatus::kBadStartLine;

    ++scan->at;
    const HeadStatus status = take_version(scan, &head->minor);
    return status == HeadStatus::kDone ? take_line_end(scan, HeadStatus::kBadStartLine) : status;
}

// " 200 OK"; the reason may be empty, and many leave out the space before it then.
HeadStatus take_status_line(Scan* scan, ResponseHead* head) {
    const HeadStatus version = take_version(scan, &head->minor);
    if (version != HeadStatus::kDone) return version;
    head->status = 0;
    for (unsigned i = 0; i < 4; ++i, ++scan->at) {
        if (scan->empty()) return HeadStatus::kMore;
        const char c = *scan->at;
        const bool good = i == 0 ? c == ' ' : is(c, kDigit) && (i != 1 || (c > '0' && c < '6'));
        if (!good) return HeadStatus::kBadStartLine;
        if (i != 0) head->status = static_cast<std::uint16_t>(head->status * 10 + (c - '0'));
    }
    if (scan->empty()) return HeadStatus::kMore;
    head->reason = {};
    if (*scan->at == ' ') {
        const char* const begin = ++scan->at;
        scan->at = skip_value(begin, scan->end);
        head->reason = scan->since(begin);
    }
    return take_line_end(scan, HeadStatus::kBadStartLine);
}

void reset(Head* head, Framing framing) {
    head->framing = framing;
    head->length = 0;
    head->names_fields = false;
    head->upgrade = {};
    head->count_ = 0;
}

// No more is read than a head may have, so that one cut anywhere is judged the same.
Scan scan_of(std::string_view bytes) {
    return {bytes.data(), bytes.data() + std::min<std::size_t>(bytes.size(), kHttpHeadMax)};
}

HeadStatus conclude(HeadStatus status, std::string_view bytes, const Scan& scan,
                    std::size_t* used) {
    *used = scan.since(bytes.data()).size();
    const bool full = bytes.size() >= kHttpHeadMax;
    return status == HeadStatus::kMore && full ? HeadStatus::kTooLong : status;
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
        case HeadStatus::kMethodTooLong:
            return "method too long";
        case HeadStatus::kTargetTooLong:
            return "target too long";
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
        case HeadStatus::kUnknownCoding:
            return "a transfer coding other than chunked";
        case HeadStatus::kBadHost:
            return "Host missing, double or malformed";
        case HeadStatus::kBadConnection:
            return "Connection malformed or naming a field that is not for it";
        case HeadStatus::kBadExpect:
            return "an expectation other than 100-continue";
    }
    return "";
}

std::uint16_t refusal_status(HeadStatus status) {
    switch (status) {
        case HeadStatus::kTargetTooLong:
            return 414;
        case HeadStatus::kBadExpect:
            return 417;
        case HeadStatus::kTooManyHeaders:
        case HeadStatus::kTooLong:
            return 431;
        case HeadStatus::kMethodTooLong:
        case HeadStatus::kUnknownCoding:
            return 501;
        case HeadStatus::kBadVersion:
            return 505;
        default:
            return 400;
    }
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) {
    return !text.empty() && all(text, kTokenChar);
}

std::optional<std::string_view> Head::find(std::string_view name) const {
    for (const Header& header : headers()) {
        if (equal_ignoring_case(header.name, name)) return header.value;
    }
    return std::nullopt;
}

std::optional<std::string_view> Head::find(HeaderId id) const {
    for (const Header& header : headers()) {
        if (header.id == id) return header.value;
    }
    return std::nullopt;
}

HeadStatus parse_request(std::string_view bytes, RequestHead* head, std::size_t* used) {
    reset(head, Framing::kNone);
    Scan scan = scan_of(bytes);
    Seen seen;
    HeadStatus status = take_request_line(&scan, head);
    if (status == HeadStatus::kDone) status = take_fields(&scan, head, &seen);
    if (status == HeadStatus::kDone) status = read_framing(seen, head);
    if (status == HeadStatus::kDone) status = read_host(seen, head);
    if (status == HeadStatus::kDone) status = read_expect(seen, head);
    if (status == HeadStatus::kDone) {
        const bool no_body = head->framing == Framing::kNone;
        read_upgrade(seen, no_body && head->method == "GET", head);
    }
    return conclude(status, bytes, scan, used);
}

HeadStatus parse_response(std::string_view bytes, bool to_head, ResponseHead* head,
                          std::size_t* used) {
    reset(head, Framing::kUntilClose);
    Scan scan = scan_of(bytes);
    Seen seen;
    HeadStatus status = take_status_line(&scan, head);
    if (status == HeadStatus::kDone) status = take_fields(&scan, head, &seen);
    if (status == HeadStatus::kDone) status = read_framing(seen, head);
    if (status == HeadStatus::kDone) {
        if (to_head || head->status < 200 || head->status == 204 || head->status == 304) {
            head->framing = Framing::kNone;
            head->length = 0;
        }
        if (head->framing == Framing::kUntilClose) head->keep_alive = false;
        read_upgrade(seen, head->status == 101, head);
    }
    return conclude(status, bytes, scan, used);
}

}  // namespace fairway::wire::http1
