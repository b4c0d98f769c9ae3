// The words of presentation format (RFC 1035 §5.1): tokens, escapes, TTLs with units, hexadecimal
// and base64. Borrowed text, caller's buffers. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace fairway::wire::dns {

// One word as it stands in the file: escapes are not resolved, a quoted string is without quotes.
struct Token {
    std::string_view text;
    bool quoted = false;
    bool glued = false;  // no blank stands before it, as the quoted string in alpn="h2"
};

// Splits one line's text at blanks, knowing quotes, escapes and comments; parentheses are blanks.
Result<std::vector<Token>> tokenize(std::string_view text);

// Reads one character at text[at], an escape (\X, \DDD) as one octet, and moves `at`; false on a
// bad escape.
bool next_octet(std::string_view text, std::size_t& at, std::uint8_t& octet);

// The octet itself if it is printable ASCII, else (or if told so) \DDD.
void append_escaped(std::string& out, std::uint8_t octet, bool always = false);

// Octets with escapes for `"`, `\` and whatever is not printable ASCII, in quotes.
void append_quoted(std::string& out, Bytes octets);

// "3600", "1h30m", "2W": at most `most` seconds, 2^31-1 for a TTL.
std::optional<std::uint32_t> parse_ttl(std::string_view text, std::uint32_t most = 0x7FFFFFFF);
std::optional<std::uint32_t> parse_decimal(std::string_view text, std::uint32_t most);

// Each appends to `out`; false if a character has no place there (then `out` holds a part).
bool append_from_hex(std::string_view text, std::vector<std::uint8_t>& out);
void append_hex(std::string& out, Bytes octets);
bool append_from_base64(std::string_view text, std::vector<std::uint8_t>& out);
void append_base64(std::string& out, Bytes octets);

}  // namespace fairway::wire::dns
