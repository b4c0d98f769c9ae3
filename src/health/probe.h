// Probe: one check of one address, again and again: starts, times out, judges, keeps the state.
// Owned by its Prober; the health shard's thread.
#pragma once

#include <memory>
#include <string>

#include "health/request.h"
#include "http/client_session.h"
#include "io/connection.h"
#include "io/shard.h"
#include "world/verdict.h"
#include "world/world.h"

namespace fairway::health {

class Prober;

class Probe {
  public:
    // `part` is of a check of type HTTP, HTTPS or TCP with an address. `tls` for HTTPS.
    Probe(Prober& prober, std::shared_ptr<const world::CheckPart> part,
          std::shared_ptr<io::TlsClient> tls);

    const world::CheckPart& part() const { return *part_; }
    const world::ProbeState& state() const { return state_; }
    const std::string& detail() const { return detail_; }
    bool in_flight() const { return in_flight_; }
    // Takes over what another probe of the same address has learnt.
    void inherit(const Probe& before) {
        state_ = before.state_;
        detail_ = before.detail_;
    }
    // First attempt after `first_ms`; the second after a part of the interval that differs from
    // probe to probe, so that many are spread evenly.
    void schedule(std::uint64_t first_ms, std::uint32_t second_ms);
    // The Prober has room for one more attempt.
    void start();

  private:
    const model::HealthCheck& check() const { return *part_->check; }
    void on_timer();
    void connect_tcp();
    void exchange();
    void on_answer(const http::ClientSession::Answer& answer);
    void finish(Outcome outcome);
    std::uint64_t took_ms() const;

    Prober& prober_;
    std::shared_ptr<const world::CheckPart> part_;
    std::shared_ptr<io::TlsClient> tls_;
    std::string request_, request_fault_, detail_;
    world::ProbeState state_;
    std::unique_ptr<http::ClientSession> session_;
    std::unique_ptr<io::Connection> connection_;  // of a TCP check
    bool in_flight_ = false, reused_ = false;
    std::uint64_t started_ns_ = 0;
    std::uint32_t next_ms_ = 0;  // interval to the next start; 0 = draw it
    io::Timer timer_;            // of the attempt under way, else of the next
};

}  // namespace fairway::health
