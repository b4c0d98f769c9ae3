#include "wire/http1/authority.h"

#include "base/ip.h"
#include "wire/http1/chars.h"

namespace fairway::wire::http1 {
namespace {

bool parse_port(std::string_view text, std::uint16_t* out) {
    if (text.size() > 5 || !all(text, kDigit)) return false;
    std::uint32_t port = 0;
    for (const char c : text) port = port * 10 + static_cast<std::uint32_t>(c - '0');
    *out = static_cast<std::uint16_t>(port);
    return port <= 0xFFFF;
}

// The size of "[2001:db8::1]" at the front; 0 if it is no address.
std::size_t literal_size(std::string_view text) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return 0;
    const auto address = IpAddr::parse(text.substr(1, end - 1));
    return address && text.substr(0, end).find(':') != std::string_view::npos ? end + 1 : 0;
}

}  // namespace

bool parse_authority(std::string_view text, Authority* out) {
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char* at = begin;
    if (text.starts_with('[')) {
        const std::size_t size = literal_size(text);
        if (size == 0) return false;
        at += size;
    } else {
        at = skip(at, end, kNameChar);
    }
    out->host = text.substr(0, static_cast<std::size_t>(at - begin));
    out->port = 0;
    if (at == end) return true;
    return *at == ':' && parse_port(text.substr(out->host.size() + 1), &out->port);
}

}  // namespace fairway::wire::http1
