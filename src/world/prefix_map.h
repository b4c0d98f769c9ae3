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
    std::vector<std::pair<Cidr, std::uint32_t>> entries_;
    std::vector<std::uint32_t> parent_;  // of each entry: the next shorter prefix around it
    struct Interval {
        IpAddr first;
        std::uint32_t entry;  // innermost entry that covers it, or kNone
    };
    std::vector<Interval> v4_, v6_;  // sorted by first; each ends where the next begins
};

}  // namespace fairway::world
