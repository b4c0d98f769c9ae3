// DNSZone.
#include <algorithm>
#include <map>

#include "config/decode_kinds.h"
#include "wire/dns/types.h"

namespace fairway::config {

namespace {

bool is_at_or_below(std::string_view name, std::string_view origin) {
    if (origin.empty() || name == origin) return true;
    return name.size() > origin.size() && name.ends_with(origin) &&
           name[name.size() - origin.size() - 1] == '.';
}

std::string read_name(const Reader& text) {
    return canonical_dns_name(text.view()).value_or("");
}

void read_soa(const Reader& soa, model::DnsZone& out) {
    if (!soa.given()) return;
    model::ZoneSoa& to = out.soa.emplace();
    to.primary = read_name(soa["primary"]);
    to.contact = read_name(soa["contact"]);
    to.refresh = soa["refresh"].u32();
    to.retry = soa["retry"].u32();
    to.expire = soa["expire"].u32();
    to.minimum = soa["minimum"].u32();
}

void check_record_place(const Reader& record, const model::ZoneRecord& to,
                        const std::string& origin, Findings& findings) {
    if (!is_at_or_below(to.name, origin)) {
        findings.error(
            record["name"].value(), quote(to.name) + " is outside of the zone",
            "names are written in full: " + (to.name.empty() ? origin : to.name + "." + origin));
    }
    if (to.type == "SOA") {
        findings.error(record["type"].value(), "the SOA is no record of this list",
                       "write it as spec.soa");
    } else if (to.type == "NS" && to.name == origin) {
        findings.error(record["type"].value(), "the zone's own NS are no records of this list",
                       "write them as spec.nameServers");
    }
}

void read_records(const Reader& records, model::DnsZone& out, Findings& findings) {
    std::map<std::pair<std::string, std::string>, Pos> seen;
    out.records.reserve(records.value().size());
    records.each([&](const Reader& record) {
        model::ZoneRecord& to = out.records.emplace_back();
        to.pos = record.pos();
        to.name = read_name(record["name"]);
        const auto type = wire::dns::type_from_text(record["type"].view());
        to.type = type ? wire::dns::type_text(*type) : record["type"].text();
        if (record["ttl"].given()) to.ttl = record["ttl"].u32();
        record["values"].each([&](const Reader& value) {
            check_record_value(to.type, value.value(), findings);
            to.values.push_back(value.text());
            to.value_pos.push_back(value.pos());
        });
        check_record_place(record, to, out.origin, findings);
        const auto [at, is_new] = seen.emplace(std::pair(to.name, to.type), to.pos);
        if (!is_new) {
            findings.error(record.value(), quote(to.name) + " has a " + to.type + " entry already",
                           "put the values into that of line " + std::to_string(at->second.line));
        }
    });
}

}  // namespace

void decode_kind(const Reader& root, model::DnsZone& out, Findings& findings) {
    const Reader spec = root["spec"];
    out.origin = read_name(spec["origin"]);
    out.origin_pos = spec["origin"].pos();
    out.ttl = spec["ttl"].u32();
    read_soa(spec["soa"], out);
    spec["nameServers"].each(
        [&](const Reader& name) { out.name_servers.push_back(read_name(name)); });
    out.file = spec["file"].text();
    out.file_pos = spec["file"].pos();
    if (out.file.empty() && !out.soa) {
        findings.absent(spec.value(), "soa", "is missing",
                        "soa: {primary: …, contact: …}, or a file that holds one");
    }
    if (out.file.empty() && out.name_servers.empty()) {
        findings.absent(spec.value(), "nameServers", "is missing",
                        "the zone's name servers, or a file that holds them");
    }
    read_records(spec["records"], out, findings);
}

}  // namespace fairway::config
