// NameTable: a set of domain names with dense indices, found by their lower-cased wire form. All
// names lie in one array, so a million of them are three allocations. Built by one thread, then
// immutable; any thread may read.
#pragma once

#include <cstdint>
#include <vector>

#include "wire/dns/name.h"

namespace fairway::world {

class NameTable {
  public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

    // `name` in lower case, `hash` its NameView::hash().
    std::uint32_t find(wire::dns::NameView name, std::uint64_t hash) const;
    // In any case.
    std::uint32_t find(wire::dns::NameView name) const;
    // Its index, new or old; kNone if 2^32 octets of names are full.
    std::uint32_t add(wire::dns::NameView name);
    // In lower case.
    wire::dns::NameView at(std::uint32_t index) const {
        const std::uint8_t* start = octets_.data() + starts_[index];
        return wire::dns::NameView::trusted({start + 1, start[0]});
    }
    std::uint32_t size() const { return static_cast<std::uint32_t>(starts_.size()); }
    bool empty() const { return starts_.empty(); }
    void shrink_to_fit();

  private:
    struct Slot {
        std::uint32_t tag = 0;  // the hash's upper half
        std::uint32_t index = kNone;
    };
    void grow();
    void place(std::uint64_t hash, std::uint32_t index);

    std::vector<std::uint8_t> octets_;   // each name: its size, its octets
    std::vector<std::uint32_t> starts_;  // by index
    std::vector<Slot> slots_;            // open addressing, a power of two, at most 2/3 full
};

}  // namespace fairway::world
