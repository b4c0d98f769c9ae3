// {id, checks} → `aws route53 list-health-checks`. What the checkers counted is reported as by
// probers; what an alarm says is told.
#include "config/import/manifest_set.h"
#include "expand/common.h"

namespace fairway::vectors {
namespace {

void write_check(const config::Member& check, JsonWriter& out) {
    const auto type = check.value["Type"].text();
    const bool probes = type.starts_with("HTTP") || type == "TCP";
    out.begin_object().field("Id", check.key).field("CallerReference", check.key);
    out.key("HealthCheckConfig").begin_object();
    copy_members(check.value, {}, out);
    // A check that probes is never exported without its target.
    if (probes && !check.value["IPAddress"] && !check.value["FullyQualifiedDomainName"]) {
        out.field("IPAddress", "192.0.2.1");
        if (!check.value["Port"]) out.field("Port", 80);
    }
    out.end_object().end_object();
}

}  // namespace

Result<Expanded> expand_route53_health(const Value& vector) {
    const auto& config = vector["config"];
    std::string text;
    JsonWriter writer(text);
    writer.begin_object().key("HealthChecks").begin_array();
    for (const auto& check : config["checks"].members()) write_check(check, writer);
    writer.end_array().end_object();

    Expanded out;
    out.system = "route53";
    out.files.push_back({"healthchecks.json", std::move(text)});
    const auto& state = vector["state"];
    for (const auto& check : state["checkers"].members()) {
        const auto count = [&](std::size_t i) {
            return static_cast<std::uint64_t>(check.value[i].integer().value_or(0));
        };
        out.tallies.push_back({config::manifest_name(check.key), count(0), count(1)});
    }
    for (const auto& alarm : state["alarm"].members()) {
        // INSUFFICIENT_DATA: nothing is told.
        if (alarm.value.text() == "INSUFFICIENT_DATA") continue;
        out.told.emplace_back(config::manifest_name(alarm.key),
                              alarm.value.text() == "ALARM" ? Told::kDown : Told::kUp);
    }
    for (const auto& check : state["healthchecks"].members()) {
        out.told.emplace_back(config::manifest_name(check.key),
                              check.value.text() == "unhealthy" ? Told::kDown : Told::kUp);
    }
    const auto& asked = vector["query"]["id"] ? vector["query"]["id"] : config["id"];
    out.check = config::manifest_name(asked.text());
    return out;
}

}  // namespace fairway::vectors
