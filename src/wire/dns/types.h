// Names and numbers of the DNS: record types, classes, opcodes, response codes, options and the
// protocol's limits (IANA "Domain Name System Parameters"). Types without a name here read and
// print as TYPEnnn, classes as CLASSnnn (RFC 3597). Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::wire::dns {

// Any other number is a valid Type too; types.cc names all that IANA has assigned.
enum class Type : std::uint16_t {
    kA = 1,
    kNs = 2,
    kMd = 3,
    kMf = 4,
    kCname = 5,
    kSoa = 6,
    kMb = 7,
    kMg = 8,
    kMr = 9,
    kPtr = 12,
    kHinfo = 13,
    kMinfo = 14,
    kMx = 15,
    kTxt = 16,
    kRp = 17,
    kAfsdb = 18,
    kRt = 21,
    kSig = 24,
    kAaaa = 28,
    kLoc = 29,
    kSrv = 33,
    kNaptr = 35,
    kKx = 36,
    kDname = 39,
    kOpt = 41,
    kDs = 43,
    kSshfp = 44,
    kRrsig = 46,
    kNsec = 47,
    kDnskey = 48,
    kNsec3 = 50,
    kNsec3param = 51,
    kTlsa = 52,
    kSmimea = 53,
    kCds = 59,
    kCdnskey = 60,
    kOpenpgpkey = 61,
    kZonemd = 63,
    kSvcb = 64,
    kHttps = 65,
    kSpf = 99,
    kTkey = 249,
    kTsig = 250,
    kIxfr = 251,
    kAxfr = 252,
    kMailb = 253,
    kMaila = 254,
    kAny = 255,
    kUri = 256,
    kCaa = 257,
    kDlv = 32769,
};

enum class Class : std::uint16_t { kIn = 1, kCh = 3, kHs = 4, kNone = 254, kAny = 255 };

enum class Opcode : std::uint8_t {
    kQuery = 0,
    kIquery = 1,
    kStatus = 2,
    kNotify = 4,
    kUpdate = 5,
    kDso = 6
};

// Above 15: the upper bits travel in the OPT record.
enum class Rcode : std::uint16_t {
    kNoError = 0,
    kFormErr = 1,
    kServFail = 2,
    kNxDomain = 3,
    kNotImp = 4,
    kRefused = 5,
    kYxDomain = 6,
    kYxRrset = 7,
    kNxRrset = 8,
    kNotAuth = 9,
    kNotZone = 10,
    kBadVers = 16,
};

enum class OptionCode : std::uint16_t {
    kNsid = 3,
    kClientSubnet = 8,
    kExpire = 9,
    kCookie = 10,
    kTcpKeepalive = 11,
    kPadding = 12,
    kExtendedError = 15,
};

inline constexpr std::size_t kHeaderSize = 12;
inline constexpr std::size_t kMessageMax = 65535;
inline constexpr std::size_t kRdataMax = 65535;
inline constexpr std::size_t kUdpPlainMax = 512;
inline constexpr std::uint32_t kTtlMax = 0x7FFFFFFF;  // RFC 2181 §8

// "A", "TYPE65280"; case is ignored. `*` and ANY are both 255.
std::optional<Type> type_from_text(std::string_view text);
std::string type_text(Type type);
std::optional<Class> class_from_text(std::string_view text);
std::string class_text(Class klass);
std::string rcode_text(Rcode rcode);

// Types of questions and transport, which no zone may hold: OPT, 128-255 (RFC 6895 §3.1).
constexpr bool is_meta_type(Type type) {
    const auto n = static_cast<std::uint16_t>(type);
    return type == Type::kOpt || n == 0 || (n >= 128 && n <= 255);
}

}  // namespace fairway::wire::dns
