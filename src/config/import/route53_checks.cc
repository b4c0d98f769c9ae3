#include "base/ip.h"
#include "config/import/route53_export.h"

namespace fairway::config::route53 {
namespace {

constexpr std::string_view kAlways[] = {"Type", "RequestInterval", "FailureThreshold", "Inverted",
                                        "Disabled"};

// The last part of an ARN: ".../routingcontrol/abc" → "abc".
std::string_view last_part(std::string_view arn) {
    const auto slash = arn.rfind('/');
    return slash == std::string_view::npos ? arn : arn.substr(slash + 1);
}

void set_common(const Value& config, Tree& spec) {
    if (config["Inverted"].boolean().value_or(false)) spec.set("inverted", true);
    if (config["Disabled"].boolean().value_or(false)) spec.set("disabled", true);
}

}  // namespace

CheckNames::CheckNames(const Export& source, ManifestSet& out) : out_(out) {
    for (const auto& [id, config] : source.health_checks) {
        if (!names_.contains(id)) names_[id] = out_.unique_name("HealthCheck", id);
    }
    for (const auto& [id, config] : source.health_checks) add(id, config);
}

std::string CheckNames::name_of(const std::string& id, std::string_view used_by) {
    auto& name = names_[id];
    if (name.empty()) {
        name = manifest_name(id);
        out_.add_external_check(name);
        out_.assumed("health check " + id, "used by " + std::string(used_by) +
                                               " but not exported: an External check, up "
                                               "until it is told otherwise");
    }
    return name;
}

void CheckNames::add(const std::string& id, const Value& config) {
    out_.add("HealthCheck", names_.at(id), spec_of(id, config), "Route 53 health check " + id);
}

Tree CheckNames::spec_of(const std::string& id, const Value& config) {
    const std::string label = "health check " + id;
    const std::string_view type = config["Type"].text();
    if (type == "CALCULATED") return calculated_spec(id, config);
    if (type.starts_with("HTTPS")) return probe_spec(id, config, "HTTPS");
    if (type.starts_with("HTTP")) return probe_spec(id, config, "HTTP");
    if (type == "TCP") return probe_spec(id, config, "TCP");

    Tree spec = Tree::map();
    if (type == "RECOVERY_CONTROL") {
        const std::string arn = config["RoutingControlArn"].string();
        const std::string control = out_.unique_name("RoutingControl", last_part(arn));
        Tree control_spec = Tree::map();
        control_spec.set("initialState", "On");
        out_.add("RoutingControl", control, std::move(control_spec), arn);
        out_.assumed("routing control " + arn,
                     "its position is not exported: On until it is moved");
        Tree ref = Tree::map();
        ref.set("name", control);
        spec.set("type", "RoutingControl").set("routingControlRef", std::move(ref));
        set_common(config, spec);
        return spec;
    }
    // The metric stays where it is: its verdict is told to us.
    const bool unhealthy = config["InsufficientDataHealthStatus"].text() == "Unhealthy";
    spec.set("type", "External").set("initial", unhealthy ? "down" : "up");
    set_common(config, spec);
    if (type == "CLOUDWATCH_METRIC") {
        out_.assumed(label,
                     "follows a CloudWatch alarm: an External check, its verdict must be "
                     "told (PUT /fairway/v1/facts/HealthCheck/default/" +
                         names_.at(id) + ")");
    } else {
        out_.lost(label,
                  "type " + std::string(type) + " is not one that we know: an External check");
    }
    return spec;
}

Tree CheckNames::probe_spec(const std::string& id, const Value& config, std::string_view type) {
    const std::string label = "health check " + id;
    Tree spec = Tree::map();
    const auto ip = IpAddr::parse(config["IPAddress"].text());
    if (!ip) {
        spec.set("type", "External").set("initial", "up");
        set_common(config, spec);
        out_.lost(label, "probes the domain name " + config["FullyQualifiedDomainName"].string() +
                             ", and we probe addresses: an External check; give spec.address to "
                             "have it probed");
        return spec;
    }
    const auto port = config["Port"].integer().value_or(type == "HTTPS" ? 443 : 80);
    const auto interval = config["RequestInterval"].integer().value_or(30);
    const auto threshold = config["FailureThreshold"].integer().value_or(3);
    spec.set("type", type).set("address", address_text(*ip, port));
    spec.set("intervalMs", milliseconds(interval)).set("timeoutMs", type == "TCP" ? 10000 : 6000);
    spec.set("unhealthyThreshold", threshold).set("healthyThreshold", threshold);
    if (type != "TCP") {
        Tree http = Tree::map();
        http.set("path", config["ResourcePath"] ? config["ResourcePath"].string() : "/");
        if (config["FullyQualifiedDomainName"]) {
            http.set("host", config["FullyQualifiedDomainName"].string());
        }
        if (config["SearchString"]) http.set("bodyMatch", config["SearchString"].string());
        spec.set("http", std::move(http));
    }
    set_common(config, spec);
    if (config["Regions"].size() > 0) {
        out_.assumed(label, "probed from where Fairway runs, not from the listed checker Regions");
    }
    out_.lost_members(config,
                      {kAlways[0], kAlways[1], kAlways[2], kAlways[3], kAlways[4], "IPAddress",
                       "Port", "ResourcePath", "FullyQualifiedDomainName", "SearchString",
                       "MeasureLatency", "EnableSNI", "Regions"},
                      label);
    return spec;
}

Tree CheckNames::calculated_spec(const std::string& id, const Value& config) {
    Tree children = Tree::sequence();
    for (const auto& child : config["ChildHealthChecks"].items()) {
        Tree ref = Tree::map();
        ref.set("name", name_of(child.string(), "calculated check " + id));
        children.add(std::move(ref));
    }
    Tree spec = Tree::map();
    spec.set("type", "Calculated").set("children", std::move(children));
    spec.set("threshold", config["HealthThreshold"].integer().value_or(1));
    set_common(config, spec);
    return spec;
}

}  // namespace fairway::config::route53
