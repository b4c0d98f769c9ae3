#include "app/vector_case.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "app/vector_expect.h"
#include "config/directory.h"
#include "steer/exact.h"
#include "why/given.h"
#include "wire/dns/name.h"
#include "wire/dns/types.h"
#include "world/compiler.h"
#include "world/fact_keeper.h"
#include "world/steered_names.h"

namespace fairway::app {
namespace {

using vectors::Expanded;
using vectors::Told;

constexpr unsigned kDraws = 20'000;
constexpr std::uint64_t kSeed = 20'150'109;
const std::string kNamespace = "default/";

// What a case is decided in.
struct Stage {
    model::Model model;
    world::Compiler compiler;
    world::WorldChange change;
    world::FactKeeper keeper;
    const world::World& world() const { return *change.world; }
};

tl::unexpected<Error> wrong(const std::string& what) {
    return fail(Code::kInvalid, Origin::kDownstream, what);
}

Status build(const config::Imported& imported, Stage& stage) {
    std::vector<config::SourceFile> files;
    for (const auto& file : imported.files) files.push_back({file.name, file.text});
    config::Directory directory;
    const auto report = directory.apply(std::move(files), stage.model);
    for (const auto& finding : report.diagnostics) {
        if (finding.severity == model::Severity::kError)
            return wrong("manifest: " + finding.text());
    }
    stage.change = stage.compiler.update(stage.model, stage.model.take_changes());
    for (const auto& finding : stage.compiler.diagnostics()) {
        if (finding.severity == model::Severity::kError)
            return wrong("manifest: " + finding.text());
    }
    stage.keeper.on_world(stage.change, 1);
    return {};
}

world::FactId check_id(const Stage& stage, const std::string& name) {
    return stage.keeper.find("HealthCheck/" + kNamespace + name);
}

world::Health health_of(Told told) {
    return told == Told::kDown ? world::Health::kDown
           : told == Told::kUp ? world::Health::kUp
                               : world::Health::kChecking;
}

// The choice in use at a node that is not non-preemptive is no state: nothing reads it.
Status set_current(Stage& stage, const std::string& node_name, const std::string& kid_name) {
    const auto& policies = stage.world().policies;
    for (std::uint32_t id = 0; id < policies.bound(); ++id) {
        const auto* part = policies.at(id);
        if (!part) continue;
        for (const auto& node : part->nodes) {
            if (part->names[node.name] != node_name) continue;
            for (std::uint32_t kid = 0; kid < node.kid_count; ++kid) {
                if (part->names[part->nodes[node.first_kid + kid].name] != kid_name) continue;
                if (node.current.known()) stage.keeper.choose(node.current, kid);
                return {};
            }
        }
    }
    return wrong("state.current: there is no node " + node_name + " with kid " + kid_name);
}

// State of things that nothing reads is no state: a check that no record names was not made.
Status tell(const Expanded& expanded, Stage& stage) {
    for (const auto& [name, value] : expanded.told) {
        const auto id = check_id(stage, name);
        if (!id.known()) continue;
        world::Told told;
        told.value = health_of(value);
        told.who = "the vector";
        FW_TRY_VOID(stage.keeper.tell(id, told));
    }
    for (const auto& tally : expanded.tallies) {
        const auto id = check_id(stage, tally.check);
        if (!id.known()) return wrong("state.checkers: there is no check " + tally.check);
        world::ProbeReport report;
        report.id = id;
        report.healthy = static_cast<std::uint32_t>(tally.healthy);
        report.total = static_cast<std::uint32_t>(tally.total);
        stage.keeper.on_report(report, 2);
    }
    for (const auto& [node, kid] : expanded.currents) FW_TRY_VOID(set_current(stage, node, kid));
    return {};
}

Answered verdict(const Expanded& expanded, const Stage& stage) {
    Answered out;
    const auto id = check_id(stage, expanded.check);
    if (!id.known()) {
        out.fault = "there is no check " + expanded.check;
    } else {
        out.value = stage.keeper.facts().up(id) ? "healthy" : "unhealthy";
    }
    return out;
}

// As the DNS role finds it.
world::PolicyId steered(const Stage& stage, const std::string& host, std::uint16_t qtype) {
    const auto name = wire::dns::Name::parse(wire::dns::plain_name(host));
    if (!name) return {};
    const auto* node = stage.world().steered_names->find(name->view());
    if (!node) return {};
    world::PolicyId found;
    for (const auto& type : stage.world().steered_names->types(*node)) {
        if (static_cast<std::uint16_t>(type.type) == qtype) return type.policy;
        // An alias answers for every type.
        if (type.type == wire::dns::Type::kCname) found = type.policy;
    }
    return found;
}

world::PolicyId policy_of(const Expanded& expanded, const Stage& stage, std::uint16_t qtype) {
    if (expanded.policy.empty()) return steered(stage, expanded.host, qtype);
    const auto& ids = *stage.world().policy_ids;
    const auto at = ids.find(kNamespace + expanded.policy);
    return at == ids.end() || at->second.empty() ? world::PolicyId{} : at->second.front();
}

// A name that no policy steers for this type: its static records, NODATA, or no such name.
Answered answer_static(const Expanded& expanded, const Stage& stage) {
    const std::string name = wire::dns::plain_name(expanded.host);
    Answered out;
    Answered::Outcome outcome{Fraction(1), {}, "NXDOMAIN"};
    for (const auto& [key, zone] : stage.model.all<model::DnsZone>()) {
        if (zone->origin == name) outcome.rcode = "NODATA";
        for (const auto& record : zone->records) {
            if (record.name != name) continue;
            outcome.rcode = "NODATA";
            if (record.type == expanded.type) outcome.answers = record.values;
        }
    }
    for (const auto& [key, policy] : stage.model.all<model::TrafficPolicy>()) {
        const auto& hosts = policy->hostnames;
        if (std::find(hosts.begin(), hosts.end(), name) != hosts.end()) outcome.rcode = "NODATA";
    }
    if (!outcome.answers.empty()) outcome.rcode = "NOERROR";
    out.exact = out.drawn = {outcome};
    return out;
}

const char* rcode_text(steer::Outcome outcome) {
    return outcome == steer::Outcome::kAnswer   ? "NOERROR"
           : outcome == steer::Outcome::kNoData ? "NODATA"
                                                : "NXDOMAIN";
}

void draw(const Stage& stage, world::PolicyId policy, const steer::Query& query, Answered& out) {
    steer::State state;
    state.publish(stage.change);
    state.load(stage.keeper.facts());
    const auto& part = *stage.world().policies.at(policy.value);
    std::map<std::pair<std::string, std::vector<std::string>>, unsigned> seen;
    Rng rng(kSeed);
    steer::Decision decision;
    for (unsigned i = 0; i < kDraws; ++i) {
        steer::decide(state, policy, query, rng, decision);
        std::vector<std::string> answers;
        for (const auto& pick : decision.answers()) {
            answers.push_back(part.answers[part.nodes[pick.leaf].answers].text[pick.value]);
        }
        ++seen[{rcode_text(decision.outcome), std::move(answers)}];
    }
    out.draws = kDraws;
    for (const auto& [what, times] : seen) {
        out.drawn.push_back({Fraction(times, kDraws), what.second, what.first});
    }
}

Result<Answered> answer(const Expanded& expanded, const Stage& stage) {
    const auto type = wire::dns::type_from_text(expanded.type);
    if (!type) return wrong("query.type " + expanded.type + " is not known");
    const auto qtype = static_cast<std::uint16_t>(*type);
    const auto policy = policy_of(expanded, stage, qtype);
    if (!policy.known()) return answer_static(expanded, stage);

    const auto client = Cidr::parse(expanded.client.empty() ? "198.51.100.7" : expanded.client);
    if (!client) return wrong("the client " + expanded.client + " is neither address nor prefix");
    steer::Query query = steer::locate(stage.world(), *client, qtype);
    // A Region that nothing in the manifests names has no latency that matters.
    why::FactArguments arguments;
    for (const auto& fact : expanded.facts) {
        const bool latency = fact.first.starts_with("latency.");
        if (!latency || stage.world().regions->find(fact.first.substr(8)))
            arguments.push_back(fact);
    }
    FW_TRY(const why::GivenFacts given, why::GivenFacts::parse(stage.world(), arguments));
    given.apply(query);
    query.nth = expanded.nth;

    Answered out;
    const auto distribution = steer::distribute(stage.world(), stage.keeper.facts(), policy, query);
    if (distribution.approximate || distribution.too_many) out.fault = "the exact form gave up";
    for (const auto& outcome : distribution.outcomes) {
        out.exact.push_back(
            {outcome.p, outcome.answers, rcode_text(outcome.outcome), outcome.sample_k});
    }
    for (const auto& share : distribution.shares) out.first[share.text] += share.share;
    draw(stage, policy, query, out);
    return out;
}

Result<CaseResult> decide_case(const config::Value& vector, const Expanded& expanded) {
    FW_TRY(const config::Imported imported, import_case(expanded));
    Stage stage;
    FW_TRY_VOID(build(imported, stage));
    FW_TRY_VOID(tell(expanded, stage));
    Answered answered;
    if (expanded.check.empty()) {
        FW_TRY(answered, answer(expanded, stage));
    } else {
        answered = verdict(expanded, stage);
    }
    const auto expect = read_expect(vector);
    CaseResult result;
    result.got = compare(expect, expanded.groups, answered);
    result.passed = result.got.empty();
    result.expected = expect.text;
    return result;
}

}  // namespace

Result<config::Imported> import_case(const Expanded& expanded) {
    return config::find_importer(expanded.system)(expanded.files);
}

CaseResult run_case(const config::Value& vector, const Expanded& expanded) {
    auto result = decide_case(vector, expanded);
    if (result) return *std::move(result);
    return {false, read_expect(vector).text, result.error().text};
}

}  // namespace fairway::app
