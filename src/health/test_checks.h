// For tests and benchmarks of this folder: checks without documents, and a Prober with what it
// needs.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "health/prober.h"

namespace fairway::health {

// A World of probes, by id; each set() is told to the prober as one change.
class TestChecks {
  public:
    world::WorldChange set(std::uint32_t id, std::optional<SockAddr> address,
                           const model::HealthCheck& check, const std::string& authorities = {}) {
        auto part = std::make_shared<world::CheckPart>();
        part->id = {id};
        part->name = "default/check-" + std::to_string(id);
        part->address = address;
        part->check = std::make_shared<model::HealthCheck>(check);
        if (!authorities.empty()) {
            auto ca = std::make_shared<model::Secret>();
            ca->data["ca.crt"] = Secret<std::string>(authorities);
            part->ca = std::move(ca);
        }
        return put(id, std::move(part));
    }
    world::WorldChange remove(std::uint32_t id) { return put(id, nullptr); }
    // Everything, as at the start.
    world::WorldChange all() const {
        return {.world = std::make_shared<world::World>(world_), .all = true};
    }

  private:
    world::WorldChange put(std::uint32_t id, std::shared_ptr<const world::CheckPart> part) {
        world_.checks.set(id, std::move(part));
        return {.world = std::make_shared<world::World>(world_), .checks = {{id}}};
    }
    world::World world_;
};

// Runs a Prober between its two shards, and lets a test wait for what it tells.
class TestProber {
  public:
    explicit TestProber(Prober::Options options = {}) {
        options.on_reports = [this](const std::vector<world::ProbeReport>& reports) {
            const std::lock_guard lock(mutex_);
            for (const auto& report : reports) reports_.push_back(report);
            changed_.notify_all();
        };
        options.on_heartbeat = [this](const std::string&, std::int64_t) {
            const std::lock_guard lock(mutex_);
            ++heartbeats_;
            changed_.notify_all();
        };
        health_.start();
        control_.start();
        prober_ = std::make_unique<Prober>(health_, control_, std::move(options));
    }
    ~TestProber() {
        health_.stop();
        health_.join();
        control_.stop();
        control_.join();
    }
    Prober& operator*() { return *prober_; }
    Prober* operator->() { return prober_.get(); }

    // The n-th report, waiting up to 10 s for it.
    world::ProbeReport report(std::size_t n) {
        wait([&] { return reports_.size() > n; });
        const std::lock_guard lock(mutex_);
        return n < reports_.size() ? reports_[n] : world::ProbeReport{};
    }
    std::size_t reports() {
        const std::lock_guard lock(mutex_);
        return reports_.size();
    }
    // All that it was told before has been done by then, and a second of probes.
    void next_heartbeat() {
        std::uint64_t seen;
        {
            const std::lock_guard lock(mutex_);
            seen = heartbeats_;
        }
        wait([&] { return heartbeats_ > seen; });
    }
    io::Shard& health() { return health_; }

  private:
    template <class F>
    void wait(F condition) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(10), condition);
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<world::ProbeReport> reports_;
    std::uint64_t heartbeats_ = 0;
    io::Shard health_{{.name = "health"}}, control_{{.name = "control"}};
    std::unique_ptr<Prober> prober_;
};

}  // namespace fairway::health
