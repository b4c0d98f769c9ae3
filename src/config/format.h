// The named checks of text that the schemas' `format` asks for. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::config {

enum class Format : std::uint8_t {
    kNone,
    kDns1123Label,      // a-z 0-9 and -, at most 63
    kDns1123Subdomain,  // labels with dots, at most 253
    kLabelKey,          // [prefix/]name
    kLabelValue,
    kDataKey,   // of ConfigMaps and Secrets
    kNodeName,  // of a policy's nodes
    kPortName,  // IANA service name
    kPortNameOrEmpty,
    kIp,
    kCidr,
    kSocketAddress,
    kDnsName,
    kRecordType,
    kMatchKey,     // country/US, line/telecom, *
    kPercent,      // 18%
    kStatusRange,  // 204, 200-299
    kUrlPath,
    kHostHeader,  // name or address, with or without port
    kHeaderName,
    kHeaderValue,
    kPathBelow,  // relative, never upwards
    kBase64,
    kTimestamp,  // RFC 3339
    // Of the Gateway API, each exactly its pattern upstream.
    kGroup,            // "" or a subdomain
    kKindName,         // Service
    kSectionName,      // like a subdomain, of labels of any length
    kHostnamePattern,  // the same, perhaps below *.
    kControllerName,   // fairway.dev/gateway-controller
    kAddressType,
    kListenerProtocol,
    kVisibleText,  // of visible characters, blanks one by one between them
    kDuration,     // GEP-2257: 1h30m, 500ms
    kUriPath,
    kCorsOrigin,
};

std::optional<Format> format_from_name(std::string_view name);
// What would be right, if `text` is not; nullptr if it is.
const char* format_fault(Format format, std::string_view text);

// Absolute, lower case, without final dot ("" is the root), escapes kept; nothing if it is no name.
std::optional<std::string> canonical_dns_name(std::string_view text);
// first and last of "204", "200-299".
std::optional<std::pair<std::uint16_t, std::uint16_t>> status_range(std::string_view text);
// RFC 3339: "2026-11-21T14:08:23Z", any offset; parts of a second are dropped.
std::optional<std::int64_t> unix_seconds(std::string_view text);
// GEP-2257: the sum of up to four numbers with h, m, s or ms.
std::optional<std::uint64_t> duration_ms(std::string_view text);
// RFC 4648 with padding, line breaks ignored; nothing if it is none.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace fairway::config
