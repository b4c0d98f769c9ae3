// HeaderId: field names that some code asks about, as one byte, so that no hot path compares text.
// Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace fairway::wire::http1 {

enum class HeaderId : std::uint8_t {
    kOther,
    kHost,
    kConnection,
    kContentLength,
    kTransferEncoding,
    kTe,
    kTrailer,
    kUpgrade,
    kExpect,
    kKeepAlive,
    kProxyConnection,
    kVia,
    kForwardedFor,    // X-Forwarded-For
    kForwardedProto,  // X-Forwarded-Proto
    kForwardedHost,   // X-Forwarded-Host
    kForwardedPort,   // X-Forwarded-Port
    kIdempotencyKey,
    kCookie,
    kSetCookie,
    kAuthorization,
    kLocation,
    kDate,
    kServer,
    kContentType,
    kUserAgent,
    kAccept,
    kRequestId,  // X-Request-Id
    kMaxForwards,
    kOrigin,
    kReferer,
    kCacheControl,
    kContentEncoding,
    kContentRange,
    kCount,
};

namespace header_ids {

inline constexpr auto kIds = static_cast<std::size_t>(HeaderId::kCount);
inline constexpr std::array<std::string_view, kIds> kNames = {
    "",
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "keep-alive",
    "proxy-connection",
    "via",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "idempotency-key",
    "cookie",
    "set-cookie",
    "authorization",
    "location",
    "date",
    "server",
    "content-type",
    "user-agent",
    "accept",
    "x-request-id",
    "max-forwards",
    "origin",
    "referer",
    "cache-control",
    "content-encoding",
    "content-range",
};
inline constexpr std::size_t kLongest = 17;

// No two names above share a place; the factors were found by trying.
constexpr unsigned place_of(std::string_view name) {
    const auto at = [&](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(name[i]) | 0x20u);
    };
    const auto size = static_cast<unsigned>(name.size());
    return (size * 46 + at(0) * 31 + at(size - 1) * 21 + at(size * 3 / 4) * 7) % 64;
}

struct Place {
    char name[24] = {};
    std::uint8_t size = 0;
    HeaderId id = HeaderId::kOther;
};
constexpr std::array<Place, 64> make_places() {
    std::array<Place, 64> places{};
    for (std::size_t i = 1; i < kIds; ++i) {
        Place& place = places[place_of(kNames[i])];
        for (std::size_t at = 0; at < kNames[i].size(); ++at) place.name[at] = kNames[i][at];
        place.size = static_cast<std::uint8_t>(kNames[i].size());
        place.id = static_cast<HeaderId>(i);
    }
    return places;
}
inline constexpr std::array<Place, 64> kPlaces = make_places();

constexpr bool all_in_place() {
    for (std::size_t i = 1; i < kIds; ++i) {
        if (kPlaces[place_of(kNames[i])].id != static_cast<HeaderId>(i)) return false;
        if (kNames[i].size() > kLongest) return false;
    }
    return true;
}
static_assert(all_in_place());

template <class Word>
inline bool same_word(const char* token, const char* lowered) {
    Word a, b;
    std::memcpy(&a, token, sizeof a);
    std::memcpy(&b, lowered, sizeof b);
    constexpr auto kCaseBits = static_cast<Word>(0x2020202020202020);
    return (a | kCaseBits) == b;
}

// Of a token and a known name of one size: setting the case bit makes no other byte of a token a
// letter or "-". Words overlap at the end.
[[gnu::always_inline]] inline bool same_name(const char* token, const char* lowered,
                                             std::size_t size) {
    if (size >= 8) {
        for (std::size_t i = 0; i + 8 < size; i += 8) {
            if (!same_word<std::uint64_t>(token + i, lowered + i)) return false;
        }
        return same_word<std::uint64_t>(token + size - 8, lowered + size - 8);
    }
    if (size >= 4) {
        return same_word<std::uint32_t>(token, lowered) &&
               same_word<std::uint32_t>(token + size - 4, lowered + size - 4);
    }
    for (std::size_t i = 0; i < size; ++i) {
        if (!same_word<std::uint8_t>(token + i, lowered + i)) return false;
    }
    return true;
}

}  // namespace header_ids

// In lower case; empty for kOther.
constexpr std::string_view header_name(HeaderId id) {
    return header_ids::kNames[static_cast<std::size_t>(id)];
}

// `name` is a token, in any case.
[[gnu::always_inline]] inline HeaderId header_id(std::string_view name) {
    if (name.empty() || name.size() > header_ids::kLongest) return HeaderId::kOther;
    const header_ids::Place& place = header_ids::kPlaces[header_ids::place_of(name)];
    const bool same =
        place.size == name.size() && header_ids::same_name(name.data(), place.name, name.size());
    return same ? place.id : HeaderId::kOther;
}

// A set of them.
class HeaderSet {
  public:
    constexpr HeaderSet() = default;
    template <class... Ids>
    constexpr explicit HeaderSet(Ids... ids) : bits_((bit(ids) | ...)) {}
    constexpr bool has(HeaderId id) const { return (bits_ & bit(id)) != 0; }
    constexpr void insert(HeaderId id) { bits_ |= bit(id); }
    constexpr void insert(HeaderSet other) { bits_ |= other.bits_; }

  private:
    static constexpr std::uint64_t bit(HeaderId id) {
        return std::uint64_t{1} << static_cast<unsigned>(id);
    }
    std::uint64_t bits_ = 0;
};
static_assert(static_cast<unsigned>(HeaderId::kCount) <= 64);

}  // namespace fairway::wire::http1
