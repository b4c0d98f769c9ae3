#include "http/server.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/limits.h"
#include "base/metrics.h"
#include "http/server_session.h"
#include "io/sockets.h"

namespace fairway::http {

Result<std::unique_ptr<Server>> Server::start(io::Shard& shard, const io::Listener& listener,
                                              Handler handler) {
    if (listener.path.empty() && !listener.address.ip.is_loopback()) {
        return fail(Code::kInvalid, Origin::kConfig,
                    fmt::format("{}: without credentials the API listens only on a loopback "
                                "address or unix:PATH",
                                listener.address.text()));
    }
    return std::unique_ptr<Server>(new Server(shard, listener, std::move(handler)));
}

Server::Server(io::Shard& shard, const io::Listener& listener, Handler handler)
    : shard_(shard),
      unix_socket_(!listener.path.empty()),
      fd_(listener.fds.front()),
      handler_(std::move(handler)),
      watch_(
          std::make_unique<io::Watch>(shard, fd_, EPOLLIN, [this](std::uint32_t) { accept(); })) {}

Server::~Server() {
    watch_.reset();
    sessions_.clear();
}

void Server::accept() {
    // A few a turn: other work of the shard waits meanwhile.
    for (int i = 0; i < 16; ++i) {
        io::Fd fd = io::accept_one(fd_, nullptr);
        if (!fd) return;
        if (sessions_.size() >= kHttpConnectionsMax) {
            limit_hit(Limit::kHttpConnections);
            continue;
        }
        sessions_.push_back(std::make_unique<ServerSession>(*this, std::move(fd)));
    }
}

void Server::remove(ServerSession* session) {
    std::erase_if(sessions_, [&](const auto& held) { return held.get() == session; });
}

void Server::drain(InlineFunction<void()> drained) {
    watch_.reset();
    // A session may remove itself on being told.
    for (auto at = sessions_.begin(); at != sessions_.end();) (*at++)->drain();
    gate_.close(std::move(drained));
}

bool is_loopback_host(std::string_view host) {
    std::string_view name = host, port;
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        if (end == std::string_view::npos) return false;
        name = host.substr(1, end - 1);
        port = host.substr(end + 1);
    } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
        name = host.substr(0, colon);
        port = host.substr(colon);
    }
    if (!port.empty() && (port[0] != ':' || port.size() > 6 ||
                          port.find_first_not_of("0123456789", 1) != std::string_view::npos)) {
        return false;
    }
    if (wire::http1::equal_ignoring_case(name, "localhost")) return true;
    const auto ip = IpAddr::parse(name);
    return ip && ip->is_loopback();
}

}  // namespace fairway::http
