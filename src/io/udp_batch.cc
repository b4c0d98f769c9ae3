#include "io/udp_batch.h"

#include <cerrno>
#include <cstring>

#include "io/sockets.h"

namespace fairway::io {
namespace {
std::size_t stride_of(std::size_t size) {
    return (size + 63) / 64 * 64 + 64;
}
}  // namespace

UdpBatch::UdpBatch(std::size_t packet_max, std::size_t reply_max)
    : packet_max_(packet_max),
      packet_stride_(stride_of(packet_max)),
      reply_max_(reply_max),
      reply_stride_(stride_of(reply_max)),
      packets_(new std::uint8_t[kSize * packet_stride_]),  // touched only where packets land
      replies_(new std::uint8_t[kSize * reply_stride_]) {
    for (unsigned i = 0; i < kSize; ++i) {
        in_parts_[i] = {packets_.get() + i * packet_stride_, packet_max_};
        in_[i].msg_hdr.msg_iov = &in_parts_[i];
        in_[i].msg_hdr.msg_iovlen = 1;
        in_[i].msg_hdr.msg_name = &peers_[i];
        in_[i].msg_hdr.msg_control = &controls_[i];
        out_[i].msg_hdr.msg_iov = &out_parts_[i];
        out_[i].msg_hdr.msg_iovlen = 1;
    }
}

unsigned UdpBatch::receive(int fd, unsigned at_most) {
    // The kernel wrote the true sizes over these.
    for (unsigned i = 0; i < received_; ++i) {
        in_[i].msg_hdr.msg_namelen = sizeof peers_[i];
        in_[i].msg_hdr.msg_controllen = sizeof controls_[i];
    }
    const int count = recvmmsg(fd, in_.data(), std::min(at_most, kSize), MSG_DONTWAIT, nullptr);
    received_ = count > 0 ? static_cast<unsigned>(count) : 0;
    queued_ = 0;
    return received_;
}

Bytes UdpBatch::packet(unsigned i) const {
    return {packets_.get() + i * packet_stride_, in_[i].msg_len};
}

bool UdpBatch::truncated(unsigned i) const {
    return (in_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
}

SockAddr UdpBatch::peer(unsigned i) const {
    const sockaddr_in6& raw = peers_[i];
    if (raw.sin6_family == AF_INET6) {
        return {IpAddr::v6(raw.sin6_addr.s6_addr), ntohs(raw.sin6_port)};
    }
    sockaddr_in v4;
    std::memcpy(&v4, &raw, sizeof v4);
    return {IpAddr::v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
}

const cmsghdr* UdpBatch::packet_info(unsigned i) const {
    const cmsghdr* message = CMSG_FIRSTHDR(&in_[i].msg_hdr);
    if (message == nullptr) return nullptr;
    const bool v4 = message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO;
    const bool v6 = message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO;
    return v4 || v6 ? message : nullptr;
}

std::optional<IpAddr> UdpBatch::local(unsigned i) const {
    const cmsghdr* message = packet_info(i);
    if (message == nullptr) return std::nullopt;
    if (message->cmsg_level == IPPROTO_IP) {
        in_pktinfo info;
        std::memcpy(&info, CMSG_DATA(message), sizeof info);
        return IpAddr::v4(ntohl(info.ipi_spec_dst.s_addr));
    }
    in6_pktinfo info;
    std::memcpy(&info, CMSG_DATA(message), sizeof info);
    return IpAddr::v6(info.ipi6_addr.s6_addr);
}

std::span<std::uint8_t> UdpBatch::room(unsigned i) {
    return {replies_.get() + i * reply_stride_, reply_max_};
}

void UdpBatch::reply(unsigned i, std::size_t size) {
    msghdr& out = out_[queued_].msg_hdr;
    out_parts_[queued_] = {replies_.get() + i * reply_stride_, size};
    ++queued_;
    out.msg_name = &peers_[i];
    out.msg_namelen = in_[i].msg_hdr.msg_namelen;
    out.msg_control = nullptr;
    out.msg_controllen = 0;
    const cmsghdr* message = packet_info(i);
    if (message == nullptr) return;
    // The message that told the address goes back as the one that sets it, but for the interface:
    // routing decides, unless the address has a meaning on that link only.
    auto* data = const_cast<std::uint8_t*>(CMSG_DATA(message));
    if (message->cmsg_level == IPPROTO_IP) {
        std::memset(data + offsetof(in_pktinfo, ipi_ifindex), 0, sizeof(int));
        out.msg_controllen = CMSG_SPACE(sizeof(in_pktinfo));
    } else {
        const bool link_local = data[0] == 0xFE && (data[1] & 0xC0) == 0x80;
        if (!link_local) std::memset(data + offsetof(in6_pktinfo, ipi6_ifindex), 0, sizeof(int));
        out.msg_controllen = CMSG_SPACE(sizeof(in6_pktinfo));
    }
    out.msg_control = in_[i].msg_hdr.msg_control;
}

unsigned UdpBatch::send(int fd) {
    unsigned sent = 0, refused = 0;
    while (sent < queued_) {
        const int count = sendmmsg(fd, out_.data() + sent, queued_ - sent, MSG_DONTWAIT);
        if (count > 0) {
            sent += static_cast<unsigned>(count);
        } else if (errno == EAGAIN) {
            refused += queued_ - sent;
            break;
        } else if (errno != EINTR) {
            ++refused;  // this one cannot be sent; those behind it can
            ++sent;
        }
    }
    queued_ = 0;
    return refused;
}

}  // namespace fairway::io
