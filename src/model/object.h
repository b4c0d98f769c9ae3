// What every declared object has: kind, name, and where it was written. Values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::model {

enum class Kind : std::uint8_t {
    kRegion,   // cluster-scoped
    kCluster,  // cluster-scoped
    kDnsZone,
    kTrafficPolicy,
    kHealthCheck,
    kRoutingControl,
    kService,
    kEndpointSlice,
    kSecret,
    kNamespace,     // cluster-scoped
    kGatewayClass,  // cluster-scoped
    kGateway,
    kHttpRoute,
    kReferenceGrant,
};
inline constexpr int kKindCount = 14;

std::string_view kind_name(Kind kind);  // "TrafficPolicy"
bool kind_is_cluster_scoped(Kind kind);

// 1-based; 0 = unknown (made by a program, not read from a file).
struct Pos {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    auto operator<=>(const Pos&) const = default;
};

struct ObjectKey {
    Kind kind = Kind::kRegion;
    std::string ns;  // empty for cluster-scoped kinds
    std::string name;

    std::string text() const;  // "TrafficPolicy/default/shop", "Region/eu"
    auto operator<=>(const ObjectKey&) const = default;
};

struct Meta {
    ObjectKey key;
    std::string file;  // relative to the directory; empty = from an API
    Pos pos;
    std::map<std::string, std::string> labels;
    std::int64_t created_unix_s = 0;  // creationTimestamp; 0: none
    std::uint64_t generation = 0;     // 0: none
};

// A reference by name, with the place of the field that holds it.
struct Ref {
    std::string ns;  // empty: the referrer's own namespace
    std::string name;
    Pos pos;
};

// What a Gateway API object asks for that the API admits and we do not honour yet: it is told as an
// error, but the object stands, so that its status can say so.
struct Unsupported {
    std::string field;  // "spec.rules[0].filters[1].type"
    std::string why;
    Pos pos;
    std::int32_t rule = -1;  // index in HTTPRoute.rules; -1: the whole object
};

inline constexpr std::string_view kRegionLabel = "topology.kubernetes.io/region";

}  // namespace fairway::model
