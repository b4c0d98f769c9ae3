#include "app/api_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/ip.h"
#include "io/fd.h"
#include "io/sockets.h"

namespace fairway::app {
namespace {

constexpr int kTimeoutSeconds = 30;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || std::strchr("-._~/", c) != nullptr;
        char code[4];
        std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
        out += plain && c != 0 ? std::string(1, c) : code;
    }
    return out;
}

tl::unexpected<Error> cannot_reach(const std::string& api, const std::string& why) {
    return fail(Code::kUnavailable, Origin::kUpstream,
                "--api " + api + ": " + why + "; is `fairway up` running there?");
}

Result<io::Fd> connect_unix(const std::string& api, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return cannot_reach(api, "the path is too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    io::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        return cannot_reach(api, std::strerror(errno));
    }
    return fd;
}

Result<io::Fd> connect_tcp(const std::string& api, std::string host) {
    if (host.starts_with("http://")) host = host.substr(7);
    if (!host.empty() && host.back() == '/') host.pop_back();
    const auto address = SockAddr::parse(host);
    if (!address) return cannot_reach(api, "give http://ADDRESS:PORT or unix:PATH");
    const auto raw = io::to_raw(*address);
    io::Fd fd(::socket(raw.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || ::connect(fd.get(), raw.get(), raw.size) != 0)
        return cannot_reach(api, std::strerror(errno));
    return fd;
}

Result<std::string> exchange(const std::string& api, const io::Fd& fd, const std::string& request) {
    const timeval timeout{kTimeoutSeconds, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
        return cannot_reach(api, std::strerror(errno));
    }
    std::string reply;
    char buffer[16384];
    for (;;) {
        const ssize_t n = ::recv(fd.get(), buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return cannot_reach(api, std::strerror(errno));
        if (n == 0) return reply;
        reply.append(buffer, static_cast<std::size_t>(n));
    }
}

}  // namespace

Result<ApiReply> api_get(const std::string& api, const std::string& path,
                         const Parameters& parameters) {
    std::string target = path;
    for (const auto& [key, value] : parameters) {
        target += (target == path ? "?" : "&") + key + "=" + escaped(value);
    }
    const bool unix_socket = api.starts_with("unix:");
    FW_TRY(const io::Fd fd, unix_socket ? connect_unix(api, api.substr(5)) : connect_tcp(api, api));
    FW_TRY(const std::string reply,
           exchange(api, fd,
                    "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    const auto head_end = reply.find("\r\n\r\n");
    if (!reply.starts_with("HTTP/1.1 ") || head_end == std::string::npos) {
        return cannot_reach(api, "what answers there is not a Fairway API");
    }
    return ApiReply{std::atoi(reply.c_str() + 9), reply.substr(head_end + 4),
                    reply.substr(0, head_end)};
}

}  // namespace fairway::app
