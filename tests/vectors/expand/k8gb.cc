// {clusters, strategy} → the Gslb object of each cluster with its status, and for geoip the
// database's records. A cluster's verdict is what the answering one (query.at) can see of it.
#include <algorithm>

#include "config/import/manifest_set.h"
#include "expand/common.h"

namespace fairway::vectors {
namespace {

constexpr const char* kHost = "app.example.com";

std::string gslb_list(const Value& config) {
    std::string text;
    JsonWriter out(text);
    out.begin_object().field("apiVersion", "v1").field("kind", "List").key("items").begin_array();
    for (const auto& cluster : config["clusters"].members()) {
        out.begin_object().field("apiVersion", "k8gb.io/v1beta1").field("kind", "Gslb");
        out.key("metadata").begin_object().field("name", "app").field("namespace", "default");
        out.end_object();
        out.key("spec").begin_object().key("strategy");
        copy(config["strategy"], out);
        out.end_object();
        out.key("status").begin_object().field("geoTag", cluster.key);
        out.key("servers")
            .begin_array()
            .begin_object()
            .field("host", kHost)
            .end_object()
            .end_array();
        out.key("loadBalancer").begin_object().key("exposedIps");
        copy(cluster.value, out);
        out.end_object().end_object().end_object();
    }
    out.end_array().end_object();
    return text;
}

std::string database(const Value& geodb) {
    std::string text;
    JsonWriter out(text);
    out.begin_array().begin_object().key("Records").begin_array();
    for (const auto& entry : geodb.members()) {
        const bool v6 = entry.key.find(':') != std::string_view::npos;
        out.begin_object().field("Network", std::string(entry.key) + (v6 ? "/128" : "/32"));
        out.key("Record").begin_object().field("datacenter", entry.value.text()).end_object();
        out.end_object();
    }
    out.end_array().end_object().end_array();
    return text;
}

bool sees(const Value& state, std::string_view at, std::string_view cluster) {
    if (at == cluster) return true;
    const auto items = state["unreachable_from"][at].items();
    return std::none_of(items.begin(), items.end(),
                        [&](const Value& item) { return item.text() == cluster; });
}

}  // namespace

Result<Expanded> expand_k8gb(const Value& vector) {
    const auto& config = vector["config"];
    const auto& state = vector["state"];
    const auto& query = vector["query"];
    Expanded out;
    out.system = "k8gb";
    out.files.push_back({"gslb.json", gslb_list(config)});
    if (state["geodb"]) out.files.push_back({"geodb.json", database(state["geodb"])});
    const auto at = query["at"].text();
    for (const auto& cluster : config["clusters"].members()) {
        const bool healthy = state["healthy"][cluster.key].boolean().value_or(true);
        out.told.emplace_back(config::manifest_name(kHost + ("-" + std::string(cluster.key))),
                              healthy && sees(state, at, cluster.key) ? Told::kUp : Told::kDown);
        for (const auto& address : cluster.value.items()) {
            out.groups[std::string(cluster.key)].push_back(address.string());
        }
    }
    read_query(query, out);
    if (query["name"].text().starts_with("localtargets")) {
        out.policy =
            config::manifest_name("localtargets-" + std::string(kHost) + "-" + std::string(at));
        out.host.clear();
    } else {
        out.host = kHost;
    }
    return out;
}

}  // namespace fairway::vectors
