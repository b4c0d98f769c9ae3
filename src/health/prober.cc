#include "health/prober.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"

namespace fairway::health {

using model::CheckType;
using Value = world::ProbeState::Value;

namespace {

constexpr std::uint64_t kHeartbeatMs = 1'000;
constexpr std::uint64_t kFirstWithinMs = 1'000;  // what is new is known soon, whatever its interval
constexpr std::uint64_t kRetryMs = 10;           // the control shard's queue was full

// Multiples of the golden ratio, as 64-bit fractions of 1, lie evenly however many there are.
std::uint64_t spread(std::uint64_t number, std::uint64_t turn, std::uint64_t range) {
    const std::uint64_t fraction = (number + 1) * 0x9E3779B97F4A7C15u + mix64(turn);
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(fraction) * range) >> 64);
}

bool probed(CheckType type) {
    return type == CheckType::kHttp || type == CheckType::kHttps || type == CheckType::kTcp;
}

}  // namespace

// What the tasks posted to the control shard need; they may outlive the Prober.
struct Prober::Sink {
    std::function<void(const std::vector<world::ProbeReport>&)> on_reports;
    std::function<void(const std::string&, std::int64_t)> on_heartbeat;
};

Prober::Prober(io::Shard& shard, io::Shard& control, Options options)
    : shard_(shard),
      control_(control),
      in_flight_max_(options.in_flight_max),
      place_(std::move(options.place)),
      sink_(std::make_shared<Sink>(
          Sink{std::move(options.on_reports), std::move(options.on_heartbeat)})),
      rng_(options.seed),
      flush_timer_(shard, [this] { flush(); }),
      heartbeat_timer_(shard, [this] { beat(); }),
      http_(metrics_of(CheckType::kHttp)),
      https_(metrics_of(CheckType::kHttps)),
      tcp_(metrics_of(CheckType::kTcp)),
      collector_(metrics().collect([this](MetricWriter& out) { expose(out); })) {
    shard_.post_or_wait([this] { heartbeat_timer_.arm_in(kHeartbeatMs); });
}

Prober::~Prober() {
    collector_.reset();
}

Prober::TypeMetrics Prober::metrics_of(CheckType type) {
    const std::string name(model::check_type_name(type));
    const auto counter = [&](const char* result) {
        return &metrics().counter("fairway_health_probes_total", "Probes that ended, by result.",
                                  {{"result", result}, {"type", name}});
    };
    return {counter("success"), counter("failure"),
            &metrics().histogram("fairway_health_probe_duration_seconds",
                                 "From a probe's start to its end.", latency_bounds(),
                                 {{"type", name}})};
}

bool Prober::mine(const world::CheckPart& part) const {
    if (!part.check || !probed(part.check->type) || !part.address || part.check->disabled)
        return false;
    const auto& from = part.check->from;
    return from.empty() || place_.empty() ||
           std::find(from.begin(), from.end(), place_) != from.end();
}

void Prober::set_checks(const world::WorldChange& change) {
    auto assignments = std::make_unique<std::vector<Assignment>>();
    const auto add = [&](world::FactId id) {
        Assignment next{id, change.world->checks.share(id.value)};
        if (next.part && !mine(*next.part)) next.part.reset();
        assignments->push_back(std::move(next));
    };
    if (change.all) {
        for (std::uint32_t id = 0; id < change.world->checks.bound(); ++id) add({id});
    } else {
        for (const world::FactId id : change.checks) add(id);
    }
    if (assignments->empty()) return;
    shard_.post_or_wait([this, all = std::move(assignments)] {
        for (const Assignment& assignment : *all) assign(assignment);
    });
}

void Prober::assign(const Assignment& next) {
    const auto found = probes_.find(next.id.value);
    Probe* before = found == probes_.end() ? nullptr : found->second.get();
    if (!next.part) return remove(next.id);
    const model::HealthCheck& check = *next.part->check;
    if (before && before->part().check == next.part->check && before->part().ca == next.part->ca &&
        before->part().address == next.part->address) {
        return;
    }
    auto probe = std::make_unique<Probe>(*this, next.part, tls_for(*next.part));
    const bool same_target = before && before->part().address == next.part->address &&
                             before->part().check->type == check.type;
    if (same_target) probe->inherit(*before);
    const std::uint64_t first = std::min<std::uint64_t>(check.interval_ms, kFirstWithinMs);
    probe->schedule(spread(next.id.value, 0, first),
                    static_cast<std::uint32_t>(1 + spread(next.id.value, 1, check.interval_ms)));
    Probe* made = probe.get();
    remove(next.id);
    probes_[next.id.value] = std::move(probe);
    note_state(*made);
}

void Prober::remove(world::FactId id) {
    const auto found = probes_.find(id.value);
    if (found == probes_.end()) return;
    Probe* probe = found->second.get();
    {
        const std::lock_guard lock(board_mutex_);
        board_.erase(probe->part().name);
    }
    std::erase(waiting_, probe);
    if (probe->in_flight()) release();
    probes_.erase(id.value);
}

std::shared_ptr<io::TlsClient> Prober::tls_for(const world::CheckPart& part) {
    const model::HealthCheck& check = *part.check;
    if (check.type != CheckType::kHttps) return nullptr;
    const bool verify = check.http.verify_certificate;
    std::string ca_pem;
    if (part.ca) {
        const auto at = part.ca->data.find("ca.crt");
        if (at != part.ca->data.end()) ca_pem = at->second.reveal();
    }
    const std::string key = verify ? "verify " + ca_pem : "";
    if (const auto at = tls_.find(key); at != tls_.end()) {
        if (auto known = at->second.lock()) return known;
    }
    std::erase_if(tls_, [](const auto& entry) { return entry.second.expired(); });
    auto made = io::TlsClient::create(
        verify ? io::TlsClient::Verify::kCertificate : io::TlsClient::Verify::kNone, ca_pem);
    if (!made) {
        // Trusts nobody: the probes fail and say so, rather than pass unverified.
        log_error("health.authorities",
                  {{"check", check.meta.key.name}, {"why", made.error().text}});
        made = io::TlsClient::create_trusting_nobody();
    }
    const std::shared_ptr<io::TlsClient> client = std::move(*made);
    tls_[key] = client;
    return client;
}

void Prober::admit(Probe* probe) {
    if (in_flight_ >= in_flight_max_) {
        limit_hit(Limit::kProbesInFlight);
        waiting_.push_back(probe);
        return;
    }
    ++in_flight_;
    probe->start();
}

void Prober::release() {
    --in_flight_;
    if (waiting_.empty()) return;
    // In a turn of its own: an attempt may end at once, and would call us from within.
    flush_timer_.arm_in(0);
}

void Prober::on_result(Probe& probe, bool good, bool changed, double took_s) {
    const CheckType type = probe.part().check->type;
    const TypeMetrics& counted = type == CheckType::kTcp    ? tcp_
                                 : type == CheckType::kHttp ? http_
                                                            : https_;
    (good ? counted.good : counted.bad)->add();
    counted.took->observe(took_s);
    if (changed) {
        const bool up = probe.state().value() == Value::kUp;
        pending_.push_back({.id = probe.part().id,
                            .place = place_,
                            .healthy = up ? 1u : 0u,
                            .detail = probe.detail(),
                            .since_unix_ms = SystemClock().unix_ms(),
                            .check = probe.part().name});
        note_state(probe);
        flush_reports();
    }
    release();
}

void Prober::flush() {
    flush_reports();
    while (!waiting_.empty() && in_flight_ < in_flight_max_) {
        Probe* probe = waiting_.front();
        waiting_.pop_front();
        ++in_flight_;
        probe->start();
    }
}

void Prober::flush_reports() {
    if (pending_.empty()) return;
    auto reports = std::make_unique<std::vector<world::ProbeReport>>(pending_);
    const bool posted = control_.post([sink = sink_, all = std::move(reports)] {
        if (sink->on_reports) sink->on_reports(*all);
    });
    if (posted) {
        pending_.clear();
    } else {
        flush_timer_.arm_in(kRetryMs);
    }
}

void Prober::beat() {
    heartbeat_timer_.arm_in(kHeartbeatMs);
    // One that is lost is followed by the next.
    [[maybe_unused]] const bool posted =
        control_.post([sink = sink_, place = std::make_unique<std::string>(place_)] {
            if (sink->on_heartbeat) sink->on_heartbeat(*place, SystemClock().unix_ms());
        });
}

void Prober::note_state(const Probe& probe) {
    const Value value = probe.state().value();
    if (value == Value::kUnknown) return;
    const std::lock_guard lock(board_mutex_);
    board_[probe.part().name] = value == Value::kUp;
}

void Prober::expose(MetricWriter& out) {
    out.family("fairway_health_check_up", "1 while the probes of this place pass, else 0.",
               "gauge");
    const std::lock_guard lock(board_mutex_);
    for (const auto& [name, up] : board_) {
        out.sample({{"check", name}, {"place", place_}}, up ? 1 : 0);
    }
}

}  // namespace fairway::health
