// HealthCheck.
#include "config/decode_kinds.h"

namespace fairway::config {

namespace {

using model::CheckType;

constexpr std::pair<std::string_view, CheckType> kTypes[] = {
    {"HTTP", CheckType::kHttp},         {"HTTPS", CheckType::kHttps},
    {"TCP", CheckType::kTcp},           {"Calculated", CheckType::kCalculated},
    {"External", CheckType::kExternal}, {"RoutingControl", CheckType::kRoutingControl}};
constexpr std::pair<std::string_view, model::InitialHealth> kInitial[] = {
    {"up", model::InitialHealth::kUp},
    {"down", model::InitialHealth::kDown},
    {"checking", model::InitialHealth::kChecking}};

bool is_probe(CheckType type) {
    return type == CheckType::kHttp || type == CheckType::kHttps || type == CheckType::kTcp;
}
bool is_http(CheckType type) {
    return type == CheckType::kHttp || type == CheckType::kHttps;
}

void read_probe(const Reader& spec, model::HealthCheck& out, Findings& findings) {
    const Reader target = spec["targetRef"], address = spec["address"];
    if (target.given() == address.given()) {
        findings.absent(
            spec.value(), "address",
            target.given() ? "stands beside targetRef" : "is missing, and targetRef too",
            "exactly one of address, targetRef");
    }
    if (target.given()) {
        out.target = read_ref(target);
        out.target_port = target["port"].text();
    }
    if (address.given()) out.address = SockAddr::parse(address.view());
    out.interval_ms = spec["intervalMs"].u32();
    out.timeout_ms = spec["timeoutMs"].u32();
    out.unhealthy_threshold = spec["unhealthyThreshold"].u32();
    out.healthy_threshold = spec["healthyThreshold"].u32();
    out.reuse_connection = spec["reuseConnection"].boolean();
    spec["from"].each([&](const Reader& region) {
        out.from.push_back(region.text());
        out.from_pos.push_back(region.pos());
    });
    const std::string_view above = spec["quorum"]["above"].view();
    if (format_fault(Format::kPercent, above) == nullptr) {
        out.quorum.above_percent = static_cast<std::uint32_t>(std::stoul(std::string(above)));
    }
    if (out.timeout_ms <= out.interval_ms) return;
    const std::string right = "at most intervalMs, " + std::to_string(out.interval_ms);
    if (spec["timeoutMs"].given()) {
        findings.error(spec["timeoutMs"].value(), std::to_string(out.timeout_ms) + " is too long",
                       right);
    } else {
        findings.absent(spec.value(), "timeoutMs",
                        "is " + std::to_string(out.timeout_ms) + " if left out, which is too long",
                        right);
    }
}

void read_http(const Reader& http, model::HealthCheck& out, Findings& findings) {
    out.http.path = http["path"].text();
    out.http.host = http["host"].text();
    out.http.expected_statuses.clear();
    http["expectedStatuses"].each([&](const Reader& item) {
        if (const auto range = status_range(item.view())) {
            out.http.expected_statuses.push_back({range->first, range->second});
        }
    });
    http["headers"].each([&](const Reader& header) {
        out.http.headers.emplace_back(header["name"].text(), header["value"].text());
    });
    out.http.body_match = http["bodyMatch"].text();
    out.http.verify_certificate = http["verifyCertificate"].boolean();
    if (http["caSecretRef"].given()) out.http.ca_secret = read_ref(http["caSecretRef"]);
    if (out.type != CheckType::kHttps) {
        refuse_fields(http, {"verifyCertificate", "caSecretRef"}, "only of type HTTPS", findings);
    } else if (!out.http.verify_certificate) {
        refuse_fields(http, {"caSecretRef"}, "only with verifyCertificate: true", findings);
    }
}

void read_calculated(const Reader& spec, model::HealthCheck& out, Findings& findings) {
    spec["children"].each([&](const Reader& child) { out.children.push_back(read_ref(child)); });
    out.threshold = spec["threshold"].u32();
    if (out.children.empty()) {
        findings.absent(spec.value(), "children", "is missing",
                        "the HealthChecks that are counted");
    }
}

void refuse_others(const Reader& spec, CheckType type, Findings& findings) {
    const std::string name(model::check_type_name(type));
    const std::string why = "not of type " + name;
    if (!is_probe(type)) {
        refuse_fields(spec,
                      {"targetRef", "address", "intervalMs", "timeoutMs", "unhealthyThreshold",
                       "healthyThreshold", "from", "quorum"},
                      why, findings);
    }
    if (!is_http(type)) refuse_fields(spec, {"http", "reuseConnection"}, why, findings);
    if (type != CheckType::kCalculated)
        refuse_fields(spec, {"children", "threshold"}, why, findings);
    if (type != CheckType::kRoutingControl)
        refuse_fields(spec, {"routingControlRef"}, why, findings);
    if (type == CheckType::kCalculated || type == CheckType::kRoutingControl) {
        refuse_fields(spec, {"initial"}, why + ": it follows from others", findings);
    }
}

}  // namespace

void decode_kind(const Reader& root, model::HealthCheck& out, Findings& findings) {
    const Reader spec = root["spec"];
    out.type = spec["type"].pick(kTypes);
    if (model::check_type_name(out.type) != spec["type"].view()) return;  // reported already
    out.initial = spec["initial"].pick(kInitial);
    out.inverted = spec["inverted"].boolean();
    out.disabled = spec["disabled"].boolean();
    if (is_probe(out.type)) read_probe(spec, out, findings);
    if (is_http(out.type)) read_http(spec["http"], out, findings);
    if (out.type == CheckType::kCalculated) read_calculated(spec, out, findings);
    if (out.type == CheckType::kRoutingControl) {
        if (spec["routingControlRef"].given()) {
            out.routing_control = read_ref(spec["routingControlRef"]);
        } else {
            findings.absent(spec.value(), "routingControlRef", "is missing",
                            "the switch that it follows");
        }
    }
    refuse_others(spec, out.type, findings);
}

}  // namespace fairway::config
