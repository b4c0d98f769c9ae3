// Model: all declared objects that decode, by name. Owned and changed by the control thread; its
// objects are immutable and shared, so that equal pointers mean "unchanged".
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "model/health_check.h"
#include "model/places.h"
#include "model/traffic_policy.h"

namespace fairway::model {

template <class T>
inline constexpr Kind kKindOf = Kind::kRegion;
template <>
inline constexpr Kind kKindOf<Cluster> = Kind::kCluster;
template <>
inline constexpr Kind kKindOf<DnsZone> = Kind::kDnsZone;
template <>
inline constexpr Kind kKindOf<TrafficPolicy> = Kind::kTrafficPolicy;
template <>
inline constexpr Kind kKindOf<HealthCheck> = Kind::kHealthCheck;
template <>
inline constexpr Kind kKindOf<RoutingControl> = Kind::kRoutingControl;
template <>
inline constexpr Kind kKindOf<Service> = Kind::kService;
template <>
inline constexpr Kind kKindOf<EndpointSlice> = Kind::kEndpointSlice;
template <>
inline constexpr Kind kKindOf<Secret> = Kind::kSecret;

// The objects that were put or removed since the last compile; what makes compile O(changed).
using Changes = std::set<ObjectKey>;

class Model {
  public:
    using Name = std::pair<std::string, std::string>;  // namespace ("" if cluster-scoped), name
    template <class T>
    using Objects = std::map<Name, std::shared_ptr<const T>>;

    template <class T>
    const Objects<T>& all() const {
        return std::get<Objects<T>>(objects_);
    }
    template <class T>
    const T* find(const std::string& ns, const std::string& name) const {
        const auto& objects = all<T>();
        const auto at = objects.find({ns, name});
        return at == objects.end() ? nullptr : at->second.get();
    }
    template <class T>
    void put(std::shared_ptr<const T> object) {
        changes_.insert(object->meta.key);
        auto& slot = std::get<Objects<T>>(objects_)[{object->meta.key.ns, object->meta.key.name}];
        slot = std::move(object);
    }
    void remove(const ObjectKey& key);
    // Hands over what changed and starts counting anew.
    Changes take_changes() { return std::exchange(changes_, {}); }

  private:
    std::tuple<Objects<Region>, Objects<Cluster>, Objects<DnsZone>, Objects<TrafficPolicy>,
               Objects<HealthCheck>, Objects<RoutingControl>, Objects<Service>,
               Objects<EndpointSlice>, Objects<Secret>>
        objects_;
    Changes changes_;
};

}  // namespace fairway::model
