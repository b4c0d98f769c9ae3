// Record sets → DNSZone records where nothing is chosen, TrafficPolicies where something is: each
// routed (name, type) group is one policy, each of its records one node (global.md B.3).
#include <algorithm>
#include <set>

#include "config/import/policy_draft.h"
#include "config/import/route53_export.h"

namespace fairway::config {
namespace route53 {
namespace {

using Groups = std::map<GroupKey, std::vector<Record>>;

bool is_plain(const std::vector<Record>& group) {
    return group.size() == 1 && !group[0].routed() && !group[0].alias;
}

class Writer {
  public:
    Writer(const Export& source, ManifestSet& out)
        : source_(source), out_(out), checks_(source, out) {}

    Status write() {
        find_origin();
        name_policies();
        write_zone();
        for (const auto& [key, name] : policy_names_)
            write_policy(key, source_.groups.at(key), name);
        for (const auto& document : source_.policy_documents) {
            FW_TRY_VOID(add_policy_document(document, checks_, out_));
        }
        return {};
    }

  private:
    void find_origin();
    void name_policies();
    void write_zone();
    void write_soa(Tree& spec);
    void write_policy(const GroupKey& key, const std::vector<Record>& group,
                      const std::string& name);
    void add_record(PolicyDraft& draft, const Record& record);
    Tree child_of(const Record& record, const std::string& node);
    void set_place(const Record& record, Tree& child);
    void set_blocks(const Record& record, Tree& child);
    std::vector<std::string> gates_of(const Record& record, bool with_target);
    const Groups::value_type* alias_group(const Record& record) const;
    std::vector<const Record*> ends_of(const GroupKey& key) const;
    std::uint32_t ttl_of(const GroupKey& key) const;
    bool answers_name(const GroupKey& key) const;
    std::vector<std::string> hostnames_of(const GroupKey& key) const;

    const Export& source_;
    ManifestSet& out_;
    CheckNames checks_;
    std::string origin_;
    std::map<GroupKey, std::string> policy_names_;
};

// The apex is where the SOA stands; an export without one: the names' common suffix.
void Writer::find_origin() {
    for (const auto& [key, group] : source_.groups) {
        if (key.second == "SOA") {
            origin_ = key.first;
            return;
        }
    }
    if (source_.groups.empty()) return;
    std::string common = source_.groups.begin()->first.first;
    const auto parent = [](const std::string& name) {
        const auto dot = name.find('.');
        return dot == std::string::npos ? std::string() : name.substr(dot + 1);
    };
    bool is_name = false;
    for (const auto& [key, group] : source_.groups) {
        while (key.first != common && !key.first.ends_with("." + common) && !common.empty()) {
            common = parent(common);
        }
    }
    for (const auto& [key, group] : source_.groups) is_name = is_name || key.first == common;
    origin_ = is_name && !parent(common).empty() ? parent(common) : common;
    out_.assumed("zone " + origin_,
                 "the export has no SOA: the names' common suffix is its origin");
}

void Writer::name_policies() {
    for (const auto& [key, group] : source_.groups) {
        const bool steered = !is_plain(group);
        if (steered) policy_names_[key] = {};
        for (const auto& record : group) {
            const auto* target = alias_group(record);
            if (target) policy_names_[target->first] = {};
        }
    }
    for (auto& [key, name] : policy_names_) {
        name = out_.unique_name("TrafficPolicy", key.first + "-" + key.second);
    }
}

const Groups::value_type* Writer::alias_group(const Record& record) const {
    if (!record.alias) return nullptr;
    const auto at = source_.groups.find({record.alias->key, record.type});
    return at == source_.groups.end() ? nullptr : &*at;
}

void Writer::write_zone() {
    if (source_.groups.empty()) return;
    Tree spec = Tree::map();
    spec.set("origin", origin_);
    write_soa(spec);
    Tree name_servers = Tree::sequence();
    Tree records = Tree::sequence();
    for (const auto& [key, group] : source_.groups) {
        if (!is_plain(group) || key.second == "SOA") continue;
        const Record& record = group.front();
        if (!record.health_check.empty()) {
            out_.lost(record.label(),
                      "a simple record's health check decides nothing and is left out");
        }
        if (key.first == origin_ && key.second == "NS") {
            for (const auto& value : record.values) name_servers.add(owner_name(value));
            continue;
        }
        if (policy_names_.contains(key)) continue;  // an alias points here: it is a policy
        Tree values = Tree::sequence();
        for (const auto& value : record.values) values.add(value);
        Tree entry = Tree::map();
        entry.set("name", record.name).set("type", record.type).set("ttl", record.ttl);
        entry.set("values", std::move(values));
        records.add(std::move(entry));
    }
    if (name_servers.empty()) {
        name_servers.add("ns." + origin_);
        out_.assumed("zone " + origin_, "the export has no NS at the apex: ns." + origin_);
    }
    spec.set("nameServers", std::move(name_servers));
    if (!records.empty()) spec.set("records", std::move(records));
    out_.add("DNSZone", out_.unique_name("DNSZone", origin_), std::move(spec));
}

void Writer::write_soa(Tree& spec) {
    Tree soa = Tree::map();
    const auto at = source_.groups.find({origin_, "SOA"});
    if (at == source_.groups.end()) {
        soa.set("primary", "ns." + origin_).set("contact", "hostmaster." + origin_);
    } else {
        // MNAME RNAME serial refresh retry expire minimum; the serial is ours to count.
        std::vector<std::string> parts(1);
        for (const char c : at->second.front().values.front()) {
            if (c == ' ') {
                if (!parts.back().empty()) parts.emplace_back();
            } else {
                parts.back() += c;
            }
        }
        parts.resize(7, "0");
        soa.set("primary", owner_name(parts[0])).set("contact", owner_name(parts[1]));
        const char* keys[] = {"refresh", "retry", "expire", "minimum"};
        for (int i = 0; i < 4; ++i) {
            soa.set(keys[i], static_cast<std::int64_t>(std::atoll(parts[3 + i].c_str())));
        }
    }
    spec.set("soa", std::move(soa));
}

// What answers may end in: the records that are reached over aliases and point at no group of this
// export. Each group is entered once, for aliases of many records may lead to the same many.
std::vector<const Record*> Writer::ends_of(const GroupKey& key) const {
    constexpr std::size_t kDepth = 10;  // of a policy; deeper, nothing answers
    std::vector<const Record*> ends;
    std::set<const Groups::value_type*> seen{&*source_.groups.find(key)};
    std::vector<const Groups::value_type*> level(seen.begin(), seen.end());
    for (std::size_t depth = 0; depth <= kDepth && !level.empty(); ++depth) {
        std::vector<const Groups::value_type*> next;
        for (const auto* group : level) {
            for (const auto& record : group->second) {
                const auto* target = alias_group(record);
                if (!target) {
                    ends.push_back(&record);
                } else if (seen.insert(target).second) {
                    next.push_back(target);
                }
            }
        }
        level = std::move(next);
    }
    return ends;
}

// An alias answers with its target's TTL: the largest there is below, each leaf names its own.
std::uint32_t Writer::ttl_of(const GroupKey& key) const {
    std::uint32_t most = 0;
    for (const auto* record : ends_of(key)) most = std::max(most, record->ttl);
    return most;
}

// Does some branch end in the name of another system's resource?
bool Writer::answers_name(const GroupKey& key) const {
    const auto ends = ends_of(key);
    return std::any_of(ends.begin(), ends.end(),
                       [](const Record* record) { return record->alias.has_value(); });
}

// None for the apex if it would answer a name: a CNAME cannot stand there.
std::vector<std::string> Writer::hostnames_of(const GroupKey& key) const {
    const auto& name = key.first;
    if (name != origin_ && !name.ends_with("." + origin_)) return {};
    if (name == origin_ && answers_name(key)) {
        out_.lost(name + " " + key.second,
                  "an alias at the apex to a resource of Amazon's: a CNAME cannot "
                  "stand there, so the policy has no host name; give the "
                  "addresses as values, then add it");
        return {};
    }
    return {name};
}

void Writer::write_policy(const GroupKey& key, const std::vector<Record>& group,
                          const std::string& name) {
    PolicyDraft draft(hostnames_of(key), key.second, ttl_of(key));
    Tree select = Tree::map();
    const Record& first = group.front();
    if (first.weight)
        select.set("op", "weight");
    else if (!first.region.empty())
        select.set("op", "latency");
    else if (!first.geo_key.empty())
        select.set("op", "match");
    else if (first.geo_proximity)
        select.set("op", "proximity");
    else if (!first.failover.empty())
        select.set("op", "priority");
    else if (first.cidr)
        select.set("op", "cidr");
    else if (first.multivalue)
        select.set("op", "uniform").set("draw", "sample").set("k", 8);
    else
        select.set("op", "uniform");

    Tree children = Tree::sequence();
    for (const auto& record : group) {
        const std::string node =
            draft.node_name(record.set_identifier.empty() ? "record" : record.set_identifier);
        Tree child = child_of(record, node);
        if (record.cidr && record.cidr->second != "*" && !child.find("cidrs")) continue;
        children.add(std::move(child));
        add_record(draft, record);
    }
    draft.add_root(std::move(select), std::move(children));
    out_.add("TrafficPolicy", name, draft.spec());
}

Tree Writer::child_of(const Record& record, const std::string& node) {
    Tree child = Tree::map();
    child.set("node", node);
    if (record.weight) child.set("weight", *record.weight);
    if (!record.failover.empty()) child.set("priority", record.failover == "PRIMARY" ? 1 : 2);
    if (!record.region.empty()) {
        out_.add_region(record.region);
        child.set("region", record.region);
    }
    if (!record.geo_key.empty()) {
        Tree match = Tree::sequence();
        match.add(record.geo_key);
        child.set("match", std::move(match));
    }
    if (record.geo_proximity) set_place(record, child);
    if (record.cidr && record.cidr->second != "*") set_blocks(record, child);
    return child;
}

void Writer::set_place(const Record& record, Tree& child) {
    const Value& place = record.geo_proximity;
    const std::string region =
        place["AWSRegion"] ? place["AWSRegion"].string() : place["LocalZoneGroup"].string();
    if (!region.empty()) {
        out_.add_region(region);
        child.set("region", region);
    } else if (const auto& at = place["Coordinates"]) {
        Tree coordinates = Tree::map();
        coordinates.set("latitude", std::atof(at["Latitude"].string().c_str()));
        coordinates.set("longitude", std::atof(at["Longitude"].string().c_str()));
        child.set("coordinates", std::move(coordinates));
    }
    child.set("bias", place["Bias"].integer().value_or(0));
}

void Writer::set_blocks(const Record& record, Tree& child) {
    const auto& [collection, location] = *record.cidr;
    auto at = source_.cidr_collections.find(collection);
    if (at == source_.cidr_collections.end() && source_.cidr_collections.size() == 1) {
        at = source_.cidr_collections.begin();
        out_.assumed(record.label(),
                     "the only CIDR listing given is taken as collection " + collection);
    }
    Tree cidrs = Tree::sequence();
    if (at != source_.cidr_collections.end()) {
        const auto blocks = at->second.find(location);
        if (blocks != at->second.end()) {
            for (const auto& block : blocks->second) cidrs.add(block);
        }
    }
    if (cidrs.empty()) {
        out_.lost(record.label(), "the blocks of location " + location + " in collection " +
                                      collection +
                                      " are not in the export: the record is left out; name the "
                                      "listing's file after its collection");
        return;
    }
    child.set("cidrs", std::move(cidrs));
}

std::vector<std::string> Writer::gates_of(const Record& record, bool with_target) {
    std::vector<std::string> gates;
    if (!record.health_check.empty())
        gates.push_back(checks_.name_of(record.health_check, record.label()));
    // Elastic Load Balancing knows its targets' health; that verdict has to be told.
    if (with_target) {
        const std::string check = "target-" + record.alias->key;
        gates.push_back(
            checks_.name_of(check, "alias " + record.label() + " (EvaluateTargetHealth)"));
    }
    return gates;
}

void Writer::add_record(PolicyDraft& draft, const Record& record) {
    const std::string node = draft.last_name();
    if (!record.alias) {
        draft.add_leaf(node, record.values, record.ttl, gates_of(record, false));
        return;
    }
    if (const auto* target = alias_group(record)) {
        draft.add_reference(node, policy_names_.at(target->first),
                            record.alias->evaluate_target_health, gates_of(record, false));
        return;
    }
    draft.add_hostname(node, record.alias->dns_name, record.ttl,
                       gates_of(record, record.alias->evaluate_target_health));
    if (record.failover.empty() || record.alias->evaluate_target_health) return;
    out_.assumed(record.label(),
                 "a failover alias without EvaluateTargetHealth: taken as the guide "
                 "does, its health check alone decides");
}

}  // namespace
}  // namespace route53

Result<Imported> import_route53(std::span<const ImportFile> files) {
    ManifestSet out;
    FW_TRY(const route53::Export source, route53::read_export(files, out));
    FW_TRY_VOID(route53::Writer(source, out).write());
    return out.take();
}

}  // namespace fairway::config
