// Words of the DNSSEC records' text (RFC 4034): algorithm names, signature times, the bit map of
// types in NSEC. No cryptography. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/dns/types.h"

namespace fairway::wire::dns {

// "13" or "ECDSAP256SHA256".
std::optional<std::uint8_t> algorithm_from_text(std::string_view text);

// "20240201000000" (UTC) or seconds since 1970, modulo 2^32.
std::optional<std::uint32_t> time_from_text(std::string_view text);
std::string time_text(std::uint32_t seconds);

// RFC 4034 §4.1.2: windows ascend, 1 to 32 octets each, the last octet not zero. Empty is
// well-formed.
bool is_type_bitmap(Bytes wire);
// `types` in any order; twice is once.
void append_type_bitmap(std::vector<Type> types, std::vector<std::uint8_t>& out);
// Of a well-formed map, each type with a blank before it.
void append_type_bitmap_text(std::string& out, Bytes wire);

}  // namespace fairway::wire::dns
