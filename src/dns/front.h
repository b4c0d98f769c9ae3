// Front: the DNS server of one shard: its UDP sockets in batches, its TCP listeners and their
// connections, one Engine. Made before the shard starts or on it; then that shard's thread only,
// but for counts().
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "dns/engine.h"
#include "dns/tcp_connection.h"
#include "io/gate.h"
#include "io/shard.h"
#include "io/sockets.h"
#include "io/udp_batch.h"

namespace fairway::dns {

struct ServerOptions {
    EngineOptions engine;
    std::uint32_t tcp_idle_ms = kDnsTcpIdleMs;
    std::uint32_t tcp_connections_max = kDnsTcpConnectionsMax;  // of one shard
};

struct FrontCounts {
    std::uint64_t udp_queries = 0;
    std::uint64_t udp_unsent = 0;  // the kernel refused to send
    std::uint64_t tcp_queries = 0;
    std::uint64_t tcp_connections = 0;  // open now
    EngineCounts engine;
};

class Front {
  public:
    Front(io::Shard& shard, const steer::State& state, const ServerOptions& options);

    void listen(io::Transport transport, int fd);
    void ignore(int fd);
    void on_publish();
    // Stops listening; open connections get their answers. `drained` when the last has gone.
    void drain(InlineFunction<void()> drained);

    // Any thread: as of at most kCountsEveryMs ago.
    FrontCounts counts() const;

  private:
    friend class TcpConnection;
    static constexpr std::uint64_t kCountsEveryMs = 200;
    static constexpr unsigned kBatchesPerTurn = 8;
    static constexpr unsigned kAcceptsPerTurn = 64;
    static constexpr unsigned kBusyBatch = 8;  // from here on it pays to pause the watch
    struct Socket {
        Socket(Front& front, io::Transport transport, int descriptor);
        int fd;
        io::Watch watch;
    };
    void on_udp(Socket& socket);
    void on_accept(int fd);
    void answer_batch(unsigned received);
    void publish_counts();
    // For TcpConnection. Octets of tcp_out_ behind the two of the length.
    std::size_t answer_stream(Bytes query, const IpAddr& source);
    void close_connection(std::list<TcpConnection>::iterator connection);

    io::Shard& shard_;
    const steer::State& state_;
    const ServerOptions options_;
    Engine engine_;
    io::UdpBatch batch_;
    std::list<Socket> sockets_;
    io::Gate gate_;  // outlives the connections, which hold it
    std::list<TcpConnection> connections_;
    std::unique_ptr<std::uint8_t[]> tcp_in_, tcp_out_;  // scratch of all connections
    io::Timer counts_timer_;
    FrontCounts now_;

    mutable std::mutex told_mutex_;  // tidy-allow: five times a second, never per query
    FrontCounts told_;
};

}  // namespace fairway::dns
