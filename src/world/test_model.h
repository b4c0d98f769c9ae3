// Builds Models by hand for the tests and benchmarks of world and of what stands on it. Header
// only.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/model.h"

namespace fairway::world::testing {

template <class T>
T object(const std::string& name, std::uint32_t line = 1) {
    T out;
    out.meta.key = {model::kKindOf<T>,
                    model::kind_is_cluster_scoped(model::kKindOf<T>) ? "" : "default", name};
    out.meta.file = name + ".yaml";
    out.meta.pos = {line, 1};
    return out;
}

template <class T>
void put(model::Model& model, T value) {
    model.put<T>(std::make_shared<const T>(std::move(value)));
}

inline model::Region region(const std::string& name) {
    return object<model::Region>(name);
}

inline model::DnsZone zone(const std::string& origin) {
    auto out = object<model::DnsZone>("zone-" + origin);
    out.origin = origin;
    out.soa = model::ZoneSoa{"ns1.example.net", "hostmaster.example.net"};
    out.name_servers = {"ns1.example.net"};
    return out;
}

inline model::HealthCheck check(const std::string& name, const std::string& address) {
    auto out = object<model::HealthCheck>(name);
    out.address = SockAddr::parse(address);
    return out;
}

inline model::RoutingControl control(const std::string& name) {
    return object<model::RoutingControl>(name);
}

inline model::Service service(const std::string& name, std::uint16_t port = 80) {
    auto out = object<model::Service>(name);
    out.ports.push_back({"http", port, "", "TCP"});
    return out;
}

inline model::EndpointSlice slice(const std::string& name, const std::string& of,
                                  const std::vector<std::string>& addresses,
                                  const std::string& in = {}) {
    auto out = object<model::EndpointSlice>(name);
    out.service = of;
    out.region = in;
    for (const std::string& address : addresses) {
        model::Endpoint endpoint;
        endpoint.addresses.push_back(*IpAddr::parse(address));
        out.endpoints.push_back(std::move(endpoint));
    }
    return out;
}

inline model::PolicyNode leaf(const std::string& name, std::vector<std::string> values) {
    model::PolicyNode node;
    node.name = name;
    node.leaf.emplace();
    node.leaf->values = std::move(values);
    return node;
}

inline model::PolicyNode service_leaf(const std::string& name, const std::string& of) {
    model::PolicyNode node;
    node.name = name;
    node.leaf.emplace();
    node.leaf->service.emplace();
    node.leaf->service->service.name = of;
    return node;
}

inline model::Child child(const std::string& node) {
    model::Child out;
    out.node = node;
    return out;
}

inline model::Child policy_child(const std::string& policy) {
    model::Child out;
    out.policy = policy;
    return out;
}

inline model::PolicyNode select(const std::string& name, model::Op op,
                                std::vector<model::Child> children) {
    model::PolicyNode node;
    node.name = name;
    node.select.emplace();
    node.select->op = op;
    node.children = std::move(children);
    return node;
}

inline model::Gate gate(model::Kind kind, const std::string& name) {
    model::Gate out;
    out.kind = kind;
    out.ref.name = name;
    return out;
}

inline model::TrafficPolicy policy(const std::string& name, std::vector<model::PolicyNode> nodes,
                                   std::vector<std::string> hostnames = {}) {
    auto out = object<model::TrafficPolicy>(name);
    out.root = nodes.empty() ? "" : nodes.front().name;
    out.nodes = std::move(nodes);
    out.hostnames = std::move(hostnames);
    return out;
}

}  // namespace fairway::world::testing
