#include "world/prefix_map.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace fairway::world {
namespace {

using Entries = std::vector<std::pair<Cidr, std::uint32_t>>;

Cidr cidr(const char* text) {
    return *Cidr::parse(text);
}

// The definition, read off an eight-bit slice of the address space: the value of a prefix is that
// of the longest entry around it; the scope is the fewest bits such that all addresses that share
// them have one value.
struct Slice {
    Entries entries;
    IpAddr base;
    unsigned fixed;                     // bits before the slice
    std::vector<std::uint32_t> values;  // of each single address, once all entries stand

    IpAddr address(unsigned i) const {
        IpAddr a = base;
        a.bytes[15] = static_cast<std::uint8_t>(i);
        return a;
    }
    std::uint32_t value(const Cidr& client) const {
        std::uint32_t best = PrefixMap::kNone;
        int length = -1;
        for (const auto& [entry, v] : entries) {
            if (entry.contains(client) && entry.length > length) {
                best = v;
                length = entry.length;
            }
        }
        return best;
    }
    unsigned scope(const Cidr& client) const {
        const unsigned full = fixed + 8;
        const unsigned at = client.base.bytes[15];
        const std::uint32_t own = values[at];
        unsigned bits = full;
        for (; bits > fixed; --bits) {
            const unsigned size = 1u << (full - bits + 1);
            bool same = true;
            for (unsigned i = at & ~(size - 1); i < (at | (size - 1)) + 1; ++i) {
                same = same && values[i] == own;
            }
            if (!same) break;
        }
        return own == value(client) ? bits : std::max(bits, client.length + 1u);
    }
};

void compare(std::uint64_t seed, const char* base, unsigned fixed) {
    Rng rng(seed);
    Slice slice{{}, *IpAddr::parse(base), fixed, {}};
    const auto count = rng.below(12);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto address = slice.address(static_cast<unsigned>(rng.below(256)));
        const auto length = fixed + 1 + static_cast<unsigned>(rng.below(8));
        slice.entries.push_back(
            {Cidr::of(address, length), static_cast<std::uint32_t>(rng.below(3))});
    }
    for (unsigned i = 0; i < 256; ++i) {
        slice.values.push_back(slice.value(Cidr::of(slice.address(i), fixed + 8)));
    }
    const PrefixMap map(slice.entries);
    for (unsigned i = 0; i < 256; ++i) {
        for (unsigned length = fixed + 1; length <= fixed + 8; ++length) {
            const Cidr client = Cidr::of(slice.address(i), length);
            const auto match = map.find(client);
            ASSERT_EQ(match.value, slice.value(client)) << seed << " " << client.text();
            // Where the slice as a whole has one value, the scope is decided outside of it.
            const unsigned scope = slice.scope(client);
            if (scope > fixed) {
                ASSERT_EQ(match.scope, std::min(scope, fixed + 8)) << seed << " " << client.text();
            } else {
                ASSERT_LE(match.scope, fixed) << seed << " " << client.text();
            }
        }
    }
}

TEST(PrefixMap, AgreesWithTheDefinitionOnRandomEntries) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
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
    EXPECT_EQ(map.find(cidr("10.1.0.0/16")).scope, 24);
    EXPECT_EQ(map.find(cidr("10.1.0.0/25")).value, 2u);
    EXPECT_EQ(map.find(cidr("8.0.0.0/6")).value, PrefixMap::kNone);
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
