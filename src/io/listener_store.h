// ListenerStore: owns every listening socket of the process, from before the shards start until
// after they end; shards get descriptors to watch, never to close. One thread at a time (control).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "io/fd.h"
#include "io/sockets.h"

namespace fairway::io {

struct Listener {
    SockAddr address;  // the real port where 0 was asked
    std::string path;  // of a unix socket; then `address` means nothing
    std::vector<int>
        fds;  // fds[i] is for shard i; a socket that was inherited alone is given to all
};

class ListenerStore {
  public:
    // Takes over the sockets of LISTEN_FDS (sd_listen_fds), if they are for this process.
    static ListenerStore from_environment();

    // One socket for each of `shards`, sharing the address by SO_REUSEPORT; an inherited one if it
    // fits. `option` names what asked for it in errors: "--dns 127.0.0.1:5300 (role dns)". An
    // address that anybody has is an error (kConflict) that names the program and its pid; being
    // declared twice in this process, too.
    Result<Listener> open(Transport transport, const SockAddr& address, unsigned shards,
                          std::string_view option);
    Result<Listener> open_unix(const std::string& path, std::string_view option);
    // No longer declared: its shards watch it no more.
    void close(Transport transport, const SockAddr& address);

    std::size_t size() const { return held_.size(); }
    std::size_t inherited() const { return inherited_.size(); }  // and not asked for yet

  private:
    struct Key {
        Transport transport;
        SockAddr address;
        auto operator<=>(const Key&) const = default;
    };
    std::map<Key, std::vector<Fd>> held_;
    std::map<Key, std::vector<Fd>> inherited_;
    std::map<std::string, Fd> unix_;  // by path
    std::map<std::string, Fd> inherited_unix_;
};

// Who has this port: "knotd (pid 812)", or "another process" if /proc does not tell.
std::string port_holder(Transport transport, const SockAddr& address);

}  // namespace fairway::io
