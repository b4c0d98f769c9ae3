// Model: all declared objects that decode, by name, and what reads of those that have errors. Owned
// and changed by the control thread; its objects are immutable and shared, so that equal pointers
// mean "unchanged".
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "model/gateway.h"
#include "model/grant.h"
#include "model/health_check.h"
#include "model/places.h"
#include "model/route.h"
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
template <>
inline constexpr Kind kKindOf<Namespace> = Kind::kNamespace;
template <>
inline constexpr Kind kKindOf<GatewayClass> = Kind::kGatewayClass;
template <>
inline constexpr Kind kKindOf<Gateway> = Kind::kGateway;
template <>
inline constexpr Kind kKindOf<HttpRoute> = Kind::kHttpRoute;
template <>
inline constexpr Kind kKindOf<ReferenceGrant> = Kind::kReferenceGrant;

template <class T>
using Shared = std::shared_ptr<const T>;
using AnyObject =
    std::variant<std::monostate, Shared<Region>, Shared<Cluster>, Shared<DnsZone>,
                 Shared<TrafficPolicy>, Shared<HealthCheck>, Shared<RoutingControl>,
                 Shared<Service>, Shared<EndpointSlice>, Shared<Secret>, Shared<Namespace>,
                 Shared<GatewayClass>, Shared<Gateway>, Shared<HttpRoute>, Shared<ReferenceGrant>>;

// What a document with errors declares. It is there for those that name it, and the names in it are
// judged, so that every fault is told at once; nothing of it is ever served.
struct Draft {
    AnyObject object;         // as far as it reads; perhaps nothing
    std::vector<Pos> faults;  // where its errors stand
};

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
    bool has(const ObjectKey& key) const;

    // The newest document of `key` has errors; beside it the last good object may stand.
    void put_draft(const ObjectKey& key, std::shared_ptr<const Draft> draft);
    void drop_draft(const ObjectKey& key);
    const std::map<ObjectKey, std::shared_ptr<const Draft>>& drafts() const { return drafts_; }
    // Hands over what changed and starts counting anew.
    Changes take_changes() { return std::exchange(changes_, {}); }

  private:
    std::tuple<Objects<Region>, Objects<Cluster>, Objects<DnsZone>, Objects<TrafficPolicy>,
               Objects<HealthCheck>, Objects<RoutingControl>, Objects<Service>,
               Objects<EndpointSlice>, Objects<Secret>, Objects<Namespace>, Objects<GatewayClass>,
               Objects<Gateway>, Objects<HttpRoute>, Objects<ReferenceGrant>>
        objects_;
    std::map<ObjectKey, std::shared_ptr<const Draft>> drafts_;
    Changes changes_;
};

}  // namespace fairway::model
