#include "steer/lookup.h"

#include <algorithm>
#include <bit>

namespace fairway::steer {

using world::Node;
using world::NodeIndex;

KeyIndex::KeyIndex(const world::PolicyPart& part, const Node& node) {
    std::vector<std::pair<world::KeyId, NodeIndex>> pairs;
    for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
        const Node& kid = part.nodes[k];
        for (std::uint32_t i = 0; i < kid.keys_size; ++i) {
            pairs.emplace_back(part.keys[kid.keys_at + i], k);
        }
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    slots_.resize(std::bit_ceil(pairs.size() * 2 + 1));
    for (const auto& [key, kid] : pairs) {
        std::size_t at = mix64(key) & (slots_.size() - 1);
        while (slots_[at].size > 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
        Slot& slot = slots_[at];
        if (slot.size++ == 0) {
            slot.key = key;
            slot.at = static_cast<std::uint32_t>(kids_.size());
        }
        kids_.push_back(kid);
    }
}

std::span<const NodeIndex> KeyIndex::find(world::KeyId key) const {
    std::size_t at = mix64(key) & (slots_.size() - 1);
    for (; slots_[at].size > 0; at = (at + 1) & (slots_.size() - 1)) {
        if (slots_[at].key == key) return {kids_.data() + slots_[at].at, slots_[at].size};
    }
    return {};
}

SpanIndex::SpanIndex(const world::PolicyPart& part, const Node& node) {
    for (NodeIndex k = node.first_kid; k < node.first_kid + node.kid_count; ++k) {
        const Node& kid = part.nodes[k];
        if (kid.spans_size == 0) fallback_.push_back(k);
        for (std::uint32_t i = 0; i < kid.spans_size; ++i) {
            const world::AddressSpan& span = part.spans[kid.spans_at + i];
            Side& side = span.first.is_v4() ? v4_ : v6_;
            side.spans.push_back({span.first.number(), span.last.number(), k, kNone, span.length});
        }
    }
    v4_.build(true);
    v6_.build(false);
}

void SpanIndex::Side::build(bool v4) {
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
        return a.first != b.first ? a.first < b.first
               : a.last != b.last ? a.last > b.last
                                  : a.kid < b.kid;
    });
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < spans.size(); ++i) {
        while (!open.empty() && spans[open.back()].last < spans[i].first) open.pop_back();
        if (!open.empty()) {
            spans[i].parent = open.back();
            nested &= spans[i].last <= spans[open.back()].last;
        }
        open.push_back(i);
        if (v4) starts.push_back(static_cast<std::uint32_t>(spans[i].first));
    }
}

// Where to begin: no span after it holds the address; if nested, its parents are all around it.
std::uint32_t SpanIndex::Side::innermost(IpNumber address) const {
    std::size_t after;
    if (!starts.empty()) {
        const auto low = static_cast<std::uint32_t>(address);
        after = static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), low) -
                                         starts.begin());
    } else {
        const auto at = std::upper_bound(spans.begin(), spans.end(), address,
                                         [](IpNumber a, const Span& s) { return a < s.first; });
        after = static_cast<std::size_t>(at - spans.begin());
    }
    return after == 0 ? kNone : static_cast<std::uint32_t>(after - 1);
}

Edges::Edges(const world::PolicyPart& part) {
    for (const world::AddressSpan& span : part.spans) {
        auto& side = span.first.is_v4() ? v4_ : v6_;
        // The family's own ends are no edges.
        if (Cidr::of(span.first, 0).base != span.first) side.push_back(span.first.number());
        if (Cidr::of(span.last, 0).last() != span.last) side.push_back(span.last.number() + 1);
    }
    for (auto* side : {&v4_, &v6_}) {
        std::sort(side->begin(), side->end());
        side->erase(std::unique(side->begin(), side->end()), side->end());
    }
}

unsigned Edges::bits(const Cidr& client) const {
    const auto& side = client.base.is_v4() ? v4_ : v6_;
    if (side.empty()) return 0;
    const IpNumber first = client.base.number(), last = client.last().number();
    const unsigned offset = client.base.is_v4() ? 96 : 0;
    const auto above = std::upper_bound(side.begin(), side.end(), first);
    unsigned bits = 0;
    if (above != side.end()) {
        if (*above <= last) return client.length;
        bits = common_bits(first, *above) - offset + 1;
    }
    if (above != side.begin())
        bits = std::max(bits, common_bits(first, *(above - 1) - 1) - offset + 1);
    return bits;
}

}  // namespace fairway::steer
