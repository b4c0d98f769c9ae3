#include "base/ip.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace fairway {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

template <class T>
std::optional<T> parse_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return {};
    return value;
}

// The bits past the first `length`, as a number.
IpNumber host_bits(unsigned length) {
    return length == 0 ? ~IpNumber{0} : (IpNumber{1} << (128 - length)) - 1;
}

}  // namespace

IpAddr IpAddr::v4(const std::uint8_t* four) {
    IpAddr a;
    std::memcpy(a.bytes.data(), kMappedPrefix.data(), 12);
    std::memcpy(a.bytes.data() + 12, four, 4);
    return a;
}

IpAddr IpAddr::v4(std::uint32_t host_order) {
    const std::uint8_t four[4] = {
        static_cast<std::uint8_t>(host_order >> 24), static_cast<std::uint8_t>(host_order >> 16),
        static_cast<std::uint8_t>(host_order >> 8), static_cast<std::uint8_t>(host_order)};
    return v4(four);
}

IpAddr IpAddr::v6(const std::uint8_t* sixteen) {
    IpAddr a;
    std::memcpy(a.bytes.data(), sixteen, 16);
    a.family = Family::kV6;
    return a;
}

std::optional<IpAddr> IpAddr::parse(std::string_view text) {
    char buffer[INET6_ADDRSTRLEN + 1];
    if (text.empty() || text.size() >= sizeof buffer) return {};
    std::memcpy(buffer, text.data(), text.size());
    buffer[text.size()] = 0;
    if (std::memchr(buffer, 0, text.size())) return {};
    std::uint8_t raw[16];
    if (inet_pton(AF_INET, buffer, raw) == 1) return v4(raw);
    if (inet_pton(AF_INET6, buffer, raw) == 1) return v6(raw);
    return {};
}

bool IpAddr::is_loopback() const {
    if (is_v4()) return bytes[12] == 127;
    for (int i = 0; i < 15; ++i) {
        if (bytes[i] != 0) return false;
    }
    return bytes[15] == 1;
}

std::string IpAddr::text() const {
    char buffer[INET6_ADDRSTRLEN];
    inet_ntop(is_v4() ? AF_INET : AF_INET6, data(), buffer, sizeof buffer);
    return buffer;
}

Cidr Cidr::of(IpAddr address, unsigned length) {
    const unsigned most = address.is_v4() ? 32 : 128;
    Cidr c{address, static_cast<std::uint8_t>(length < most ? length : most)};
    c.base.set_number(address.number() & ~host_bits(c.mapped_length()));
    if (address.is_v4()) std::memcpy(c.base.bytes.data(), kMappedPrefix.data(), 12);
    return c;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddr::parse(text.substr(0, slash));
    if (!address) return {};
    if (slash == std::string_view::npos) return host(*address);
    const auto length = parse_number<unsigned>(text.substr(slash + 1));
    if (!length || *length > (address->is_v4() ? 32u : 128u)) return {};
    const Cidr c = of(*address, *length);
    if (c.base != *address) return {};
    return c;
}

bool Cidr::contains(const IpAddr& address) const {
    return address.family == base.family && of(address, length).base == base;
}

bool Cidr::contains(const Cidr& inner) const {
    return inner.length >= length && contains(inner.base);
}

IpAddr Cidr::last() const {
    IpAddr a = base;
    a.set_number(base.number() | host_bits(mapped_length()));
    return a;
}

std::string Cidr::text() const {
    return base.text() + "/" + std::to_string(length);
}

std::optional<SockAddr> SockAddr::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return {};
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto ip = IpAddr::parse(host);
    if (!ip || !port || bracketed == ip->is_v4()) return {};
    return SockAddr{*ip, *port};
}

std::string SockAddr::text() const {
    const std::string host = ip.is_v4() ? ip.text() : "[" + ip.text() + "]";
    return host + ":" + std::to_string(port);
}

}  // namespace fairway
