// LOC records (RFC 1876): a place on earth as text and as 16 octets. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "wire/dns/rdata.h"
#include "wire/dns/text.h"

namespace fairway::wire::dns {

// "42 21 54 N 71 06 18 W -24m 30m": appends the wire form and moves `at` behind the tokens used.
std::optional<RdataFault> parse_location(std::span<const Token> tokens, std::size_t& at,
                                         std::vector<std::uint8_t>& out);

// Version 0 with every value in range.
bool is_location(Bytes wire);

// Of a well-formed location.
void append_location(std::string& out, Bytes wire);

}  // namespace fairway::wire::dns
