// Alibaba Cloud Global Traffic Manager 3.0 → one TrafficPolicy an access domain: a strategy among
// pools, and in each pool a strategy among addresses.
#include "config/import/alibaba_gtm.h"

#include <set>

#include "base/ip.h"
#include "config/import/alibaba_gtm_export.h"
#include "config/import/policy_draft.h"

namespace fairway::config {
namespace gtm {
namespace {

std::string numbered(std::int64_t serial) {
    const std::string digits = std::to_string(serial < 0 ? 0 : serial);
    return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

// any_ok, p30_ok, …, all_ok → how many live kids make the pool live.
void set_need(const std::string& judgement, Tree& select) {
    Tree need = Tree::map();
    if (judgement == "all_ok") {
        need.set("percent", 100);
    } else if (judgement.size() > 4 && judgement[0] == 'p') {
        need.set("percent", static_cast<std::int64_t>(std::atoll(judgement.c_str() + 1)));
    } else {
        return;
    }
    select.set("need", std::move(need));
}

class Writer {
  public:
    Writer(const Export& source, ManifestSet& out)
        : source_(source), out_(out), checks_(source, out) {}

    void write() {
        for (const auto& id : source_.order) write_instance(source_.instances.at(id));
    }

  private:
    void write_instance(const Parent& instance);
    void add_pool(const Parent& pool, const std::string& node, PolicyDraft& draft);
    void add_address(const Object& address, const std::string& node, std::uint32_t ttl,
                     PolicyDraft& draft);
    Tree select_of(const std::string& strategy, const Object& object, bool by_client_below,
                   const std::string& label);
    bool place(const std::string& strategy, const Use& use, const Object& object,
               std::set<std::string>& lines, const std::string& label, Tree& child);

    const Export& source_;
    ManifestSet& out_;
    Checks checks_;
    std::uint32_t ttl_ = 60;
    bool alias_ = false;  // the domain answers names
};

void Writer::write_instance(const Parent& instance) {
    const Object& config = instance.object;
    const std::string zone = config.text("ScheduleZoneName");
    std::string host = config.text("ScheduleHostname", config.text("ScheduleHostName"));
    const std::string domain =
        host.empty() || host == "@" ? zone : host + (zone.empty() ? "" : "." + zone);
    const std::string label = "access domain " + domain;
    if (instance.uses.empty() || domain.empty()) {
        out_.lost(label,
                  "its pools are not in the export: left out; give the answer of "
                  "ListCloudGtmInstanceConfigs too");
        return;
    }
    ttl_ = count32(config.number("Ttl", 60));
    const std::string type = config.text("ScheduleRrType", "A");
    alias_ = type == "CNAME";
    PolicyDraft draft({domain}, type, ttl_);

    const std::string strategy = config.text("AddressPoolLbStrategy", "round_robin");
    Tree children = Tree::sequence();
    std::set<std::string> lines;
    bool by_client = false;
    for (const auto& use : instance.uses) {
        const auto pool = source_.pools.find(use.id);
        if (pool == source_.pools.end() || pool->second.uses.empty()) {
            out_.lost(label, "pool " + use.id + " has no addresses in the export: left out");
            continue;
        }
        const std::int64_t serial =
            use.here.number("SerialNumber", static_cast<std::int64_t>(children.size()) + 1);
        by_client = by_client || pool->second.object.text("AddressLbStrategy") == "source_nearest";
        Tree child = Tree::map();
        child.set("node", draft.node_name(gtm_pool_node(
                              serial, pool->second.object.text("AddressPoolName", use.id))));
        const std::string node = draft.last_name();
        if (!place(strategy, use, pool->second.object, lines, label, child)) continue;
        add_pool(pool->second, node, draft);
        children.add(std::move(child));
    }
    if (children.empty()) return out_.lost(label, "no pool can answer: left out");
    const bool off = config.text("EnableStatus") == "disable";
    if (off) out_.assumed(label, "it is disabled: its name does not exist until admin is On");
    draft.add_root(select_of(strategy, config, by_client, label), std::move(children), {}, off);
    out_.add("TrafficPolicy", out_.unique_name("TrafficPolicy", domain), draft.spec());
    out_.add_zone(zone.empty() ? domain.substr(domain.find('.') + 1) : zone,
                  "the access domains' zone, with a name server of ours");
    out_.assumed(label, "with every pool unavailable, all count as available (last: open)");
    if (config.get("AlertConfig") || config.get("AlertGroup")) {
        out_.lost(label, "alerts: scrape /metrics instead");
    }
}

Tree Writer::select_of(const std::string& strategy, const Object& object, bool by_client_below,
                       const std::string& label) {
    Tree select = Tree::map();
    if (strategy == "sequence") {
        select.set("op", "priority");
        if (object.text("SequenceLbStrategyMode") == "non_preemptive") {
            if (by_client_below) {
                out_.lost(label,
                          "non_preemptive over pools that go by the client's line: preemptive");
            } else {
                select.set("nonPreemptive", true);
            }
        }
    } else if (strategy == "weight") {
        select.set("op", "weight");
    } else if (strategy == "source_nearest") {
        select.set("op", "match").set("key", "line");
    } else {
        if (strategy != "round_robin")
            out_.lost(label, "strategy " + strategy + ": taken as round_robin");
        select.set("op", "uniform").set("draw", "rotated");
    }
    return select;
}

// The attributes of a kid under a strategy; false: it cannot be chosen at all.
bool Writer::place(const std::string& strategy, const Use& use, const Object& object,
                   std::set<std::string>& lines, const std::string& label, Tree& child) {
    if (strategy == "sequence") child.set("priority", use.here.number("SerialNumber", 1));
    if (strategy == "weight") child.set("weight", use.here.number("WeightValue", 1));
    if (strategy == "source_nearest") {
        const auto& sources = use.here.get("RequestSource");
        Tree match = Tree::sequence();
        for (const auto& line :
             (sources.is_sequence() ? sources : sources["RequestSource"]).items()) {
            if (lines.insert(line.string()).second) {
                match.add("line/" + line.string());
            } else {
                out_.lost(label, "line " + line.string() + " is claimed twice: the first counts");
            }
        }
        if (match.empty()) {
            out_.lost(label, use.id + " has no request source of its own: left out");
            return false;
        }
        child.set("match", std::move(match));
    }
    if (object.text("EnableStatus") == "disable") child.set("admin", "Off");
    return true;
}

void Writer::add_pool(const Parent& pool, const std::string& node, PolicyDraft& draft) {
    const std::string label = "pool " + pool.object.text("AddressPoolName", pool.object.id);
    const std::string strategy = pool.object.text("AddressLbStrategy", "round_robin");
    Tree children = Tree::sequence();
    std::set<std::string> lines;
    for (const auto& use : pool.uses) {
        const Object& address = source_.addresses.at(use.id);
        const std::int64_t serial =
            use.here.number("SerialNumber", static_cast<std::int64_t>(children.size()) + 1);
        Tree child = Tree::map();
        if (!place(strategy, use, address, lines, label, child)) continue;
        const std::string leaf =
            draft.node_name(gtm_address_node(node, serial, address.text("Address")));
        child.set("node", leaf);
        add_address(address, leaf, ttl_, draft);
        children.add(std::move(child));
    }
    Tree select = select_of(strategy, pool.object, false, label);
    set_need(pool.object.text("HealthJudgement", "any_ok"), select);
    draft.add_select(node, std::move(select), std::move(children));
}

void Writer::add_address(const Object& address, const std::string& node, std::uint32_t ttl,
                         PolicyDraft& draft) {
    const std::string target = address.text("Address");
    Tree leaf = Tree::map();
    if (alias_ || IpAddr::parse(target)) {
        leaf.set("values", std::move(Tree::sequence().add(target)));
    } else {
        leaf.set("hostname", target);
    }
    std::vector<std::string> gates;
    if (address.text("AvailableMode") == "manual") {
        leaf.set("health", address.text("ManualAvailableStatus") == "unavailable" ? "down" : "up");
    } else {
        gates = checks_.gates_of(address);
    }
    Tree document = named_node(node);
    document.set("leaf", std::move(leaf)).set("ttl", ttl);
    draft.add_node(std::move(document), gates);
}

}  // namespace
}  // namespace gtm

std::string gtm_pool_node(std::int64_t serial, std::string_view pool) {
    // Short, so that the names of its addresses keep all of the address.
    return gtm::numbered(serial) + "-" + as_node_name(pool.substr(0, 12));
}

std::string gtm_address_node(std::string_view pool_node, std::int64_t serial,
                             std::string_view address) {
    return std::string(pool_node) + "." +
           as_node_name(gtm::numbered(serial) + "-" + std::string(address));
}

Result<Imported> import_alibaba_gtm(std::span<const ImportFile> files) {
    ManifestSet out;
    FW_TRY(const gtm::Export source, gtm::read_export(files, out));
    gtm::Writer(source, out).write();
    return out.take();
}

}  // namespace fairway::config
