// PrefixMap: longest-prefix match from client prefixes to a 32-bit value, both families. Immutable
// once built. Besides the value it tells the ECS scope: how many bits of the address the answer
// rests on (RFC 7871 section 7.2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/ip.h"

namespace fairway::world {

class PrefixMap {
  public:
    // The scope is the length of the shortest prefix around the client within which every client
    // prefix, of whatever length, gets this value. It is one more than the client's own length
    // where a longer prefix inside it gets another value.
    struct Match {
        std::uint32_t value = kNone;  // of the longest prefix that contains the whole client prefix
        std::uint8_t scope = 0;       // bits of the client's family that were needed
    };
    static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

    PrefixMap() = default;
    // Of equal prefixes the first counts.
    explicit PrefixMap(std::vector<std::pair<Cidr, std::uint32_t>> entries);

    Match find(const Cidr& client) const;
    // All prefixes, in address order, for the table form.
    std::span<const std::pair<Cidr, std::uint32_t>> entries() const { return entries_; }

  private:
    // One family's entries in address order, what contains before what is contained; numbered from
    // zero. T: the address as a number.
    template <class T>
    struct Space {
        struct Entry {
            std::uint32_t value;
            std::uint32_t parent;         // the next shorter prefix around it, or kNone
            std::uint32_t before, after;  // the nearest entries with another value; kNone, size
            std::uint8_t length;
            std::uint8_t outermost;  // length of the last parent up that has its value
        };
        std::vector<T> base;
        std::vector<Entry> entries;
        std::vector<std::uint32_t> index;  // by the top 16 bits: entries that begin before x:0

        void build(std::span<const std::pair<Cidr, std::uint32_t>> from);
        std::uint32_t up_to(T address, unsigned length) const;
        Match find(T address, unsigned length) const;
    };

    std::vector<std::pair<Cidr, std::uint32_t>> entries_;
    Space<std::uint32_t> v4_;
    Space<unsigned __int128> v6_;
};

}  // namespace fairway::world
