#include "model/model.h"

#include <algorithm>
#include <array>

#include "model/diagnostic.h"

namespace fairway::model {

std::string_view kind_name(Kind kind) {
    static constexpr std::array<std::string_view, kKindCount> kNames = {
        "Region",         "Cluster", "DNSZone",       "TrafficPolicy", "HealthCheck",
        "RoutingControl", "Service", "EndpointSlice", "Secret",        "Namespace",
        "GatewayClass",   "Gateway", "HTTPRoute",     "ReferenceGrant"};
    return kNames[static_cast<std::size_t>(kind)];
}

bool kind_is_cluster_scoped(Kind kind) {
    return kind == Kind::kRegion || kind == Kind::kCluster || kind == Kind::kNamespace ||
           kind == Kind::kGatewayClass;
}

std::string_view op_name(Op op) {
    static constexpr std::array<std::string_view, 9> kNames = {
        "uniform", "priority", "weight", "latency", "proximity", "match", "cidr", "range", "hash"};
    return kNames[static_cast<std::size_t>(op)];
}

std::string_view draw_name(Draw draw) {
    static constexpr std::array<std::string_view, 5> kNames = {"one", "all", "rotated", "sample",
                                                               "ordered"};
    return kNames[static_cast<std::size_t>(draw)];
}

std::string_view check_type_name(CheckType type) {
    static constexpr std::array<std::string_view, 6> kNames = {
        "HTTP", "HTTPS", "TCP", "Calculated", "RoutingControl", "External"};
    return kNames[static_cast<std::size_t>(type)];
}

std::string ObjectKey::text() const {
    std::string out(kind_name(kind));
    if (!ns.empty()) out += "/" + ns;
    return out + "/" + name;
}

// "TrafficPolicy/default/shop" -> "TrafficPolicy/shop": beside a file and line the namespace is
// noise.
static std::string kind_and_name(const std::string& object) {
    const std::size_t first = object.find('/'), last = object.rfind('/');
    return first == last ? object : object.substr(0, first) + object.substr(last);
}

std::string Diagnostic::text() const {
    std::string out;
    if (!file.empty()) {
        out += file + ":" + std::to_string(pos.line) + ":" + std::to_string(pos.column) + ": ";
    }
    out += severity == Severity::kError ? "error: " : "warning: ";
    if (!object.empty()) out += (file.empty() ? object : kind_and_name(object)) + ": ";
    if (!field.empty()) out += field + ": ";
    out += what;
    if (!right.empty()) out += "; " + right;
    return out;
}

bool has_errors(const Diagnostics& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

namespace {
// Calls `use` with the one map that holds objects of `kind`.
template <class Tuple, class Use>
void with_kind(Tuple& objects, Kind kind, const Use& use) {
    const auto if_it_is = [&](auto& map) {
        using T =
            std::remove_const_t<typename std::decay_t<decltype(map)>::mapped_type::element_type>;
        if (kKindOf<T> == kind) use(map);
    };
    std::apply([&](auto&... maps) { (if_it_is(maps), ...); }, objects);
}

// What of a draft others depend on beside its name: the names that a zone would hold.
std::string_view origin_of(const Draft& draft) {
    const auto* zone = std::get_if<Shared<DnsZone>>(&draft.object);
    return zone == nullptr ? std::string_view() : (*zone)->origin;
}
}  // namespace

void Model::remove(const ObjectKey& key) {
    with_kind(objects_, key.kind, [&](auto& map) { map.erase({key.ns, key.name}); });
    changes_.insert(key);
}

bool Model::has(const ObjectKey& key) const {
    bool found = false;
    with_kind(objects_, key.kind,
              [&](const auto& map) { found = map.contains({key.ns, key.name}); });
    return found;
}

void Model::put_draft(const ObjectKey& key, std::shared_ptr<const Draft> draft) {
    auto& slot = drafts_[key];
    if (slot == draft) return;
    const bool heard = !slot || origin_of(*slot) != origin_of(*draft);
    slot = std::move(draft);
    if (heard && !has(key)) changes_.insert(key);
}

void Model::drop_draft(const ObjectKey& key) {
    if (drafts_.erase(key) > 0 && !has(key)) changes_.insert(key);
}

}  // namespace fairway::model
