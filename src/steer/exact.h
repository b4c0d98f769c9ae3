// The exact form: the distribution of one decision as fractions, with the path and the reasons.
// Pure; reads Facts directly, not the shard's prepared State, so that the two check each other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fraction.h"
#include "steer/decide.h"
#include "steer/query.h"
#include "world/facts.h"
#include "world/world.h"

namespace fairway::steer {

// Why a node is, or is not, a candidate: the words of explain.
enum class Reason : std::uint8_t {
    kLive,
    kOff,         // admin Off
    kStopped,     // admin Stopped
    kNotMatched,  // match, cidr, range: not for this client; or no answer of the family
    kForcedDown,  // leaf health: down
    kRegionDown,
    kGateDown,    // a HealthCheck or RoutingControl is down
    kTooFewKids,  // fewer live kids than need
    kNoEndpoint,  // service leaf without a live endpoint
    kZeroNever,   // weight 0 with zero: never
};
const char* reason_text(Reason reason);

// One node of the tree as this query sees it, for explain.
struct NodeTrace {
    world::NodeIndex node = 0;
    Reason reason = Reason::kLive;
    std::vector<world::FactId> down_gates;
    bool live = false;
    bool present = true;
    std::uint32_t tier = 0xFFFFFFFFu;  // among its parent's tiers; the maximum = in none
    bool kept = false;                 // in the tier that its parent took
    bool last_resort = false;          // kept by the parent's last rule only
    double measure = 0;  // what ordered it: priority, weight, ms, biased km, key place
    Fraction share;      // chance that the first answer comes from below this node
};

struct AnswerShare {
    world::NodeIndex leaf = 0;
    std::uint32_t value = 0;  // as in Pick
    std::string text;         // "192.0.2.1", "alb-r1."
    Fraction share;
    std::uint32_t ttl = 0;
};

// How a whole answer comes out.
struct AnswerOutcome {
    Fraction p;
    Outcome outcome = Outcome::kAnswer;
    std::vector<std::string> answers;  // text; a set unless `listed`
    bool listed = false;               // order is part of the answer (rotated with known nth)
    std::uint32_t sample_k = 0;        // > 0: k distinct of `answers` (two or more), not enumerated
    // ordered: the group (child name, its addresses) that stands first with chance p.
    std::vector<std::pair<std::string, Fraction>> first_group;
};

struct Distribution {
    std::vector<NodeTrace> nodes;         // by NodeIndex
    std::vector<AnswerShare> shares;      // non-zero ones
    Fraction no_data, nx_domain;          // chance of no answer
    std::vector<AnswerOutcome> outcomes;  // empty if more than kOutcomesMax: see too_many
    bool too_many = false;
    bool approximate = false;
    bool last_resort = false;
    std::uint8_t scope = 0;
};

Distribution distribute(const world::World& world, const world::Facts& facts,
                        world::PolicyId policy, const Query& query);

}  // namespace fairway::steer
