// Lookups that a shard prepares for match, cidr and range nodes: key -> kids, client prefix ->
// kids, and the nearest edges around a client for the ECS scope. Built at publish, read by decide.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "world/policy.h"

namespace fairway::steer {

class KeyIndex {
  public:
    KeyIndex(const world::PolicyPart& part, const world::Node& node);
    std::span<const world::NodeIndex> find(world::KeyId key) const;

  private:
    struct Slot {
        world::KeyId key = 0;
        std::uint32_t at = 0, size = 0;  // in kids_; size 0: free
    };
    std::vector<Slot> slots_;  // open addressing, a power of two
    std::vector<world::NodeIndex> kids_;
};

// The spans of one node: nested or disjoint (prefixes always are), else searched one by one.
class SpanIndex {
  public:
    SpanIndex(const world::PolicyPart& part, const world::Node& node);

    // Calls visit(kid, prefix length) for each span that holds [first, last], longest first.
    template <class Visit>
    void each_around(const Cidr& client, const Visit& visit) const {
        const Side& side = client.base.is_v4() ? v4_ : v6_;
        const IpNumber first = client.base.number(), last = client.last().number();
        std::uint32_t at = side.innermost(first);
        for (; at != kNone; at = side.nested ? side.spans[at].parent : previous(at)) {
            const Span& span = side.spans[at];
            if (span.first <= first && last <= span.last) visit(span.kid, span.length);
        }
    }
    // Kids without any span.
    std::span<const world::NodeIndex> fallback() const { return fallback_; }

  private:
    static constexpr std::uint32_t kNone = 0xFFFFFFFFu;
    static std::uint32_t previous(std::uint32_t at) { return at == 0 ? kNone : at - 1; }
    struct Span {
        IpNumber first, last;
        world::NodeIndex kid;
        std::uint32_t parent = kNone;
        std::uint8_t length;
    };
    struct Side {
        std::vector<Span> spans;            // by first, then longest span first
        std::vector<std::uint32_t> starts;  // v4: `first` in 32 bits, for a fast search
        bool nested = true;
        void build(bool v4);
        std::uint32_t innermost(IpNumber address) const;
    };
    Side v4_, v6_;
    std::vector<world::NodeIndex> fallback_;
};

// Where spans begin or end, over a whole policy.
class Edges {
  public:
    explicit Edges(const world::PolicyPart& part);
    // Bits of the client's family that the spans need (docs/steering.md section 7).
    unsigned bits(const Cidr& client) const;

  private:
    std::vector<IpNumber> v4_, v6_;  // an edge lies just before each
};

}  // namespace fairway::steer
