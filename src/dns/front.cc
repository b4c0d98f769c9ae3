#include "dns/front.h"

#include <sys/socket.h>

#include "base/metrics.h"
#include "wire/dns/types.h"

namespace fairway::dns {
namespace {

constexpr std::size_t kUdpQueryMax = 4096;  // queries are small; the rest of a longer one is lost
constexpr std::size_t kTcpReadSize = 64 * 1024;

}  // namespace

Front::Front(io::Shard& shard, const steer::State& state, const ServerOptions& options)
    : shard_(shard),
      state_(state),
      options_(options),
      engine_(options.engine, shard.index()),
      batch_(kUdpQueryMax, std::max<std::size_t>(options.engine.udp_payload, 512)),
      tcp_in_(new std::uint8_t[kTcpReadSize]),
      tcp_out_(new std::uint8_t[2 + wire::dns::kMessageMax]),
      counts_timer_(shard, [this] { publish_counts(); }) {
    counts_timer_.arm_in(kCountsEveryMs);
}

Front::Socket::Socket(Front& front, io::Transport transport, int descriptor)
    : fd(descriptor),
      watch(front.shard_, descriptor, EPOLLIN,
            [this, &front, udp = transport == io::Transport::kUdp](std::uint32_t) {
                udp ? front.on_udp(*this) : front.on_accept(fd);
            }) {}

void Front::listen(io::Transport transport, int fd) {
    FW_ON_SHARD(shard_);
    sockets_.emplace_back(*this, transport, fd);
}

void Front::ignore(int fd) {
    FW_ON_SHARD(shard_);
    sockets_.remove_if([fd](const Socket& socket) { return socket.fd == fd; });
}

void Front::on_publish() {
    FW_ON_SHARD(shard_);
    engine_.on_publish(state_.world());
}

void Front::drain(InlineFunction<void()> drained) {
    FW_ON_SHARD(shard_);
    sockets_.clear();
    for (auto at = connections_.begin(); at != connections_.end();) (at++)->drain();
    gate_.close(std::move(drained));
}

void Front::on_udp(Socket& socket) {
    bool paused = false;
    for (unsigned i = 0; i < kBatchesPerTurn; ++i) {
        const unsigned received = batch_.receive(socket.fd);
        if (received == 0) break;
        if (!paused && received >= kBusyBatch) {
            socket.watch.pause();
            paused = true;
        }
        answer_batch(received);
        now_.udp_unsent += batch_.send(socket.fd);
    }
    if (paused) socket.watch.resume();
}

void Front::answer_batch(unsigned received) {
    for (unsigned i = 0; i < received; ++i) {
        const Client client{batch_.peer(i).ip};
        const std::size_t size = engine_.answer(state_, batch_.packet(i), client, batch_.room(i));
        if (size > 0) batch_.reply(i, size);
    }
    now_.udp_queries += received;
}

void Front::on_accept(int fd) {
    for (unsigned i = 0; i < kAcceptsPerTurn; ++i) {
        SockAddr peer;
        io::Fd accepted = io::accept_one(fd, &peer);
        if (!accepted) return;
        if (connections_.size() >= options_.tcp_connections_max) {
            limit_hit(Limit::kDnsTcpConnections);
            continue;  // closes it
        }
        io::Gate::Hold hold = gate_.enter();
        if (!hold) return;
        connections_.emplace_back(*this, std::move(accepted), peer.ip, std::move(hold));
        connections_.back().set_place(std::prev(connections_.end()));
    }
}

std::size_t Front::answer_stream(Bytes query, const IpAddr& source) {
    ++now_.tcp_queries;
    std::uint8_t* out = tcp_out_.get();
    const Client client{source, true, options_.tcp_idle_ms};
    const std::size_t size =
        engine_.answer(state_, query, client, {out + 2, wire::dns::kMessageMax});
    put_u16(out, static_cast<std::uint16_t>(size));
    return size;
}

void Front::close_connection(std::list<TcpConnection>::iterator connection) {
    connections_.erase(connection);
}

void Front::publish_counts() {
    counts_timer_.arm_in(kCountsEveryMs);
    now_.tcp_connections = connections_.size();
    now_.engine = engine_.counts();
    const std::lock_guard lock(told_mutex_);
    told_ = now_;
}

FrontCounts Front::counts() const {
    const std::lock_guard lock(told_mutex_);
    return told_;
}

}  // namespace fairway::dns
