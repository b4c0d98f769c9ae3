#include "health/probe.h"

#include <fmt/format.h>

#include <algorithm>

#include "health/prober.h"

namespace fairway::health {

using model::CheckType;

Probe::Probe(Prober& prober, std::shared_ptr<const world::CheckPart> part,
             std::shared_ptr<io::TlsClient> tls)
    : prober_(prober),
      part_(std::move(part)),
      tls_(std::move(tls)),
      timer_(prober.shard(), [this] { on_timer(); }) {
    if (check().type == CheckType::kTcp) return;
    auto request = probe_request(check(), *part_->address);
    if (request) {
        request_ = std::move(*request);
    } else {
        request_fault_ = request.error().text;
    }
}

void Probe::schedule(std::uint64_t first_ms, std::uint32_t second_ms) {
    next_ms_ = second_ms;
    timer_.arm_in(first_ms);
}

void Probe::on_timer() {
    if (!in_flight_) return prober_.admit(this);
    const std::string_view stage = session_ ? session_->stage() : "connecting";
    finish({false, fmt::format("timeout after {} ms ({})", check().timeout_ms, stage)});
}

void Probe::start() {
    in_flight_ = true;
    started_ns_ = prober_.shard().now_ns();
    timer_.arm_in(check().timeout_ms);
    if (check().type == CheckType::kTcp) return connect_tcp();
    exchange();
}

void Probe::connect_tcp() {
    connection_ =
        std::make_unique<io::Connection>(prober_.shard(), [this](io::Connection::Event event) {
            if (event == io::Connection::Event::kFailed)
                return finish({false, connection_->error()});
            connection_->reset_on_close();
            finish({true, fmt::format("connected in {} ms", took_ms())});
        });
    connection_->open(*part_->address);
}

void Probe::exchange() {
    if (!request_fault_.empty()) return finish({false, request_fault_});
    const http::ClientSession::Exchange exchange{
        .request = request_,
        .body_max = check().http.body_match.empty() ? 0 : kProbeBodyMax,
        .keep_alive = check().reuse_connection};
    reused_ = session_ && session_->reusable();
    if (reused_) return session_->again(exchange);
    session_ = std::make_unique<http::ClientSession>(
        prober_.shard(), [this](const http::ClientSession::Answer& answer) { on_answer(answer); });
    io::TlsTarget target;
    if (tls_) {
        target.server_name = server_name(check(), *part_->address);
        target.session_key = fmt::format("{} {}", part_->address->text(), target.server_name);
    }
    session_->open(*part_->address, exchange, tls_.get(), target);
}

void Probe::on_answer(const http::ClientSession::Answer& answer) {
    // The server had let go of a kept connection: that says nothing of its health.
    if (answer.status == 0 && reused_) {
        session_.reset();
        return exchange();
    }
    finish(judge_answer(check().http, answer, took_ms()));
}

std::uint64_t Probe::took_ms() const {
    return (prober_.shard().now_ns() - started_ns_) / 1'000'000;
}

void Probe::finish(Outcome outcome) {
    in_flight_ = false;
    connection_.reset();
    if (session_ && !session_->reusable()) session_.reset();
    // Never more than the interval from start to start, so that the promised time to notice holds.
    const std::uint32_t interval = check().interval_ms;
    const std::uint32_t jitter = static_cast<std::uint32_t>(prober_.rng().below(interval / 10 + 1));
    const std::uint64_t gap = next_ms_ != 0 ? std::exchange(next_ms_, 0) : interval - jitter;
    timer_.arm_at(std::max(started_ns_ / 1'000'000 + gap, prober_.shard().now_ms()));
    const bool changed =
        state_.observe(outcome.good, check().healthy_threshold, check().unhealthy_threshold);
    // Between two changes the text of the last result that agrees with the state is kept.
    const bool agrees = outcome.good == (state_.value() == world::ProbeState::Value::kUp);
    const double took_s = static_cast<double>(prober_.shard().now_ns() - started_ns_) / 1e9;
    const bool good = outcome.good;
    if (changed || agrees) detail_ = std::move(outcome.detail);
    prober_.on_result(*this, good, changed, took_s);
}

}  // namespace fairway::health
