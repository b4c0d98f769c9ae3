// A World of zones (master file text) and hand-built policies for the tests, benches and fuzzing of
// dns. Test code only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "steer/decide.h"
#include "steer/test_world.h"
#include "world/steered_names.h"
#include "world/zone_build.h"

namespace fairway::dns::test {

inline wire::dns::Name name(std::string_view text) {
    return *wire::dns::Name::parse(text);
}

// A hostname leaf's value in the form that steer's test world takes: the name's wire form.
inline std::string host_value(std::string_view text) {
    const wire::dns::Name host = name(text);
    return {host.wire().begin(), host.wire().end()};
}

struct DnsWorld : steer::test::TestWorld {
    std::vector<world::SteeredNames::Entry> steered;
    model::Diagnostics findings;

    // False if the zone is not well-formed.
    bool add_zone(const std::string& origin, const std::string& text) {
        model::DnsZone zone;
        zone.origin = origin;
        zone.file = "zone";
        const auto read = [&](const model::DnsZone&, std::string_view path,
                              std::string_view) -> Result<wire::dns::IncludedFile> {
            if (path != "zone") return fail(Code::kNotFound, Origin::kConfig, "no such file");
            return wire::dns::IncludedFile{"zone", text};
        };
        const world::ZoneId id{world.zones.bound()};
        auto part = world::compile_zone(zone, id, read, findings);
        if (!part) return false;
        world.zones.set(id.value, std::move(part));
        return true;
    }
    world::PolicyId steer_name(std::string_view host, const steer::test::Spec& root,
                               void (*adjust)(world::PolicyPart&) = nullptr) {
        const world::PolicyId id = add(root, adjust);
        const auto type = static_cast<wire::dns::Type>(world.policies.at(id.value)->qtype);
        steered.push_back({name(host), {type, id}});
        return id;
    }
    void publish_to(steer::State& state) {
        world.zone_index = world::build_zone_index(world.zones);
        world.steered_names = std::make_shared<world::SteeredNames>(steered);
        if (!world.keys) world.keys = std::make_shared<std::vector<std::string>>();
        state.publish({std::make_shared<world::World>(world), true, {}, {}});
    }
};

inline const std::string kZoneHead =
    "$TTL 300\n@ SOA ns1 hostmaster 7 7200 900 1209600 60\n@ NS ns1\nns1 A 192.0.2.53\n";

}  // namespace fairway::dns::test
