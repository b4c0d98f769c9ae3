// fairway_steer_driver: answers cases of the oracle (tests/oracle/README.md), a JSON line each,
// with what steer::distribute says: documents -> Model -> World -> Facts -> Distribution. The other
// half of the comparison is oracle.py; run.py holds the two together.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/json_writer.h"
#include "case_reader.h"
#include "fast_form.h"
#include "steer/exact.h"
#include "wire/dns/types.h"
#include "world/compiler.h"

namespace fairway::oracle {
namespace {

const char* rcode(steer::Outcome outcome) {
    switch (outcome) {
        case steer::Outcome::kAnswer:
            return "NOERROR";
        case steer::Outcome::kNoData:
            return "NODATA";
        case steer::Outcome::kNxDomain:
            return "NXDOMAIN";
    }
    return "";
}

// --- The facts of the case
// ------------------------------------------------------------------------

world::Health health(const std::string& word) {
    if (word == "up") return world::Health::kUp;
    if (word == "checking") return world::Health::kChecking;
    if (word == "unmonitored") return world::Health::kUnmonitored;
    FW_CHECK(word == "down");
    return world::Health::kDown;
}

world::Health initial(const world::CheckPart& part) {
    if (part.control) {
        return part.control->initial_on ? world::Health::kUp : world::Health::kDown;
    }
    switch (part.check->initial) {
        case model::InitialHealth::kUp:
            return world::Health::kUp;
        case model::InitialHealth::kDown:
            return world::Health::kDown;
        case model::InitialHealth::kChecking:
            return world::Health::kChecking;
    }
    return world::Health::kUp;
}

// What the case tells of one fact; null: nothing.
const Json* told(const Json& facts, const world::CheckPart& part) {
    if (part.control) {
        const Json* controls = member(facts, "controls");
        return controls ? member(*controls, part.control->meta.key.name.c_str()) : nullptr;
    }
    const std::string& name = part.check->meta.key.name;
    if (!part.check->target) {
        const Json* checks = member(facts, "checks");
        return checks ? member(*checks, name.c_str()) : nullptr;
    }
    const Json* probes = member(facts, "probes");
    if (!probes || !part.address) return nullptr;
    return member(*probes, (name + "@" + part.address->ip.text()).c_str());
}

void set_currents(const world::World& world, const Json& current, world::Facts& facts) {
    for (std::uint32_t id = 0; id < world.policies.bound(); ++id) {
        const world::PolicyPart* part = world.policies.at(id);
        if (!part) continue;
        for (const world::Node& node : part->nodes) {
            if (!node.current.known()) continue;
            const Json* choice = member(current, part->names[node.name].c_str());
            if (!choice) continue;
            for (std::uint32_t kid = 0; kid < node.kid_count; ++kid) {
                const world::Node& at = part->nodes[node.first_kid + kid];
                if (part->names[at.name] == choice->get<std::string>())
                    facts.set_current(node.current, kid);
            }
        }
    }
}

world::Facts read_facts(const world::World& world, const Json& given) {
    world::Facts facts;
    for (std::uint32_t id = 0; id < world.checks.bound(); ++id) {
        const world::CheckPart* part = world.checks.at(id);
        if (!part) continue;
        const Json* word = told(given, *part);
        world::Health value = initial(*part);
        if (word && part->control) {
            value = word->get<std::string>() == "On" ? world::Health::kUp : world::Health::kDown;
        } else if (word) {
            value = health(word->get<std::string>());
        }
        facts.set(part->id, value);
    }
    if (const Json* down = member(given, "regions_down")) {
        for (const Json& name : *down) {
            if (const auto* region = world.regions->find(name.get<std::string>())) {
                facts.set_region(region->id, false);
            }
        }
    }
    if (const Json* current = member(given, "current")) set_currents(world, *current, facts);
    return facts;
}

// --- The query of the case
// ------------------------------------------------------------------------

// Owns what the query's spans point to.
struct Asked {
    steer::Query query;
    std::vector<world::KeyId> geo, lines;
    std::vector<float> latency_ms;
    std::vector<steer::NamedDistance> distances;
};

// A key that no policy and no Region names can match nothing: it gets a number of its own.
std::vector<world::KeyId> keys(const world::World& world, const Json& names) {
    std::vector<world::KeyId> found;
    world::KeyId unknown = static_cast<world::KeyId>(world.keys->size());
    for (const Json& item : names) {
        std::string name = item.get<std::string>();
        if (name == "line/default") name = "*";
        const auto at = std::find(world.keys->begin(), world.keys->end(), name);
        found.push_back(at == world.keys->end()
                            ? unknown++
                            : static_cast<world::KeyId>(at - world.keys->begin()));
    }
    found.push_back(world::kAnyKey);
    return found;
}

std::uint16_t query_type(const Json& query) {
    const auto type = wire::dns::type_from_text(text(query, "type"));
    FW_CHECK(type);
    return static_cast<std::uint16_t>(*type);
}

void read_query(const world::World& world, const Json& given, Asked& asked) {
    asked.query = steer::locate(world, cidr(given["client"]), query_type(given));
    if (const Json* names = member(given, "geo")) {
        asked.geo = keys(world, *names);
        asked.query.geo = asked.geo;
    }
    if (const Json* names = member(given, "lines")) {
        asked.lines = keys(world, *names);
        asked.query.lines = asked.lines;
    }
    if (const Json* latency = member(given, "latency")) {
        asked.latency_ms.assign(world.regions->regions.size(), std::nanf(""));
        for (const auto& [name, ms] : latency->items()) {
            if (const auto* region = world.regions->find(name)) {
                asked.latency_ms[region->id.value] = static_cast<float>(ms.get<double>());
            }
        }
        asked.query.latency_ms = asked.latency_ms;
    }
    if (const Json* distances = member(given, "distance")) {
        for (const auto& [name, km] : distances->items()) {
            asked.distances.push_back({name, km.get<double>()});
        }
        asked.query.distances = asked.distances;
    }
    if (const Json* nth = member(given, "nth")) asked.query.nth = nth->get<std::uint64_t>();
}

// --- What the evaluator says
// ----------------------------------------------------------------------

void write_shares(JsonWriter& out, const steer::Distribution& told) {
    out.key("shares").begin_array();
    for (const steer::AnswerShare& share : told.shares) {
        out.begin_array().value(share.text).value(share.ttl).value(share.share.text()).end_array();
    }
    out.end_array();
}

void write_outcomes(JsonWriter& out, const steer::Distribution& told) {
    out.key("outcomes").begin_array();
    for (const steer::AnswerOutcome& outcome : told.outcomes) {
        out.begin_object().field("p", outcome.p.text()).field("rcode", rcode(outcome.outcome));
        out.key("answers").begin_array();
        for (const auto& answer : outcome.answers) out.value(answer);
        out.end_array().field("listed", outcome.listed).field("sample_k", outcome.sample_k);
        out.end_object();
    }
    out.end_array();
}

void write_distribution(JsonWriter& out, const steer::Distribution& told) {
    write_shares(out, told);
    out.field("no_data", told.no_data.text()).field("nx_domain", told.nx_domain.text());
    write_outcomes(out, told);
    out.field("too_many", told.too_many).field("approximate", told.approximate);
    out.field("last_resort", told.last_resort);
    out.field("scope", static_cast<std::uint32_t>(told.scope));
}

// The tree of the policy asked that serves this type.
const world::PolicyPart* part_of(const world::World& world, const Json& a_case) {
    const std::string name = std::string(kNamespace) + "/" + text(a_case, "policy");
    const auto ids = world.policy_ids->find(name);
    if (ids == world.policy_ids->end()) return nullptr;
    for (const world::PolicyId id : ids->second) {
        const auto* part = world.policies.at(id.value);
        if (part && part->qtype == query_type(a_case["query"])) return part;
    }
    return nullptr;
}

void answer(const Json& a_case, JsonWriter& out) {
    model::Model model = read_model(a_case);
    world::Compiler compiler;
    const auto change = compiler.update(model, model.take_changes());
    const world::World& world = *compiler.world();
    out.begin_object();
    const auto* part = part_of(world, a_case);
    if (!part || model::has_errors(compiler.diagnostics())) {
        out.key("refused").begin_array();
        for (const auto& finding : compiler.diagnostics()) out.value(finding.text());
        out.end_array();
    } else {
        const world::Facts facts = read_facts(world, a_case["facts"]);
        Asked asked;
        read_query(world, a_case["query"], asked);
        const auto told = steer::distribute(world, facts, part->id, asked.query);
        write_distribution(out, told);
        out.field("fast_form", check_fast_form(change, facts, part->id, asked.query, told));
    }
    out.end_object();
}

}  // namespace
}  // namespace fairway::oracle

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const auto a_case = fairway::parse_json(line);
        FW_CHECK(a_case);
        std::string text;
        fairway::JsonWriter out(text);
        fairway::oracle::answer(*a_case, out);
        std::puts(text.c_str());
        std::fflush(stdout);
    }
}
