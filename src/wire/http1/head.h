// HTTP/1.1 message heads, strict (RFC 9112): CRLF only, no folding, no space before a colon, one
// framing. What two parsers could read in two ways is refused. Borrows the bytes; no allocation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/limits.h"

namespace fairway::wire::http1 {

enum class HeadStatus : std::uint8_t {
    kDone,
    kMore,  // not whole yet
    kBadStartLine,
    kBadVersion,  // neither HTTP/1.0 nor HTTP/1.1
    kBadHeader,
    kTooManyHeaders,
    kTooLong,     // kHttpHeadMax bytes and no end
    kBadFraming,  // Content-Length and Transfer-Encoding twice, together, or not understood
    kBadHost,     // a request of HTTP/1.1 has exactly one
};
std::string_view head_status_text(HeadStatus status);

struct Header {
    std::string_view name, value;  // value without the blanks around it
};

// What follows the head.
enum class Framing : std::uint8_t { kNone, kLength, kChunked, kUntilClose };

struct Head {
    std::uint8_t minor = 1;
    Framing framing = Framing::kNone;
    std::uint64_t length = 0;  // kLength
    bool keep_alive = true;
    std::span<const Header> headers() const { return {header_.data(), count_}; }
    // The first of this name, in any case.
    std::optional<std::string_view> find(std::string_view name) const;

    std::array<Header, kHttpHeadersMax> header_;
    std::size_t count_ = 0;
};

struct RequestHead : Head {
    std::string_view method, target, host;
};
struct ResponseHead : Head {
    std::uint16_t status = 0;
};

// On kDone `used` is the head's size in bytes, its empty line included.
HeadStatus parse_request(std::string_view bytes, RequestHead* head, std::size_t* used);
// `to_head`: it answers a HEAD request, so no body follows.
HeadStatus parse_response(std::string_view bytes, bool to_head, ResponseHead* head,
                          std::size_t* used);

bool equal_ignoring_case(std::string_view a, std::string_view b);
bool is_token(std::string_view text);

}  // namespace fairway::wire::http1
