#include "io/listener_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

namespace fairway::io {
namespace {

constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START

Result<Fd> bind_one(Transport transport, const SockAddr& address, bool reuse_port) {
    const ListenOptions options{.reuse_port = reuse_port};
    return transport == Transport::kUdp ? udp_bind(address, options) : tcp_listen(address, options);
}

const char* transport_name(Transport transport) {
    return transport == Transport::kUdp ? "UDP" : "TCP";
}

tl::unexpected<Error> taken(Transport transport, const SockAddr& address, std::string_view option) {
    return fail(
        Code::kConflict, Origin::kConfig,
        fmt::format("{}: {} {} is in use by {}; stop it or choose another address", option,
                    transport_name(transport), address.text(), port_holder(transport, address)));
}

}  // namespace

Result<Listener> ListenerStore::open(Transport transport, const SockAddr& asked, unsigned shards,
                                     std::string_view option) {
    const Key key{transport, asked};
    if (held_.contains(key)) return taken(transport, asked, option);
    Listener listener{.address = asked};
    std::vector<Fd> sockets;
    if (const auto found = inherited_.find(key); found != inherited_.end()) {
        sockets = std::move(found->second);
        inherited_.erase(found);
    } else {
        // The first bind is plain, so that it fails if anybody has the address, even one that would
        // share it by SO_REUSEPORT; only then is it opened to its siblings.
        auto first = bind_one(transport, asked, false);
        if (!first && first.error().code == Code::kConflict) return taken(transport, asked, option);
        if (!first) {
            first.error().text = fmt::format("{}: {}", option, first.error().text);
            return tl::unexpected(std::move(first).error());
        }
        FW_TRY(listener.address, local_address(first->get()));
        first->reset();
        for (unsigned i = 0; i < shards; ++i) {
            FW_TRY(Fd next, bind_one(transport, listener.address, true));
            sockets.push_back(std::move(next));
        }
    }
    for (unsigned i = 0; i < shards; ++i) listener.fds.push_back(sockets[i % sockets.size()].get());
    held_[Key{transport, listener.address}] = std::move(sockets);
    return listener;
}

Result<Listener> ListenerStore::open_unix(const std::string& path, std::string_view option) {
    Fd fd;
    if (const auto found = inherited_unix_.find(path); found != inherited_unix_.end()) {
        fd = std::move(found->second);
        inherited_unix_.erase(found);
    } else {
        auto made = unix_listen(path);
        if (!made) {
            made.error().text = fmt::format("{}: {}", option, made.error().text);
            return tl::unexpected(std::move(made).error());
        }
        fd = std::move(*made);
    }
    Listener listener{.path = path, .fds = {fd.get()}};
    unix_[path] = std::move(fd);
    return listener;
}

void ListenerStore::close(Transport transport, const SockAddr& address) {
    held_.erase(Key{transport, address});
}

ListenerStore ListenerStore::from_environment() {
    ListenerStore store;
    const char* pid = std::getenv("LISTEN_PID");
    const char* count = std::getenv("LISTEN_FDS");
    const bool ours = pid != nullptr && count != nullptr && std::atoi(pid) == getpid();
    const int end = ours ? kFirstInherited + std::atoi(count) : kFirstInherited;
    for (int raw = kFirstInherited; raw < end; ++raw) {
        Fd fd(raw);
        fcntl(raw, F_SETFD, FD_CLOEXEC);
        fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK);
        sockaddr_storage storage{};
        socklen_t size = sizeof storage;
        if (getsockname(raw, reinterpret_cast<sockaddr*>(&storage), &size) != 0) continue;
        int type = 0;
        socklen_t type_size = sizeof type;
        getsockopt(raw, SOL_SOCKET, SO_TYPE, &type, &type_size);
        if (storage.ss_family == AF_UNIX) {
            const auto* address = reinterpret_cast<const sockaddr_un*>(&storage);
            store.inherited_unix_[address->sun_path] = std::move(fd);
        } else if (storage.ss_family == AF_INET || storage.ss_family == AF_INET6) {
            const Transport transport = type == SOCK_DGRAM ? Transport::kUdp : Transport::kTcp;
            store.inherited_[Key{transport, from_raw(storage)}].push_back(std::move(fd));
        }
    }
    unsetenv("LISTEN_PID");  // not for our children
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return store;
}

namespace {

// Inodes of the sockets bound to this port at the address or a wildcard, from one of /proc/net.
void collect_inodes(const char* file, const SockAddr& address, std::set<std::string>* inodes) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);  // headings
    while (std::getline(in, line)) {
        // "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ..."
        std::istringstream fields(line);
        std::string sl, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
        if (!(fields >> sl >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
              timeout >> inode)) {
            continue;
        }
        // A TCP socket in another state than LISTEN holds nobody up.
        const bool tcp = std::strstr(file, "tcp") != nullptr;
        if (tcp && state != "0A") continue;
        const std::size_t colon = local.find(':');
        unsigned port = 0;
        std::from_chars(local.data() + colon + 1, local.data() + local.size(), port, 16);
        if (port != address.port) continue;
        // Words of the address are in host order; only IPv4's single word is compared.
        const std::string ip = local.substr(0, colon);
        if (ip.size() == 8 && address.ip.is_v4() && ip != "00000000" && !is_wildcard(address.ip)) {
            std::uint32_t word = 0;
            std::memcpy(&word, address.ip.data(), 4);
            if (ip != fmt::format("{:08X}", word)) continue;
        }
        inodes->insert(inode);
    }
}

// The process that holds a descriptor of one of these sockets.
std::string process_of(const std::set<std::string>& inodes) {
    DIR* proc = opendir("/proc");
    if (proc == nullptr) return {};
    std::string found;
    while (const dirent* process = found.empty() ? readdir(proc) : nullptr) {
        const std::string base = std::string("/proc/") + process->d_name;
        if (process->d_name[0] < '1' || process->d_name[0] > '9') continue;
        DIR* fds = opendir((base + "/fd").c_str());
        if (fds == nullptr) continue;  // another user's
        while (const dirent* entry = readdir(fds)) {
            char target[64] = {};
            if (readlinkat(dirfd(fds), entry->d_name, target, sizeof target - 1) <= 0) continue;
            const std::string_view link(target);
            if (!link.starts_with("socket:[") || !link.ends_with("]")) continue;
            if (!inodes.contains(std::string(link.substr(8, link.size() - 9)))) continue;
            std::string name = "?";
            std::ifstream(base + "/comm") >> name;
            found = fmt::format("{} (pid {})", name, process->d_name);
            break;
        }
        closedir(fds);
    }
    closedir(proc);
    return found;
}

}  // namespace

std::string port_holder(Transport transport, const SockAddr& address) {
    std::set<std::string> inodes;
    const bool udp = transport == Transport::kUdp;
    if (address.ip.is_v4())
        collect_inodes(udp ? "/proc/net/udp" : "/proc/net/tcp", address, &inodes);
    // A dual-stack wildcard socket of another program holds the IPv4 port too.
    collect_inodes(udp ? "/proc/net/udp6" : "/proc/net/tcp6", address, &inodes);
    const std::string process = inodes.empty() ? std::string() : process_of(inodes);
    return process.empty() ? "another process" : process;
}

}  // namespace fairway::io
