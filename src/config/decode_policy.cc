// TrafficPolicy: docs/steering.md.
#include <algorithm>
#include <unordered_map>

#include "config/decode_kinds.h"
#include "config/validate.h"
#include "wire/dns/types.h"

namespace fairway::config {

namespace {

using namespace model;

constexpr std::pair<std::string_view, Op> kOps[] = {
    {"uniform", Op::kUniform}, {"priority", Op::kPriority},   {"weight", Op::kWeight},
    {"latency", Op::kLatency}, {"proximity", Op::kProximity}, {"match", Op::kMatch},
    {"cidr", Op::kCidr},       {"range", Op::kRange},         {"hash", Op::kHash}};
constexpr std::pair<std::string_view, Draw> kDraws[] = {{"one", Draw::kOne},
                                                        {"all", Draw::kAll},
                                                        {"rotated", Draw::kRotated},
                                                        {"sample", Draw::kSample},
                                                        {"ordered", Draw::kOrdered}};
constexpr std::pair<std::string_view, MatchKey> kKeys[] = {{"geo", MatchKey::kGeo},
                                                           {"line", MatchKey::kLine}};
constexpr std::pair<std::string_view, Zero> kZeros[] = {
    {"reserve", Zero::kReserve}, {"never", Zero::kNever}, {"last", Zero::kLast}};
constexpr std::pair<std::string_view, Last> kLasts[] = {
    {"open", Last::kOpen}, {"first", Last::kFirst}, {"none", Last::kNone}};
constexpr std::pair<std::string_view, Empty> kEmpties[] = {{"NODATA", Empty::kNoData},
                                                           {"NXDOMAIN", Empty::kNxDomain}};
constexpr std::pair<std::string_view, Admin> kAdmins[] = {
    {"On", Admin::kOn}, {"Off", Admin::kOff}, {"Stopped", Admin::kStopped}};
constexpr std::pair<std::string_view, FamilyRule> kFamilies[] = {
    {"separate", FamilyRule::kSeparate},
    {"after", FamilyRule::kAfter},
    {"before", FamilyRule::kBefore}};
constexpr std::pair<std::string_view, Stickiness> kSticky[] = {
    {"none", Stickiness::kNone}, {"subnet", Stickiness::kSubnet}, {"client", Stickiness::kClient}};
constexpr std::pair<std::string_view, ForcedHealth> kForced[] = {
    {"", ForcedHealth::kNone}, {"up", ForcedHealth::kUp}, {"down", ForcedHealth::kDown}};

// Op and draw are what the document says: what follows from them can be judged.
bool is_readable(const Reader& select) {
    return op_name(select["op"].pick(kOps)) == select["op"].view() &&
           draw_name(select["draw"].pick(kDraws)) == select["draw"].view();
}

class PolicyDecoder {
  public:
    PolicyDecoder(TrafficPolicy& out, Findings& findings) : out_(out), findings_(findings) {}
    void run(const Reader& spec);

  private:
    void read_hostnames(const Reader& hostnames);
    void read_node(const Reader& node, PolicyNode& out);
    void read_leaf(const Reader& leaf, Leaf& out);
    void read_service(const Reader& service, Leaf& out);
    void check_value(const Value& value);
    void read_select(const Reader& select, Select& out);
    void read_need(const Reader& need, Need& out);
    void check_select(const Reader& reader, const Select& select);
    void read_child(const Reader& child, const Select& select, Child& out);
    void read_places(const Reader& child, Child& out);
    void check_child(const Reader& reader, const Child& child, const Select& select);
    void check_match(const Reader& reader, const Select& select);
    void check_names(const Reader& spec);
    void unknown_node(const Value& at, std::string_view name);

    TrafficPolicy& out_;
    Findings& findings_;
};

void PolicyDecoder::run(const Reader& spec) {
    const auto type = wire::dns::type_from_text(spec["type"].view());
    out_.type = type ? wire::dns::type_text(*type) : spec["type"].text();
    out_.family = spec["family"].pick(kFamilies);
    out_.ttl = spec["ttl"].u32();
    out_.stickiness = spec["stickiness"].pick(kSticky);
    out_.root = spec["root"].text();
    out_.root_pos = spec["root"].pos();
    if (out_.family != FamilyRule::kSeparate && type && out_.type != "A" && out_.type != "AAAA") {
        findings_.error(spec["type"].value(), out_.type + " has no address families",
                        "family " + spec["family"].text() + " answers A and AAAA; leave type out");
    }
    read_hostnames(spec["hostnames"]);
    out_.nodes.reserve(spec["nodes"].value().size());
    spec["nodes"].each([&](const Reader& node) { read_node(node, out_.nodes.emplace_back()); });
    check_names(spec);
}

void PolicyDecoder::read_hostnames(const Reader& hostnames) {
    hostnames.each([&](const Reader& item) {
        auto name = canonical_dns_name(item.view());
        if (!name) return;
        if (std::find(out_.hostnames.begin(), out_.hostnames.end(), *name) !=
            out_.hostnames.end()) {
            findings_.error(item.value(), quote(*name) + " stands twice in this list", "keep one");
        }
        out_.hostnames.push_back(std::move(*name));
        out_.hostname_pos.push_back(item.pos());
    });
}

void PolicyDecoder::read_node(const Reader& node, PolicyNode& out) {
    out.name = node["name"].text();
    out.pos = node.pos();
    out.region = node["region"].text();
    out.region_pos = node["region"].pos();
    if (node["ttl"].given()) out.ttl = node["ttl"].u32();
    out.admin = node["admin"].pick(kAdmins);
    node["gates"].each([&](const Reader& gate) {
        const bool check = gate["kind"].view() != "RoutingControl";
        out.gates.push_back({check ? Kind::kHealthCheck : Kind::kRoutingControl, read_ref(gate)});
    });
    const Reader leaf = node["leaf"], select = node["select"], children = node["children"];
    if (leaf.given() == select.given()) {
        findings_.absent(node.value(), leaf.given() ? "select" : "leaf",
                         leaf.given() ? "stands beside leaf" : "is missing, and select too",
                         "exactly one of leaf, select");
    }
    if (leaf.given()) {
        read_leaf(leaf, out.leaf.emplace());
        refuse_fields(node, {"children"}, "a leaf has none; give a select", findings_);
    }
    if (!select.given()) return;
    read_select(select, out.select.emplace());
    if (!children.given())
        findings_.absent(node.value(), "children", "is missing", "what it chooses from");
    if (!is_readable(select)) return;
    out.children.reserve(children.value().size());
    children.each(
        [&](const Reader& child) { read_child(child, *out.select, out.children.emplace_back()); });
}

void PolicyDecoder::read_leaf(const Reader& leaf, Leaf& out) {
    const Reader values = leaf["values"], hostname = leaf["hostname"], service = leaf["serviceRef"];
    if (values.given() + hostname.given() + service.given() != 1) {
        findings_.error(leaf.value(), "does not have exactly one answer",
                        "exactly one of values, hostname, serviceRef");
    }
    values.each([&](const Reader& value) {
        check_value(value.value());
        out.values.push_back(value.text());
        out.value_pos.push_back(value.pos());
    });
    if (hostname.given()) out.hostname = canonical_dns_name(hostname.view()).value_or("");
    if (service.given()) read_service(service, out);
    out.health = leaf["health"].pick(kForced);
}

void PolicyDecoder::read_service(const Reader& service, Leaf& out) {
    ServiceLeaf& to = out.service.emplace();
    to.service = read_ref(service);
    to.region = service["region"].text();
    to.region_pos = service["region"].pos();
    to.max_answers = service["maxAnswers"].u32();
    if (out_.type != "A" && out_.type != "AAAA") {
        findings_.error(service.value(), "endpoints are addresses, not " + out_.type,
                        "a policy of type A or AAAA");
    }
}

void PolicyDecoder::check_value(const Value& value) {
    if (!value.is_scalar()) return;
    const bool both = out_.family != FamilyRule::kSeparate;
    const auto address = both || out_.type == "A" || out_.type == "AAAA"
                             ? IpAddr::parse(value.text())
                             : std::nullopt;
    if (address && (both || address->is_v4() == (out_.type == "A"))) return;
    if (!both) return check_record_value(out_.type, value, findings_);
    findings_.error(value, quote(value.text()) + " is no address",
                    "with family after or before: 192.0.2.1 or 2001:db8::1");
}

void PolicyDecoder::read_select(const Reader& select, Select& out) {
    out.pos = select.pos();
    out.op = select["op"].pick(kOps);
    out.draw = select["draw"].pick(kDraws);
    out.key = select["key"].pick(kKeys);
    out.k = select["k"].u32();
    out.zero = select["zero"].pick(kZeros);
    read_need(select["need"], out.need);
    out.last = select["last"].pick(kLasts);
    out.empty = select["empty"].pick(kEmpties);
    out.no_match = select["noMatch"].pick(kEmpties);
    out.pinned = select["pinned"].boolean();
    out.propagate = select["propagate"].boolean();
    out.non_preemptive = select["nonPreemptive"].boolean();
    if (is_readable(select)) check_select(select, out);
}

void PolicyDecoder::read_need(const Reader& need, Need& out) {
    const bool count = need["count"].given(), percent = need["percent"].given();
    const bool family = need["ipv4"].given() || need["ipv6"].given();
    out.form = percent  ? Need::Form::kPercent
               : family ? Need::Form::kPerFamily
                        : Need::Form::kCount;
    out.count = need["count"].u32();
    out.percent = need["percent"].u32();
    out.ipv4 = need["ipv4"].u32();
    out.ipv6 = need["ipv6"].u32();
    if (count + percent + family > 1) {
        findings_.error(need.value(), "says it in several ways",
                        "one of count, percent, ipv4 with ipv6");
    }
}

void PolicyDecoder::check_select(const Reader& reader, const Select& select) {
    const bool weighed = select.op == Op::kWeight || select.draw == Draw::kOrdered;
    const bool matches =
        select.op == Op::kMatch || select.op == Op::kCidr || select.op == Op::kRange;
    if (select.op != Op::kMatch)
        refuse_fields(reader, {"key"}, "only op match reads it", findings_);
    if (select.draw != Draw::kSample)
        refuse_fields(reader, {"k"}, "only draw sample reads it", findings_);
    if (!weighed)
        refuse_fields(reader, {"zero"}, "only op weight and draw ordered read it", findings_);
    if (!matches)
        refuse_fields(reader, {"noMatch"}, "only op match, cidr and range read it", findings_);
    if (select.op != Op::kPriority) {
        refuse_fields(reader, {"nonPreemptive"}, "only op priority reads it", findings_);
    }
}

void PolicyDecoder::read_child(const Reader& child, const Select& select, Child& out) {
    out.pos = child.pos();
    const Reader node = child["node"], policy = child["policy"];
    if (node.given() == policy.given()) {
        findings_.error(child.value(), node.given() ? "names a node and a policy" : "names nothing",
                        "exactly one of node, policy");
    }
    out.node = node.text();
    out.policy = policy.text();
    out.target_pos = (node.given() ? node : policy).pos();
    out.weight = child["weight"].u32();
    out.priority = static_cast<std::int32_t>(child["priority"].integer());
    out.bias = static_cast<std::int32_t>(child["bias"].integer());
    out.admin = child["admin"].pick(kAdmins);
    read_places(child, out);
    check_child(child, out, select);
}

void PolicyDecoder::read_places(const Reader& child, Child& out) {
    out.region = child["region"].text();
    out.region_pos = child["region"].pos();
    if (child["coordinates"].given()) out.coordinates = read_coordinates(child["coordinates"]);
    child["match"].each([&](const Reader& key) {
        out.match.push_back(key.text());
        out.match_pos.push_back(key.pos());
    });
    child["cidrs"].each([&](const Reader& text) {
        const auto cidr = Cidr::parse(text.view());
        if (!cidr) return;
        out.cidrs.push_back(*cidr);
        out.cidr_pos.push_back(text.pos());
    });
    child["ranges"].each([&](const Reader& range) {
        const auto first = IpAddr::parse(range["first"].view()),
                   last = IpAddr::parse(range["last"].view());
        if (!first || !last) return;
        if (first->family != last->family || *last < *first) {
            findings_.error(range.value(), "ends before it begins", "first <= last, of one family");
        }
        out.ranges.push_back({*first, *last, range.pos()});
    });
}

void PolicyDecoder::check_child(const Reader& reader, const Child& child, const Select& select) {
    if (select.op != Op::kWeight && select.draw != Draw::kOrdered) {
        refuse_fields(reader, {"weight"}, "only op weight and draw ordered read it", findings_);
    }
    if (select.op != Op::kPriority)
        refuse_fields(reader, {"priority"}, "only op priority reads it", findings_);
    if (select.op != Op::kProximity) {
        refuse_fields(reader, {"bias", "coordinates"}, "only op proximity reads it", findings_);
        if (select.op != Op::kLatency) {
            refuse_fields(reader, {"region"}, "only op latency and proximity read it", findings_);
        }
    }
    if (select.op != Op::kMatch)
        refuse_fields(reader, {"match"}, "only op match reads it", findings_);
    if (select.op != Op::kCidr)
        refuse_fields(reader, {"cidrs"}, "only op cidr reads it", findings_);
    if (select.op != Op::kRange)
        refuse_fields(reader, {"ranges"}, "only op range reads it", findings_);
    if (select.op == Op::kMatch && child.match.empty()) {
        findings_.absent(reader.value(), "match", "is missing",
                         "keys, or \"*\" for every other client");
    }
    if (select.op == Op::kMatch) check_match(reader, select);
}

void PolicyDecoder::check_match(const Reader& reader, const Select& select) {
    reader["match"].each([&](const Reader& key) {
        const std::string_view text = key.view();
        const bool line = text.starts_with("line/");
        if (text == "*" || line == (select.key == MatchKey::kLine)) return;
        findings_.error(key.value(), quote(text) + (line ? " is a line" : " is not a line"),
                        line ? "select.key: line matches lines" : "this select has key: line");
    });
}

void PolicyDecoder::check_names(const Reader& spec) {
    std::unordered_map<std::string_view, bool> known;
    for (const PolicyNode& node : out_.nodes) known.emplace(node.name, true);
    if (spec["root"].given() && !known.contains(out_.root))
        unknown_node(spec["root"].value(), out_.root);
    std::size_t i = 0;
    spec["nodes"].each([&](const Reader& node) {
        std::size_t k = 0;
        const auto& children = out_.nodes[i++].children;
        if (children.empty()) return;
        node["children"].each([&](const Reader& child) {
            const std::string& name = children[k++].node;
            if (!name.empty() && !known.contains(name)) unknown_node(child["node"].value(), name);
        });
    });
}

void PolicyDecoder::unknown_node(const Value& at, std::string_view name) {
    std::vector<std::string_view> names;
    for (const PolicyNode& node : out_.nodes) names.push_back(node.name);
    const std::string_view near = names.size() <= 1000 ? nearest(name, names) : std::string_view();
    findings_.error(
        at, "no node " + quote(name) + " in this policy",
        near.empty() ? "a name out of spec.nodes" : "did you mean " + quote(near) + "?");
}

}  // namespace

void decode_kind(const Reader& root, TrafficPolicy& out, Findings& findings) {
    PolicyDecoder(out, findings).run(root["spec"]);
}

}  // namespace fairway::config
