// The fast form: choose now. No allocation, no I/O, no clock. `State` is what a shard keeps up to
// date as facts flip (live counts up the tree, prepared draws); `decide` only reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/hash.h"
#include "base/limits.h"
#include "steer/query.h"
#include "world/facts.h"
#include "world/world.h"

namespace fairway::steer {

enum class Outcome : std::uint8_t { kAnswer, kNoData, kNxDomain };

// One drawn piece of the answer: a value of a leaf, or an endpoint of a service leaf.
struct Pick {
    world::NodeIndex leaf = 0;
    std::uint32_t value = 0;  // index in the leaf's AnswerSet, or endpoint index of its service
};

struct Decision {
    Outcome outcome = Outcome::kNoData;
    std::uint8_t scope = 0;    // ECS scope prefix length, in the client's family
    bool last_resort = false;  // some node kept its kids by `last: open` or `first`
    bool truncated = false;    // more than kDecisionPicksMax; the caller counts it
    std::uint16_t size = 0;
    std::uint32_t ttl = 0;
    Pick picks[kDecisionPicksMax];
    std::span<const Pick> answers() const { return {picks, size}; }
};

// One shard's view of the facts, prepared for deciding. Owned by the shard; not shared.
class State {
  public:
    State();
    ~State();
    State(State&&) noexcept;
    State& operator=(State&&) noexcept;

    // A new World: refreshes what changed (all if change.all). O(changed parts).
    void publish(const world::WorldChange& change);
    // All facts at once, at start; flips go on from there. O(World).
    void load(const world::Facts& facts);
    // One fact: touches only the policies and services that read it. Allocates nothing.
    void flip(const world::Flip& flip);
    void set_current(const world::CurrentChoice& choice);
    void set_region(world::RegionId region, bool up);

    const world::World& world() const;
    const world::Facts& facts() const;

    struct Prepared;  // steer/prepared.h
    const Prepared& prepared() const { return *prepared_; }

  private:
    std::unique_ptr<Prepared> prepared_;
};

// `rng` gives u; for stickiness subnet|client pass an Rng seeded with sticky_seed().
void decide(const State& state, world::PolicyId policy, const Query& query, Rng& rng,
            Decision& out) noexcept;

// H(seed, name, source key, epoch): docs/steering.md section 6.
std::uint64_t sticky_seed(std::uint64_t seed, std::string_view name, model::Stickiness stickiness,
                          const Cidr& client, const IpAddr& source, std::uint64_t epoch);

}  // namespace fairway::steer
