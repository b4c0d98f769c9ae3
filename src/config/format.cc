#include "config/format.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/ip.h"
#include "wire/dns/name.h"
#include "wire/dns/text.h"
#include "wire/dns/types.h"

namespace fairway::config {

namespace {

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

template <class Test>
bool all_of(std::string_view text, Test test) {
    return std::all_of(text.begin(), text.end(), test);
}

bool is_label(std::string_view text) {
    if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
    return all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_subdomain(std::string_view text) {
    if (text.size() > 253) return false;
    for (;;) {
        const std::size_t dot = text.find('.');
        if (!is_label(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

// Letters, digits, -, _ and . with a letter or digit at both ends.
bool is_qualified(std::string_view text) {
    if (text.empty() || text.size() > 63) return false;
    if (!is_alnum(text.front()) || !is_alnum(text.back())) return false;
    return all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_label_key(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return is_qualified(text);
    return is_subdomain(text.substr(0, slash)) && is_qualified(text.substr(slash + 1));
}

bool is_data_key(std::string_view text) {
    if (text.empty() || text.size() > 253 || text == "." || text == "..") return false;
    return all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_node_name(std::string_view text) {
    if (text.empty() || text.size() > 63) return false;
    return all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_port_name(std::string_view text) {
    return is_label(text);
}

bool is_match_key(std::string_view text) {
    if (text == "*") return true;
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash + 1 == text.size() || text.size() > 128)
        return false;
    const std::string_view kind = text.substr(0, slash);
    constexpr std::string_view kKinds[] = {"continent", "country", "subdivision", "group", "line"};
    if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds)) return false;
    return all_of(text.substr(slash + 1), [](char c) {
        return is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':';
    });
}

bool is_percent(std::string_view text) {
    if (text.size() < 2 || text.size() > 4 || text.back() != '%') return false;
    text.remove_suffix(1);
    return all_of(text, is_digit) && (text.size() < 3 || text == "100");
}

bool is_record_type(std::string_view text) {
    const auto type = wire::dns::type_from_text(text);
    return type && !wire::dns::is_meta_type(*type);
}

// What a request line can carry: no blanks, no controls, no fragment.
bool is_url_path(std::string_view text) {
    return text.starts_with('/') &&
           all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

bool is_host_header(std::string_view text) {
    if (text.empty()) return false;
    if (IpAddr::parse(text) || SockAddr::parse(text)) return true;
    if (text.front() == '[')
        return text.back() == ']' && IpAddr::parse(text.substr(1, text.size() - 2));
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
        const std::string_view port = text.substr(colon + 1);
        if (port.empty() || port.size() > 5 || !all_of(port, is_digit)) return false;
        text = text.substr(0, colon);
    }
    return !text.empty() && text.size() <= 253 && text.front() != '.' &&
           all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_header_name(std::string_view text) {
    return !text.empty() && all_of(text, [](char c) {
        return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view text) {
    if (!text.empty() && (text.front() == ' ' || text.back() == ' ')) return false;
    return all_of(text, [](char c) { return c == '\t' || (c >= 0x20 && c != 0x7F); });
}

bool is_path_below(std::string_view text) {
    if (text.empty() || text.front() == '/' || text.find('\0') != std::string_view::npos)
        return false;
    for (;;) {
        const std::size_t slash = text.find('/');
        const std::string_view part = text.substr(0, slash);
        if (part.empty() || part == "." || part == "..") return false;
        if (slash == std::string_view::npos) return true;
        text.remove_prefix(slash + 1);
    }
}

struct Row {
    Format format;
    std::string_view name;
    bool (*good)(std::string_view);
    const char* right;
};

const Row kRows[] = {
    {Format::kDns1123Label, "dns1123-label", is_label,
     "small letters, digits and -, beginning and ending with a letter or digit, at most 63"},
    {Format::kDns1123Subdomain, "dns1123-subdomain", is_subdomain,
     "small letters, digits, - and ., each part beginning and ending with a letter or digit"},
    {Format::kLabelKey, "label-key", is_label_key, "a key such as `app` or `example.com/app`"},
    {Format::kLabelValue, "label-value",
     [](std::string_view t) { return t.empty() || is_qualified(t); },
     "letters, digits, -, _ and ., at most 63, beginning and ending with a letter or digit"},
    {Format::kDataKey, "data-key", is_data_key, "letters, digits, -, _ and ., at most 253"},
    {Format::kNodeName, "node-name", is_node_name, "letters, digits, -, _ and ., at most 63"},
    {Format::kPortName, "port-name", is_port_name, "a port's name: small letters, digits and -"},
    {Format::kPortNameOrEmpty, "port-name-or-empty",
     [](std::string_view t) { return t.empty() || is_port_name(t); },
     "a port's name: small letters, digits and -"},
    {Format::kIp, "ip", [](std::string_view t) { return IpAddr::parse(t).has_value(); },
     "an address such as 192.0.2.1 or 2001:db8::1"},
    {Format::kCidr, "cidr", [](std::string_view t) { return Cidr::parse(t).has_value(); },
     "a prefix such as 192.0.2.0/24 or 2001:db8::/32, no bits set after its length"},
    {Format::kSocketAddress, "socket-address",
     [](std::string_view t) {
         const auto address = SockAddr::parse(t);
         return address && address->port != 0;
     },
     "address and port: 192.0.2.1:80 or [2001:db8::1]:80"},
    {Format::kDnsName, "dns-name",
     [](std::string_view t) { return canonical_dns_name(t).has_value(); },
     "a name such as www.example.com: labels of at most 63, 253 in all"},
    {Format::kRecordType, "record-type", is_record_type,
     "a record type such as A, AAAA, TXT or TYPE65280"},
    {Format::kMatchKey, "match-key", is_match_key,
     "continent/NA, country/US, subdivision/US-CA, group/NAME, line/NAME or *"},
    {Format::kPercent, "percent", is_percent, "a whole percentage such as 18%"},
    {Format::kStatusRange, "status-range",
     [](std::string_view t) { return status_range(t).has_value(); },
     "a status or a range: 204, 200-299"},
    {Format::kUrlPath, "url-path", is_url_path, "a path that begins with /, without blanks"},
    {Format::kHostHeader, "host-header", is_host_header, "a host name or address"},
    {Format::kHeaderName, "header-name", is_header_name, "a header's name (RFC 9110 token)"},
    {Format::kHeaderValue, "header-value", is_header_value, "one line, without blanks at its ends"},
    {Format::kPathBelow, "path-below", is_path_below, "a relative path without . and .."},
    {Format::kBase64, "base64", [](std::string_view t) { return decode_base64(t).has_value(); },
     "base64 with padding; plain text goes into stringData"},
};

}  // namespace

std::optional<Format> format_from_name(std::string_view name) {
    for (const Row& row : kRows) {
        if (row.name == name) return row.format;
    }
    return std::nullopt;
}

const char* format_fault(Format format, std::string_view text) {
    if (format == Format::kNone) return nullptr;
    const Row& row = kRows[static_cast<std::size_t>(format) - 1];  // rows stand in Format's order
    return row.good(text) ? nullptr : row.right;
}

std::optional<std::string> canonical_dns_name(std::string_view text) {
    wire::dns::Name name;
    if (text == "@" || wire::dns::Name::parse_into(text, {}, name) != wire::dns::NameFault::kNone) {
        return std::nullopt;
    }
    if (name.view().is_root()) return std::string();
    return name.lowered().view().text_without_dot();
}

std::optional<std::pair<std::uint16_t, std::uint16_t>> status_range(std::string_view text) {
    const auto status = [](std::string_view digits) -> std::optional<std::uint16_t> {
        if (digits.size() != 3 || !all_of(digits, is_digit)) return std::nullopt;
        const auto out = static_cast<std::uint16_t>((digits[0] - '0') * 100 +
                                                    (digits[1] - '0') * 10 + (digits[2] - '0'));
        return out >= 100 && out <= 599 ? std::optional(out) : std::nullopt;
    };
    const std::size_t dash = text.find('-');
    const auto first = status(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : status(text.substr(dash + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    return std::pair(*first, *last);
}

std::optional<std::string> decode_base64(std::string_view text) {
    std::string joined;
    if (text.find_first_of("\r\n") != std::string_view::npos) {
        std::copy_if(text.begin(), text.end(), std::back_inserter(joined),
                     [](char c) { return c != '\r' && c != '\n'; });
        text = joined;
    }
    std::vector<std::uint8_t> octets;
    if (!text.empty() && !wire::dns::append_from_base64(text, octets)) return std::nullopt;
    return std::string(octets.begin(), octets.end());
}

}  // namespace fairway::config
