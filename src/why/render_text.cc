#include <algorithm>
#include <ctime>

#include "why/drill.h"
#include "why/explain.h"

namespace fairway::why {
namespace {

std::string percent(const Fraction& share) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.4g %%", share.value() * 100);
    return buffer;
}

std::string clock_time(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char buffer[32];
    std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return buffer;
}

std::string gate_line(const FactStory& gate) {
    std::string out = gate.name + " " + world::health_name(gate.health);
    if (gate.since_ms > 0) out += " since " + clock_time(gate.since_ms);
    out += gate.by == "declared" ? " as declared" : " by " + gate.by;
    if (!gate.detail.empty()) out += ": " + gate.detail;
    if (gate.stale) out += " (stale)";
    return out;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : " ") + part;
    return out;
}

void node_lines(const ExplainedNode& node, std::string& out) {
    const std::string indent(2 * (node.depth + 1), ' ');
    std::string head = indent + node.name + " (" + node.kind;
    if (!node.standing.empty()) head += ", " + node.standing;
    head += ")";
    if (!node.answers.empty() && node.endpoints.empty()) head += " " + joined(node.answers);
    if (head.size() < 52) head.resize(52, ' ');
    out += head + " share " + node.share.text() + ", " + node.verdict + "\n";
    for (const auto& gate : node.gates) out += indent + "    " + gate_line(gate) + "\n";
    for (const auto& endpoint : node.endpoints) {
        out += indent + "    " + endpoint.address + " " + endpoint.verdict + "\n";
        for (const auto& gate : endpoint.gates) out += indent + "      " + gate_line(gate) + "\n";
    }
}

void outcome_line(const steer::AnswerOutcome& outcome, std::string& out) {
    out += "  " + outcome.p.text() + ": ";
    if (outcome.outcome == steer::Outcome::kNoData) out += "NODATA";
    if (outcome.outcome == steer::Outcome::kNxDomain) out += "NXDOMAIN";
    if (outcome.sample_k > 0) out += std::to_string(outcome.sample_k) + " of ";
    out += joined(outcome.answers);
    out += outcome.listed ? " (in this order)\n" : "\n";
}

std::string static_text(const Explanation& e) {
    std::string out = e.name + " " + e.type +
                      ": static records, the same for every client (generation " +
                      std::to_string(e.generation) + ")\n";
    for (const auto& record : e.records) {
        out +=
            "  " + record.type + " " + record.value + ", ttl " + std::to_string(record.ttl) + "\n";
    }
    return out;
}

}  // namespace

std::string explain_text(const Explanation& e) {
    std::string out;
    for (const auto& alias : e.aliases) out += alias + "\n";
    if (e.policy.empty()) return out + static_text(e);
    out += e.name + " " + e.type + " for " + e.client;
    out += e.region.empty() ? ", in no Region" : ", in Region " + e.region;
    out += "\n" + e.policy + ", ttl " + std::to_string(e.ttl) + " s, stickiness " + e.stickiness +
           ", ECS scope /" + std::to_string(e.scope) + ", generation " +
           std::to_string(e.generation) + "\n\n";
    for (const auto& node : e.nodes) node_lines(node, out);
    out += "\nanswers: the chance to stand first\n";
    for (const auto& answer : e.answers) {
        out += "  " + answer.answer + "  " + answer.share.text() + " (" + percent(answer.share) +
               "), ttl " + std::to_string(answer.ttl) + ", from " + answer.leaf + "\n";
    }
    if (!e.no_data.is_zero()) out += "  NODATA  " + e.no_data.text() + "\n";
    if (!e.nx_domain.is_zero()) out += "  NXDOMAIN  " + e.nx_domain.text() + "\n";
    const bool sets = std::any_of(e.outcomes.begin(), e.outcomes.end(),
                                  [](const auto& outcome) { return outcome.answers.size() > 1; });
    if (sets) {
        out += "whole answers\n";
        for (const auto& outcome : e.outcomes) outcome_line(outcome, out);
    }
    if (e.too_many_outcomes) out += "whole answers: too many to list\n";
    if (e.last_resort) out += "LAST RESORT: nothing is healthy, a last rule chose\n";
    if (e.approximate) out += "approximate: the exact fractions pass 128 bits\n";
    return out;
}

std::string drill_text(const DrillReport& report) {
    std::string out = "down: " + joined(report.down) + " (generation " +
                      std::to_string(report.generation) + ")\n";
    for (const auto& policy : report.policies) {
        out += "\nTrafficPolicy/" + policy.name + " " + policy.type + "\n";
        for (const auto& view : policy.views) {
            out += "  clients of " + view.client + ":";
            for (const auto& share : view.shares) {
                out += (&share == &view.shares.front() ? " " : ", ") + share.place + " " +
                       percent(share.before);
                if (!(share.before == share.after)) out += " -> " + percent(share.after);
            }
            if (!(view.unanswered_before == view.unanswered_after)) {
                out += " unanswered " + percent(view.unanswered_before) + " -> " +
                       percent(view.unanswered_after);
            }
            if (view.last_resort_after) out += "  LAST RESORT";
            out += "\n";
        }
        for (const auto& load : policy.loads) {
            char line[160];
            std::snprintf(line, sizeof line, "  load of %s: %.0f -> %.0f clients",
                          load.region.c_str(), load.before, load.after);
            out += line;
            if (load.capacity != 0) out += " of " + std::to_string(load.capacity);
            if (load.overloaded()) out += "  OVERLOAD";
            out += "\n";
        }
    }
    out += report.fine() ? "\nfine: nobody is overloaded, no last resort\n" : "\nNOT FINE:";
    if (report.overload()) out += " overload";
    if (report.last_resort()) out += " last resort";
    return report.fine() ? out : out + "\n";
}

}  // namespace fairway::why
