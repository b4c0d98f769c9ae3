#include <algorithm>

#include "base/ip.h"
#include "config/import/alibaba_gtm_export.h"
#include "config/json.h"

namespace fairway::config::gtm {
namespace {

// At least so many of n, by the judgement's name: any_ok, p30_ok, p50_ok, p70_ok, all_ok.
std::int64_t least(std::string_view judgement, std::int64_t n) {
    if (judgement == "all_ok") return n;
    if (judgement.size() > 4 && judgement[0] == 'p') {
        const std::int64_t percent =
            std::clamp<std::int64_t>(std::atoll(std::string(judgement.substr(1)).c_str()), 0, 100);
        return std::max<std::int64_t>(1, (percent * n + 99) / 100);
    }
    return 1;
}

Tree external() {
    Tree spec = Tree::map();
    spec.set("type", "External").set("initial", "up");
    return spec;
}

}  // namespace

std::vector<std::string> Checks::gates_of(const Object& address) {
    const auto at = made_.find(address.id);
    if (at != made_.end()) return at->second;
    auto& gates = made_[address.id];
    const auto& list = address.get("HealthTasks");
    const auto& tasks = list.is_sequence() ? list : list["HealthTask"];
    std::vector<std::string> names;
    for (const auto& task : tasks.items()) names.push_back(task_check(address, task));
    if (names.size() < 2) return gates = names;

    const std::string judgement = address.text("HealthJudgement", "any_ok");
    const std::string name = out_.unique_name("HealthCheck", address.text("Address") + "-health");
    Tree children = Tree::sequence();
    for (const auto& task : names) children.add(std::move(Tree::map().set("name", task)));
    Tree spec = Tree::map();
    spec.set("type", "Calculated").set("children", std::move(children));
    spec.set("threshold", least(judgement, static_cast<std::int64_t>(names.size())));
    out_.add("HealthCheck", name, std::move(spec), "health_judgement " + judgement);
    return gates = {name};
}

std::string Checks::task_check(const Object& address, const Value& task) {
    const Object use{{}, {task}};
    const std::string id = use.text("TemplateId");
    const std::string port = use.text("Port");
    const std::string key = address.text("Address") + "-" + id + (port.empty() ? "" : "-" + port);
    auto& name = tasks_[key];
    if (!name.empty()) return name;
    name = out_.unique_name("HealthCheck", key);
    const auto monitor = source_.templates.find(id);
    if (monitor == source_.templates.end()) {
        out_.add("HealthCheck", name, external());
        out_.assumed("address " + address.text("Address"),
                     "its monitor template " + id +
                         " is not in the export: an External check, up "
                         "until it is told otherwise");
        return name;
    }
    const std::string label = "address " + address.text("Address") + ", template " + id;
    out_.add("HealthCheck", name, spec_of(address, monitor->second, use.number("Port", 0), label));
    return name;
}

Tree Checks::spec_of(const Object& address, const Object& monitor, std::int64_t port,
                     const std::string& label) {
    const std::string protocol = monitor.text("Protocol");
    const auto ip = IpAddr::parse(address.text("Address"));
    if (protocol == "ping" || !ip) {
        out_.lost(label, protocol == "ping"
                             ? "we do not ping: an External check, up until it is told otherwise"
                             : "probes a domain name, and we probe addresses: an External check");
        return external();
    }
    const bool http = protocol == "http" || protocol == "https";
    if (port == 0) port = protocol == "https" ? 443 : 80;
    const std::int64_t count =
        std::clamp<std::int64_t>(monitor.number("EvaluationCount", 1), 1, 10);
    Tree spec = Tree::map();
    spec.set("type", protocol == "https" ? "HTTPS" : http ? "HTTP" : "TCP");
    spec.set("address", address_text(*ip, port));
    spec.set("intervalMs", milliseconds(monitor.number("Interval", 60)));
    spec.set("timeoutMs", monitor.number("Timeout", 5000));
    spec.set("unhealthyThreshold", count).set("healthyThreshold", count);
    // Abnormal when more than failure_rate % of the nodes fail: up while 100 - failure_rate % do
    // not, and ours counts strictly more.
    const std::int64_t rate = std::clamp<std::int64_t>(monitor.number("FailureRate", 50), 0, 99);
    spec.set("quorum", std::move(Tree::map().set("above", std::to_string(99 - rate) + "%")));
    if (http) spec.set("http", http_spec(monitor, label));
    out_.assumed(label, "probed from where Fairway runs, not from the listed nodes");
    return spec;
}

Tree Checks::http_spec(const Object& monitor, const std::string& label) {
    Tree http = Tree::map();
    const std::string info = monitor.text("ExtendInfo");
    const Documents documents = parse_json(info.empty() ? "{}" : info, "ExtendInfo");
    static const Value kNone{};
    const bool reads = documents.findings.empty() && !documents.all.empty();
    const Value& extended = reads ? documents.all.front().root : kNone;
    if (!reads) out_.lost(label, "extend_info is not JSON: path / is probed");
    http.set("path", extended["path"].string("/"));
    if (extended["host"] && !extended["host"].text().empty())
        http.set("host", extended["host"].string());
    // `code` is the first status that counts as a failure.
    const std::int64_t first_bad = extended["code"].integer().value_or(400);
    Tree statuses = Tree::sequence();
    statuses.add("200-" + std::to_string(std::clamp<std::int64_t>(first_bad, 201, 600) - 1));
    http.set("expectedStatuses", std::move(statuses));
    if (extended["followRedirect"].boolean().value_or(false)) {
        out_.lost(label, "followRedirect: a redirect is taken as it stands");
    }
    return http;
}

}  // namespace fairway::config::gtm
