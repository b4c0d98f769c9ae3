// An access domain with pools → ListCloudGtmInstanceConfigs and ListCloudGtmAddressPools. Tasks'
// results are told: the probe templates are not in the export.
#include "config/import/alibaba_gtm.h"
#include "config/import/manifest_set.h"
#include "expand/common.h"

namespace fairway::vectors {
namespace {

// "address_lb_strategy" → "AddressLbStrategy".
std::string camel(std::string_view snake) {
    std::string out;
    bool upper = true;
    for (const char c : snake) {
        if (c == '_') {
            upper = true;
        } else {
            out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
            upper = false;
        }
    }
    return out;
}

void copy_as_camel(const Value& map, std::initializer_list<std::string_view> but, JsonWriter& out) {
    for (const auto& member : map.members()) {
        if (std::find(but.begin(), but.end(), member.key) != but.end()) continue;
        out.key(camel(member.key));
        copy(member.value, out);
    }
}

void write_source(const Value& from, JsonWriter& out) {
    if (!from["request_source"]) return;
    out.key("RequestSource").begin_object().key("RequestSource");
    copy(from["request_source"], out);
    out.end_object();
}

std::string task_id(std::size_t nth) {
    return "task-" + std::to_string(nth + 1);
}

void write_address(const Value& address, const Value& tasks, JsonWriter& out) {
    const std::string addr = address["addr"].string();
    out.begin_object().field("AddressId", addr).field("Address", addr).field("Name", addr);
    if (!address["enable_status"]) out.field("EnableStatus", "enable");
    if (!address["available_mode"]) out.field("AvailableMode", "auto");
    if (!address["health_judgement"]) out.field("HealthJudgement", "any_ok");
    copy_as_camel(address, {"addr", "request_source", "health_tasks"}, out);
    write_source(address, out);
    out.key("HealthTasks").begin_object().key("HealthTask").begin_array();
    for (std::size_t i = 0; i < tasks[addr].size(); ++i) {
        out.begin_object().field("TemplateId", task_id(i)).field("Port", 80).end_object();
    }
    out.end_array().end_object().end_object();
}

void write_pool(const Value& pool, bool with_addresses, const Value& tasks, JsonWriter& out) {
    const std::string id = pool["id"].string();
    out.begin_object().field("AddressPoolId", id).field("AddressPoolName", id);
    if (!pool["address_pool_type"]) {
        const auto first = pool["addresses"][std::size_t{0}]["addr"].text();
        out.field("AddressPoolType", first.find(':') != std::string_view::npos ? "IPv6" : "IPv4");
    }
    if (!pool["enable_status"]) out.field("EnableStatus", "enable");
    copy_as_camel(pool, {"id", "addresses", "request_source"}, out);
    write_source(pool, out);
    if (with_addresses) {
        out.key("Addresses").begin_object().key("Address").begin_array();
        for (const auto& address : pool["addresses"].items()) write_address(address, tasks, out);
        out.end_array().end_object();
    }
    out.end_object();
}

void write_pools(const Value& pools, bool with_addresses, const Value& tasks, JsonWriter& out) {
    out.key("AddressPools").begin_object().key("AddressPool").begin_array();
    for (const auto& pool : pools.items()) write_pool(pool, with_addresses, tasks, out);
    out.end_array().end_object();
}

std::string instance_configs(const Value& config) {
    std::string text;
    JsonWriter out(text);
    out.begin_object().key("InstanceConfigs").begin_object().key("InstanceConfig").begin_array();
    out.begin_object().field("ConfigId", "config-1").field("InstanceId", "gtm-cn-1");
    if (!config["schedule_zone_name"]) out.field("ScheduleZoneName", "example.com");
    out.field("ScheduleHostname", config["schedule_host_name"].string("gtm"));
    if (!config["schedule_rr_type"]) {
        const auto first =
            config["pools"][std::size_t{0}]["addresses"][std::size_t{0}]["addr"].text();
        out.field("ScheduleRrType", first.find(':') != std::string_view::npos ? "AAAA" : "A");
    }
    if (!config["ttl"]) out.field("Ttl", 60);
    if (!config["enable_status"]) out.field("EnableStatus", "enable");
    copy_as_camel(config, {"pools", "schedule_host_name"}, out);
    write_pools(config["pools"], false, {}, out);
    out.end_object().end_array().end_object().end_object();
    return text;
}

// state.current: the root's pool, a pool's address → node names.
void read_currents(const Value& pools, const Value& current, Expanded& out) {
    for (const auto& pool : pools.items()) {
        const std::string id = pool["id"].string();
        const std::string node =
            config::gtm_pool_node(pool["serial_number"].integer().value_or(0), id);
        if (current["root"].text() == id) out.currents.emplace_back("root", node);
        for (const auto& address : pool["addresses"].items()) {
            if (current[id].text() != address["addr"].text()) continue;
            out.currents.emplace_back(
                node, config::gtm_address_node(node, address["serial_number"].integer().value_or(0),
                                               address["addr"].text()));
        }
    }
}

}  // namespace

Result<Expanded> expand_gtm3(const Value& vector) {
    const auto& config = vector["config"];
    const auto& tasks = vector["state"]["tasks"];
    Expanded out;
    out.system = "alibaba-gtm";
    out.files.push_back({"instance-configs.json", instance_configs(config)});
    std::string pools;
    JsonWriter writer(pools);
    writer.begin_object();
    write_pools(config["pools"], true, tasks, writer);
    writer.end_object();
    out.files.push_back({"address-pools.json", std::move(pools)});
    for (const auto& address : tasks.members()) {
        for (std::size_t i = 0; i < address.value.size(); ++i) {
            out.told.emplace_back(
                config::manifest_name(std::string(address.key) + "-" + task_id(i) + "-80"),
                address.value[i].text() == "ok" ? Told::kUp : Told::kDown);
        }
    }
    read_currents(config["pools"], vector["state"]["current"], out);
    out.host = config["schedule_host_name"].string("gtm") + "." +
               config["schedule_zone_name"].string("example.com");
    read_query(vector["query"], out);
    return out;
}

}  // namespace fairway::vectors
