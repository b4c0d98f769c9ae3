#include "why/overlay.h"

#include <algorithm>
#include <cctype>
#include <functional>

#include "world/judge.h"

namespace fairway::why {
namespace {

using world::CheckPart;
using world::FactId;
using world::Facts;
using world::Health;
using world::World;

tl::unexpected<Error> unknown(std::string_view what, const std::string& why) {
    return fail(Code::kNotFound, Origin::kDownstream, "--down " + std::string(what) + ": " + why);
}

// A Calculated or RoutingControl check, judged by the facts as they would be.
Health judge_again(const CheckPart& part, const Facts& facts) {
    world::Evidence evidence;
    for (const FactId child : part.children) evidence.children_up += facts.up(child);
    if (part.routing_control.known()) evidence.routing_control = facts.health(part.routing_control);
    return world::judge(*part.check, evidence);
}

void set_down(const World& world, FactId id, Facts& facts) {
    std::vector<std::pair<FactId, Health>> open{{id, Health::kDown}};
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto [fact, health] = open[i];
        if (facts.health(fact) == health) continue;
        facts.set(fact, health);
        const auto* users = world.fact_users.at(fact.value);
        if (!users) continue;
        for (const FactId user : users->calculated) {
            const CheckPart* part = world.checks.at(user.value);
            if (part && part->check) open.emplace_back(user, judge_again(*part, facts));
        }
    }
}

// "eu" → "default/eu"; "shop/eu" stays.
std::string with_namespace(std::string_view name) {
    return name.find('/') == std::string_view::npos ? "default/" + std::string(name)
                                                    : std::string(name);
}

// A check by its own name; of one that probes a Service, every endpoint's.
Status down_checks(const World& world, std::string_view what, const std::string& name,
                   bool switches, Facts& facts) {
    bool found = false;
    for (std::uint32_t id = 0; id < world.checks.bound(); ++id) {
        const CheckPart* part = world.checks.at(id);
        if (!part || (part->control != nullptr) != switches) continue;
        if (part->name != name && !part->name.starts_with(name + "@")) continue;
        set_down(world, part->id, facts);
        found = true;
    }
    if (found) return {};
    return unknown(
        what, std::string("there is no ") + (switches ? "RoutingControl " : "HealthCheck ") + name);
}

// An endpoint without a check cannot be told down by a fact: its Service's checks are all there is.
Status down_endpoints(
    const World& world, std::string_view what, Facts& facts,
    const std::function<bool(const world::ServicePart&, const world::EndpointPart&)>& wanted) {
    bool found = false, unchecked = false;
    for (std::uint32_t id = 0; id < world.services.bound(); ++id) {
        const auto* service = world.services.at(id);
        if (!service) continue;
        for (const auto& endpoint : service->endpoints) {
            if (!wanted(*service, endpoint)) continue;
            found = true;
            unchecked = unchecked || endpoint.gates_size == 0;
            for (std::uint32_t g = 0; g < endpoint.gates_size; ++g) {
                set_down(world, service->gates[endpoint.gates_at + g], facts);
            }
        }
    }
    if (!found) return unknown(what, "no endpoint is meant by that");
    if (unchecked)
        return unknown(what,
                       "an endpoint of it has no HealthCheck (targetRef), so nothing would notice");
    return {};
}

}  // namespace

Status take_down(const World& world, std::string_view what, Facts& facts) {
    const auto slash = what.find('/');
    std::string kind(what.substr(0, slash));
    std::transform(kind.begin(), kind.end(), kind.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (slash == std::string_view::npos || slash + 1 == what.size()) {
        return unknown(what, "give KIND/NAME, such as region/eu");
    }
    const std::string name(what.substr(slash + 1));
    if (kind == "region") {
        const auto* region = world.regions->find(name);
        if (!region) return unknown(what, "there is no Region " + name);
        facts.set_region(region->id, false);
        return {};
    }
    if (kind == "healthcheck") return down_checks(world, what, with_namespace(name), false, facts);
    if (kind == "routingcontrol")
        return down_checks(world, what, with_namespace(name), true, facts);
    if (kind == "service") {
        return down_endpoints(world, what, facts,
                              [full = with_namespace(name)](const auto& service, const auto&) {
                                  return service.name == full;
                              });
    }
    if (kind == "endpoint") {
        const auto address = IpAddr::parse(name);
        if (!address) return unknown(what, "give an address, such as endpoint/192.0.2.1");
        return down_endpoints(world, what, facts, [&](const auto&, const auto& endpoint) {
            return endpoint.address == *address;
        });
    }
    return unknown(what, "KIND is one of region, healthcheck, routingcontrol, service, endpoint");
}

Status take_down(const World& world, const std::vector<std::string>& all, Facts& facts) {
    for (const auto& what : all) FW_TRY_VOID(take_down(world, what, facts));
    return {};
}

}  // namespace fairway::why
