// PolicyPart: one TrafficPolicy compiled for one family, as a flat tree (docs/steering.md). A node
// that is named twice stands twice, `policy:` children are expanded in place, so every node has one
// parent and carries its child entry's attributes. Immutable; read by every shard.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "model/traffic_policy.h"
#include "world/ids.h"

namespace fairway::world {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = 0xFFFFFFFFu;

// Of one leaf. `addresses` for A and AAAA; `rdata` (wire form, uncompressed) for every type.
struct AnswerSet {
    std::uint16_t type = 1;  // RR type of `rdata`; 5 (CNAME) for a hostname leaf
    std::vector<std::vector<std::uint8_t>> rdata;  // RDATA, one for each value
    std::vector<std::uint16_t> types;  // with family after: type of each rdata (A or AAAA)
    std::vector<std::string> text;     // presentation form, as declared
};

struct Node {
    bool is_leaf = false;
    // As a kid of its parent.
    model::Admin admin = model::Admin::kOn;
    std::int16_t bias = 0;
    std::int32_t priority = 0;
    std::uint32_t weight = 1;
    RegionId kid_region;  // for latency and proximity
    NodeIndex parent = kNoNode;
    std::uint32_t keys_at = 0, keys_size = 0;    // in PolicyPart::keys (match)
    std::uint32_t spans_at = 0, spans_size = 0;  // in PolicyPart::spans (cidr, range); 0 = fallback
    std::uint32_t coordinates = 0xFFFFFFFFu;     // in PolicyPart::coordinates
    // Its own.
    RegionId region;                             // up or down as a whole
    std::uint32_t gates_at = 0, gates_size = 0;  // in PolicyPart::gates
    std::uint32_t ttl = 0xFFFFFFFFu;             // min over the path; 0xFFFFFFFF = none given
    std::uint32_t name = 0;                      // in PolicyPart::names
    // Leaf.
    model::ForcedHealth forced = model::ForcedHealth::kNone;
    std::uint32_t answers = 0xFFFFFFFFu;  // in PolicyPart::answers; none for a service leaf
    ServiceId service;
    RegionId service_region;  // unknown: every region
    std::uint32_t max_answers = 8;
    // Select.
    model::Op op = model::Op::kUniform;
    model::Draw draw = model::Draw::kOne;
    model::MatchKey key = model::MatchKey::kGeo;
    model::Zero zero = model::Zero::kReserve;
    model::Last last = model::Last::kOpen;
    model::Empty empty = model::Empty::kNoData;
    model::Empty no_match = model::Empty::kNoData;
    bool pinned = false;
    bool propagate = true;
    bool need_percent = false;  // else a count (per-family needs are resolved at compile)
    std::uint32_t need = 1;
    std::uint32_t k = 8;
    CurrentId current;        // known iff nonPreemptive
    NodeIndex first_kid = 0;  // kids are contiguous
    std::uint32_t kid_count = 0;
    // live() of this node depends on the query: a match, cidr or range stands in it or below.
    bool query_dependent = false;
};

struct AddressSpan {
    IpAddr first, last;
    std::uint8_t length = 0;  // prefix length in the mapped 128-bit space (cidr); 0 for a range
};

// Match keys are interned over the World: "country/US" -> KeyId; 0 = "*".
using KeyId = std::uint32_t;
inline constexpr KeyId kAnyKey = 0;

struct PolicyPart {
    PolicyId id;
    std::string name;  // "default/shop"
    std::string policy_ns, policy_name;
    std::uint16_t qtype = 1;     // the query type that it serves
    bool filter_family = false;  // family: after
    model::Stickiness stickiness = model::Stickiness::kNone;
    std::uint32_t ttl = 60;
    std::vector<std::string> hostnames;
    std::vector<Node> nodes;  // [0] is the root; kids after their parent
    std::vector<KeyId> keys;
    std::vector<AddressSpan> spans;
    std::vector<FactId> gates;
    std::vector<model::Coordinates> coordinates;
    std::vector<AnswerSet> answers;
    std::vector<std::string> names;
    bool has_current = false;         // some node is nonPreemptive
    bool location_dependent = false;  // some op reads the client: ECS scope > 0
};

}  // namespace fairway::world
