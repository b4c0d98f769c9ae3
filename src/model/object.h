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
};
inline constexpr int kKindCount = 9;

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
};

// A reference by name, with the place of the field that holds it.
struct Ref {
    std::string ns;  // empty: the referrer's own namespace
    std::string name;
    Pos pos;
};

inline constexpr std::string_view kRegionLabel = "topology.kubernetes.io/region";

}  // namespace fairway::model
