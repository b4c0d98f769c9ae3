#include "base/json_writer.h"
#include "why/drill.h"
#include "why/explain.h"

namespace fairway::why {
namespace {

void write_strings(JsonWriter& json, const char* key, const std::vector<std::string>& texts) {
    json.key(key).begin_array();
    for (const auto& text : texts) json.value(text);
    json.end_array();
}

void write_gate(JsonWriter& json, const FactStory& gate) {
    json.begin_object().field("name", gate.name);
    json.field("health", world::health_name(gate.health)).field("sinceUnixMs", gate.since_ms);
    json.field("by", gate.by).field("detail", gate.detail).field("stale", gate.stale).end_object();
}

void write_node(JsonWriter& json, const ExplainedNode& node) {
    json.begin_object()
        .field("name", node.name)
        .field("depth", node.depth)
        .field("kind", node.kind);
    json.field("standing", node.standing).field("verdict", node.verdict);
    json.field("live", node.live).field("kept", node.kept).field("lastResort", node.last_resort);
    json.field("tier", node.tier).field("share", node.share.text());
    write_strings(json, "answers", node.answers);
    json.key("gates").begin_array();
    for (const auto& gate : node.gates) write_gate(json, gate);
    json.end_array().key("endpoints").begin_array();
    for (const auto& endpoint : node.endpoints) {
        json.begin_object().field("address", endpoint.address).field("live", endpoint.live);
        json.field("verdict", endpoint.verdict).key("gates").begin_array();
        for (const auto& gate : endpoint.gates) write_gate(json, gate);
        json.end_array().end_object();
    }
    json.end_array().end_object();
}

const char* outcome_word(steer::Outcome outcome) {
    if (outcome == steer::Outcome::kNoData) return "NODATA";
    return outcome == steer::Outcome::kNxDomain ? "NXDOMAIN" : "NOERROR";
}

void write_outcome(JsonWriter& json, const steer::AnswerOutcome& outcome) {
    json.begin_object().field("p", outcome.p.text()).field("rcode", outcome_word(outcome.outcome));
    write_strings(json, "answers", outcome.answers);
    json.field("listed", outcome.listed);
    if (outcome.sample_k > 0) json.field("sample", outcome.sample_k);
    if (!outcome.first_group.empty()) {
        json.key("firstGroup").begin_object();
        for (const auto& [group, p] : outcome.first_group) json.field(group, p.text());
        json.end_object();
    }
    json.end_object();
}

void write_view(JsonWriter& json, const DrillView& view) {
    json.begin_object().field("client", view.client).key("shares").begin_array();
    for (const auto& share : view.shares) {
        json.begin_object().field("place", share.place).field("before", share.before.text());
        json.field("after", share.after.text()).end_object();
    }
    json.end_array().field("unansweredBefore", view.unanswered_before.text());
    json.field("unansweredAfter", view.unanswered_after.text());
    json.field("lastResortBefore", view.last_resort_before);
    json.field("lastResortAfter", view.last_resort_after).end_object();
}

}  // namespace

std::string explain_json(const Explanation& e) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().field("name", e.name).field("type", e.type).field("client", e.client);
    write_strings(json, "aliases", e.aliases);
    json.key("records").begin_array();
    for (const auto& record : e.records) {
        json.begin_object().field("type", record.type).field("ttl", record.ttl);
        json.field("value", record.value).end_object();
    }
    json.end_array()
        .field("region", e.region)
        .field("policy", e.policy)
        .field("stickiness", e.stickiness);
    json.field("generation", e.generation).field("ttl", e.ttl).field("scope", e.scope);
    json.key("answers").begin_array();
    for (const auto& answer : e.answers) {
        json.begin_object().field("answer", answer.answer).field("share", answer.share.text());
        json.field("ttl", answer.ttl).field("leaf", answer.leaf).end_object();
    }
    json.end_array().field("noData", e.no_data.text()).field("nxDomain", e.nx_domain.text());
    json.key("outcomes").begin_array();
    for (const auto& outcome : e.outcomes) write_outcome(json, outcome);
    json.end_array().field("tooManyOutcomes", e.too_many_outcomes);
    json.field("approximate", e.approximate).field("lastResort", e.last_resort);
    json.key("nodes").begin_array();
    for (const auto& node : e.nodes) write_node(json, node);
    json.end_array().end_object();
    return out + "\n";
}

std::string drill_json(const DrillReport& report) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().field("generation", report.generation);
    write_strings(json, "down", report.down);
    json.field("overload", report.overload()).field("lastResort", report.last_resort());
    json.key("policies").begin_array();
    for (const auto& policy : report.policies) {
        json.begin_object().field("name", policy.name).field("type", policy.type);
        json.field("approximate", policy.approximate).key("views").begin_array();
        for (const auto& view : policy.views) write_view(json, view);
        json.end_array().key("loads").begin_array();
        for (const auto& load : policy.loads) {
            json.begin_object().field("region", load.region).field("before", load.before);
            json.field("after", load.after).field("capacity", load.capacity);
            json.field("overloaded", load.overloaded()).end_object();
        }
        json.end_array().end_object();
    }
    json.end_array().end_object();
    return out + "\n";
}

}  // namespace fairway::why
