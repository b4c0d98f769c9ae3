// Control: the one thread that changes anything. Documents → Model → World → every shard; probe
// results, switches and told verdicts → Facts → every shard. It owns what must outlive a restart.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/accepted_store.h"
#include "app/fact_log.h"
#include "app/serving_shard.h"
#include "app/state_dir.h"
#include "app/zone_files.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "config/directory.h"
#include "io/shard.h"
#include "why/explain.h"
#include "world/compiler.h"
#include "world/fact_keeper.h"

namespace fairway::app {

// PUT /fairway/v1/facts/KIND/NAMESPACE/NAME
struct ToldFact {
    std::string health;  // of a HealthCheck: up, down
    std::string state;   // of a RoutingControl: On, Off
    std::string by, why;
};

class Control {
  public:
    // What must follow a new World on the control thread: the probers.
    using OnWorld = std::function<void(const world::WorldChange&)>;

    Control(std::string directory, io::Shard& shard, StateDir state, const Clock& clock);

    // Before the shards start: what was accepted and known last time, then the directory as it is.
    // A directory that cannot be read is an error only if nothing was accepted from it before.
    Status start(std::vector<ServingShard*> serving, OnWorld on_world);
    // The directory changed (or SIGHUP). One World per batch.
    void reload();

    void on_reports(const std::vector<world::ProbeReport>& reports);
    void on_heartbeat(const std::string& place, std::int64_t unix_ms);
    Status tell(std::string_view kind, std::string_view ns, std::string_view name,
                const ToldFact& told);

    bool has_world() const { return world_ != nullptr; }
    const world::World& world() const { return *world_; }
    const world::Facts& facts() const { return keeper_.facts(); }
    why::FactStory story(world::FactId id) const;
    std::string status_json() const;
    std::string facts_json() const;
    // Writes what is still to be written; the log tells of an error, once.
    void save_now();

  private:
    void load_saved();
    Status save(bool sync);
    void take(config::LoadReport report);
    void publish(const world::WorldChange& change, std::vector<world::Flip> flips);
    void retire();
    void follow_currents(const world::WorldChange& change, const std::vector<world::Flip>& flips,
                         std::vector<world::CurrentChoice>& out);
    void log_flip(const world::Flip& flip) const;
    void log_news(model::Diagnostics before) const;
    void save_soon();
    void expose(MetricWriter& out) const;

    std::string directory_path_;
    io::Shard& shard_;
    StateDir state_;
    const Clock& clock_;
    AcceptedStore accepted_;
    FactLog fact_log_;
    std::string unsaved_;                      // lines that could not be written yet
    std::size_t unsaved_bytes_max_ = 1 << 20;  // more are brought to one a name first
    bool save_failed_ = false;
    config::Directory directory_;
    model::Model model_;
    ZoneFiles zone_files_;
    world::Compiler compiler_;
    world::FactKeeper keeper_;
    std::shared_ptr<const world::World> world_;
    model::Diagnostics diagnostics_, findings_of_reading_;
    std::vector<ServingShard*> serving_;
    OnWorld on_world_;
    io::Timer save_timer_;
    std::shared_ptr<void> metrics_;
    std::uint64_t reloads_ = 0, reloads_failed_ = 0;
    double last_compile_s_ = 0;
};

}  // namespace fairway::app
