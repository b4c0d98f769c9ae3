// Alibaba Cloud DNS: DescribeDomainRecords, and DescribeCustomLine(s) for lines of the account's
// own → static records, and where a name has records for several lines one TrafficPolicy of op
// match over lines. A custom line is a Region with its addresses.
#include <algorithm>
#include <map>
#include <optional>

#include "base/ip.h"
#include "config/import/alibaba_line_order.h"
#include "config/import/manifest_set.h"
#include "config/import/policy_draft.h"

namespace fairway::config {
namespace {

struct Record {
    std::string value;
    std::uint32_t ttl = 600;
    std::int64_t weight = 1;
};
// Line → its records, of one name and type.
using Group = std::map<std::string, std::vector<Record>>;
using GroupKey = std::pair<std::string, std::string>;

struct CustomLine {
    std::string code, name;
    std::vector<Cidr> blocks;
};

// The largest blocks that make up first..last.
std::vector<Cidr> blocks_of(IpAddr first, const IpAddr& last) {
    std::vector<Cidr> out;
    const unsigned bits = first.is_v4() ? 32 : 128;
    while (first.family == last.family && first <= last) {
        unsigned length = bits;
        while (length > 0) {
            const Cidr wider = Cidr::of(first, length - 1);
            if (wider.base != first || wider.last() > last) break;
            --length;
        }
        out.push_back(Cidr::of(first, length));
        IpAddr next = out.back().last();
        // One beyond its last address; all ones: that was the end.
        int octet = 15;
        while (octet >= (first.is_v4() ? 12 : 0) &&
               ++next.bytes[static_cast<std::size_t>(octet)] == 0)
            --octet;
        if (octet < (first.is_v4() ? 12 : 0)) break;
        first = next;
    }
    return out;
}

class LinesImporter {
  public:
    Result<Imported> run(std::span<const ImportFile> files) {
        for (const auto& file : files) FW_TRY_VOID(read(file));
        for (const auto& [domain, groups] : domains_) write_domain(domain, groups);
        for (const auto& line : custom_) write_custom(line);
        note_known_lines();
        return out_.take();
    }

  private:
    Status read(const ImportFile& file);
    Status read_record(const ImportFile& file, const Value& value);
    Status read_custom(const ImportFile& file, const Value& value);
    void write_domain(const std::string& domain, const std::map<GroupKey, Group>& groups);
    void write_policy(const std::string& domain, const GroupKey& key, const Group& group);
    void add_line(const std::string& node, bool alias, const std::vector<Record>& records,
                  PolicyDraft& draft);
    void write_custom(const CustomLine& line);
    void note_known_lines();

    ManifestSet out_;
    std::vector<Documents> memory_;
    std::map<std::string, std::map<GroupKey, Group>> domains_;
    std::vector<CustomLine> custom_;
    std::map<std::string, std::string> lines_used_;  // → by whom
};

Status LinesImporter::read(const ImportFile& file) {
    FW_TRY(Documents documents, read_import_json(file));
    const Value root = documents.all.front().root;
    memory_.push_back(std::move(documents));
    const auto& records = root["DomainRecords"]["Record"];
    if (records.is_sequence()) {
        for (const auto& record : records.items()) FW_TRY_VOID(read_record(file, record));
        out_.source(file.name + ": " + std::to_string(records.size()) + " records");
        return {};
    }
    if (root["CustomLines"].is_sequence() || root["IpSegmentList"]) {
        const auto& list = root["CustomLines"];
        for (const auto& line : list.items()) FW_TRY_VOID(read_custom(file, line));
        if (!list) FW_TRY_VOID(read_custom(file, root));
        out_.source(file.name + ": " + std::to_string(list ? list.size() : 1) + " custom lines");
        return {};
    }
    return cannot_import(file.name, root.pos(),
                         "neither DomainRecords.Record nor IpSegmentList is here; give the answers "
                         "of DescribeDomainRecords and DescribeCustomLine");
}

Status LinesImporter::read_record(const ImportFile& file, const Value& value) {
    const std::string rr = value["RR"].string("@"), domain = value["DomainName"].string();
    const std::string type = value["Type"].string();
    if (domain.empty() || type.empty() || !value["Value"]) {
        return cannot_import(file.name, value.pos(),
                             "a record needs DomainName, RR, Type and Value");
    }
    const std::string name = rr == "@" ? domain : rr + "." + domain;
    if (value["Status"].text() == "DISABLE" || value["Status"].text() == "Disable") {
        out_.lost(name + " " + type, "a record that is disabled: left out");
        return {};
    }
    if (type == "REDIRECT_URL" || type == "FORWARD_URL") {
        out_.lost(name + " " + type, "forwarding of web requests is no DNS record: left out");
        return {};
    }
    Record record;
    record.value = value["Value"].string();
    if (type == "MX") record.value = value["Priority"].string("10") + " " + record.value;
    if (type == "TXT" && !record.value.starts_with('"')) record.value = '"' + record.value + '"';
    record.ttl = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(value["TTL"].integer().value_or(600), 0, 2147483647));
    record.weight = value["Weight"].integer().value_or(1);
    const std::string line = value["Line"].string("default");
    domains_[domain][{name, type}][line].push_back(std::move(record));
    if (line != "default") lines_used_.emplace(line, name);
    return {};
}

// {Code, Name, IpSegmentList: [{StartIp, EndIp}]}
Status LinesImporter::read_custom(const ImportFile& file, const Value& value) {
    CustomLine line{value["Code"].string(), value["Name"].string(), {}};
    for (const auto& segment : value["IpSegmentList"].items()) {
        const auto first = IpAddr::parse(segment["StartIp"].text());
        const auto last = IpAddr::parse(segment["EndIp"].text());
        if (!first || !last || first->family != last->family || *last < *first) {
            return cannot_import(file.name, segment.pos(),
                                 "StartIp and EndIp must be addresses in order");
        }
        for (const auto& block : blocks_of(*first, *last)) line.blocks.push_back(block);
    }
    if (line.code.empty())
        return cannot_import(file.name, value.pos(), "a custom line needs its Code");
    if (line.blocks.empty()) {
        out_.lost("custom line " + line.code,
                  "its addresses are not in this answer; give DescribeCustomLine's");
        return {};
    }
    custom_.push_back(std::move(line));
    return {};
}

void LinesImporter::write_domain(const std::string& domain,
                                 const std::map<GroupKey, Group>& groups) {
    Tree records = Tree::sequence();
    for (const auto& [key, group] : groups) {
        const auto& first = *group.begin();
        const bool weighted =
            std::any_of(first.second.begin(), first.second.end(),
                        [&](const Record& r) { return r.weight != first.second.front().weight; });
        if (group.size() > 1 || first.first != "default" || weighted) {
            write_policy(domain, key, group);
            continue;
        }
        Tree values = Tree::sequence();
        std::set<std::string> seen;
        for (const auto& record : first.second) {
            if (seen.insert(record.value).second) values.add(record.value);
        }
        Tree entry = Tree::map();
        entry.set("name", key.first).set("type", key.second).set("ttl", first.second.front().ttl);
        entry.set("values", std::move(values));
        records.add(std::move(entry));
    }
    out_.add_zone(domain,
                  "DescribeDomainRecords tells no SOA and no name servers: ours are made up",
                  std::move(records));
}

void LinesImporter::write_policy(const std::string& domain, const GroupKey& key,
                                 const Group& group) {
    const auto& [name, type] = key;
    const bool alias = type == "CNAME";
    if (alias && name == domain) {
        out_.lost(name + " " + type, "lines of a CNAME at the apex of the zone: left out");
        return;
    }
    std::uint32_t ttl = 0;
    for (const auto& [line, records] : group) {
        for (const auto& record : records) ttl = std::max(ttl, record.ttl);
    }
    PolicyDraft draft({name}, type, ttl);
    Tree children = Tree::sequence();
    for (const auto& [line, records] : group) {
        const std::string node = draft.node_name(line);
        add_line(node, alias, records, draft);
        Tree match = Tree::sequence();
        match.add("line/" + line);
        children.add(std::move(Tree::map().set("node", node).set("match", std::move(match))));
    }
    draft.add_root(std::move(Tree::map().set("op", "match").set("key", "line")),
                   std::move(children));
    out_.add("TrafficPolicy", out_.unique_name("TrafficPolicy", name + "-" + type), draft.spec());
}

// Equal weights: all values are answered; others: one of them by weight.
void LinesImporter::add_line(const std::string& node, bool alias,
                             const std::vector<Record>& records, PolicyDraft& draft) {
    const bool weighted = std::any_of(records.begin(), records.end(), [&](const Record& r) {
        return r.weight != records.front().weight;
    });
    if (!weighted && (!alias || records.size() == 1)) {
        std::vector<std::string> values;
        for (const auto& record : records) {
            if (std::find(values.begin(), values.end(), record.value) == values.end()) {
                values.push_back(record.value);
            }
        }
        return draft.add_leaf(node, values, records.front().ttl, {});
    }
    Tree children = Tree::sequence();
    for (const auto& record : records) {
        const std::string leaf = draft.node_name(node + "-" + record.value);
        draft.add_leaf(leaf, {record.value}, record.ttl, {});
        children.add(std::move(Tree::map().set("node", leaf).set("weight", record.weight)));
    }
    draft.add_select(node, std::move(Tree::map().set("op", "weight")), std::move(children));
}

void LinesImporter::write_custom(const CustomLine& line) {
    Tree cidrs = Tree::sequence(), geo = Tree::sequence();
    for (const auto& block : line.blocks) cidrs.add(block.text());
    geo.add("line/" + line.code);
    Tree spec = Tree::map();
    spec.set("cidrs", std::move(cidrs)).set("geo", std::move(geo));
    out_.add("Region", out_.unique_name("Region", "line-" + line.code), std::move(spec), line.name);
    out_.assumed(
        "custom line " + line.code,
        "its clients are known by it alone; add the lines of their provider to spec.geo, after it");
}

// Which addresses are whose is the provider's database, which is in no export.
void LinesImporter::note_known_lines() {
    for (const auto& [line, user] : lines_used_) {
        const auto custom = std::find_if(custom_.begin(), custom_.end(),
                                         [&](const CustomLine& c) { return c.code == line; });
        if (custom != custom_.end()) continue;
        std::string chain;
        for (const auto& code : line_chain(line))
            chain += (chain.empty() ? "line/" : ", line/") + code;
        out_.lost("line " + line, "which clients it means is in no export (" + user +
                                      " uses it): declare a Region with their cidrs and geo: [" +
                                      chain + "]");
        if (!known_line(line)) {
            out_.assumed("line " + line, "not of the public enumeration: taken as a custom line");
        }
    }
}

}  // namespace

Result<Imported> import_alibaba_lines(std::span<const ImportFile> files) {
    return LinesImporter().run(files);
}

}  // namespace fairway::config
