#include "dns/tcp_connection.h"

#include <sys/socket.h>

#include <cerrno>

#include "base/limits.h"
#include "base/metrics.h"
#include "dns/front.h"
#include "wire/dns/types.h"

namespace fairway::dns {
namespace {

constexpr std::size_t kReadSize = 64 * 1024;

bool would_block() {
    return errno == EAGAIN || errno == EINTR;
}

}  // namespace

TcpConnection::TcpConnection(Front& front, io::Fd fd, const IpAddr& peer, io::Gate::Hold hold)
    : front_(front),
      fd_(std::move(fd)),
      peer_(peer),
      hold_(std::move(hold)),
      watch_(front.shard_, fd_.get(), EPOLLIN, [this](std::uint32_t events) { on_ready(events); }),
      idle_(front.shard_, [this] { front_.close_connection(place_); }) {
    idle_.arm_in(front.options_.tcp_idle_ms);
}

void TcpConnection::drain() {
    draining_ = true;
    settle(true);
}

void TcpConnection::on_ready(std::uint32_t events) {
    bool alive = !(events & EPOLLERR);
    if (alive && (events & EPOLLOUT)) alive = flush();
    if (alive && (events & (EPOLLIN | EPOLLHUP)) && !peer_done_) alive = read();
    // What stopped for want of room goes on as soon as the room is there.
    for (bool full = true; alive && full && pending() <= kDnsTcpPendingMax;) {
        full = process();
        alive = flush();
    }
    settle(alive);
}

// False: the connection is broken.
bool TcpConnection::read() {
    if (pending() > kDnsTcpPendingMax) return true;
    const ssize_t got = recv(fd_.get(), front_.tcp_in_.get(), kReadSize, MSG_DONTWAIT);
    if (got < 0) return would_block();
    if (got == 0) peer_done_ = true;
    in_.insert(in_.end(), front_.tcp_in_.get(), front_.tcp_in_.get() + got);
    return true;
}

// True: it stopped because the client does not read its answers.
bool TcpConnection::process() {
    std::size_t at = 0;
    while (pending() <= kDnsTcpPendingMax && in_.size() - at >= 2) {
        const std::size_t size = static_cast<std::size_t>(in_[at] << 8 | in_[at + 1]);
        if (in_.size() - at - 2 < size) break;
        const std::size_t answer = front_.answer_stream(Bytes(in_.data() + at + 2, size), peer_);
        const std::uint8_t* out = front_.tcp_out_.get();
        if (answer > 0) out_.insert(out_.end(), out, out + 2 + answer);
        at += 2 + size;
    }
    if (at == 0) return false;
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(at));
    idle_.arm_in(front_.options_.tcp_idle_ms);
    if (pending() <= kDnsTcpPendingMax) return false;
    limit_hit(Limit::kDnsTcpPending);
    return true;
}

bool TcpConnection::flush() {
    while (pending() > 0) {
        const ssize_t sent =
            send(fd_.get(), out_.data() + sent_, pending(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) return would_block();
        sent_ += static_cast<std::size_t>(sent);
        idle_.arm_in(front_.options_.tcp_idle_ms);
    }
    out_.clear();
    sent_ = 0;
    return true;
}

void TcpConnection::settle(bool alive) {
    const bool nothing_left = pending() == 0 && (peer_done_ || (draining_ && in_.empty()));
    if (!alive || nothing_left) return front_.close_connection(place_);
    std::uint32_t events = 0;
    if (pending() > 0) events |= EPOLLOUT;
    if (!peer_done_ && pending() <= kDnsTcpPendingMax) events |= EPOLLIN;
    if (events != watch_.events()) watch_.change(events);
}

}  // namespace fairway::dns
