// HTTP/1.1 message heads, strict (RFC 9112): what two parsers could read in two ways is refused;
// the rules are the rows of http1_test.cc. Borrows the bytes; no allocation; a head is used again
// without being cleared. One thread each.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "wire/http1/authority.h"
#include "wire/http1/header_id.h"

namespace fairway::wire::http1 {

enum class HeadStatus : std::uint8_t {
    kDone,
    kMore,  // not whole yet
    kBadStartLine,
    kMethodTooLong,
    kTargetTooLong,
    kBadVersion,  // neither HTTP/1.0 nor HTTP/1.1
    kBadHeader,
    kTooManyHeaders,
    kTooLong,        // kHttpHeadMax bytes and no end
    kBadFraming,     // Content-Length and Transfer-Encoding twice, together, or malformed
    kUnknownCoding,  // a transfer coding besides chunked
    kBadHost,        // a request of HTTP/1.1 has exactly one
    kBadConnection,  // malformed, or it names a field that must reach the other end
    kBadExpect,
};
std::string_view head_status_text(HeadStatus status);
// What a server answers to a request so refused: 400, 414, 417, 431, 501 or 505.
std::uint16_t refusal_status(HeadStatus status);

struct Header {
    std::string_view name, value;  // value without the blanks around it
    HeaderId id = HeaderId::kOther;
    std::uint16_t line_size = 0;
    // From the name to the CRLF, both included.
    std::string_view line() const { return {name.data(), line_size}; }
};

// What follows the head.
enum class Framing : std::uint8_t { kNone, kLength, kChunked, kUntilClose };

struct Head {
    std::uint8_t minor = 1;
    Framing framing = Framing::kNone;
    bool keep_alive = true;
    bool names_fields = false;  // Connection names fields of this hop besides those known
    std::uint64_t length = 0;   // kLength
    // The protocol to change to; empty unless the message asks for it as RFC 9110 section 7.8 has
    // it: GET or 101, "Connection: upgrade", HTTP/1.1, no body, one protocol.
    std::string_view upgrade;

    std::span<const Header> headers() const { return {list_.items, count_}; }
    // The first of this name, in any case.
    std::optional<std::string_view> find(std::string_view name) const;
    std::optional<std::string_view> find(HeaderId id) const;

    // For the parser. Only the first `count_` are there: clearing the rest would cost as much as
    // reading a message.
    union List {
        List() {}
        Header items[kHttpHeadersMax];
    } list_;
    std::size_t count_ = 0;
};

struct RequestHead : Head {
    std::string_view method, target;
    std::string_view host;  // as written
    Authority authority;    // `host`, taken apart
    bool expect_continue = false;
};
struct ResponseHead : Head {
    std::uint16_t status = 0;
    std::string_view reason;
};

// On kDone `used` is the head's size in bytes, its empty line and one before it included. What is
// told of the beginning of a message stays true however it goes on.
HeadStatus parse_request(std::string_view bytes, RequestHead* head, std::size_t* used);
// `to_head`: it answers a HEAD request, so no body follows.
HeadStatus parse_response(std::string_view bytes, bool to_head, ResponseHead* head,
                          std::size_t* used);

bool equal_ignoring_case(std::string_view a, std::string_view b);
bool is_token(std::string_view text);

}  // namespace fairway::wire::http1
