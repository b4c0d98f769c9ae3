#include "io/sockets.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fairway::io {
namespace {

constexpr int kOn = 1;

void set_option(int fd, int level, int name, int value) {
    setsockopt(fd, level, name, &value, sizeof value);
}

Result<Fd> make_socket(const IpAddr& ip, int type, std::string_view what) {
    const int family = ip.is_v4() ? AF_INET : AF_INET6;
    Fd fd(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return fail_errno(std::string(what) + ": socket", errno);
    if (family == AF_INET6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    return fd;
}

Status bind_to(int fd, const SockAddr& address) {
    const RawAddr raw = to_raw(address);
    if (::bind(fd, raw.get(), raw.size) == 0) return {};
    const int error = errno;
    auto failure = fail_errno("bind " + address.text(), error);
    if (error == EADDRINUSE) failure.value().code = Code::kConflict;
    return failure;
}

// True when something accepts connections at this path.
bool someone_listens(const sockaddr_un& address) {
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

RawAddr to_raw(const SockAddr& address) {
    RawAddr raw;
    if (address.ip.is_v4()) {
        auto* v4 = reinterpret_cast<sockaddr_in*>(&raw.storage);
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address.port);
        std::memcpy(&v4->sin_addr, address.ip.data(), 4);
        raw.size = sizeof *v4;
    } else {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&raw.storage);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(address.port);
        std::memcpy(&v6->sin6_addr, address.ip.data(), 16);
        raw.size = sizeof *v6;
    }
    return raw;
}

SockAddr from_raw(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
        return {IpAddr::v4(ntohl(v4->sin_addr.s_addr)), ntohs(v4->sin_port)};
    }
    if (storage.ss_family != AF_INET6) return {};
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    const std::uint8_t* bytes = v6->sin6_addr.s6_addr;
    const IpAddr ip =
        IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) ? IpAddr::v4(bytes + 12) : IpAddr::v6(bytes);
    return {ip, ntohs(v6->sin6_port)};
}

Result<SockAddr> local_address(int fd) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
        return fail_errno("getsockname", errno);
    }
    return from_raw(storage);
}

bool is_wildcard(const IpAddr& ip) {
    return std::all_of(ip.data(), ip.data() + ip.size(), [](std::uint8_t b) { return b == 0; });
}

Result<Fd> udp_bind(const SockAddr& address, const ListenOptions& options) {
    FW_TRY(Fd fd, make_socket(address.ip, SOCK_DGRAM, address.text()));
    if (options.reuse_port) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, kOn);
    // Never fragment by what a spoofed ICMP message claims about the path.
    if (address.ip.is_v4()) {
        set_option(fd.get(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
    } else {
        set_option(fd.get(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
    }
    // A wildcard socket learns from each packet which address was asked, to answer from it.
    if (is_wildcard(address.ip)) {
        if (address.ip.is_v4()) {
            set_option(fd.get(), IPPROTO_IP, IP_PKTINFO, kOn);
        } else {
            set_option(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, kOn);
        }
    }
    FW_TRY_VOID(bind_to(fd.get(), address));
    return fd;
}

Result<Fd> tcp_listen(const SockAddr& address, const ListenOptions& options) {
    FW_TRY(Fd fd, make_socket(address.ip, SOCK_STREAM, address.text()));
    // Lets a restart bind while old connections are in TIME_WAIT; not while another listens.
    set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, kOn);
    if (options.reuse_port) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, kOn);
    FW_TRY_VOID(bind_to(fd.get(), address));
    if (::listen(fd.get(), options.backlog) != 0) {
        const int error = errno;
        auto failure = fail_errno("listen " + address.text(), error);
        if (error == EADDRINUSE) failure.value().code = Code::kConflict;
        return failure;
    }
    return fd;
}

Result<Fd> unix_listen(const std::string& path, unsigned mode) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return fail(Code::kInvalid, Origin::kConfig,
                    fmt::format("unix:{}: a socket's path has 1 to {} bytes", path,
                                sizeof address.sun_path - 1));
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return fail_errno("unix:" + path + ": socket", errno);
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    // Nobody may connect between bind and chmod.
    const mode_t old_mask = umask(0777 & ~mode);
    int bound = ::bind(fd.get(), raw, sizeof address);
    struct stat file{};
    if (bound != 0 && errno == EADDRINUSE && ::lstat(path.c_str(), &file) == 0 &&
        S_ISSOCK(file.st_mode) && !someone_listens(address)) {
        ::unlink(path.c_str());
        bound = ::bind(fd.get(), raw, sizeof address);
    }
    const int error = errno;
    umask(old_mask);
    if (bound != 0) {
        auto failure = fail_errno("bind unix:" + path, error);
        if (error == EADDRINUSE) failure.value().code = Code::kConflict;
        return failure;
    }
    if (::listen(fd.get(), 128) != 0) return fail_errno("listen unix:" + path, errno);
    return fd;
}

namespace {

Result<Fd> connect_to(const SockAddr& address, int type, bool* pending) {
    FW_TRY(Fd fd, make_socket(address.ip, type, address.text()));
    if (type == SOCK_STREAM) set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, kOn);
    const RawAddr raw = to_raw(address);
    *pending = ::connect(fd.get(), raw.get(), raw.size) != 0;
    if (*pending && errno != EINPROGRESS) return fail_errno("connect", errno);
    return fd;
}

}  // namespace

Result<Fd> tcp_connect(const SockAddr& address, bool* pending) {
    return connect_to(address, SOCK_STREAM, pending);
}

Result<Fd> udp_connect(const SockAddr& address) {
    bool pending = false;
    return connect_to(address, SOCK_DGRAM, &pending);
}

int connect_result(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Fd accept_one(int listener, SockAddr* from) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    Fd fd(::accept4(listener, reinterpret_cast<sockaddr*>(&storage), &size,
                    SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd && from != nullptr) *from = from_raw(storage);
    if (fd) set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, kOn);  // fails on unix sockets: fine
    return fd;
}

}  // namespace fairway::io
