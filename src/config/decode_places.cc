// Region, Cluster, RoutingControl, Service, EndpointSlice, Secret, Namespace.
#include "config/decode_kinds.h"

namespace fairway::config {

namespace {

std::string label(const model::Meta& meta, std::string_view name) {
    const auto at = meta.labels.find(std::string(name));
    return at == meta.labels.end() ? std::string() : at->second;
}

void read_ports(const Reader& ports, std::vector<model::ServicePort>& out) {
    ports.each([&](const Reader& port) {
        model::ServicePort& to = out.emplace_back();
        to.name = port["name"].text();
        to.protocol = port["protocol"].text();
        to.port = static_cast<std::uint16_t>(port["port"].integer());
    });
}

}  // namespace

void decode_kind(const Reader& root, model::Region& out, Findings&) {
    const Reader spec = root["spec"];
    if (spec["coordinates"].given()) out.coordinates = read_coordinates(spec["coordinates"]);
    spec["cidrs"].each([&](const Reader& item) {
        const auto cidr = Cidr::parse(item.view());
        if (!cidr) return;
        out.cidrs.push_back(*cidr);
        out.cidr_pos.push_back(item.pos());
    });
    for (const Member& member : spec["latency"].value().members()) {
        out.latency_ms.emplace(member.key, member.value.number().value_or(0));
        out.latency_pos.emplace(member.key, member.key_pos);
    }
    spec["geo"].each([&](const Reader& item) { out.geo.push_back(item.text()); });
    out.clients = static_cast<std::uint64_t>(spec["clients"].integer());
    if (spec["capacity"].given())
        out.capacity = static_cast<std::uint64_t>(spec["capacity"].integer());
}

void decode_kind(const Reader& root, model::Cluster& out, Findings& findings) {
    const Value& labels = root.value()["metadata"]["labels"];
    const Value& region = labels[model::kRegionLabel];
    out.region = region.string();
    out.region_pos = region.pos();
    if (!out.region.empty()) return;
    findings.absent(root.value()["metadata"], "labels", "name no Region",
                    std::string(model::kRegionLabel) + ": NAME");
}

void decode_kind(const Reader& root, model::RoutingControl& out, Findings&) {
    const Reader spec = root["spec"];
    out.initial_on = spec["initialState"].view() == "On";
    out.region = spec["region"].text();
    out.region_pos = spec["region"].pos();
}

void decode_kind(const Reader& root, model::Service& out, Findings& findings) {
    const Reader spec = root["spec"];
    out.headless = spec["clusterIP"].view() == "None";
    read_ports(spec["ports"], out.ports);
    std::size_t i = 0;
    spec["ports"].each([&](const Reader& port) {
        const std::string_view target = port["targetPort"].view();
        out.ports[i].target_port =
            target.empty() ? std::to_string(out.ports[i].port) : std::string(target);
        if (out.ports[i++].name.empty() && out.ports.size() > 1) {
            findings.absent(port.value(), "name", "is missing",
                            "a Service with several ports names each");
        }
    });
}

void decode_kind(const Reader& root, model::EndpointSlice& out, Findings& findings) {
    const Value& labels = root.value()["metadata"]["labels"];
    out.service = label(out.meta, "kubernetes.io/service-name");
    out.service_pos = labels["kubernetes.io/service-name"].pos();
    out.region = label(out.meta, model::kRegionLabel);
    out.region_pos = labels[model::kRegionLabel].pos();
    out.family = root["addressType"].view() == "IPv6" ? Family::kV6 : Family::kV4;
    if (out.service.empty()) {
        findings.warning(root.value()["metadata"], "labels",
                         "name no Service, so nothing reaches these endpoints",
                         "kubernetes.io/service-name: NAME");
    }
    read_ports(root["ports"], out.ports);
    out.endpoints.reserve(root["endpoints"].value().size());
    root["endpoints"].each([&](const Reader& item) {
        model::Endpoint& to = out.endpoints.emplace_back();
        to.pos = item.pos();
        item["addresses"].each([&](const Reader& text) {
            const auto address = IpAddr::parse(text.view());
            if (!address) return;
            if (address->family != out.family) {
                findings.error(text.value(), quote(text.view()) + " is of the other family",
                               "all addresses are of addressType, " + root["addressType"].text());
            }
            to.addresses.push_back(*address);
        });
        const Reader conditions = item["conditions"];
        to.ready = conditions["ready"].boolean();
        to.serving = conditions["serving"].given() ? conditions["serving"].boolean() : to.ready;
        to.terminating = conditions["terminating"].boolean();
        to.zone = item["zone"].text();
        to.hostname = item["hostname"].text();
    });
}

void decode_kind(const Reader& root, model::Secret& out, Findings&) {
    out.type = root["type"].text();
    for (const Member& member : root["data"].value().members()) {
        if (auto octets = decode_base64(member.value.text())) {
            out.data.insert_or_assign(std::string(member.key), fairway::Secret(std::move(*octets)));
        }
    }
    for (const Member& member : root["stringData"].value().members()) {
        out.data.insert_or_assign(std::string(member.key), fairway::Secret(member.value.string()));
    }
}

void decode_kind(const Reader&, model::Namespace& out, Findings&) {
    // An API server sets it whatever was written.
    out.meta.labels.insert_or_assign(std::string(model::kNamespaceNameLabel), out.meta.key.name);
}

}  // namespace fairway::config
