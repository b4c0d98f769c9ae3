// ServingShard: one thread that serves, with its own view of World and Facts. The control thread
// makes it and posts publications to it; everything else happens on its own thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "io/shard.h"
#include "steer/decide.h"
#include "world/facts.h"
#include "world/world.h"

namespace fairway::app {

// What one batch of documents or one flip means for a shard. Immutable; shared by all shards.
struct Publication {
    world::WorldChange change;  // change.world null: facts only
    std::vector<world::Flip> flips;
    std::vector<world::CurrentChoice> currents;
};

class ServingShard {
  public:
    ServingShard(io::Shard::Options options, io::Shard& control);

    io::Shard& shard() { return shard_; }
    // Stays where it is; the shard's thread only.
    const steer::State& state() const { return state_; }
    // Set before the shard starts: on it after each new World; on control when it has let go of the
    // Worlds before.
    void on_world(std::function<void()> callback) { on_world_ = std::move(callback); }
    void on_applied(std::function<void()> callback) { on_applied_ = std::move(callback); }

    // Control thread. Never lost; applied in order.
    void publish(std::shared_ptr<const Publication> publication);
    // Control thread: the generation that it serves, as far as it has told.
    std::uint64_t generation() const { return generation_; }

  private:
    void apply(const Publication& publication);
    void release(std::shared_ptr<const Publication> publication,
                 std::shared_ptr<const world::World> old);

    io::Shard& control_;
    steer::State state_;
    std::shared_ptr<const world::World> world_;  // what state_ reads
    std::function<void()> on_world_, on_applied_;
    std::uint64_t generation_ = 0;
    io::Shard shard_;  // last: its thread ends first
};

}  // namespace fairway::app
