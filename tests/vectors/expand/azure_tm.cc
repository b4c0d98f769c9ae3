// {root, profiles} → `az network traffic-manager profile list`. A monitor status stands in the
// export; Degraded, Online and CheckingEndpoint are told too, as what the probes found.
#include "config/import/manifest_set.h"
#include "expand/common.h"

namespace fairway::vectors {
namespace {

constexpr std::string_view kGroup =
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/"
    "Microsoft.Network/trafficManagerProfiles/";

void write_endpoint(const std::string& profile, const Value& endpoint, const Value& monitor,
                    JsonWriter& out) {
    const bool nested = static_cast<bool>(endpoint["targetProfile"]);
    const std::string kind = nested ? "nestedEndpoints" : "externalEndpoints";
    const std::string name = endpoint["name"].string();
    out.begin_object();
    out.field("id", std::string(kGroup) + profile + "/" + kind + "/" + name);
    if (!endpoint["type"]) out.field("type", "Microsoft.Network/trafficManagerProfiles/" + kind);
    copy_members(endpoint, {"targetProfile"}, out);
    if (nested) {
        out.field("targetResourceId", std::string(kGroup) + endpoint["targetProfile"].string());
    }
    if (!endpoint["endpointStatus"]) out.field("endpointStatus", "Enabled");
    if (const auto& status = monitor[name]) {
        if (!endpoint["endpointMonitorStatus"]) out.field("endpointMonitorStatus", status.text());
    }
    out.end_object();
}

void write_profile(std::string_view name, const Value& profile, const Value& monitor,
                   JsonWriter& out) {
    out.begin_object();
    out.field("id", std::string(kGroup) + std::string(name)).field("name", name);
    out.field("type", "Microsoft.Network/trafficManagerProfiles").field("location", "global");
    if (!profile["dnsConfig"]) {
        out.key("dnsConfig").begin_object();
        out.field("relativeName", name);
        out.field("fqdn", std::string(name) + ".trafficmanager.net");
        out.field("ttl", 60).end_object();
    }
    if (!profile["profileStatus"]) out.field("profileStatus", "Enabled");
    copy_members(profile, {"endpoints"}, out);
    out.key("endpoints").begin_array();
    for (const auto& endpoint : profile["endpoints"].items()) {
        write_endpoint(std::string(name), endpoint, monitor, out);
    }
    out.end_array().end_object();
}

void tell(std::string_view profile, const Value& endpoints, const Value& monitor, Expanded& out) {
    for (const auto& endpoint : endpoints.items()) {
        const auto status = monitor[endpoint["name"].text()].text();
        if (status != "Degraded" && status != "Online" && status != "CheckingEndpoint") continue;
        const std::string check =
            config::manifest_name(std::string(profile) + "-" + endpoint["name"].string());
        out.told.emplace_back(check, status == "Degraded" ? Told::kDown
                                     : status == "Online" ? Told::kUp
                                                          : Told::kChecking);
    }
}

}  // namespace

Result<Expanded> expand_azure_tm(const Value& vector) {
    const auto& config = vector["config"];
    const auto& monitor = vector["state"]["monitor"];
    Expanded out;
    out.system = "azure-traffic-manager";
    std::string text;
    JsonWriter writer(text);
    writer.begin_array();
    for (const auto& profile : config["profiles"].members()) {
        write_profile(profile.key, profile.value, monitor, writer);
        tell(profile.key, profile.value["endpoints"], monitor, out);
    }
    writer.end_array();
    out.files.push_back({"profiles.json", std::move(text)});
    out.host = config["root"].string() + ".trafficmanager.net";
    read_query(vector["query"], out);
    return out;
}

}  // namespace fairway::vectors
