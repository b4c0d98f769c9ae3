// {records, cidr_collections} → `aws route53 list-resource-record-sets` and, one file a collection,
// `list-cidr-blocks`. Health checks that records name are not exported: their verdicts are told.
#include "config/import/manifest_set.h"
#include "config/import/route53_export.h"
#include "expand/common.h"

namespace fairway::vectors {
namespace {

void write_record(const Value& record, JsonWriter& out) {
    out.begin_object();
    copy_members(record, {"ResourceRecords", "AliasTarget"}, out);
    if (const auto& alias = record["AliasTarget"]) {
        out.key("AliasTarget").begin_object();
        if (!alias["HostedZoneId"]) out.field("HostedZoneId", "Z123456789EXAMPLE");
        copy_members(alias, {}, out);
        out.end_object();
    }
    if (const auto& values = record["ResourceRecords"]) {
        if (!record["TTL"]) out.field("TTL", 60);
        out.key("ResourceRecords").begin_array();
        for (const auto& value : values.items()) {
            out.begin_object().field("Value", value.text()).end_object();
        }
        out.end_array();
    }
    out.end_object();
}

std::string record_sets(const Value& config) {
    std::string text;
    JsonWriter out(text);
    out.begin_object().key("ResourceRecordSets").begin_array();
    for (const auto& record : config["records"].items()) write_record(record, out);
    out.end_array().end_object();
    return text;
}

std::string cidr_blocks(const Value& collection) {
    std::string text;
    JsonWriter out(text);
    out.begin_object().key("CidrBlocks").begin_array();
    for (const auto& location : collection.members()) {
        for (const auto& block : location.value.items()) {
            out.begin_object().field("CidrBlock", block.text()).field("LocationName", location.key);
            out.end_object();
        }
    }
    out.end_array().end_object();
    return text;
}

// A load balancer is healthy iff each of its target groups has a healthy target.
Told load_balancer(const Value& groups) {
    for (const auto& group : groups.members()) {
        bool any = false;
        for (const auto& status : group.value.items()) any = any || status.text() == "healthy";
        if (!any) return Told::kDown;
    }
    return Told::kUp;
}

}  // namespace

Result<Expanded> expand_route53(const Value& vector) {
    const auto& config = vector["config"];
    if (config["records"].size() == 0) return bad_vector("config.records is empty");
    Expanded out;
    out.system = "route53";
    out.files.push_back({"recordsets.json", record_sets(config)});
    for (const auto& collection : config["cidr_collections"].members()) {
        out.files.push_back({std::string(collection.key) + ".json", cidr_blocks(collection.value)});
    }
    const auto& state = vector["state"];
    for (const auto& check : state["healthchecks"].members()) {
        out.told.emplace_back(config::manifest_name(check.key),
                              check.value.text() == "unhealthy" ? Told::kDown : Told::kUp);
    }
    for (const auto& alias : state["targets"].members()) {
        const std::string name = "target-" + config::route53::owner_name(alias.key);
        out.told.emplace_back(config::manifest_name(name), load_balancer(alias.value));
    }
    out.host = config["records"][std::size_t{0}]["Name"].string();
    read_query(vector["query"], out);
    return out;
}

}  // namespace fairway::vectors
