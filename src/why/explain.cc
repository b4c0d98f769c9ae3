#include "why/explain.h"

#include <cstdio>

#include "base/limits.h"
#include "base/metrics.h"
#include "why/overlay.h"
#include "wire/dns/name.h"
#include "wire/dns/types.h"

namespace fairway::why {
namespace {

using steer::Distribution;
using steer::NodeTrace;
using steer::Reason;
using world::NodeIndex;
using world::PolicyPart;

std::string node_kind(const world::Node& node) {
    if (node.is_leaf) return node.service.known() ? "endpoints" : "leaf";
    std::string out(model::op_name(node.op));
    if (node.draw == model::Draw::kSample) {
        out += ", sample of " + std::to_string(node.k);
    } else if (node.draw != model::Draw::kOne) {
        out += ", draw " + std::string(model::draw_name(node.draw));
    }
    if (node.pinned) out += ", pinned";
    if (node.current.known()) out += ", non-preemptive";
    return out;
}

// One decimal is all that a person compares.
std::string trimmed(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    std::string out = text;
    if (out.ends_with(".0")) out.resize(out.size() - 2);
    return out;
}

// What placed it among its parent's kids.
std::string standing(const PolicyPart& part, const world::Node& node, const NodeTrace& trace) {
    if (node.parent == world::kNoNode) return {};
    switch (part.nodes[node.parent].op) {
        case model::Op::kPriority:
            return "priority " + std::to_string(node.priority);
        case model::Op::kWeight:
            return "weight " + std::to_string(node.weight);
        case model::Op::kLatency:
            return trace.measure < 1e9 ? trimmed(trace.measure) + " ms" : "latency unknown";
        case model::Op::kProximity:
            return trace.measure < 1e9 ? trimmed(trace.measure) + " km biased" : "distance unknown";
        case model::Op::kMatch:
            return node.keys_size == 0 ? "no key" : "matched by key";
        case model::Op::kCidr:
        case model::Op::kRange:
            return node.spans_size == 0 ? "fallback" : "by address";
        case model::Op::kUniform:
        case model::Op::kHash:
            return {};
    }
    return {};
}

std::string verdict(const NodeTrace& trace, bool has_parent) {
    if (trace.reason == Reason::kLive && !has_parent) return "live";
    if (trace.last_resort)
        return std::string(steer::reason_text(trace.reason)) + ", used as last resort";
    if (trace.reason != Reason::kLive) return steer::reason_text(trace.reason);
    return trace.kept ? "live" : "live, waits in tier " + std::to_string(trace.tier + 1);
}

class Teller {
  public:
    Teller(const world::World& world, const world::Facts& facts, const PolicyPart& part,
           const Distribution& distribution, const FactTeller& teller)
        : world_(world), now_(facts), part_(part), distribution_(distribution), facts_(teller) {}

    void walk(NodeIndex index, std::uint32_t depth, std::vector<ExplainedNode>& out) const {
        const auto& node = part_.nodes[index];
        out.push_back(tell(node, distribution_.nodes[index], depth));
        if (node.is_leaf) return;
        for (NodeIndex kid = 0; kid < node.kid_count; ++kid)
            walk(node.first_kid + kid, depth + 1, out);
    }

  private:
    ExplainedNode tell(const world::Node& node, const NodeTrace& trace, std::uint32_t depth) const {
        ExplainedNode out;
        out.name = part_.names[node.name];
        out.depth = depth;
        out.kind = node_kind(node);
        out.standing = standing(part_, node, trace);
        out.verdict = verdict(trace, node.parent != world::kNoNode);
        out.live = trace.live;
        out.kept = trace.kept;
        out.last_resort = trace.last_resort;
        out.tier = trace.tier == 0xFFFFFFFFu ? 0 : trace.tier + 1;
        out.share = trace.share;
        if (node.is_leaf) out.answers = answers_of(node);
        for (std::uint32_t i = 0; i < node.gates_size; ++i) {
            out.gates.push_back(facts_(part_.gates[node.gates_at + i]));
        }
        if (node.is_leaf && node.service.known()) tell_endpoints(node, out.endpoints);
        return out;
    }

    void tell_endpoints(const world::Node& node, std::vector<ExplainedEndpoint>& out) const {
        const auto* service = world_.services.at(node.service.value);
        if (!service) return;
        for (const auto& endpoint : service->endpoints) {
            if (node.service_region.known() && endpoint.region != node.service_region) continue;
            ExplainedEndpoint told{.address = endpoint.address.text(),
                                   .verdict = endpoint_verdict(*service, endpoint)};
            told.live = told.verdict == kEndpointLive;
            for (std::uint32_t i = 0; i < endpoint.gates_size; ++i) {
                told.gates.push_back(facts_(service->gates[endpoint.gates_at + i]));
            }
            out.push_back(std::move(told));
        }
    }

    // The rule of docs/steering.md, section 3.2, in words.
    const char* endpoint_verdict(const world::ServicePart& service,
                                 const world::EndpointPart& endpoint) const {
        if (endpoint.terminating) return "terminating";
        if (!endpoint.ready) return "not ready";
        if (!now_.region_up(endpoint.region)) return "its region is down";
        for (std::uint32_t i = 0; i < endpoint.gates_size; ++i) {
            if (!now_.up(service.gates[endpoint.gates_at + i])) return "a check is down";
        }
        return kEndpointLive;
    }

    std::vector<std::string> answers_of(const world::Node& node) const {
        if (!node.service.known()) return part_.answers[node.answers].text;
        std::vector<std::string> out;
        const auto* service = world_.services.at(node.service.value);
        if (!service) return out;
        for (const auto& endpoint : service->endpoints) {
            if (node.service_region.known() && endpoint.region != node.service_region) continue;
            out.push_back(endpoint.address.text());
        }
        return out;
    }

    static constexpr const char* kEndpointLive = "live";
    const world::World& world_;
    const world::Facts& now_;
    const PolicyPart& part_;
    const Distribution& distribution_;
    const FactTeller& facts_;
};

constexpr const char* kStickiness[] = {"none", "subnet", "client"};

void describe(const world::World& world, const PolicyPart& part, const steer::Query& query,
              Explanation& out) {
    out.policy = "TrafficPolicy/" + part.name;
    out.ttl = part.ttl;
    out.stickiness = kStickiness[static_cast<int>(part.stickiness)];
    if (query.region.known()) out.region = world.regions->regions[query.region.value].name;
}

// The decision itself: nodes, answers, outcomes.
void tell_policy(const world::World& world, const world::Facts& facts, const world::Facts& as_if,
                 const FactTeller& teller, const PolicyPart& part, const steer::Query& query,
                 Explanation& out) {
    const FactTeller tell_as_if = [&](world::FactId fact) {
        FactStory story = teller(fact);
        if (as_if.health(fact) != facts.health(fact)) {
            story.health = as_if.health(fact);
            story.by = "--down";
            story.detail.clear();
        }
        return story;
    };
    const Distribution distribution = steer::distribute(world, as_if, part.id, query);
    Teller(world, as_if, part, distribution, tell_as_if).walk(0, 0, out.nodes);
    for (const auto& share : distribution.shares) {
        out.answers.push_back(
            {share.text, share.share, share.ttl, part.names[part.nodes[share.leaf].name]});
    }
    out.outcomes = distribution.outcomes;
    out.too_many_outcomes = distribution.too_many;
    if (distribution.too_many) limit_hit(Limit::kOutcomes);
    out.no_data = distribution.no_data;
    out.nx_domain = distribution.nx_domain;
    out.approximate = distribution.approximate;
    out.last_resort = distribution.last_resort;
    out.scope = distribution.scope;
}

}  // namespace

FactStory story_of(const world::FactKeeper& keeper, world::FactId id, std::int64_t now_unix_ms) {
    auto standing = keeper.standing(id, now_unix_ms);
    return {std::move(standing.name),   standing.health,
            standing.since_unix_ms,     std::move(standing.by),
            std::move(standing.detail), standing.stale};
}

// Follows aliases to what answers; `out` is told each step.
static Result<NameStanding> follow(const world::World& world, const ExplainRequest& request,
                                   Explanation& out) {
    std::string name = request.name;
    for (std::uint32_t step = 0; step < kAliasChainMax; ++step) {
        NameStanding standing = look_up(world, name, request.qtype);
        if (standing.kind == NameStanding::Kind::kAlias) {
            out.aliases.push_back(wire::dns::plain_name(name) + " CNAME " + standing.target);
            name = standing.target;
            continue;
        }
        if (standing.kind == NameStanding::Kind::kSteered ||
            standing.kind == NameStanding::Kind::kStatic) {
            return standing;
        }
        return fail(
            Code::kNotFound, Origin::kDownstream,
            wire::dns::plain_name(name) + " " + out.type + ": " + standing_text(standing.kind));
    }
    return fail(Code::kNotFound, Origin::kDownstream, request.name + ": a loop of aliases");
}

Result<Explanation> explain(const world::World& world, const world::Facts& facts,
                            const FactTeller& teller, const ExplainRequest& request) {
    Explanation out;
    out.name = wire::dns::plain_name(request.name);
    out.type = wire::dns::type_text(wire::dns::Type{request.qtype});
    out.generation = world.generation;
    FW_TRY(NameStanding standing, follow(world, request, out));
    world::Facts as_if = facts;
    FW_TRY_VOID(take_down(world, request.down, as_if));
    FW_TRY(const GivenFacts given, GivenFacts::parse(world, request.facts));
    const Cidr nobody = Cidr::of(IpAddr::v4(0u), 0);
    steer::Query query = steer::locate(world, request.from.value_or(nobody), request.qtype);
    given.apply(query);
    out.client = query.client.text();
    out.records = std::move(standing.records);
    if (standing.kind == NameStanding::Kind::kSteered) {
        const PolicyPart& part = *world.policies.at(standing.policy.value);
        describe(world, part, query, out);
        tell_policy(world, facts, as_if, teller, part, query, out);
    }
    return out;
}

}  // namespace fairway::why
