#include "world/name_table.h"

#include <cstring>
#include <limits>

namespace fairway::world {

using wire::dns::NameView;

std::uint32_t NameTable::find(NameView name, std::uint64_t hash) const {
    if (slots_.empty()) return kNone;
    const std::size_t mask = slots_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        const Slot& here = slots_[slot];
        if (here.index == kNone) return kNone;
        if (here.tag != tag) continue;
        const std::uint8_t* start = octets_.data() + starts_[here.index];
        if (start[0] == name.size() && std::memcmp(start + 1, name.data(), name.size()) == 0)
            return here.index;
    }
}

std::uint32_t NameTable::find(NameView name) const {
    const wire::dns::Name lowered = wire::dns::Name(name).lowered();
    return find(lowered, lowered.hash());
}

std::uint32_t NameTable::add(NameView name) {
    const wire::dns::Name lowered = wire::dns::Name(name).lowered();
    const std::uint64_t hash = lowered.hash();
    if (const std::uint32_t old = find(lowered, hash); old != kNone) return old;
    if (octets_.size() + lowered.size() + 1 > std::numeric_limits<std::uint32_t>::max())
        return kNone;
    const std::uint32_t index = size();
    starts_.push_back(static_cast<std::uint32_t>(octets_.size()));
    octets_.push_back(static_cast<std::uint8_t>(lowered.size()));
    octets_.insert(octets_.end(), lowered.wire().begin(), lowered.wire().end());
    if (starts_.size() * 3 > slots_.size() * 2) {
        grow();
    } else {
        place(hash, index);
    }
    return index;
}

void NameTable::shrink_to_fit() {
    octets_.shrink_to_fit();
    starts_.shrink_to_fit();
}

void NameTable::grow() {
    const std::size_t size_new = slots_.empty() ? 16 : slots_.size() * 2;
    slots_.assign(size_new, {});
    for (std::uint32_t i = 0; i < size(); ++i) place(at(i).hash(), i);
}

void NameTable::place(std::uint64_t hash, std::uint32_t index) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    while (slots_[slot].index != kNone) slot = (slot + 1) & mask;
    slots_[slot] = {static_cast<std::uint32_t>(hash >> 32), index};
}

}  // namespace fairway::world
