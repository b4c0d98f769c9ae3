// Record data between presentation and wire form. One table says of what fields each type's data
// consists; parsing, printing, checking and the names inside all read that table. Types without an
// entry, and TYPEnnn, have the \# form of RFC 3597, which every type accepts. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "wire/dns/name.h"
#include "wire/dns/text.h"
#include "wire/dns/types.h"

namespace fairway::wire::dns {

// What one field of record data is in the wire and in the text.
enum class Field : std::uint8_t {
    kEnd,
    kName,       // RFC 1035 types: may be compressed in messages
    kPlainName,  // later types: never compressed (RFC 3597 §4)
    kU8,
    kU16,
    kU32,
    kTtl,  // u32, units allowed
    kIpv4,
    kIpv6,
    kString,      // one character-string
    kStrings,     // one or more, to the end
    kText,        // the rest, quoted, without a length octet
    kUriTarget,   // the same, not empty
    kCaaTag,      // a character-string of letters and digits
    kAlgorithm,   // u8, a DNSSEC algorithm's mnemonic allowed
    kType,        // u16 as a record type's name
    kTime,        // u32 as YYYYMMDDHHmmSS
    kHex,         // the rest in hexadecimal, words joined
    kBase64,      // the rest in base64, words joined
    kTypeBitmap,  // the rest: record types (RFC 4034 §4.1.2)
    kSvcParams,   // the rest: RFC 9460 §2.1
    kLocation,    // RFC 1876
};
inline constexpr std::size_t kFieldsMax = 10;

// What a type's data consists of.
struct RdataLayout {
    Type type{};
    Field fields[kFieldsMax] = {};  // up to kEnd
    const char* form = "";          // for messages: an example of the text form
    // How many of the first fields reach to the last name that a message may compress (RFC 3597
    // §4).
    std::uint8_t compressible = 0;
};
// nullptr if the type has only the \# form.
const RdataLayout* rdata_layout(Type type);

// How many octets the field takes at the start of `rest`; nothing if it is malformed.
std::optional<std::size_t> field_size(Field field, Bytes rest);

// What is wrong and with which of the tokens (tokens.size(): something is missing at the end).
struct RdataFault {
    std::size_t token = 0;
    std::string text;
};

// Appends the wire form to `out`. Nothing in the fault's way is allocated when all is well.
std::optional<RdataFault> parse_rdata(Type type, std::span<const Token> tokens, NameView origin,
                                      std::vector<std::uint8_t>& out);

// One line of text; relative names get `origin`.
Result<std::vector<std::uint8_t>> rdata_from_text(Type type, std::string_view text,
                                                  NameView origin = {});

// Canonical text, names absolute. Data that is not well-formed for its type prints in the \# form.
std::string rdata_text(Type type, Bytes rdata);

// Is this uncompressed data well-formed for its type?
Status check_rdata(Type type, Bytes rdata);

// Calls `visit` for each domain name in the data (SVCB's and SRV's targets included), in order.
void each_name(Type type, Bytes rdata, const std::function<void(NameView)>& visit);

}  // namespace fairway::wire::dns
