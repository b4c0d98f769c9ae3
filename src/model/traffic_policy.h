// TrafficPolicy as declared: a named graph of nodes, docs/steering.md. Defaults are filled in when
// the document is decoded, so that nobody downstream knows a default. Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ip.h"
#include "model/object.h"

namespace fairway::model {

enum class Op : std::uint8_t {
    kUniform,
    kPriority,
    kWeight,
    kLatency,
    kProximity,
    kMatch,
    kCidr,
    kRange,
    kHash
};
enum class Draw : std::uint8_t { kOne, kAll, kRotated, kSample, kOrdered };
enum class Zero : std::uint8_t { kReserve, kNever, kLast };
enum class Last : std::uint8_t { kOpen, kFirst, kNone };
enum class Empty : std::uint8_t { kNoData, kNxDomain };  // the answer when there is none
enum class Admin : std::uint8_t { kOn, kOff, kStopped };
enum class MatchKey : std::uint8_t { kGeo, kLine };
enum class FamilyRule : std::uint8_t { kSeparate, kAfter, kBefore };
enum class Stickiness : std::uint8_t { kNone, kSubnet, kClient };
enum class ForcedHealth : std::uint8_t { kNone, kUp, kDown };

std::string_view op_name(Op op);  // "priority"
std::string_view draw_name(Draw draw);

// A condition that must be up, AND-ed: HealthCheck (one with an address) or RoutingControl.
struct Gate {
    Kind kind = Kind::kHealthCheck;
    Ref ref;
};

struct Coordinates {
    double latitude = 0;   // degrees, -90..90
    double longitude = 0;  // degrees, -180..180
};

struct ServiceLeaf {
    Ref service;
    std::string region;  // empty: endpoints of every region
    Pos region_pos;
    std::uint32_t max_answers = 8;  // 1..64 of the live endpoints, chosen anew for each answer
};

struct Leaf {
    std::vector<std::string> values;  // presentation form of spec.type, e.g. "192.0.2.1", "10 mx1"
    std::vector<Pos> value_pos;       // one for each value
    std::string hostname;             // answered as CNAME; name without needing a final dot
    std::optional<ServiceLeaf> service;
    ForcedHealth health = ForcedHealth::kNone;
};

struct Need {
    enum class Form : std::uint8_t { kCount, kPercent, kPerFamily } form = Form::kCount;
    std::uint32_t count = 1;           // kCount
    std::uint32_t percent = 0;         // kPercent: live * 100 >= percent * kids
    std::uint32_t ipv4 = 0, ipv6 = 0;  // kPerFamily: live kids that have an answer of the family
};

struct AddressRange {
    IpAddr first, last;  // inclusive, one family
    Pos pos;
};

struct Child {
    Pos pos;
    std::string node;    // exactly one of node, policy
    std::string policy;  // same namespace; its root takes this place
    Pos target_pos;
    std::uint32_t weight = 1;   // op weight (and draw ordered)
    std::int32_t priority = 0;  // op priority: smaller first
    std::int32_t bias = 0;      // op proximity: -99..99
    std::string region;         // op latency, proximity; default: the node's own region
    Pos region_pos;
    std::optional<Coordinates> coordinates;  // op proximity; default: the region's
    std::vector<std::string> match;          // op match: "country/US", "line/telecom", "*"
    std::vector<Pos> match_pos;
    std::vector<Cidr> cidrs;  // op cidr; empty: the fallback kid
    std::vector<Pos> cidr_pos;
    std::vector<AddressRange> ranges;  // op range; empty: the fallback kid
    Admin admin = Admin::kOn;
};

struct Select {
    Pos pos;
    Op op = Op::kUniform;
    Draw draw = Draw::kOne;
    MatchKey key = MatchKey::kGeo;  // op match
    std::uint32_t k = 8;            // draw sample
    Zero zero = Zero::kReserve;     // op weight, draw ordered
    Need need;
    Last last = Last::kOpen;
    Empty empty = Empty::kNoData;     // last: none, and nothing to choose from
    Empty no_match = Empty::kNoData;  // the root matches nothing
    bool pinned = false;
    bool propagate = true;
    bool non_preemptive = false;  // op priority
};

struct PolicyNode {
    std::string name;
    Pos pos;
    std::optional<Leaf> leaf;  // exactly one of leaf, select
    std::optional<Select> select;
    std::vector<Child> children;  // of a select
    std::vector<Gate> gates;
    std::string region;  // where it runs: latency, --down region/NAME
    Pos region_pos;
    std::optional<std::uint32_t> ttl;
    Admin admin = Admin::kOn;
};

struct TrafficPolicy {
    Meta meta;
    std::vector<std::string> hostnames;  // absolute, lower case, without final dot; may be empty
    std::vector<Pos> hostname_pos;
    std::string type = "A";  // RR mnemonic; with family after|before: A and AAAA both
    FamilyRule family = FamilyRule::kSeparate;
    std::uint32_t ttl = 60;  // seconds
    Stickiness stickiness = Stickiness::kNone;
    std::string root;
    Pos root_pos;
    std::vector<PolicyNode> nodes;
};

}  // namespace fairway::model
