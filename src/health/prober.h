// Prober: probes every HTTP, HTTPS and TCP check of the World from one place, on the health shard,
// and tells the control shard what changed, and once a second that it is at work. It judges
// nothing: quorum, inversion and calculated checks are the FactKeeper's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/metrics.h"
#include "health/probe.h"
#include "io/shard.h"
#include "world/verdict.h"
#include "world/world.h"

namespace fairway::health {

class Prober {
  public:
    struct Options {
        std::string place;  // Region; checks whose `from` does not name it are left to others
        // On the control shard.
        std::function<void(const std::vector<world::ProbeReport>&)> on_reports;
        // Each second: whoever is not heard of any more may have missed something.
        std::function<void(const std::string& place, std::int64_t unix_ms)> on_heartbeat;
        std::uint64_t seed = 1;
        std::uint32_t in_flight_max = kProbesInFlightMax;
    };
    // `shard` is the health shard. Destroyed after it has stopped.
    Prober(io::Shard& shard, io::Shard& control, Options options);
    ~Prober();
    Prober(const Prober&) = delete;
    Prober& operator=(const Prober&) = delete;

    // On the control thread: what is checked from now on. Checks that did not change go on as they
    // are, those changed keep their state unless the address is another.
    void set_checks(const world::WorldChange& change);

    // For Probes, on the health shard.
    io::Shard& shard() { return shard_; }
    Rng& rng() { return rng_; }
    void admit(Probe* probe);
    void on_result(Probe& probe, bool good, bool changed, double took_s);

  private:
    struct Assignment {
        world::FactId id;
        std::shared_ptr<const world::CheckPart> part;  // null: no longer
    };
    struct TypeMetrics {
        ShardedCounter *good, *bad;
        Histogram* took;
    };
    struct Sink;
    bool mine(const world::CheckPart& part) const;
    void assign(const Assignment& assignment);
    void remove(world::FactId id);
    std::shared_ptr<io::TlsClient> tls_for(const world::CheckPart& part);
    void flush();
    void flush_reports();
    void release();
    void beat();
    void note_state(const Probe& probe);
    void expose(MetricWriter& out);
    static TypeMetrics metrics_of(model::CheckType type);

    io::Shard& shard_;
    io::Shard& control_;
    const std::uint32_t in_flight_max_;
    const std::string place_;
    std::shared_ptr<const Sink> sink_;
    Rng rng_;
    std::unordered_map<std::uint32_t, std::unique_ptr<Probe>> probes_;  // by FactId
    // By authorities; "" = unverified. They belong to the probes that use them.
    std::map<std::string, std::weak_ptr<io::TlsClient>> tls_;
    std::deque<Probe*> waiting_;
    std::uint32_t in_flight_ = 0;
    std::vector<world::ProbeReport> pending_;
    io::Timer flush_timer_, heartbeat_timer_;
    TypeMetrics http_, https_, tcp_;

    // Read by whoever asks for metrics.
    std::mutex board_mutex_;
    std::map<std::string, bool> board_;  // check -> up
    std::shared_ptr<void> collector_;
};

}  // namespace fairway::health
