// Region, Cluster, Namespace, Service, EndpointSlice, Secret, DNSZone as declared. Values; any
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/secret.h"
#include "model/object.h"
#include "model/traffic_policy.h"

namespace fairway::model {

struct Region {
    Meta meta;
    std::optional<Coordinates> coordinates;
    std::vector<Cidr> cidrs;  // clients that are here: longest match over all Regions
    std::vector<Pos> cidr_pos;
    std::map<std::string, double> latency_ms;  // to other Regions; default 1 ms per 100 km
    std::map<std::string, Pos> latency_pos;
    std::vector<std::string> geo;           // "country/DE", "line/telecom": most specific first
    std::uint64_t clients = 1;              // share of all clients, for drill
    std::optional<std::uint64_t> capacity;  // requests/s that this Region can take, for drill
};

struct Cluster {
    Meta meta;
    std::string region;  // label topology.kubernetes.io/region
    Pos region_pos;
};

// Its labels alone matter: listeners choose by them whose routes they take. kNamespaceNameLabel is
// always among them.
struct Namespace {
    Meta meta;
};
inline constexpr std::string_view kNamespaceNameLabel = "kubernetes.io/metadata.name";

struct ServicePort {
    std::string name;
    std::uint16_t port = 0;
    std::string target_port;  // name or number; default: port
    std::string protocol = "TCP";
};

// Of core/v1 Service we honour type, clusterIP None, ports, ipFamilies.
struct Service {
    Meta meta;
    bool headless = false;
    std::vector<ServicePort> ports;
};

struct Endpoint {
    std::vector<IpAddr> addresses;  // one (discovery.k8s.io/v1: the first is used)
    Pos pos;
    bool ready = true;
    bool serving = true;
    bool terminating = false;
    std::string zone;  // availability zone
    std::string hostname;
};

struct EndpointSlice {
    Meta meta;
    std::string service;  // label kubernetes.io/service-name
    Pos service_pos;
    std::string region;  // label topology.kubernetes.io/region
    Pos region_pos;
    Family family = Family::kV4;
    std::vector<ServicePort> ports;
    std::vector<Endpoint> endpoints;
};

struct Secret {
    Meta meta;
    std::string type;
    std::map<std::string, fairway::Secret<std::string>> data;  // decoded
};

struct ZoneRecord {
    std::string name;  // absolute, without final dot
    std::string type;  // mnemonic or TYPEn
    std::optional<std::uint32_t> ttl;
    std::vector<std::string> values;  // presentation form
    Pos pos;
    std::vector<Pos> value_pos;
};

struct ZoneSoa {
    std::string primary;  // MNAME
    std::string contact;  // RNAME
    std::uint32_t refresh = 7200, retry = 900, expire = 1209600, minimum = 60;
};

struct DnsZone {
    Meta meta;
    std::string origin;  // absolute, lower case, without final dot; "" = the root
    Pos origin_pos;
    std::uint32_t ttl = 3600;               // of records without one
    std::optional<ZoneSoa> soa;             // needed unless the file holds one
    std::vector<std::string> name_servers;  // NS of the apex; may come from the file instead
    std::vector<ZoneRecord> records;
    std::string file;  // master file, below the document's own folder
    Pos file_pos;
};

}  // namespace fairway::model
