// Sockets: listening and connecting, IPv4 and IPv6, always non-blocking and close-on-exec; and
// SockAddr in the kernel's form. IPv6 sockets are IPv6 only: a wildcard of each family is its own.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "base/ip.h"
#include "base/result.h"
#include "io/fd.h"

namespace fairway::io {

enum class Transport : std::uint8_t { kUdp, kTcp };

struct RawAddr {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
RawAddr to_raw(const SockAddr& address);
// Of AF_INET and AF_INET6; an IPv4-mapped address becomes IPv4.
SockAddr from_raw(const sockaddr_storage& storage);
Result<SockAddr> local_address(int fd);
bool is_wildcard(const IpAddr& ip);

struct ListenOptions {
    bool reuse_port = false;
    int backlog = 4096;  // TCP; the kernel cuts it to net.core.somaxconn
};
// Errors of a taken address have Code::kConflict, without the holder: ListenerStore adds it.
Result<Fd> udp_bind(const SockAddr& address, const ListenOptions& options = {});
Result<Fd> tcp_listen(const SockAddr& address, const ListenOptions& options = {});
// Replaces a socket file that nobody listens on; `mode` are its permissions.
Result<Fd> unix_listen(const std::string& path, unsigned mode = 0600);

// Starts connecting; if `pending`, writable when it is decided, then connect_result().
Result<Fd> tcp_connect(const SockAddr& address, bool* pending);
Result<Fd> udp_connect(const SockAddr& address);
// 0, or the errno of the connection attempt.
int connect_result(int fd);
// -1 and errno, or the accepted socket (its peer in `from` unless null).
Fd accept_one(int listener, SockAddr* from);

}  // namespace fairway::io
