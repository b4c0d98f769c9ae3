#include "config/format.h"

#include <algorithm>
#include <charconv>
#include <chrono>
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

// --- The Gateway API's patterns.

// As upstream writes a subdomain: no limit but the field's own.
bool is_long_subdomain(std::string_view text) {
    for (;;) {
        const std::size_t dot = text.find('.');
        const std::string_view label = text.substr(0, dot);
        if (label.empty() || label.front() == '-' || label.back() == '-') return false;
        if (!all_of(label, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; }))
            return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_kind_name(std::string_view text) {
    if (text.empty() || is_digit(text.front()) || text.front() == '-' || text.back() == '-')
        return false;
    return all_of(text, [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_hostname_pattern(std::string_view text) {
    if (text.starts_with("*.")) text.remove_prefix(2);
    return is_long_subdomain(text);
}

bool is_one_of(char c, std::string_view those) {
    return those.find(c) != std::string_view::npos;
}

// What stands after the domain in a name such as example.com/some-controller.
bool is_path_of_name(std::string_view text) {
    return !text.empty() &&
           all_of(text, [](char c) { return is_alnum(c) || is_one_of(c, "/-._~%!$&'()*+,;=:"); });
}

bool is_controller_name(std::string_view text) {
    const std::size_t slash = text.find('/');
    return slash != std::string_view::npos && is_long_subdomain(text.substr(0, slash)) &&
           is_path_of_name(text.substr(slash + 1));
}

// Upstream's alternatives are anchored at one end only; what they let in is some other type.
bool is_address_type(std::string_view text) {
    if (text.starts_with("Hostname") || text.find("IPAddress") != std::string_view::npos ||
        text.find("NamedAddress") != std::string_view::npos) {
        return true;
    }
    std::size_t slash = text.find('/', 1);
    for (; slash != std::string_view::npos; slash = text.find('/', slash + 1)) {
        const char before = text[slash - 1];
        if ((is_lower(before) || is_digit(before)) && is_path_of_name(text.substr(slash + 1)))
            return true;
    }
    return false;
}

bool is_listener_protocol(std::string_view text) {
    const std::size_t slash = text.rfind('/');
    if (slash != std::string_view::npos) {
        return slash > 0 && (is_lower(text[slash - 1]) || is_digit(text[slash - 1])) &&
               slash + 1 < text.size() && all_of(text.substr(slash + 1), is_alnum);
    }
    return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
           all_of(text, [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_visible_text(std::string_view text) {
    const auto visible = [](char c) { return c >= '!' && c <= '~'; };
    if (text.empty() || !visible(text.front()) || !visible(text.back())) return false;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const bool blank = text[i] == ' ' || text[i] == '\t';
        if (!visible(text[i]) && !(blank && visible(text[i - 1]))) return false;
    }
    return true;
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_uri_path(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
            i += 2;
        } else if (!is_alnum(text[i]) && !is_one_of(text[i], "-/._~!$&'()*+,;=:@")) {
            return false;
        }
    }
    return !text.empty();
}

bool is_cors_origin(std::string_view text) {
    if (text == "*") return true;
    const std::size_t scheme = text.find("://");
    if (scheme == std::string_view::npos) return false;
    if (text.substr(0, scheme) != "http" && text.substr(0, scheme) != "https") return false;
    text.remove_prefix(scheme + 3);
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
        const std::string_view port = text.substr(colon + 1);
        if (port.empty() || port.size() > 5 || !all_of(port, is_digit)) return false;
        text = text.substr(0, colon);
    }
    if (text == "*") return true;
    if (text.starts_with("*.")) text.remove_prefix(2);
    if (text.empty() || text.front() == '.' || text.back() == '.') return false;
    return text.find("..") == std::string_view::npos &&
           all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '.'; });
}

// --- RFC 3339.

std::optional<int> whole_number(std::string_view digits) {
    int out = 0;
    if (digits.empty() || !all_of(digits, is_digit)) return std::nullopt;
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return out;
}

// Of "Z", "+01:00".
std::optional<int> minutes_east(std::string_view offset) {
    if (offset == "Z" || offset == "z") return 0;
    if (offset.size() != 6 || offset[3] != ':' || !is_one_of(offset[0], "+-")) return std::nullopt;
    const auto hours = whole_number(offset.substr(1, 2)), minutes = whole_number(offset.substr(4));
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return (*hours * 60 + *minutes) * (offset[0] == '-' ? -1 : 1);
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
    {Format::kTimestamp, "timestamp",
     [](std::string_view t) { return unix_seconds(t).has_value(); },
     "a time such as 2026-11-21T14:08:23Z"},
    {Format::kGroup, "group", [](std::string_view t) { return t.empty() || is_long_subdomain(t); },
     "an API group such as gateway.networking.k8s.io; \"\" is the core group"},
    {Format::kKindName, "kind-name", is_kind_name, "a kind such as Service"},
    {Format::kSectionName, "section-name", is_long_subdomain,
     "small letters, digits, - and ., each part beginning and ending with a letter or digit"},
    {Format::kHostnamePattern, "hostname-pattern", is_hostname_pattern,
     "a name such as www.example.com or *.example.com, in small letters"},
    {Format::kControllerName, "controller-name", is_controller_name,
     "a domain and a path, such as fairway.dev/gateway-controller"},
    {Format::kAddressType, "address-type", is_address_type,
     "IPAddress, Hostname, NamedAddress or a name such as example.com/type"},
    {Format::kListenerProtocol, "listener-protocol", is_listener_protocol,
     "HTTP, HTTPS, TLS, TCP, UDP or a name such as example.com/protocol"},
    {Format::kVisibleText, "visible-text", is_visible_text,
     "visible ASCII characters, single blanks between them"},
    {Format::kDuration, "gep2257-duration",
     [](std::string_view t) { return duration_ms(t).has_value(); },
     "a duration such as 500ms, 10s or 1h30m"},
    {Format::kUriPath, "uri-path", is_uri_path, "the characters of a path, others as %XX"},
    {Format::kCorsOrigin, "cors-origin", is_cors_origin,
     "an origin such as https://www.example.com or *"},
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

std::optional<std::int64_t> unix_seconds(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't' ||
        text[13] != ':' || text[16] != ':') {
        return std::nullopt;
    }
    const auto years = whole_number(text.substr(0, 4)), months = whole_number(text.substr(5, 2)),
               days = whole_number(text.substr(8, 2)), hours = whole_number(text.substr(11, 2)),
               minutes = whole_number(text.substr(14, 2)),
               seconds = whole_number(text.substr(17, 2));
    if (!years || !months || !days || !hours || !minutes || !seconds) return std::nullopt;
    if (*hours > 23 || *minutes > 59 || *seconds > 60) return std::nullopt;  // 60: a leap second
    using namespace std::chrono;
    const year_month_day date(year(*years), month(static_cast<unsigned>(*months)),
                              day(static_cast<unsigned>(*days)));
    if (!date.ok()) return std::nullopt;
    text.remove_prefix(19);
    if (text.front() == '.') {
        std::size_t digits = 0;
        while (digits + 1 < text.size() && is_digit(text[digits + 1])) ++digits;
        if (digits == 0) return std::nullopt;
        text.remove_prefix(1 + digits);
    }
    const auto east = minutes_east(text);
    if (!east) return std::nullopt;
    return std::int64_t{sys_days(date).time_since_epoch().count()} * 86'400 + *hours * 3600 +
           (*minutes - *east) * 60 + *seconds;
}

std::optional<std::uint64_t> duration_ms(std::string_view text) {
    std::uint64_t total = 0;
    for (int parts = 0; parts < 4 && !text.empty(); ++parts) {
        std::size_t digits = 0;
        std::uint64_t number = 0;
        while (digits < text.size() && is_digit(text[digits])) {
            number = number * 10 + static_cast<std::uint64_t>(text[digits] - '0');
            if (++digits > 5) return std::nullopt;
        }
        if (digits == 0) return std::nullopt;
        text.remove_prefix(digits);
        const bool thousandths = text.starts_with("ms");
        const std::uint64_t unit = thousandths             ? 1
                                   : text.starts_with('h') ? 3'600'000
                                   : text.starts_with('m') ? 60'000
                                   : text.starts_with('s') ? 1000
                                                           : 0;
        if (unit == 0) return std::nullopt;
        total += number * unit;
        text.remove_prefix(thousandths ? 2 : 1);
        if (text.empty()) return total;
    }
    return std::nullopt;
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
