#include "expand/common.h"

#include <algorithm>

#include "config/import/alibaba_line_order.h"
#include "config/import/azure_geo.h"
#include "config/import/policy_draft.h"
#include "config/import/route53_export.h"

namespace fairway::vectors {
namespace {

void read_geo(const Value& facts, Expanded& out) {
    const auto add = [&](const std::string& key) { out.facts.emplace_back("geo", key); };
    const auto& path = facts["geo_path"];
    for (const auto& code : path.items()) add(config::azure_match_key(code.text()));
    const auto& geo = facts["geo"];
    const auto text = [&](const char* key) { return geo[key].text(); };
    if (geo["subdivision"]) {
        add(config::route53::geo_key({}, text("country"), text("subdivision")));
    }
    if (geo["country"]) add(config::route53::geo_key({}, text("country"), {}));
    if (geo["continent"]) add(config::route53::geo_key(text("continent"), {}, {}));
    const bool unmapped =
        (facts.find("geo") && !geo) || (facts.find("geo_path") && path.size() == 0);
    if (unmapped) add("none");
}

void read_lines(const Value& lines, Expanded& out) {
    std::vector<config::ClientLine> client;
    for (const auto& line : lines.items()) {
        client.push_back({line["code"].string(), config::line_category(line["cat"].text()),
                          static_cast<int>(line["depth"].integer().value_or(0))});
    }
    config::sort_lines(client);
    for (const auto& line : client) out.facts.emplace_back("line", "line/" + line.code);
}

}  // namespace

void copy(const Value& value, JsonWriter& out) {
    if (value.is_map()) {
        out.begin_object();
        copy_members(value, {}, out);
        out.end_object();
    } else if (value.is_sequence()) {
        out.begin_array();
        for (const auto& item : value.items()) copy(item, out);
        out.end_array();
    } else if (value.style() == config::Style::kQuoted) {
        out.value(value.text());
    } else {
        out.raw(value.is_missing() ? "null" : value.text());
    }
}

void copy_members(const Value& map, std::initializer_list<std::string_view> but, JsonWriter& out) {
    for (const auto& member : map.members()) {
        if (std::find(but.begin(), but.end(), member.key) != but.end()) continue;
        out.key(member.key);
        copy(member.value, out);
    }
}

tl::unexpected<Error> bad_vector(const std::string& what) {
    return fail(Code::kInvalid, Origin::kDownstream, what);
}

void read_query(const Value& query, Expanded& out) {
    if (query["name"]) out.host = query["name"].string();
    if (query["type"]) out.type = query["type"].string();
    for (const char* key : {"resolver_ip", "client", "ecs"}) {
        if (query[key]) out.client = query[key].string();
    }
    out.nth = static_cast<std::uint64_t>(query["nth"].integer().value_or(0));
    const auto& facts = query["facts"];
    for (const auto& [key, prefix] :
         {std::pair("latency_ms", "latency."), {"distance_km", "distance."}}) {
        for (const auto& member : facts[key].members()) {
            const bool node = prefix[0] == 'd';
            const std::string name =
                node ? config::as_node_name(member.key) : std::string(member.key);
            out.facts.emplace_back(prefix + name, member.value.string());
        }
    }
    read_geo(facts, out);
    read_lines(facts["lines"], out);
}

Expand find_expand(std::string_view engine) {
    static constexpr std::pair<std::string_view, Expand> kEngines[] = {
        {"route53", expand_route53},   {"route53_health", expand_route53_health},
        {"azure_tm", expand_azure_tm}, {"ali_line", expand_ali_line},
        {"gtm3", expand_gtm3},         {"k8gb", expand_k8gb}};
    for (const auto& [name, expand] : kEngines) {
        if (name == engine) return expand;
    }
    return nullptr;
}

}  // namespace fairway::vectors
