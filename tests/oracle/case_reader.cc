#include "case_reader.h"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace fairway::oracle {
namespace {

using model::Kind;

bool flag(const Json& object, const char* name, bool otherwise) {
    const Json* found = member(object, name);
    return found ? found->get<bool>() : otherwise;
}

template <class Number>
Number number(const Json& object, const char* name, Number otherwise) {
    const Json* found = member(object, name);
    return found ? static_cast<Number>(found->get<std::int64_t>()) : otherwise;
}

// The value of an enum field by its word.
template <class Enum, std::size_t n>
Enum word(const Json& object, const char* name,
          const std::array<std::pair<std::string_view, Enum>, n>& words, Enum otherwise) {
    const Json* found = member(object, name);
    if (!found) return otherwise;
    for (const auto& [spelling, value] : words) {
        if (spelling == found->get<std::string>()) return value;
    }
    FW_CHECK(false);
    return otherwise;
}

template <class Each>
void each(const Json& object, const char* name, Each&& take) {
    if (const Json* list = member(object, name)) {
        for (const Json& item : *list) take(item);
    }
}

template <class T>
std::shared_ptr<T> object(const std::string& name) {
    auto made = std::make_shared<T>();
    const Kind kind = model::kKindOf<T>;
    made->meta.key = {kind, model::kind_is_cluster_scoped(kind) ? "" : kNamespace, name};
    return made;
}

constexpr std::array<std::pair<std::string_view, model::Op>, 9> kOps{{
    {"uniform", model::Op::kUniform},
    {"priority", model::Op::kPriority},
    {"weight", model::Op::kWeight},
    {"latency", model::Op::kLatency},
    {"proximity", model::Op::kProximity},
    {"match", model::Op::kMatch},
    {"cidr", model::Op::kCidr},
    {"range", model::Op::kRange},
    {"hash", model::Op::kHash},
}};
constexpr std::array<std::pair<std::string_view, model::Draw>, 5> kDraws{{
    {"one", model::Draw::kOne},
    {"all", model::Draw::kAll},
    {"rotated", model::Draw::kRotated},
    {"sample", model::Draw::kSample},
    {"ordered", model::Draw::kOrdered},
}};
constexpr std::array<std::pair<std::string_view, model::Zero>, 3> kZeros{{
    {"reserve", model::Zero::kReserve},
    {"never", model::Zero::kNever},
    {"last", model::Zero::kLast},
}};
constexpr std::array<std::pair<std::string_view, model::Last>, 3> kLasts{{
    {"open", model::Last::kOpen},
    {"first", model::Last::kFirst},
    {"none", model::Last::kNone},
}};
constexpr std::array<std::pair<std::string_view, model::Empty>, 2> kEmpties{{
    {"NODATA", model::Empty::kNoData},
    {"NXDOMAIN", model::Empty::kNxDomain},
}};
constexpr std::array<std::pair<std::string_view, model::Admin>, 3> kAdmins{{
    {"On", model::Admin::kOn},
    {"Off", model::Admin::kOff},
    {"Stopped", model::Admin::kStopped},
}};
constexpr std::array<std::pair<std::string_view, model::MatchKey>, 2> kMatchKeys{{
    {"geo", model::MatchKey::kGeo},
    {"line", model::MatchKey::kLine},
}};
constexpr std::array<std::pair<std::string_view, model::FamilyRule>, 3> kFamilyRules{{
    {"separate", model::FamilyRule::kSeparate},
    {"after", model::FamilyRule::kAfter},
    {"before", model::FamilyRule::kBefore},
}};
constexpr std::array<std::pair<std::string_view, model::ForcedHealth>, 2> kForced{{
    {"up", model::ForcedHealth::kUp},
    {"down", model::ForcedHealth::kDown},
}};
constexpr std::array<std::pair<std::string_view, model::InitialHealth>, 3> kInitials{{
    {"up", model::InitialHealth::kUp},
    {"down", model::InitialHealth::kDown},
    {"checking", model::InitialHealth::kChecking},
}};
constexpr std::array<std::pair<std::string_view, model::CheckType>, 3> kCheckTypes{{
    {"HTTP", model::CheckType::kHttp},
    {"TCP", model::CheckType::kTcp},
    {"External", model::CheckType::kExternal},
}};
constexpr std::array<std::pair<std::string_view, model::Stickiness>, 3> kStickiness{{
    {"none", model::Stickiness::kNone},
    {"subnet", model::Stickiness::kSubnet},
    {"client", model::Stickiness::kClient},
}};

IpAddr address(const Json& object, const char* name) {
    const auto parsed = IpAddr::parse(text(object, name));
    FW_CHECK(parsed);
    return *parsed;
}

// --- Places
// ---------------------------------------------------------------------------------------

std::shared_ptr<model::Region> region(const Json& declared) {
    auto made = object<model::Region>(text(declared, "name"));
    if (const Json* place = member(declared, "coordinates"))
        made->coordinates = coordinates(*place);
    each(declared, "cidrs", [&](const Json& item) {
        made->cidrs.push_back(cidr(item));
        made->cidr_pos.emplace_back();
    });
    if (const Json* latency = member(declared, "latency")) {
        for (const auto& [to, ms] : latency->items()) {
            made->latency_ms[to] = ms.get<double>();
            made->latency_pos[to] = {};
        }
    }
    each(declared, "geo",
         [&](const Json& item) { made->geo.emplace_back(item.get<std::string>()); });
    return made;
}

std::shared_ptr<model::Service> service(const Json& declared) {
    auto made = object<model::Service>(text(declared, "name"));
    made->ports.push_back({"web", 80, "", "TCP"});
    return made;
}

std::shared_ptr<model::EndpointSlice> slice(const Json& declared) {
    auto made = object<model::EndpointSlice>(text(declared, "name"));
    made->service = text(declared, "service");
    made->region = text(declared, "region");
    made->meta.labels["kubernetes.io/service-name"] = made->service;
    made->meta.labels[std::string(model::kRegionLabel)] = made->region;
    made->family = number(declared, "family", 4) == 4 ? Family::kV4 : Family::kV6;
    made->ports.push_back({"web", 80, "", "TCP"});
    each(declared, "endpoints", [&](const Json& item) {
        model::Endpoint endpoint;
        endpoint.addresses.push_back(address(item, "address"));
        endpoint.ready = flag(item, "ready", true);
        endpoint.terminating = flag(item, "terminating", false);
        made->endpoints.push_back(std::move(endpoint));
    });
    return made;
}

std::shared_ptr<model::HealthCheck> check(const Json& declared) {
    auto made = object<model::HealthCheck>(text(declared, "name"));
    made->type = word(declared, "type", kCheckTypes, model::CheckType::kTcp);
    made->initial = word(declared, "initial", kInitials, model::InitialHealth::kUp);
    made->inverted = flag(declared, "inverted", false);
    if (member(declared, "target")) made->target = model::Ref{"", text(declared, "target"), {}};
    if (member(declared, "address")) made->address = SockAddr::parse(text(declared, "address"));
    return made;
}

std::shared_ptr<model::RoutingControl> control(const Json& declared) {
    auto made = object<model::RoutingControl>(text(declared, "name"));
    made->initial_on = text(declared, "initialState", "On") == "On";
    return made;
}

// --- Policies
// -------------------------------------------------------------------------------------

model::Leaf leaf(const Json& declared) {
    model::Leaf made;
    each(declared, "values", [&](const Json& item) {
        made.values.emplace_back(item.get<std::string>());
        made.value_pos.emplace_back();
    });
    made.hostname = text(declared, "hostname");
    if (const Json* ref = member(declared, "serviceRef")) {
        made.service.emplace();
        made.service->service.name = text(*ref, "name");
        made.service->region = text(*ref, "region");
        made.service->max_answers = number(*ref, "maxAnswers", 8u);
    }
    made.health = word(declared, "health", kForced, model::ForcedHealth::kNone);
    return made;
}

model::Need need(const Json& declared) {
    model::Need made;
    if (member(declared, "percent")) {
        made.form = model::Need::Form::kPercent;
        made.percent = number(declared, "percent", 0u);
    } else if (member(declared, "ipv4") || member(declared, "ipv6")) {
        made.form = model::Need::Form::kPerFamily;
        made.ipv4 = number(declared, "ipv4", 0u);
        made.ipv6 = number(declared, "ipv6", 0u);
    } else {
        made.count = number(declared, "count", 1u);
    }
    return made;
}

model::Select select(const Json& declared) {
    model::Select made;
    made.op = word(declared, "op", kOps, model::Op::kUniform);
    made.draw = word(declared, "draw", kDraws, model::Draw::kOne);
    made.key = word(declared, "key", kMatchKeys, model::MatchKey::kGeo);
    made.k = number(declared, "k", 8u);
    made.zero = word(declared, "zero", kZeros, model::Zero::kReserve);
    if (const Json* found = member(declared, "need")) made.need = need(*found);
    made.last = word(declared, "last", kLasts, model::Last::kOpen);
    made.empty = word(declared, "empty", kEmpties, model::Empty::kNoData);
    made.no_match = word(declared, "noMatch", kEmpties, model::Empty::kNoData);
    made.pinned = flag(declared, "pinned", false);
    made.propagate = flag(declared, "propagate", true);
    made.non_preemptive = flag(declared, "nonPreemptive", false);
    return made;
}

model::Child child(const Json& declared) {
    model::Child made;
    made.node = text(declared, "node");
    made.policy = text(declared, "policy");
    made.weight = number(declared, "weight", 1u);
    made.priority = number(declared, "priority", 0);
    made.bias = number(declared, "bias", 0);
    made.region = text(declared, "region");
    if (const Json* place = member(declared, "coordinates")) made.coordinates = coordinates(*place);
    each(declared, "match", [&](const Json& item) {
        made.match.emplace_back(item.get<std::string>());
        made.match_pos.emplace_back();
    });
    each(declared, "cidrs", [&](const Json& item) {
        made.cidrs.push_back(cidr(item));
        made.cidr_pos.emplace_back();
    });
    each(declared, "ranges", [&](const Json& item) {
        made.ranges.push_back({address(item, "first"), address(item, "last"), {}});
    });
    made.admin = word(declared, "admin", kAdmins, model::Admin::kOn);
    return made;
}

model::PolicyNode node(const Json& declared) {
    model::PolicyNode made;
    made.name = text(declared, "name");
    if (const Json* found = member(declared, "leaf")) made.leaf = leaf(*found);
    if (const Json* found = member(declared, "select")) made.select = select(*found);
    each(declared, "children", [&](const Json& item) { made.children.push_back(child(item)); });
    each(declared, "gates", [&](const Json& item) {
        const bool is_switch = text(item, "kind") == "RoutingControl";
        made.gates.push_back(
            {is_switch ? Kind::kRoutingControl : Kind::kHealthCheck, {"", text(item, "name"), {}}});
    });
    made.region = text(declared, "region");
    if (member(declared, "ttl")) made.ttl = number(declared, "ttl", 0u);
    made.admin = word(declared, "admin", kAdmins, model::Admin::kOn);
    return made;
}

std::shared_ptr<model::TrafficPolicy> policy(const Json& declared) {
    auto made = object<model::TrafficPolicy>(text(declared["metadata"], "name"));
    const Json& spec = declared["spec"];
    made->type = text(spec, "type", "A");
    made->family = word(spec, "family", kFamilyRules, model::FamilyRule::kSeparate);
    made->ttl = number(spec, "ttl", 60u);
    made->stickiness = word(spec, "stickiness", kStickiness, model::Stickiness::kNone);
    made->root = text(spec, "root");
    each(spec, "nodes", [&](const Json& item) { made->nodes.push_back(node(item)); });
    return made;
}

// Puts all objects of one list of the case.
template <class Read>
void put_all(model::Model& into, const Json& a_case, const char* list, Read&& read) {
    using Object = typename decltype(read(a_case))::element_type;
    each(a_case, list,
         [&](const Json& item) { into.put(std::shared_ptr<const Object>(read(item))); });
}

}  // namespace

const Json* member(const Json& object, const char* name) {
    const auto at = object.find(name);
    return at == object.end() ? nullptr : &*at;
}

std::string text(const Json& object, const char* name, const char* otherwise) {
    const Json* found = member(object, name);
    return found ? found->get<std::string>() : otherwise;
}

model::Coordinates coordinates(const Json& place) {
    return {place["latitude"].get<double>(), place["longitude"].get<double>()};
}

Cidr cidr(const Json& written) {
    const auto parsed = Cidr::parse(written.get<std::string>());
    FW_CHECK(parsed);
    return *parsed;
}

model::Model read_model(const Json& a_case) {
    model::Model made;
    put_all(made, a_case, "regions", region);
    put_all(made, a_case, "services", service);
    put_all(made, a_case, "slices", slice);
    put_all(made, a_case, "checks", check);
    put_all(made, a_case, "controls", control);
    put_all(made, a_case, "policies", policy);
    return made;
}

}  // namespace fairway::oracle
