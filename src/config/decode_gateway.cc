// GatewayClass, Gateway, ReferenceGrant.
#include "config/decode_kinds.h"
#include "config/gateway_rules.h"

namespace fairway::config {

namespace {

using namespace model;

constexpr std::pair<std::string_view, Protocol> kProtocols[] = {
    {"", Protocol::kOther},  {"HTTP", Protocol::kHttp}, {"HTTPS", Protocol::kHttps},
    {"TLS", Protocol::kTls}, {"TCP", Protocol::kTcp},   {"UDP", Protocol::kUdp}};
constexpr std::pair<std::string_view, FromNamespaces> kFrom[] = {
    {"Same", FromNamespaces::kSame},
    {"All", FromNamespaces::kAll},
    {"Selector", FromNamespaces::kSelector}};
constexpr std::pair<std::string_view, LabelSelector::Term::Op> kOps[] = {
    {"In", LabelSelector::Term::Op::kIn},
    {"NotIn", LabelSelector::Term::Op::kNotIn},
    {"Exists", LabelSelector::Term::Op::kExists},
    {"DoesNotExist", LabelSelector::Term::Op::kDoesNotExist}};
constexpr std::pair<std::string_view, GatewayAddress::Type> kAddressTypes[] = {
    {"", GatewayAddress::Type::kOther},
    {"IPAddress", GatewayAddress::Type::kIp},
    {"Hostname", GatewayAddress::Type::kHostname},
    {"NamedAddress", GatewayAddress::Type::kNamed}};

void read_term(const Reader& reader, LabelSelector::Term& out, Findings& findings) {
    using Op = LabelSelector::Term::Op;
    out.key = reader["key"].text();
    out.op = reader["operator"].pick(kOps);
    reader["values"].each([&](const Reader& value) { out.values.push_back(value.text()); });
    const bool listed = out.op == Op::kIn || out.op == Op::kNotIn;
    if (listed && out.values.empty()) {
        findings.absent(reader.value(), "values", "is missing",
                        reader["operator"].text() + " compares with at least one");
    } else if (!listed) {
        refuse_fields(reader, {"values"}, "Exists and DoesNotExist compare with none", findings);
    }
}

LabelSelector read_selector(const Reader& reader, Findings& findings) {
    LabelSelector out;
    for (const Member& label : reader["matchLabels"].value().members()) {
        out.match.emplace(label.key, label.value.string());
    }
    reader["matchExpressions"].each(
        [&](const Reader& term) { read_term(term, out.terms.emplace_back(), findings); });
    return out;
}

void read_allowed(const Reader& allowed, DeclaredListener& out, Findings& findings) {
    const Reader namespaces = allowed["namespaces"], selector = namespaces["selector"];
    out.from = namespaces["from"].pick(kFrom);
    if (selector.given()) {
        out.selector = read_selector(selector, findings);
        if (out.from != FromNamespaces::kSelector) {
            findings.warning(selector.value(), {}, "has no effect", "only from: Selector reads it");
        }
    } else if (out.from == FromNamespaces::kSelector) {
        findings.warning(namespaces.value(), "selector", "is missing, so no namespace is taken");
    }
    if (!allowed["kinds"].given()) return;
    out.kinds.emplace();
    allowed["kinds"].each([&](const Reader& kind) {
        out.kinds->push_back({kind["group"].text(), kind["kind"].text(), kind.pos()});
    });
}

void read_listener(const Reader& reader, DeclaredListener& out, Findings& findings) {
    out.name = reader["name"].text();
    out.pos = reader.pos();
    out.port = static_cast<std::uint16_t>(reader["port"].integer());
    out.protocol = reader["protocol"].pick(kProtocols);
    out.protocol_text = reader["protocol"].text();
    out.hostname = reader["hostname"].text();
    out.hostname_pos = reader["hostname"].pos();
    out.has_tls = reader["tls"].given();
    read_allowed(reader["allowedRoutes"], out, findings);
}

void read_infrastructure(const Reader& reader, Gateway& out, Findings& findings) {
    out.has_parameters = reader["parametersRef"].given();
    out.parameters_pos = reader["parametersRef"].pos();
    for (const char* field : {"labels", "annotations"}) {
        if (!reader[field].given()) continue;
        findings.warning(reader[field].value(), {}, "has no effect",
                         "nothing is made for a Gateway of a folder that could carry it");
    }
}

}  // namespace

void decode_kind(const Reader& root, GatewayClass& out, Findings&) {
    const Reader spec = root["spec"];
    out.controller = spec["controllerName"].text();
    out.controller_pos = spec["controllerName"].pos();
    out.has_parameters = spec["parametersRef"].given();
    out.parameters_pos = spec["parametersRef"].pos();
    out.description = spec["description"].text();
}

void decode_kind(const Reader& root, Gateway& out, Findings& findings) {
    const Reader spec = root["spec"];
    out.class_name = spec["gatewayClassName"].text();
    out.class_pos = spec["gatewayClassName"].pos();
    const Value& region = root.value()["metadata"]["labels"][kRegionLabel];
    out.region = region.string();
    out.region_pos = region.pos();
    spec["listeners"].each([&](const Reader& listener) {
        read_listener(listener, out.listeners.emplace_back(), findings);
    });
    spec["addresses"].each([&](const Reader& address) {
        out.addresses.push_back(
            {address["type"].pick(kAddressTypes), address["value"].text(), address.pos()});
    });
    read_infrastructure(spec["infrastructure"], out, findings);
    check_gateway_rules(root, Kind::kGateway, findings);
}

void decode_kind(const Reader& root, ReferenceGrant& out, Findings&) {
    const Reader spec = root["spec"];
    spec["from"].each([&](const Reader& from) {
        out.from.push_back({from["group"].text(), from["kind"].text(), from["namespace"].text()});
    });
    spec["to"].each([&](const Reader& to) {
        out.to.push_back({to["group"].text(), to["kind"].text(), to["name"].text()});
    });
}

}  // namespace fairway::config
