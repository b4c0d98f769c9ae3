// ServingShard: one thread that serves, with its own view of World and Facts. The control thread
// makes it and posts publications to it; everything else happens on its own thread.
#pragma once

#include <functional>
#include <memory>
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
    const steer::State& state() const { return state_; }
    // Called on the shard after each new World: roles make room for what is new.
    void on_world(std::function<void()> callback) { on_world_ = std::move(callback); }

    // Control thread. Never lost; applied in order.
    void publish(std::shared_ptr<const Publication> publication);

  private:
    void apply(const Publication& publication);
    void release(std::shared_ptr<const void> last);

    io::Shard& control_;
    steer::State state_;
    std::shared_ptr<const world::World> world_;
    std::function<void()> on_world_;
    io::Shard shard_;  // last: its thread ends first
};

}  // namespace fairway::app
