// Azure Traffic Manager: `az network traffic-manager profile list|show` or an ARM template → one
// TrafficPolicy a profile. Choosing comes before comparing the record type (family: after), but for
// MultiValue (before). A nested profile is a `policy:` kid.
#include <algorithm>
#include <map>

#include "base/ip.h"
#include "config/import/azure_geo.h"
#include "config/import/manifest_set.h"
#include "config/import/policy_draft.h"

namespace fairway::config {
namespace {

// ARM keeps fields under "properties", the command line tool beside the name.
const Value& field(const Value& object, std::string_view key) {
    const Value& inner = object["properties"][key];
    return inner ? inner : object[key];
}

std::string last_segment(std::string_view id) {
    const auto slash = id.rfind('/');
    return std::string(slash == std::string_view::npos ? id : id.substr(slash + 1));
}

// "West Europe" and "westeurope" are one.
std::string region_name(std::string_view location) {
    std::string out;
    for (const char c : location) {
        if (c != ' ') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return out;
}

bool disabled(const Value& object, std::string_view key) {
    return field(object, key).text() == "Disabled";
}

struct Profile {
    std::string name;
    Value value;
    std::vector<Value> endpoints;
    std::string method() const {
        return field(value, "trafficRoutingMethod").string("Performance");
    }
    // Nothing of it can be chosen: for its parent it is stopped.
    bool inactive() const {
        return disabled(value, "profileStatus") ||
               std::all_of(endpoints.begin(), endpoints.end(),
                           [](const Value& e) { return disabled(e, "endpointStatus"); });
    }
};

class AzureImporter {
  public:
    Result<Imported> run(std::span<const ImportFile> files) {
        for (const auto& file : files) FW_TRY_VOID(read(file));
        find_references();
        for (const auto& [name, profile] : profiles_) {
            const auto& needs = references_[name];
            if (needs.empty()) write(profile, {}, names_.at(name), true);
            bool first = true;
            for (const auto& [need, policy] : needs) {
                write(profile, need, policy, first);
                first = false;
            }
        }
        return out_.take();
    }

  private:
    struct Need {
        std::int64_t count = 1, ipv4 = 0, ipv6 = 0;
        auto operator<=>(const Need&) const = default;
    };

    Status read(const ImportFile& file);
    Status add_profile(const ImportFile& file, const Value& value);
    void find_references();
    static Need need_of(const Value& endpoint);
    static std::string nested_target(const Value& endpoint);
    void write(const Profile& profile, const Need& need, const std::string& policy, bool serves);
    Tree child_of(const Profile& profile, const Value& endpoint, std::size_t index,
                  PolicyDraft& draft);
    void add_target(const Profile& profile, const Value& endpoint, const std::string& node,
                    Tree& child, PolicyDraft& draft);
    std::vector<std::string> gates_of(const Profile& profile, const Value& endpoint);
    void write_check(const Profile& profile, const Value& endpoint, const std::string& name);
    static Tree ranges_of(const Value& endpoint);
    Tree select_of(const Profile& profile, const Need& need);
    std::string hostname_of(const Profile& profile);

    ManifestSet out_;
    std::vector<Documents> memory_;
    std::map<std::string, Profile> profiles_;
    std::map<std::string, std::string> names_;  // profile → policy
    // Profile → what its parents need of it → the policy that says so.
    std::map<std::string, std::map<Need, std::string>> references_;
    std::map<std::string, std::string> checks_;  // "profile/endpoint" → HealthCheck
};

Status AzureImporter::read(const ImportFile& file) {
    FW_TRY(Documents documents, read_import_json(file));
    const Value root = documents.all.front().root;
    memory_.push_back(std::move(documents));
    const std::size_t before = profiles_.size();
    if (root.is_sequence()) {
        for (const auto& value : root.items()) FW_TRY_VOID(add_profile(file, value));
    } else if (root.find("resources")) {
        for (const auto& value : root["resources"].items()) {
            if (value["type"].text() == "Microsoft.Network/trafficManagerProfiles") {
                FW_TRY_VOID(add_profile(file, value));
            } else {
                out_.lost(value["type"].string() + " " + value["name"].string(),
                          "not a Traffic Manager profile: left out");
            }
        }
    } else {
        FW_TRY_VOID(add_profile(file, root));
    }
    out_.source(file.name + ": " + std::to_string(profiles_.size() - before) + " profiles");
    return {};
}

Status AzureImporter::add_profile(const ImportFile& file, const Value& value) {
    const std::string name = last_segment(value["name"].text());
    if (name.empty() || !field(value, "trafficRoutingMethod")) {
        return cannot_import(
            file.name, value.pos(),
            "not a Traffic Manager profile: name and trafficRoutingMethod are needed");
    }
    Profile profile{name, value, {}};
    for (const auto& endpoint : field(value, "endpoints").items()) {
        if (!endpoint["name"])
            return cannot_import(file.name, endpoint.pos(), "an endpoint needs a name");
        profile.endpoints.push_back(endpoint);
    }
    if (!profiles_.emplace(name, std::move(profile)).second) {
        return cannot_import(file.name, value.pos(), "profile " + name + " stands twice");
    }
    names_[name] = out_.unique_name("TrafficPolicy", name);
    return {};
}

std::string AzureImporter::nested_target(const Value& endpoint) {
    const bool nested = endpoint["type"].text().ends_with("nestedEndpoints");
    return nested ? last_segment(field(endpoint, "targetResourceId").text()) : std::string();
}

AzureImporter::Need AzureImporter::need_of(const Value& endpoint) {
    return {field(endpoint, "minChildEndpoints").integer().value_or(1),
            field(endpoint, "minChildEndpointsIPv4").integer().value_or(0),
            field(endpoint, "minChildEndpointsIPv6").integer().value_or(0)};
}

// What a parent needs of a profile stands in the profile's policy: parents that need different
// things get different copies.
void AzureImporter::find_references() {
    for (const auto& [name, profile] : profiles_) {
        for (const auto& endpoint : profile.endpoints) {
            const std::string target = nested_target(endpoint);
            if (!profiles_.contains(target)) continue;
            auto& policies = references_[target];
            const Need need = need_of(endpoint);
            if (policies.contains(need)) continue;
            policies[need] = policies.empty()
                                 ? names_.at(target)
                                 : out_.unique_name("TrafficPolicy", names_.at(target));
        }
    }
}

std::string AzureImporter::hostname_of(const Profile& profile) {
    const auto& dns = field(profile.value, "dnsConfig");
    if (dns["fqdn"]) return dns["fqdn"].string();
    const std::string relative = dns["relativeName"].string(profile.name);
    return region_name(relative) + ".trafficmanager.net";
}

Tree AzureImporter::select_of(const Profile& profile, const Need& need) {
    const std::string method = profile.method();
    Tree select = Tree::map();
    if (method == "Priority") select.set("op", "priority");
    if (method == "Weighted") select.set("op", "weight");
    if (method == "Performance") select.set("op", "latency");
    if (method == "Geographic") select.set("op", "match").set("pinned", true);
    if (method == "Subnet") select.set("op", "range").set("pinned", true);
    if (method == "MultiValue") {
        select.set("op", "uniform").set("draw", "sample");
        select.set("k", field(profile.value, "maxReturn").integer().value_or(2));
    }
    if (need.ipv4 > 0 || need.ipv6 > 0) {
        Tree both = Tree::map();
        select.set("need", std::move(both.set("ipv4", need.ipv4).set("ipv6", need.ipv6)));
    } else if (need.count != 1) {
        Tree count = Tree::map();
        select.set("need", std::move(count.set("count", need.count)));
    }
    select.set("empty", "NXDOMAIN");
    if (profile.inactive() && (method == "Geographic" || method == "Subnet")) {
        select.set("noMatch", "NXDOMAIN");
    }
    return select;
}

void AzureImporter::write(const Profile& profile, const Need& need, const std::string& policy,
                          bool serves) {
    const std::string method = profile.method();
    const std::string hostname = hostname_of(profile);
    const auto ttl = field(profile.value, "dnsConfig")["ttl"].integer().value_or(60);
    PolicyDraft draft(serves ? std::vector{hostname} : std::vector<std::string>{}, "A",
                      count32(ttl));
    out_.add_zone(
        hostname.substr(hostname.find('.') + 1),
        "the profiles' own names are served in it; add the names that your clients ask for "
        "to spec.hostnames");
    draft.set_family(method == "MultiValue" ? "before" : "after");
    // A client of Performance always gets the same of several endpoints in one region.
    if (method == "Performance") draft.set_stickiness("client");

    Tree children = Tree::sequence(), overrides = Tree::sequence();
    for (std::size_t i = 0; i < profile.endpoints.size(); ++i) {
        const Value& endpoint = profile.endpoints[i];
        Tree child = child_of(profile, endpoint, i, draft);
        if (method != "Subnet" && field(endpoint, "subnets").size() > 0) {
            Tree other = Tree::map();
            other.set("node", draft.last_name()).set("ranges", ranges_of(endpoint));
            if (disabled(endpoint, "endpointStatus")) other.set("admin", "Off");
            overrides.add(std::move(other));
        }
        children.add(std::move(child));
    }
    const bool off = disabled(profile.value, "profileStatus");
    if (overrides.empty()) {
        draft.add_root(select_of(profile, need), std::move(children), {}, off);
    } else {
        const bool pinned = method == "Geographic";
        Tree range = Tree::map();
        range.set("op", "range");
        if (pinned) range.set("pinned", true).set("propagate", false);
        const std::string override_node = draft.node_name("subnets");
        draft.add_select(override_node, std::move(range), std::move(overrides));
        const std::string base = draft.node_name("base");
        draft.add_select(base, select_of(profile, need), std::move(children));
        Tree both = Tree::sequence();
        both.add(std::move(Tree::map().set("node", override_node).set("priority", 1)));
        both.add(std::move(Tree::map().set("node", base).set("priority", 2)));
        draft.add_root(std::move(Tree::map().set("op", "priority").set("empty", "NXDOMAIN")),
                       std::move(both), {}, off);
    }
    out_.add("TrafficPolicy", policy, draft.spec());
}

Tree AzureImporter::child_of(const Profile& profile, const Value& endpoint, std::size_t index,
                             PolicyDraft& draft) {
    const std::string method = profile.method();
    const std::string node = draft.node_name(endpoint["name"].text());
    Tree child = Tree::map();
    add_target(profile, endpoint, node, child, draft);
    if (method == "Priority") {
        child.set(
            "priority",
            field(endpoint, "priority").integer().value_or(static_cast<std::int64_t>(index) + 1));
    } else if (method == "Weighted") {
        child.set("weight", field(endpoint, "weight").integer().value_or(1));
    } else if (method == "Performance") {
        const std::string region = region_name(field(endpoint, "endpointLocation").text());
        if (region.empty()) {
            out_.lost(profile.name + "/" + endpoint["name"].string(),
                      "no endpointLocation: it counts as farthest");
        } else {
            out_.add_region(region);
            child.set("region", region);
        }
    } else if (method == "Geographic") {
        Tree match = Tree::sequence();
        for (const auto& code : field(endpoint, "geoMapping").items())
            match.add(azure_match_key(code.text()));
        child.set("match", std::move(match));
    } else if (method == "Subnet" && field(endpoint, "subnets").size() > 0) {
        child.set("ranges", ranges_of(endpoint));
    }
    if (disabled(endpoint, "endpointStatus")) {
        child.set("admin", "Off");
    } else if (field(endpoint, "endpointMonitorStatus").text() == "Stopped") {
        child.set("admin", "Stopped");
    }
    return child;
}

void AzureImporter::add_target(const Profile& profile, const Value& endpoint,
                               const std::string& node, Tree& child, PolicyDraft& draft) {
    const std::string nested = nested_target(endpoint);
    const auto ttl = count32(field(profile.value, "dnsConfig")["ttl"].integer().value_or(60));
    child.set("node", node);
    if (const auto at = profiles_.find(nested); at != profiles_.end()) {
        if (at->second.inactive()) {
            draft.add_stopped(node, hostname_of(at->second));
            return;
        }
        const bool always = field(endpoint, "alwaysServe").text() == "Enabled";
        draft.add_reference(node, references_.at(nested).at(need_of(endpoint)), !always, {});
        return;
    }
    if (!nested.empty()) {
        out_.lost(profile.name + "/" + endpoint["name"].string(),
                  "nested profile " + nested + " is not in the export: its host name is answered");
    }
    const std::string target = field(endpoint, "target").string();
    if (IpAddr::parse(target)) {
        draft.add_leaf(node, {target}, ttl, gates_of(profile, endpoint));
    } else {
        draft.add_hostname(node, target, ttl, gates_of(profile, endpoint));
    }
}

std::vector<std::string> AzureImporter::gates_of(const Profile& profile, const Value& endpoint) {
    if (field(endpoint, "alwaysServe").text() == "Enabled") return {};
    auto& name = checks_[profile.name + "/" + endpoint["name"].string()];
    if (name.empty()) {
        name = out_.unique_name("HealthCheck", profile.name + "-" + endpoint["name"].string());
        write_check(profile, endpoint, name);
    }
    return {name};
}

void AzureImporter::write_check(const Profile& profile, const Value& endpoint,
                                const std::string& name) {
    const auto& monitor = field(profile.value, "monitorConfig");
    const auto ip = IpAddr::parse(field(endpoint, "target").text());
    const std::string label = profile.name + "/" + endpoint["name"].string();
    Tree spec = Tree::map();
    if (!monitor || !ip) {
        spec.set("type", "External").set("initial", "up");
        if (monitor) {
            out_.lost(label,
                      "its probe goes to a host name, and we probe addresses: an External "
                      "check; give spec.address to have it probed");
        } else {
            out_.assumed(label, "no monitorConfig in the export: an External check, up until told");
        }
        out_.add("HealthCheck", name, std::move(spec));
        return;
    }
    const std::string type = monitor["protocol"].string("HTTP");
    const auto port = monitor["port"].integer().value_or(type == "HTTPS" ? 443 : 80);
    spec.set("type", type).set("address", address_text(*ip, port));
    const auto interval = monitor["intervalInSeconds"].integer().value_or(30);
    spec.set("intervalMs", milliseconds(interval));
    spec.set("timeoutMs",
             milliseconds(monitor["timeoutInSeconds"].integer().value_or(interval == 10 ? 9 : 10)));
    // The failure that is tolerated no more; any number beyond what a check may say is named there.
    const auto tolerated = monitor["toleratedNumberOfFailures"].integer().value_or(3);
    spec.set("unhealthyThreshold", std::clamp<std::int64_t>(tolerated, -1, 1000) + 1);
    spec.set("healthyThreshold", 1);
    spec.set("initial", "checking");
    if (type != "TCP") {
        Tree http = Tree::map();
        http.set("path", monitor["path"].string("/"));
        Tree statuses = Tree::sequence();
        for (const auto& range : monitor["expectedStatusCodeRanges"].items()) {
            statuses.add(range["min"].string() + "-" + range["max"].string());
        }
        if (statuses.empty()) statuses.add("200-200");
        http.set("expectedStatuses", std::move(statuses));
        if (monitor["customHeaders"].size() + field(endpoint, "customHeaders").size() > 0) {
            out_.lost(label, "custom headers of the probe; set spec.http.headers");
        }
        spec.set("http", std::move(http));
    }
    out_.add("HealthCheck", name, std::move(spec));
}

Tree AzureImporter::ranges_of(const Value& endpoint) {
    Tree ranges = Tree::sequence();
    for (const auto& subnet : field(endpoint, "subnets").items()) {
        const std::string first = subnet["first"].string();
        std::string last = subnet["last"].string();
        const auto ip = IpAddr::parse(first);
        const auto scope = subnet["scope"].integer();
        if (last.empty() && ip && scope)
            last = Cidr::of(*ip, static_cast<unsigned>(*scope)).last().text();
        if (last.empty()) last = first;
        ranges.add(std::move(Tree::map().set("first", first).set("last", last)));
    }
    return ranges;
}

}  // namespace

std::string azure_match_key(std::string_view code) {
    if (code == "WORLD") return "*";
    if (code.starts_with("GEO-")) return "group/" + std::string(code);
    const bool country = code.find('-') == std::string_view::npos;
    return (country ? "country/" : "subdivision/") + std::string(code);
}

Result<Imported> import_azure_traffic_manager(std::span<const ImportFile> files) {
    return AzureImporter().run(files);
}

}  // namespace fairway::config
