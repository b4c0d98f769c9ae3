#include "wire/dns/dnssec_text.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <chrono>

#include "wire/dns/text.h"

namespace fairway::wire::dns {
namespace {

struct Algorithm {
    std::uint8_t number;
    std::string_view name;
};

// IANA "DNS Security Algorithm Numbers".
constexpr Algorithm kAlgorithms[] = {
    {1, "RSAMD5"},
    {2, "DH"},
    {3, "DSA"},
    {5, "RSASHA1"},
    {6, "DSA-NSEC3-SHA1"},
    {7, "RSASHA1-NSEC3-SHA1"},
    {8, "RSASHA256"},
    {10, "RSASHA512"},
    {12, "ECC-GOST"},
    {13, "ECDSAP256SHA256"},
    {14, "ECDSAP384SHA384"},
    {15, "ED25519"},
    {16, "ED448"},
    {252, "INDIRECT"},
    {253, "PRIVATEDNS"},
    {254, "PRIVATEOID"},
};

}  // namespace

std::optional<std::uint8_t> algorithm_from_text(std::string_view text) {
    if (const auto number = parse_decimal(text, 255)) return static_cast<std::uint8_t>(*number);
    for (const Algorithm& algorithm : kAlgorithms) {
        if (algorithm.name.size() == text.size() &&
            strncasecmp(algorithm.name.data(), text.data(), text.size()) == 0) {
            return algorithm.number;
        }
    }
    return {};
}

std::optional<std::uint32_t> time_from_text(std::string_view text) {
    if (text.size() != 14) return parse_decimal(text, 0xFFFFFFFF);
    unsigned parts[6];  // year, month, day, hour, minute, second
    std::size_t at = 0;
    for (unsigned i = 0; i < 6; ++i) {
        const std::size_t digits = i == 0 ? 4 : 2;
        const auto part = parse_decimal(text.substr(at, digits), 9999);
        if (!part) return {};
        parts[i] = *part;
        at += digits;
    }
    using namespace std::chrono;
    const year_month_day date(year(static_cast<int>(parts[0])), month(parts[1]), day(parts[2]));
    if (!date.ok() || parts[0] < 1970 || parts[3] > 23 || parts[4] > 59 || parts[5] > 59) return {};
    const auto days = sys_days(date).time_since_epoch().count();
    return static_cast<std::uint32_t>(days * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5]);
}

std::string time_text(std::uint32_t seconds) {
    using namespace std::chrono;
    const year_month_day date{sys_days(days(seconds / 86400))};
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
}

bool is_type_bitmap(Bytes wire) {
    int last_window = -1;
    while (!wire.empty()) {
        if (wire.size() < 2 || wire[0] <= last_window) return false;
        const std::size_t size = wire[1];
        if (size == 0 || size > 32 || wire.size() < size + 2 || wire[size + 1] == 0) return false;
        last_window = wire[0];
        wire = wire.subspan(size + 2);
    }
    return true;
}

void append_type_bitmap(std::vector<Type> types, std::vector<std::uint8_t>& out) {
    std::sort(types.begin(), types.end());
    for (std::size_t i = 0; i < types.size();) {
        const unsigned window = static_cast<unsigned>(types[i]) >> 8;
        std::uint8_t bits[32] = {};
        std::size_t size = 0;
        for (; i < types.size() && static_cast<unsigned>(types[i]) >> 8 == window; ++i) {
            const unsigned low = static_cast<unsigned>(types[i]) & 255;
            bits[low / 8] |= static_cast<std::uint8_t>(0x80 >> low % 8);
            size = low / 8 + 1;
        }
        out.push_back(static_cast<std::uint8_t>(window));
        out.push_back(static_cast<std::uint8_t>(size));
        out.insert(out.end(), bits, bits + size);
    }
}

void append_type_bitmap_text(std::string& out, Bytes wire) {
    for (; !wire.empty(); wire = wire.subspan(wire[1] + 2u)) {
        for (unsigned bit = 0; bit < wire[1] * 8u; ++bit) {
            if (!(wire[2 + bit / 8] & 0x80 >> bit % 8)) continue;
            out += ' ';
            out += type_text(static_cast<Type>(wire[0] << 8 | bit));
        }
    }
}

}  // namespace fairway::wire::dns
