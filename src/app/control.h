// Control: the one thread that changes anything. Documents → Model → World → every shard; probe
// results, switches and told verdicts → Facts → every shard. It owns what must outlive a restart.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/serving_shard.h"
#include "app/state_dir.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "config/directory.h"
#include "io/shard.h"
#include "why/explain.h"
#include "world/compiler.h"
#include "world/fact_keeper.h"

namespace fairway::app {

class Control {
  public:
    struct Options {
        std::string directory;
        std::string region;  // where this instance runs
    };
    // New or removed checks, on the control thread.
    using OnWorld = std::function<void(const world::WorldChange&)>;

    Control(Options options, io::Shard& shard, StateDir state, const Clock& clock);

    // Before the shards start: what was accepted and known last time, then the directory as it is.
    void start(std::vector<ServingShard*> serving, OnWorld on_world);
    // The directory changed (or SIGHUP). One World per batch.
    void reload();

    // Facts from outside; all on the control thread.
    void on_report(const world::ProbeReport& report);
    Status tell(std::string_view kind, std::string_view name, const world::Told& told);

    bool has_world() const { return world_ != nullptr; }
    const world::World& world() const { return *world_; }
    const world::Facts& facts() const { return keeper_.facts(); }
    why::FactStory story(world::FactId id) const;
    const model::Diagnostics& diagnostics() const { return diagnostics_; }
    std::string status_json() const;
    // Writes what is still to be written.
    void save_now();

  private:
    void compile();
    void publish(world::WorldChange change, world::Flips flips);
    void follow_currents(const world::WorldChange& change, const std::vector<world::Flip>& flips,
                         std::vector<world::CurrentChoice>& out);
    void report_diagnostics(const model::Diagnostics& before) const;
    void save_soon();
    void expose(MetricWriter& out) const;

    Options options_;
    io::Shard& shard_;
    StateDir state_;
    const Clock& clock_;
    config::Directory directory_;
    model::Model model_;
    world::Compiler compiler_;
    world::FactKeeper keeper_;
    std::shared_ptr<const world::World> world_;
    model::Diagnostics diagnostics_;
    std::vector<ServingShard*> serving_;
    OnWorld on_world_;
    io::Timer save_timer_;
    std::shared_ptr<void> metrics_;
    std::uint64_t reloads_ = 0;
};

}  // namespace fairway::app
