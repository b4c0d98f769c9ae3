#include "world/prefix_map.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace fairway::world {
namespace {

using Entries = std::vector<std::pair<Cidr, std::uint32_t>>;

Cidr cidr(const char* text) {
    return *Cidr::parse(text);
}

// The definition by brute force, on an eight-bit slice of the address space: the value of a client
// prefix is that of the longest entry around it; the scope is the length of the shortest prefix
// around the client within which all client prefixes have its value.
struct Slice {
    Entries entries;
    IpAddr base;
    unsigned fixed;  // bits before the slice
    // Of the prefix of `bits` bits after `fixed` that begins at i.
    std::uint32_t values[9][256] = {};

    Slice(Entries e, const char* text, unsigned bits)
        : entries(std::move(e)), base(*IpAddr::parse(text)), fixed(bits) {
        for (unsigned more = 0; more <= 8; ++more) {
            for (unsigned i = 0; i < 256; ++i) values[more][i] = longest(client(i, fixed + more));
        }
    }
    Cidr client(unsigned i, unsigned length) const {
        IpAddr a = base;
        a.bytes[15] = static_cast<std::uint8_t>(i);
        return Cidr::of(a, length);
    }
    std::uint32_t longest(const Cidr& prefix) const {
        std::uint32_t best = PrefixMap::kNone;
        int length = -1;
        for (const auto& [entry, v] : entries) {
            if (entry.contains(prefix) && entry.length > length) {
                best = v;
                length = entry.length;
            }
        }
        return best;
    }
    // Have all prefixes inside that of `length` bits around i this value?
    bool uniform(unsigned i, unsigned length, std::uint32_t value) const {
        const unsigned size = 1u << (fixed + 8 - length), first = i & ~(size - 1);
        for (unsigned more = length - fixed; more <= 8; ++more) {
            for (unsigned at = first; at < first + size; ++at) {
                if (values[more][at] != value) return false;
            }
        }
        return true;
    }
    // Where the slice as a whole has one value, the scope is decided outside of it: `fixed`.
    unsigned scope(unsigned i, unsigned length) const {
        const std::uint32_t own = values[length - fixed][i];
        unsigned bits = length + 1;
        while (bits > fixed && uniform(i, bits - 1, own)) --bits;
        return bits;
    }
};

void compare(std::uint64_t seed, const char* base, unsigned fixed) {
    Rng rng(seed);
    Entries entries;
    const auto count = rng.below(seed % 2 ? 12 : 60);
    for (std::uint64_t i = 0; i < count; ++i) {
        IpAddr address = *IpAddr::parse(base);
        address.bytes[15] = static_cast<std::uint8_t>(rng.below(256));
        const auto length = fixed + static_cast<unsigned>(rng.below(9));
        entries.push_back({Cidr::of(address, length), static_cast<std::uint32_t>(rng.below(3))});
    }
    // Of equal prefixes the first counts, here too.
    const Slice slice(entries, base, fixed);
    const PrefixMap map(entries);
    for (unsigned i = 0; i < 256; ++i) {
        for (unsigned length = fixed; length <= fixed + 8; ++length) {
            const Cidr client = slice.client(i, length);
            const unsigned first = client.base.bytes[15];
            const auto match = map.find(client);
            ASSERT_EQ(match.value, slice.values[length - fixed][first])
                << seed << " " << client.text();
            const unsigned scope = slice.scope(first, length);
            if (scope > fixed) {
                ASSERT_EQ(match.scope, std::min(scope, fixed + 8)) << seed << " " << client.text();
            } else {
                ASSERT_LE(match.scope, fixed) << seed << " " << client.text();
            }
        }
    }
}

TEST(PrefixMap, AgreesWithTheDefinitionOnRandomEntries) {
    for (std::uint64_t seed = 0; seed < 80; ++seed) {
        compare(seed, "198.51.100.0", 24);
        compare(seed, "2001:db8::", 120);
    }
}

TEST(PrefixMap, EmptyNeedsNoBits) {
    const auto match = PrefixMap().find(cidr("192.0.2.1"));
    EXPECT_EQ(match.value, PrefixMap::kNone);
    EXPECT_EQ(match.scope, 0);
}

TEST(PrefixMap, OneValueForAllNeedsNoBits) {
    const PrefixMap map({{cidr("0.0.0.0/0"), 7}, {cidr("10.0.0.0/8"), 7}});
    const auto match = map.find(cidr("10.1.2.0/24"));
    EXPECT_EQ(match.value, 7u);
    EXPECT_EQ(match.scope, 0);
    EXPECT_EQ(map.find(cidr("2001:db8::/32")).value, PrefixMap::kNone);
}

TEST(PrefixMap, ScopeIsWhatTellsApartFromTheNearestOtherValue) {
    const PrefixMap map({{cidr("10.0.0.0/8"), 1}, {cidr("11.0.0.0/8"), 2}});
    EXPECT_EQ(map.find(cidr("10.1.2.3")).scope, 8);
    EXPECT_EQ(map.find(cidr("192.0.2.1")).scope, 1);
    EXPECT_EQ(map.find(cidr("12.0.0.0/24")).scope, 6);
}

TEST(PrefixMap, LongerEntriesThanTheClientDoNotMatch) {
    const PrefixMap map({{cidr("10.0.0.0/8"), 1}, {cidr("10.1.0.0/24"), 2}});
    EXPECT_EQ(map.find(cidr("10.1.0.0/16")).value, 1u);
    EXPECT_EQ(map.find(cidr("10.1.0.0/16")).scope, 17);
    EXPECT_EQ(map.find(cidr("10.1.0.0/25")).value, 2u);
    EXPECT_EQ(map.find(cidr("8.0.0.0/6")).value, PrefixMap::kNone);
}

// Every address of 10.0.0.0/8 has value 2, but the client prefix 10.128.0.0/9 has value 1: no
// answer with value 2 may be kept for it.
TEST(PrefixMap, TilesOfOneValueDoNotHideThePrefixThatTheyFill) {
    const PrefixMap map({{cidr("10.0.0.0/8"), 1},
                         {cidr("10.0.0.0/9"), 2},
                         {cidr("10.128.0.0/10"), 2},
                         {cidr("10.192.0.0/10"), 2}});
    EXPECT_EQ(map.find(cidr("10.0.0.0/9")).value, 2u);
    EXPECT_EQ(map.find(cidr("10.0.0.0/9")).scope, 9);
    EXPECT_EQ(map.find(cidr("10.128.0.0/9")).value, 1u);
    EXPECT_EQ(map.find(cidr("10.128.0.0/9")).scope, 10);
    EXPECT_EQ(map.find(cidr("10.200.0.0/16")).scope, 10);
}

TEST(PrefixMap, OfEqualPrefixesTheFirstCounts) {
    const PrefixMap map({{cidr("10.0.0.0/8"), 5}, {cidr("10.0.0.0/8"), 6}});
    EXPECT_EQ(map.find(cidr("10.9.9.9")).value, 5u);
    EXPECT_EQ(map.entries().size(), 1u);
}

TEST(PrefixMap, EndsOfTheSpaceHold) {
    const PrefixMap map(
        {{cidr("255.255.255.255"), 1}, {cidr("0.0.0.0"), 2}, {cidr("ff00::/8"), 3}});
    EXPECT_EQ(map.find(cidr("255.255.255.255")).value, 1u);
    EXPECT_EQ(map.find(cidr("255.255.255.254")).value, PrefixMap::kNone);
    EXPECT_EQ(map.find(cidr("0.0.0.0")).value, 2u);
    EXPECT_EQ(map.find(cidr("ffff::1")).value, 3u);
    EXPECT_EQ(map.find(cidr("ffff::1")).scope, 8);
}

}  // namespace
}  // namespace fairway::world
