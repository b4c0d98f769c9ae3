// k8gb: the Gslb objects of all clusters (`kubectl get gslb -o yaml` in each) → one TrafficPolicy a
// host. In k8gb every cluster answers from its own view; here there is one map, and each cluster's
// health is one External check. strategy geoip needs the database as `mmdbinspect` prints it.
#include <algorithm>
#include <map>

#include "base/ip.h"
#include "config/import/manifest_set.h"
#include "config/import/policy_draft.h"

namespace fairway::config {
namespace {

struct Cluster {
    std::string tag;
    std::vector<std::string> addresses;
    std::string check;  // HealthCheck of this host in this cluster
};

struct Host {
    std::string name;  // "app.example.com"
    std::string gslb;  // of the first cluster
    Value strategy;
    std::vector<Cluster> clusters;
};

class K8gbImporter {
  public:
    Result<Imported> run(std::span<const ImportFile> files) {
        for (const auto& file : files) FW_TRY_VOID(read(file));
        if (hosts_.empty()) {
            return cannot_import(files.empty() ? "-" : files.front().name, {1, 1},
                                 "no Gslb is in it");
        }
        for (auto& [name, host] : hosts_) write(host);
        write_regions();
        return out_.take();
    }

  private:
    Status read(const ImportFile& file);
    Status read_gslb(const ImportFile& file, const Value& gslb);
    void read_database(const ImportFile& file, const Value& dump);
    static std::vector<std::string> hosts_of(const Value& gslb);
    void write(Host& host);
    void write_local_targets(const Host& host);
    Tree add_flat(const Host& host, const std::vector<Cluster>& clusters, PolicyDraft& draft);
    Tree add_groups(const Host& host, PolicyDraft& draft, const std::vector<std::string>& wanted,
                    bool weighted);
    void add_cluster(const Host& host, const Cluster& cluster, const std::string& node,
                     PolicyDraft& draft);
    void write_round_robin(const Host& host, PolicyDraft& draft);
    void write_failover(const Host& host, PolicyDraft& draft);
    void write_geoip(const Host& host, PolicyDraft& draft);
    void write_regions();
    std::string tag_of_address(const std::string& address) const;

    ManifestSet out_;
    std::vector<Documents> memory_;
    std::map<std::string, Host> hosts_;
    std::map<std::string, std::vector<std::string>> database_;  // tag → networks
};

constexpr std::uint32_t kDefaultTtl = 30;

// Nothing healthy: k8gb has no record, so its DNS answers NXDOMAIN.
Tree closed(std::string_view op, std::string_view draw = {}) {
    Tree select = Tree::map();
    select.set("op", op);
    if (!draw.empty()) select.set("draw", draw);
    select.set("last", "none").set("empty", "NXDOMAIN");
    return select;
}

std::uint32_t ttl_of(const Host& host) {
    return count32(host.strategy["dnsTtlSeconds"].integer().value_or(kDefaultTtl));
}

Status K8gbImporter::read(const ImportFile& file) {
    const bool json = file.name.ends_with(".json");
    FW_TRY(Documents documents, json ? read_import_json(file) : read_import_yaml(file));
    memory_.push_back(std::move(documents));
    std::size_t count = 0;
    for (const auto& document : memory_.back().all) {
        const Value& root = document.root;
        if (root.is_sequence()) {
            read_database(file, root);
        } else if (root["kind"].text().ends_with("List")) {
            for (const auto& item : root["items"].items()) FW_TRY_VOID(read_gslb(file, item));
            count += root["items"].size();
        } else {
            FW_TRY_VOID(read_gslb(file, root));
            ++count;
        }
    }
    out_.source(file.name + ": " + std::to_string(count) + " Gslb objects");
    return {};
}

// [{"Records": [{"Network": "203.0.113.0/24", "Record": {"datacenter": "EU"}}]}]
void K8gbImporter::read_database(const ImportFile& file, const Value& dump) {
    for (const auto& database : dump.items()) {
        for (const auto& record : database["Records"].items()) {
            const auto members = record["Record"].members();
            if (members.empty() || !Cidr::parse(record["Network"].text())) {
                out_.lost(file.name, "a record of the database without network or field");
                continue;
            }
            database_[members.begin()->value.string()].push_back(record["Network"].string());
        }
    }
}

std::vector<std::string> K8gbImporter::hosts_of(const Value& gslb) {
    std::vector<std::string> hosts;
    for (const auto& server : gslb["status"]["servers"].items())
        hosts.push_back(server["host"].string());
    if (hosts.empty()) {
        for (const auto& rule : gslb["spec"]["ingress"]["rules"].items()) {
            hosts.push_back(rule["host"].string());
        }
    }
    return hosts;
}

Status K8gbImporter::read_gslb(const ImportFile& file, const Value& gslb) {
    const std::string_view api = gslb["apiVersion"].text();
    if (gslb["kind"].text() != "Gslb" ||
        !(api.starts_with("k8gb.io/") || api.starts_with("k8gb.absa.oss/"))) {
        return cannot_import(file.name, gslb.pos(), "kind Gslb of k8gb.io is expected");
    }
    const std::string name = gslb["metadata"]["name"].string("gslb");
    const std::string tag = gslb["status"]["geoTag"].string();
    if (tag.empty()) {
        return cannot_import(file.name, gslb.pos(),
                             "status.geoTag is needed: export the objects with "
                             "their status, one from each cluster");
    }
    Cluster cluster{tag, {}, {}};
    for (const auto& ip : gslb["status"]["loadBalancer"]["exposedIps"].items()) {
        cluster.addresses.push_back(ip.string());
    }
    const auto hosts = hosts_of(gslb);
    if (hosts.empty())
        out_.lost("Gslb " + name + " of " + tag, "no host in status.servers or spec.ingress");
    for (const auto& host_name : hosts) {
        Host& host = hosts_[host_name];
        if (host.name.empty()) {
            host.name = host_name;
            host.gslb = name;
            host.strategy = gslb["spec"]["strategy"];
        }
        cluster.check = manifest_name(host_name + "-" + tag);
        host.clusters.push_back(cluster);
    }
    if (gslb["spec"]["strategy"]["splitBrainThresholdSeconds"]) {
        out_.lost("Gslb " + name,
                  "strategy.splitBrainThresholdSeconds, which k8gb itself does not use");
    }
    return {};
}

void K8gbImporter::add_cluster(const Host& host, const Cluster& cluster, const std::string& node,
                               PolicyDraft& draft) {
    Tree children = Tree::sequence();
    for (const auto& address : cluster.addresses) {
        const std::string leaf = draft.node_name(address);
        draft.add_leaf(leaf, {address}, ttl_of(host), {});
        children.add(std::move(Tree::map().set("node", leaf)));
    }
    draft.add_select(node, closed("uniform", "all"), std::move(children), {cluster.check});
}

// Every address a kid of one node, so that all orders are alike; its cluster's check is its gate.
Tree K8gbImporter::add_flat(const Host& host, const std::vector<Cluster>& clusters,
                            PolicyDraft& draft) {
    Tree children = Tree::sequence();
    for (const auto& cluster : clusters) {
        for (const auto& address : cluster.addresses) {
            const std::string leaf = draft.node_name(address);
            draft.add_leaf(leaf, {address}, ttl_of(host), {cluster.check});
            children.add(std::move(Tree::map().set("node", leaf)));
        }
    }
    return children;
}

// One kid a cluster, for those whose tag is wanted (empty: all).
Tree K8gbImporter::add_groups(const Host& host, PolicyDraft& draft,
                              const std::vector<std::string>& wanted, bool weighted) {
    Tree children = Tree::sequence();
    for (const auto& cluster : host.clusters) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), cluster.tag) == wanted.end())
            continue;
        const std::string node = draft.node_name(cluster.tag);
        add_cluster(host, cluster, node, draft);
        Tree child = Tree::map();
        child.set("node", node);
        if (weighted)
            child.set("weight", host.strategy["weight"][cluster.tag].integer().value_or(0));
        children.add(std::move(child));
    }
    return children;
}

void K8gbImporter::write_round_robin(const Host& host, PolicyDraft& draft) {
    if (host.strategy["weight"].size() == 0) {
        Tree children = add_flat(host, host.clusters, draft);
        draft.add_root(closed("uniform", "all"), std::move(children));
        return;
    }
    // Weights order the groups; all addresses stay in the answer.
    Tree children = add_groups(host, draft, {}, true);
    Tree select = closed("weight", "ordered");
    select.set("zero", "last");
    draft.add_root(std::move(select), std::move(children));
}

void K8gbImporter::write_failover(const Host& host, PolicyDraft& draft) {
    const std::string primary = host.strategy["primaryGeoTag"].string();
    std::vector<std::string> others;
    for (const auto& cluster : host.clusters) {
        if (cluster.tag != primary) others.push_back(cluster.tag);
    }
    Tree first = add_groups(host, draft, {primary}, false);
    Tree children = Tree::sequence();
    if (first.size() > 0) {
        const std::string node = draft.node_name("primary");
        draft.add_select(node, closed("uniform", "all"), std::move(first));
        children.add(std::move(Tree::map().set("node", node).set("priority", 1)));
    } else {
        out_.lost("host " + host.name, "primary cluster " + primary + " is not in the export");
    }
    if (!others.empty()) {
        Tree rest = add_groups(host, draft, others, false);
        const std::string node = draft.node_name("others");
        draft.add_select(node, closed("uniform", "all"), std::move(rest));
        children.add(std::move(Tree::map().set("node", node).set("priority", 2)));
    }
    draft.add_root(closed("priority"), std::move(children));
}

std::string K8gbImporter::tag_of_address(const std::string& address) const {
    const auto ip = IpAddr::parse(address);
    std::string best;
    int best_length = -1;
    for (const auto& [tag, networks] : database_) {
        for (const auto& network : networks) {
            const auto cidr = *Cidr::parse(network);
            if (ip && cidr.contains(*ip) && cidr.length > best_length) {
                best = tag;
                best_length = cidr.length;
            }
        }
    }
    return best;
}

// Targets whose database field equals the client's, else all: equality, not distance.
void K8gbImporter::write_geoip(const Host& host, PolicyDraft& draft) {
    if (database_.empty()) {
        out_.lost("host " + host.name,
                  "strategy geoip without its database: all targets are answered; "
                  "give the output of mmdbinspect as one more file");
    }
    std::map<std::string, Tree> by_tag;
    Tree all = Tree::sequence();
    for (const auto& cluster : host.clusters) {
        for (const auto& address : cluster.addresses) {
            const std::string leaf = draft.node_name(address);
            draft.add_leaf(leaf, {address}, ttl_of(host), {cluster.check});
            all.add(std::move(Tree::map().set("node", leaf)));
            const std::string tag = tag_of_address(address);
            if (tag.empty()) continue;
            by_tag.try_emplace(tag, Tree::sequence())
                .first->second.add(std::move(Tree::map().set("node", leaf)));
        }
    }
    const std::string everybody = draft.node_name("all");
    draft.add_select(everybody, closed("uniform", "all"), std::move(all));
    Tree children = Tree::sequence();
    if (!by_tag.empty()) {
        Tree tags = Tree::sequence();
        for (auto& [tag, leaves] : by_tag) {
            const std::string node = draft.node_name("tag-" + tag);
            draft.add_select(node, closed("uniform", "all"), std::move(leaves));
            Tree match = Tree::sequence();
            match.add("group/" + tag);
            tags.add(std::move(Tree::map().set("node", node).set("match", std::move(match))));
        }
        const std::string same = draft.node_name("same-tag");
        draft.add_select(same, closed("match"), std::move(tags));
        children.add(std::move(Tree::map().set("node", same).set("priority", 1)));
    }
    children.add(std::move(Tree::map().set("node", everybody).set("priority", 2)));
    draft.add_root(closed("priority"), std::move(children));
}

// What the peers ask each other for: one cluster's own healthy addresses.
void K8gbImporter::write_local_targets(const Host& host) {
    const bool alone = host.clusters.size() == 1;
    for (const auto& cluster : host.clusters) {
        PolicyDraft draft(
            alone ? std::vector{"localtargets-" + host.name} : std::vector<std::string>{}, "A",
            ttl_of(host));
        // The leaves are gated one by one: a root's own gates change nothing.
        Tree children = add_flat(host, {cluster}, draft);
        draft.add_root(closed("uniform", "all"), std::move(children));
        out_.add("TrafficPolicy",
                 out_.unique_name("TrafficPolicy", "localtargets-" + host.name + "-" + cluster.tag),
                 draft.spec());
    }
    if (!alone) {
        out_.assumed("host " + host.name,
                     "localtargets-" + host.name +
                         " differs from cluster to cluster; "
                         "its policies stand without a host name, one a cluster");
    }
}

void K8gbImporter::write(Host& host) {
    for (const auto& cluster : host.clusters) {
        out_.add_external_check(cluster.check);
        out_.assumed("host " + host.name, "health of cluster " + cluster.tag +
                                              " (its Service has ready Pods) "
                                              "is the External check " +
                                              cluster.check + ", up until told");
    }
    PolicyDraft draft({host.name}, "A", ttl_of(host));
    const std::string type = host.strategy["type"].string("roundRobin");
    if (type == "failover") {
        write_failover(host, draft);
    } else if (type == "geoip") {
        write_geoip(host, draft);
    } else {
        if (type != "roundRobin")
            out_.lost("host " + host.name, "strategy " + type + ": taken as roundRobin");
        write_round_robin(host, draft);
    }
    out_.add("TrafficPolicy", out_.unique_name("TrafficPolicy", host.name), draft.spec());
    write_local_targets(host);
    const auto dot = host.name.find('.');
    out_.add_zone(dot == std::string::npos ? host.name : host.name.substr(dot + 1),
                  "a Gslb names no zone: the host's parent, with a name server of ours");
}

void K8gbImporter::write_regions() {
    for (const auto& [tag, networks] : database_) {
        Tree cidrs = Tree::sequence(), geo = Tree::sequence();
        for (const auto& network : networks) cidrs.add(network);
        geo.add("group/" + tag);
        Tree spec = Tree::map();
        spec.set("cidrs", std::move(cidrs)).set("geo", std::move(geo));
        out_.add("Region", out_.unique_name("Region", "geo-" + tag), std::move(spec));
    }
}

}  // namespace

Result<Imported> import_k8gb(std::span<const ImportFile> files) {
    return K8gbImporter().run(files);
}

}  // namespace fairway::config
