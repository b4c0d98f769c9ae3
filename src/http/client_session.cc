#include "http/client_session.h"

#include <fmt/format.h>

#include <array>

namespace fairway::http {

using io::Connection;
using wire::http1::BodyStatus;
using wire::http1::HeadStatus;
using Result = Connection::Transfer::Result;

ClientSession::ClientSession(io::Shard& shard, Done done)
    : done_(std::move(done)),
      connection_(shard, [this](Connection::Event event) { on_event(event); }) {}

void ClientSession::open(const SockAddr& address, const Exchange& exchange, io::TlsClient* tls,
                         const io::TlsTarget& target) {
    tls_ = tls != nullptr;
    begin(exchange);
    connection_.open(address, tls, target);
}

void ClientSession::again(const Exchange& exchange) {
    FW_CHECK(reusable_);
    begin(exchange);
    write();
}

std::string_view ClientSession::stage() const {
    if (open_) return head_done_ ? "reading the body" : "waiting for an answer";
    return tls_ ? "connecting or TLS handshake" : "connecting";
}

void ClientSession::begin(const Exchange& exchange) {
    exchange_ = exchange;
    busy_ = true;
    head_done_ = reusable_ = false;
    written_ = 0;
    pending_.clear();
    answer_ = {};
}

void ClientSession::on_event(Connection::Event event) {
    switch (event) {
        case Connection::Event::kOpen:
            open_ = true;
            if (!exchange_.keep_alive) connection_.reset_on_close();
            write();
            return;
        case Connection::Event::kFailed:
            return finish(connection_.error());
        case Connection::Event::kReady:
            // An idle server that speaks or hangs up: not to be used again.
            if (!busy_) {
                reusable_ = false;
                return;
            }
            if (written_ < exchange_.request.size() && !write()) return;
            return read();
    }
}

// False when that ended the exchange. The answer, however early, is an event of its own.
bool ClientSession::write() {
    while (written_ < exchange_.request.size()) {
        const auto transfer = connection_.write(exchange_.request.substr(written_));
        if (transfer.result == Result::kLater) return true;
        if (transfer.result != Result::kSome) {
            finish(connection_.error());
            return false;
        }
        written_ += transfer.size;
    }
    return true;
}

void ClientSession::read() {
    std::array<char, 8'192> room;
    for (;;) {
        const auto transfer = connection_.read(room);
        switch (transfer.result) {
            case Result::kLater:
                return;
            case Result::kFailed:
                return finish(connection_.error());
            case Result::kEnd:
                return ended();
            case Result::kSome:
                if (take({room.data(), transfer.size})) return;
        }
    }
}

bool ClientSession::take(std::string_view bytes) {
    pending_ += bytes;
    while (!head_done_) {
        wire::http1::ResponseHead head;
        std::size_t used = 0;
        const HeadStatus status = parse_response(pending_, exchange_.to_head, &head, &used);
        if (status == HeadStatus::kMore) return false;
        if (status != HeadStatus::kDone) {
            finish(fmt::format("answer is no HTTP/1.1: {}", head_status_text(status)));
            return true;
        }
        if (head.status >= 200) {  // those below only announce it
            answer_.status = head.status;
            keep_ = head.keep_alive;
            body_ = wire::http1::BodyReader(head);
            head_done_ = true;
        }
        pending_.erase(0, used);
    }
    return take_body();
}

bool ClientSession::take_body() {
    for (;;) {
        const auto step = body_.feed(pending_);
        answer_.body += step.data.substr(0, exchange_.body_max - answer_.body.size());
        pending_.erase(0, step.used);
        if (step.status == BodyStatus::kBad) {
            finish("answer is no HTTP/1.1: malformed chunk");
            return true;
        }
        const bool enough = answer_.body.size() >= exchange_.body_max && !exchange_.keep_alive;
        if (step.status == BodyStatus::kDone || enough) {
            reusable_ = step.status == BodyStatus::kDone && keep_ && exchange_.keep_alive &&
                        pending_.empty();
            finish({});
            return true;
        }
        if (step.used == 0) return false;
    }
}

void ClientSession::ended() {
    if (head_done_ && body_.may_end()) return finish({});
    if (head_done_) return finish("connection closed before the end of the body");
    finish(pending_.empty() ? "connection closed without an answer"
                            : "connection closed within the answer's head");
}

void ClientSession::finish(std::string error) {
    busy_ = false;
    if (!error.empty()) {
        answer_.status = 0;
        answer_.error = std::move(error);
        reusable_ = false;
    }
    const Answer answer = std::move(answer_);
    done_(answer);
}

}  // namespace fairway::http
