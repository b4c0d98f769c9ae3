// UdpBatch: up to 64 datagrams in one system call each way, in memory taken once. Replies leave
// from the address that was asked, also on wildcard sockets. One per shard; its thread only.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/ip.h"

namespace fairway::io {

class UdpBatch {
  public:
    static constexpr unsigned kSize = 64;

    // Buffers for each datagram received and each reply.
    explicit UdpBatch(std::size_t packet_max = 4096, std::size_t reply_max = 4096);
    UdpBatch(const UdpBatch&) = delete;
    UdpBatch& operator=(const UdpBatch&) = delete;

    // How many came; 0 = none now. What they replaced is gone: send() first.
    unsigned receive(int fd, unsigned at_most = kSize);

    Bytes packet(unsigned i) const;
    bool truncated(unsigned i) const;  // longer than packet_max: its end is lost
    SockAddr peer(unsigned i) const;
    // The address it was sent to; none unless the socket is a wildcard (io::udp_bind).
    std::optional<IpAddr> local(unsigned i) const;

    // Where the reply to packet i is written; reply() queues its first `size` bytes.
    std::span<std::uint8_t> room(unsigned i);
    void reply(unsigned i, std::size_t size);
    // Sends what is queued; returns how many the kernel refused (they are dropped, as the net may).
    unsigned send(int fd);

  private:
    struct Control {
        alignas(cmsghdr) std::uint8_t bytes[64];
    };
    const cmsghdr* packet_info(unsigned i) const;

    // One odd line more than a power of two: equal parts of all packets would share a cache set.
    const std::size_t packet_max_, packet_stride_, reply_max_, reply_stride_;
    std::unique_ptr<std::uint8_t[]> packets_, replies_;
    std::array<mmsghdr, kSize> in_{}, out_{};
    std::array<iovec, kSize> in_parts_{}, out_parts_{};
    std::array<sockaddr_in6, kSize> peers_{};
    std::array<Control, kSize> controls_{};
    unsigned received_ = kSize, queued_ = 0;
};

}  // namespace fairway::io
