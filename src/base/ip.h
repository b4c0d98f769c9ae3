// IP addresses, prefixes and socket addresses as values. IPv4 is held in its IPv6-mapped form, so
// that one longest-prefix table serves both families. Text forms: RFC 4291, RFC 5952, RFC 4632.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace fairway {

enum class Family : std::uint8_t { kV4 = 4, kV6 = 6 };

// An address's 16 bytes as an integer: addresses of one family in order.
using IpNumber = unsigned __int128;

// How many leading bits two different addresses share.
inline unsigned common_bits(IpNumber a, IpNumber b) {
    const IpNumber differ = a ^ b;
    const auto high = static_cast<std::uint64_t>(differ >> 64);
    return static_cast<unsigned>(high != 0
                                     ? std::countl_zero(high)
                                     : 64 + std::countl_zero(static_cast<std::uint64_t>(differ)));
}

struct IpAddr {
    std::array<std::uint8_t, 16> bytes{};  // network order; v4: ::ffff:a.b.c.d
    Family family = Family::kV4;

    static IpAddr v4(std::uint32_t host_order);
    static IpAddr v4(const std::uint8_t* four);
    static IpAddr v6(const std::uint8_t* sixteen);
    static std::optional<IpAddr> parse(std::string_view text);

    bool is_v4() const { return family == Family::kV4; }
    // The address's own bytes: 4 or 16.
    const std::uint8_t* data() const { return is_v4() ? bytes.data() + 12 : bytes.data(); }
    std::size_t size() const { return is_v4() ? 4 : 16; }
    IpNumber number() const {
        std::uint64_t halves[2];
        std::memcpy(halves, bytes.data(), 16);
        return static_cast<IpNumber>(__builtin_bswap64(halves[0])) << 64 |
               __builtin_bswap64(halves[1]);
    }
    void set_number(IpNumber number) {
        const std::uint64_t halves[2] = {
            __builtin_bswap64(static_cast<std::uint64_t>(number >> 64)),
            __builtin_bswap64(static_cast<std::uint64_t>(number))};
        std::memcpy(bytes.data(), halves, 16);
    }
    bool is_loopback() const;
    std::string text() const;

    auto operator<=>(const IpAddr&) const = default;
};

// A prefix, `length` counted in its own family (0-32 or 0-128); bits past the length are zero.
struct Cidr {
    IpAddr base;
    std::uint8_t length = 32;

    // Clears the bits past `length`.
    static Cidr of(IpAddr address, unsigned length);
    static Cidr host(IpAddr address) { return of(address, address.is_v4() ? 32 : 128); }
    // "192.0.2.0/24"; a bare address is its host prefix. Host bits set: refused.
    static std::optional<Cidr> parse(std::string_view text);
    // Length in the mapped 128-bit space: 96 more for v4.
    unsigned mapped_length() const { return length + (base.is_v4() ? 96u : 0u); }
    bool contains(const IpAddr& address) const;
    bool contains(const Cidr& inner) const;
    IpAddr last() const;
    std::string text() const;

    auto operator<=>(const Cidr&) const = default;
};

struct SockAddr {
    IpAddr ip;
    std::uint16_t port = 0;

    // "127.0.0.1:53", "[::1]:53".
    static std::optional<SockAddr> parse(std::string_view text);
    std::string text() const;

    auto operator<=>(const SockAddr&) const = default;
};

}  // namespace fairway

template <>
struct std::hash<fairway::IpAddr> {
    std::size_t operator()(const fairway::IpAddr& a) const {
        return fairway::hash_bytes({a.data(), a.size()});
    }
};
