#include "model/model.h"

#include <algorithm>
#include <array>

#include "model/diagnostic.h"

namespace fairway::model {

std::string_view kind_name(Kind kind) {
    static constexpr std::array<std::string_view, kKindCount> kNames = {
        "Region",         "Cluster", "DNSZone",       "TrafficPolicy", "HealthCheck",
        "RoutingControl", "Service", "EndpointSlice", "Secret"};
    return kNames[static_cast<std::size_t>(kind)];
}

bool kind_is_cluster_scoped(Kind kind) {
    return kind == Kind::kRegion || kind == Kind::kCluster;
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
template <class T, class Tuple>
void erase_name(Tuple& objects, const ObjectKey& key) {
    if (kKindOf<T> == key.kind) std::get<Model::Objects<T>>(objects).erase({key.ns, key.name});
}
}  // namespace

void Model::remove(const ObjectKey& key) {
    std::apply(
        [&](auto&... maps) {
            (erase_name<std::remove_const_t<
                 typename std::decay_t<decltype(maps)>::mapped_type::element_type>>(objects_, key),
             ...);
            (void)sizeof...(maps);
        },
        objects_);
    changes_.insert(key);
}

}  // namespace fairway::model
