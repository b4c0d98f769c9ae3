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
    // The scope is of the longest run of addresses with one value around the client's first
    // address. It is longer than the client prefix where a longer one could get another value.
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
    // One family's addresses cut where the innermost entry changes; each piece ends where the next
    // begins, the first begins at zero. T: the address as a number.
    template <class T>
    struct Space {
        std::vector<T> first;
        std::vector<std::uint32_t> entry;  // innermost entry of the piece, or kNone
        // The pieces around it that have the same value: [run_begin, run_end).
        std::vector<std::uint32_t> run_begin, run_end;
        std::vector<std::uint32_t> index;  // by the top 16 bits: the piece that holds x:0

        void build(const PrefixMap& map, std::span<const std::uint32_t> order);
        std::uint32_t piece(T address) const;
        Match find(const PrefixMap& map, T address, unsigned length) const;
    };

    std::vector<std::pair<Cidr, std::uint32_t>> entries_;
    std::vector<std::uint32_t> parent_;  // of each entry: the next shorter prefix around it
    Space<std::uint32_t> v4_;
    Space<unsigned __int128> v6_;
};

}  // namespace fairway::world
