#include "world/zone.h"

namespace fairway::world {

using wire::dns::Name;
using wire::dns::NameView;

NameView ZonePart::extra_target(const ZoneExtra& extra) const {
    const std::uint8_t* start = octets_.data() + extra.target_at;
    std::size_t size = 1;
    for (const std::uint8_t* at = start; *at != 0; at += *at + 1) size += *at + 1u;
    return NameView::trusted({start, size});
}

ZoneIndex::ZoneIndex(std::span<const std::pair<Name, ZoneId>> zones) {
    for (const auto& [origin, id] : zones) {
        const std::uint32_t index = origins_.add(origin);
        if (index == ids_.size()) ids_.push_back(id);
        const unsigned labels = origin.view().label_count();
        depths_[labels / 64] |= std::uint64_t{1} << (labels % 64);
    }
}

ZoneId ZoneIndex::find(NameView name) const {
    const Name lowered = Name(name).lowered();
    NameView suffix = lowered;
    for (unsigned labels = suffix.label_count();; --labels, suffix = suffix.parent()) {
        if (has_depth(labels)) {
            const ZoneId id = exact(suffix, suffix.hash());
            if (id.known()) return id;
        }
        if (labels == 0) return {};
    }
}

}  // namespace fairway::world
