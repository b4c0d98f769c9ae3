// explain: one name, one type, one client: every candidate, the rule that dropped it, exact shares,
// TTL, verdicts with their provenance. A value that owns all it tells.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "steer/exact.h"
#include "why/given.h"
#include "why/names.h"
#include "world/fact_keeper.h"
#include "world/facts.h"
#include "world/world.h"

namespace fairway::why {

// What is known of one fact, told by whoever keeps them (world::FactKeeper, or a directory's
// declared initial values).
struct FactStory {
    std::string name;  // "HealthCheck/default/eu"
    world::Health health = world::Health::kUp;
    std::int64_t since_ms = 0;  // wall clock; 0 = never told: the declared initial value
    std::string by;             // "prober eu", "switch by alice", "declared"
    std::string detail;         // what the probe saw: "HTTP 503 in 2 ms"
    bool stale = false;
};
FactStory story_of(const world::FactKeeper& keeper, world::FactId id, std::int64_t now_unix_ms);
using FactTeller = std::function<FactStory(world::FactId)>;

struct ExplainRequest {
    std::string name;  // "shop.example.com"
    std::uint16_t qtype = 1;
    std::optional<Cidr> from;  // default: a client nobody knows, 0.0.0.0/0
    FactArguments facts;
    std::vector<std::string> down;
};

// A candidate of a serviceRef leaf.
struct ExplainedEndpoint {
    std::string address;
    std::string verdict;  // "live", "not ready", "a check is down", …
    bool live = false;
    std::vector<FactStory> gates;  // the probes of it
};

struct ExplainedNode {
    std::string name;
    std::uint32_t depth = 0;
    std::string kind;      // "latency", "weight, draw sample of 8", "leaf"
    std::string standing;  // under its parent: "weight 3", "20 ms", "priority 1"
    std::string verdict;   // "live", "left out: a gate is down", …
    bool live = false;
    bool kept = false;
    bool last_resort = false;
    std::uint32_t tier = 0;  // 1-based; 0 = in none
    Fraction share;
    std::vector<std::string> answers;  // a leaf's
    std::vector<FactStory> gates;
    std::vector<ExplainedEndpoint> endpoints;  // of a serviceRef leaf
};

struct ExplainedAnswer {
    std::string answer;
    Fraction share;
    std::uint32_t ttl = 0;
    std::string leaf;
};

struct Explanation {
    std::vector<std::string> aliases;   // "www.example.com CNAME shop.example.com.", as followed
    std::vector<StaticRecord> records;  // of a name that nothing steers; then no policy, no nodes
    std::string name, type, client, region, policy, stickiness;
    std::uint64_t generation = 0;
    unsigned scope = 0;
    std::uint32_t ttl = 0;
    std::vector<ExplainedNode> nodes;  // in tree order
    std::vector<ExplainedAnswer> answers;
    std::vector<steer::AnswerOutcome> outcomes;
    bool too_many_outcomes = false;
    Fraction no_data, nx_domain;
    bool approximate = false, last_resort = false;
};

// Error kNotFound: the name has no answer of this type.
Result<Explanation> explain(const world::World& world, const world::Facts& facts,
                            const FactTeller& teller, const ExplainRequest& request);

std::string explain_text(const Explanation& explanation);
std::string explain_json(const Explanation& explanation);

}  // namespace fairway::why
