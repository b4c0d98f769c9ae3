// fairway_steer_driver: answers cases of the oracle (tests/oracle/README.md), a JSON line each,
// with what steer::distribute says: documents -> Model -> World -> Facts -> Distribution. The other
// half of the comparison is oracle.py; run.py holds the two together.
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "base/check.h"
#include "case_reader.h"
#include "fast_form.h"
#include "steer/exact.h"
#include "wire/dns/types.h"
#include "world/compiler.h"

namespace fairway::oracle {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& out, const char* key, const std::string& value) {
    out.Key(key);
    out.String(value.c_str());
}

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
                if (part->names[at.name] == choice->GetString())
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
            value = std::string_view(word->GetString()) == "On" ? world::Health::kUp
                                                                : world::Health::kDown;
        } else if (word) {
            value = health(word->GetString());
        }
        facts.set(part->id, value);
    }
    if (const Json* down = member(given, "regions_down")) {
        for (const Json& name : down->GetArray()) {
            if (const auto* region = world.regions->find(name.GetString())) {
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
    for (const Json& item : names.GetArray()) {
        std::string name = item.GetString();
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
        for (const auto& [name, ms] : latency->GetObject()) {
            if (const auto* region = world.regions->find(name.GetString())) {
                asked.latency_ms[region->id.value] = static_cast<float>(ms.GetDouble());
            }
        }
        asked.query.latency_ms = asked.latency_ms;
    }
    if (const Json* distances = member(given, "distance")) {
        for (const auto& [name, km] : distances->GetObject()) {
            asked.distances.push_back({name.GetString(), km.GetDouble()});
        }
        asked.query.distances = asked.distances;
    }
    if (const Json* nth = member(given, "nth")) asked.query.nth = nth->GetUint64();
}

// --- What the evaluator says
// ----------------------------------------------------------------------

void write_shares(Writer& out, const steer::Distribution& told) {
    out.Key("shares");
    out.StartArray();
    for (const steer::AnswerShare& share : told.shares) {
        out.StartArray();
        out.String(share.text.c_str());
        out.Uint(share.ttl);
        out.String(share.share.text().c_str());
        out.EndArray();
    }
    out.EndArray();
}

void write_outcomes(Writer& out, const steer::Distribution& told) {
    out.Key("outcomes");
    out.StartArray();
    for (const steer::AnswerOutcome& outcome : told.outcomes) {
        out.StartObject();
        write(out, "p", outcome.p.text());
        write(out, "rcode", rcode(outcome.outcome));
        out.Key("answers");
        out.StartArray();
        for (const auto& answer : outcome.answers) out.String(answer.c_str());
        out.EndArray();
        out.Key("listed");
        out.Bool(outcome.listed);
        out.Key("sample_k");
        out.Uint(outcome.sample_k);
        out.EndObject();
    }
    out.EndArray();
}

void write_distribution(Writer& out, const steer::Distribution& told) {
    write_shares(out, told);
    write(out, "no_data", told.no_data.text());
    write(out, "nx_domain", told.nx_domain.text());
    write_outcomes(out, told);
    out.Key("too_many");
    out.Bool(told.too_many);
    out.Key("approximate");
    out.Bool(told.approximate);
    out.Key("last_resort");
    out.Bool(told.last_resort);
    out.Key("scope");
    out.Uint(told.scope);
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

void answer(const Json& a_case, Writer& out) {
    model::Model model = read_model(a_case);
    world::Compiler compiler;
    const auto change = compiler.update(model, model.take_changes());
    const world::World& world = *compiler.world();
    out.StartObject();
    const auto* part = part_of(world, a_case);
    if (!part || model::has_errors(compiler.diagnostics())) {
        out.Key("refused");
        out.StartArray();
        for (const auto& finding : compiler.diagnostics()) out.String(finding.text().c_str());
        out.EndArray();
    } else {
        const world::Facts facts = read_facts(world, a_case["facts"]);
        Asked asked;
        read_query(world, a_case["query"], asked);
        const auto told = steer::distribute(world, facts, part->id, asked.query);
        write_distribution(out, told);
        write(out, "fast_form", check_fast_form(change, facts, part->id, asked.query, told));
    }
    out.EndObject();
}

}  // namespace
}  // namespace fairway::oracle

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        rapidjson::Document a_case;
        a_case.Parse(line.c_str());
        FW_CHECK(!a_case.HasParseError());
        rapidjson::StringBuffer text;
        fairway::oracle::Writer out(text);
        fairway::oracle::answer(a_case, out);
        std::puts(text.GetString());
        std::fflush(stdout);
    }
}
