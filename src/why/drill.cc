#include "why/drill.h"

#include <algorithm>

#include "steer/exact.h"
#include "why/overlay.h"
#include "wire/dns/types.h"

namespace fairway::why {
namespace {

using world::PolicyPart;
using world::World;

std::string region_name(const World& world, world::RegionId id) {
    return id.known() ? world.regions->regions[id.value].name : std::string();
}

// The Region in which an answer stands: its endpoint's, its leaf's, or the nearest node's above.
std::string place_of(const World& world, const PolicyPart& part, const steer::AnswerShare& share) {
    const auto& leaf = part.nodes[share.leaf];
    if (const auto* service =
            leaf.service.known() ? world.services.at(leaf.service.value) : nullptr) {
        const auto name = region_name(world, service->endpoints[share.value].region);
        if (!name.empty()) return name;
    }
    for (world::NodeIndex at = share.leaf; at != world::kNoNode; at = part.nodes[at].parent) {
        if (part.nodes[at].region.known()) return region_name(world, part.nodes[at].region);
    }
    return part.names[leaf.name];
}

struct Side {
    std::map<std::string, Fraction> shares;
    Fraction unanswered;
    bool last_resort = false;
    bool approximate = false;
};

Side ask(const World& world, const world::Facts& facts, const PolicyPart& part,
         const steer::Query& query) {
    const auto distribution = steer::distribute(world, facts, part.id, query);
    Side side;
    for (const auto& share : distribution.shares) {
        side.shares[place_of(world, part, share)] += share.share;
    }
    side.unanswered = distribution.no_data + distribution.nx_domain;
    side.last_resort = distribution.last_resort;
    side.approximate = distribution.approximate;
    return side;
}

DrillView compare(std::string client, const Side& before, const Side& after) {
    DrillView view;
    view.client = std::move(client);
    std::map<std::string, DrillShare> rows;
    for (const auto& [place, share] : before.shares) rows[place].before = share;
    for (const auto& [place, share] : after.shares) rows[place].after = share;
    for (auto& [place, row] : rows) {
        row.place = place;
        view.shares.push_back(row);
    }
    view.unanswered_before = before.unanswered;
    view.unanswered_after = after.unanswered;
    view.last_resort_before = before.last_resort;
    view.last_resort_after = after.last_resort;
    return view;
}

// A client of a Region as drill asks for it: known by its Region alone, not by an address.
steer::Query client_of(const World& world, const world::RegionPart& region, std::uint16_t qtype) {
    for (const auto& [prefix, id] : world.regions->clients.entries()) {
        if (id == region.id.value) return steer::locate(world, prefix, qtype);
    }
    steer::Query query = steer::seen_from(world, region);
    query.qtype = qtype;
    return query;
}

void add_load(const World& world, const DrillView& view, std::uint64_t clients,
              std::map<std::string, DrillLoad>& loads) {
    for (const auto& share : view.shares) {
        const auto* region = world.regions->find(share.place);
        if (!region) continue;
        auto& load = loads[share.place];
        load.region = share.place;
        load.capacity = region->capacity.value_or(0);
        load.before += share.before.value() * static_cast<double>(clients);
        load.after += share.after.value() * static_cast<double>(clients);
    }
}

DrillPolicy drill_policy(const World& world, const world::Facts& before, const world::Facts& after,
                         const PolicyPart& part) {
    DrillPolicy out;
    out.name = part.name;
    out.type = wire::dns::type_text(wire::dns::Type{part.qtype});
    std::map<std::string, DrillLoad> loads;
    const auto ask_both = [&](std::string client, const steer::Query& query) {
        const Side was = ask(world, before, part, query);
        const Side now = ask(world, after, part, query);
        out.approximate = out.approximate || was.approximate || now.approximate;
        out.views.push_back(compare(std::move(client), was, now));
    };
    for (const auto& region : world.regions->regions) {
        if (region.name.empty()) continue;
        ask_both(region.name, client_of(world, region, part.qtype));
        add_load(world, out.views.back(), region.clients, loads);
    }
    ask_both("unmapped", steer::locate(world, Cidr::of(IpAddr::v4(0u), 0), part.qtype));
    for (auto& [name, load] : loads) out.loads.push_back(std::move(load));
    return out;
}

}  // namespace

bool DrillReport::overload() const {
    return std::any_of(policies.begin(), policies.end(), [](const DrillPolicy& policy) {
        return std::any_of(policy.loads.begin(), policy.loads.end(),
                           [](const DrillLoad& load) { return load.overloaded(); });
    });
}

bool DrillReport::last_resort() const {
    return std::any_of(policies.begin(), policies.end(), [](const DrillPolicy& policy) {
        return std::any_of(policy.views.begin(), policy.views.end(), [](const DrillView& view) {
            return (view.last_resort_after && !view.last_resort_before) ||
                   view.unanswered_before < view.unanswered_after;
        });
    });
}

Result<DrillReport> drill(const World& world, const world::Facts& facts,
                          const std::vector<std::string>& down) {
    world::Facts after = facts;
    FW_TRY_VOID(take_down(world, down, after));
    DrillReport report;
    report.generation = world.generation;
    report.down = down;
    for (std::uint32_t id = 0; id < world.policies.bound(); ++id) {
        const PolicyPart* part = world.policies.at(id);
        if (part) report.policies.push_back(drill_policy(world, facts, after, *part));
    }
    std::sort(report.policies.begin(), report.policies.end(),
              [](const DrillPolicy& a, const DrillPolicy& b) {
                  return std::tie(a.name, a.type) < std::tie(b.name, b.type);
              });
    return report;
}

}  // namespace fairway::why
