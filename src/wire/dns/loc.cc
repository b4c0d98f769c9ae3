#include "wire/dns/loc.h"

#include <fmt/format.h>

namespace fairway::wire::dns {
namespace {

constexpr std::size_t kSize = 16;
constexpr std::uint32_t kEquator = 1u << 31;  // thousandths of an arc second
constexpr std::uint32_t kLatitudeMax = 90 * 3600000;
constexpr std::uint32_t kLongitudeMax = 180 * 3600000;
constexpr std::uint32_t kAltitudeZero = 10'000'000;  // centimetres below the reference
constexpr std::uint64_t kAltitudeMax = 4'284'967'295;
constexpr std::uint64_t kPrecisionMax = 9'000'000'000;
constexpr const char* kForm = "; LOC is as in 42 21 54 N 71 06 18 W -24m 30m 10000m 10m";

// "12.748" with three decimals is 12748; at most `most` before the point.
std::optional<std::uint64_t> parse_fixed(std::string_view text, unsigned decimals,
                                         std::uint64_t most) {
    const auto point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view part = point == std::string_view::npos ? "" : text.substr(point + 1);
    if (whole.empty() || part.size() > decimals) return {};
    std::uint64_t value = 0;
    for (const char c : whole) {
        if (c < '0' || c > '9') return {};
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > most) return {};
    }
    for (unsigned i = 0; i < decimals; ++i) {
        const char c = i < part.size() ? part[i] : '0';
        if (c < '0' || c > '9') return {};
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

// Metres with up to two decimals and perhaps an m, as centimetres.
std::optional<std::uint64_t> parse_metres(std::string_view text, std::uint64_t most) {
    if (text.ends_with('m') || text.ends_with('M')) text.remove_suffix(1);
    const auto value = parse_fixed(text, 2, most / 100);
    if (!value || *value > most) return {};
    return value;
}

// RFC 1876 §2: one digit times a power of ten; what needs more digits is cut.
std::uint8_t pack_precision(std::uint64_t centimetres) {
    unsigned exponent = 0;
    for (; centimetres > 9; ++exponent) centimetres /= 10;
    return static_cast<std::uint8_t>(centimetres << 4 | exponent);
}

void append_metres(std::string& out, std::uint64_t centimetres) {
    out += fmt::format("{}.{:02}m", centimetres / 100, centimetres % 100);
}

void append_precision(std::string& out, std::uint8_t packed) {
    std::uint64_t centimetres = packed >> 4;
    for (unsigned i = 0; i < (packed & 15u); ++i) centimetres *= 10;
    append_metres(out, centimetres);
}

std::uint32_t get_u32(Bytes wire, std::size_t at) {
    ByteReader reader(wire, at);
    return reader.u32();
}

bool in_range(std::uint32_t angle, std::uint32_t most) {
    return angle >= kEquator - most && angle <= kEquator + most;
}

// Zero has one form only, so that text gives the same octets back.
bool is_precision(std::uint8_t packed) {
    return packed == 0 || (packed >> 4 >= 1 && packed >> 4 <= 9 && (packed & 15) <= 9);
}

void append_angle(std::string& out, std::uint32_t angle, char positive, char negative) {
    const std::uint32_t size = angle >= kEquator ? angle - kEquator : kEquator - angle;
    out += fmt::format("{} {} {}.{:03} {}", size / 3600000, size / 60000 % 60, size / 1000 % 60,
                       size % 1000, angle >= kEquator ? positive : negative);
}

class LocationParser {
  public:
    LocationParser(std::span<const Token> tokens, std::size_t& at) : tokens_(tokens), at_(at) {}

    std::optional<RdataFault> parse(std::vector<std::uint8_t>& out) {
        std::uint32_t latitude, longitude;
        if (!parse_angle(kLatitudeMax, "Nn", "Ss", latitude))
            return fault("the latitude is malformed");
        if (!parse_angle(kLongitudeMax, "Ee", "Ww", longitude))
            return fault("the longitude is malformed");
        std::uint32_t altitude;
        if (!parse_altitude(altitude)) return fault("the altitude is malformed");
        std::uint64_t precisions[] = {100, 1'000'000, 1'000};  // 1 m, 10 km, 10 m
        for (std::uint64_t& precision : precisions) {
            if (at_ == tokens_.size()) break;
            const auto given = parse_metres(tokens_[at_].text, kPrecisionMax);
            if (!given) return fault("a size or precision is 0 to 90000000 m");
            precision = *given;
            ++at_;
        }
        out.push_back(0);
        for (const std::uint64_t precision : precisions) out.push_back(pack_precision(precision));
        for (const std::uint32_t value : {latitude, longitude, altitude}) append_u32(out, value);
        return {};
    }

  private:
    std::optional<RdataFault> fault(std::string what) const {
        return RdataFault{at_, std::move(what) + kForm};
    }

    // Degrees, then perhaps minutes and seconds, then the hemisphere.
    bool parse_angle(std::uint32_t most, std::string_view positive, std::string_view negative,
                     std::uint32_t& out) {
        constexpr std::uint32_t kUnits[] = {3600000, 60000, 1};
        std::uint64_t angle = 0;
        for (unsigned i = 0; at_ < tokens_.size(); ++at_, ++i) {
            const std::string_view text = tokens_[at_].text;
            const bool plus = text.size() == 1 && positive.find(text[0]) != std::string_view::npos;
            const bool minus = text.size() == 1 && negative.find(text[0]) != std::string_view::npos;
            if (plus || minus) {
                if (i == 0 || angle > most) return false;
                out = plus ? kEquator + static_cast<std::uint32_t>(angle)
                           : kEquator - static_cast<std::uint32_t>(angle);
                ++at_;
                return true;
            }
            if (i == 3) return false;
            const auto part = parse_fixed(text, i == 2 ? 3 : 0, i == 0 ? 180 : 59);
            if (!part) return false;
            angle += *part * kUnits[i];
        }
        return false;
    }

    bool parse_altitude(std::uint32_t& out) {
        if (at_ == tokens_.size()) return false;
        std::string_view text = tokens_[at_].text;
        const bool below = text.starts_with('-');
        if (below || text.starts_with('+')) text.remove_prefix(1);
        const auto size = parse_metres(text, below ? kAltitudeZero : kAltitudeMax);
        if (!size) return false;
        out = static_cast<std::uint32_t>(below ? kAltitudeZero - *size : kAltitudeZero + *size);
        ++at_;
        return true;
    }

    std::span<const Token> tokens_;
    std::size_t& at_;
};

}  // namespace

std::optional<RdataFault> parse_location(std::span<const Token> tokens, std::size_t& at,
                                         std::vector<std::uint8_t>& out) {
    return LocationParser(tokens, at).parse(out);
}

bool is_location(Bytes wire) {
    return wire.size() == kSize && wire[0] == 0 && is_precision(wire[1]) && is_precision(wire[2]) &&
           is_precision(wire[3]) && in_range(get_u32(wire, 4), kLatitudeMax) &&
           in_range(get_u32(wire, 8), kLongitudeMax);
}

void append_location(std::string& out, Bytes wire) {
    append_angle(out, get_u32(wire, 4), 'N', 'S');
    out += ' ';
    append_angle(out, get_u32(wire, 8), 'E', 'W');
    const std::uint32_t altitude = get_u32(wire, 12);
    out += altitude < kAltitudeZero ? " -" : " ";
    append_metres(out,
                  altitude < kAltitudeZero ? kAltitudeZero - altitude : altitude - kAltitudeZero);
    for (std::size_t i = 1; i <= 3; ++i) {
        out += ' ';
        append_precision(out, wire[i]);
    }
}

}  // namespace fairway::wire::dns
