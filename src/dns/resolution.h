// Resolution: the stages of one query after it was read: zone, name, delegation or DNAME, policy,
// record set, alias chain, wildcard, negative answer. Lives on the stack of Engine::answer.
#pragma once

#include <array>
#include <cstdint>

#include "dns/engine.h"
#include "wire/dns/response.h"
#include "world/steered_names.h"
#include "world/zone.h"

namespace fairway::dns {

class Resolution {
  public:
    Resolution(Engine& engine, const steer::State& state, const Client& client,
               wire::dns::ResponseWriter& writer);
    void run();

  private:
    using NameView = wire::dns::NameView;
    using Type = wire::dns::Type;
    // What stands at one name: records, policies, both or neither.
    struct Place {
        const world::ZoneName* zone = nullptr;
        const world::SteeredName* steered = nullptr;
        explicit operator bool() const { return zone || steered; }
    };

    bool find_zone();
    Place find(NameView name, std::uint64_t hash) const;
    void resolve_name();
    void resolve_missing(const world::SteeredName* steered);
    void answer_place(Place place);
    bool answer_steered(Place place);
    void answer_any(Place place);
    void answer_set(const world::ZoneRrset& set);
    void answer_policy(Place place, world::PolicyId id);
    void decide(const world::PolicyPart& policy);
    Cidr steering_prefix() const;
    void add_picks(const world::PolicyPart& policy);
    void refer(const world::ZoneName& cut);
    void rename(const world::ZoneName& dname);
    void add_extras(const world::ZoneRrset& set);
    bool is_steered(NameView target, const world::ZoneName& node) const;
    void negative(wire::dns::Rcode rcode, std::uint32_t ttl_max = 0xFFFFFFFFu);
    void follow(NameView target);

    Engine& engine_;
    const steer::State& state_;
    const world::World& world_;
    const Client& client_;
    wire::dns::ResponseWriter& writer_;
    const wire::dns::QueryView& query_;
    const Type qtype_;

    // The name being looked up: first the question's, then each alias's target.
    NameView name_;   // in lower case
    NameView owner_;  // as records of it are written
    std::uint64_t hash_ = 0;
    const world::ZonePart* zone_ = nullptr;
    bool has_child_ = false;  // asked for the DS of another zone of ours
    bool following_ = false;  // an alias set a new name_

    wire::dns::Name lowered_;  // name_ past the question
    wire::dns::Name renamed_;  // owner_ made by a DNAME
    unsigned hops_ = 0;
    std::array<std::uint64_t, kAliasChainMax + 1> seen_;  // hashes of the names so far
    std::uint8_t scope_ = 0;
};

}  // namespace fairway::dns
