// Dense ids that stay the same over Worlds (they are also keys of kernel maps). A name keeps its id
// while it is declared; an id is used again only after every shard has left the Worlds that knew
// it.
#pragma once

#include <cstdint>
#include <limits>

namespace fairway::world {

template <class Tag>
struct Id {
    std::uint32_t value = std::numeric_limits<std::uint32_t>::max();
    constexpr bool known() const { return value != std::numeric_limits<std::uint32_t>::max(); }
    auto operator<=>(const Id&) const = default;
};

using FactId = Id<struct FactTag>;        // a verdict or a switch position
using CurrentId = Id<struct CurrentTag>;  // the current choice of a non-preemptive node
using RegionId = Id<struct RegionTag>;
using PolicyId = Id<struct PolicyTag>;  // one compiled tree: (policy, family)
using ServiceId = Id<struct ServiceTag>;
using ZoneId = Id<struct ZoneTag>;

}  // namespace fairway::world
