// Server: HTTP/1.1 for the admin API: small requests, answered at once by a handler on its shard.
// It serves without credentials, so it listens only on loopback or a unix socket, and believes no
// browser: a Host that is no loopback name, or a foreign Origin, is refused (design, section 5).
#pragma once

#include <functional>
#include <list>
#include <memory>

#include "base/result.h"
#include "http/message.h"
#include "io/gate.h"
#include "io/listener_store.h"
#include "io/shard.h"

namespace fairway::http {

using Handler = std::function<Response(const Request&)>;

class ServerSession;

class Server {
  public:
    // On the shard's thread, or before it runs. The listener outlives the server; an address that
    // is not loopback is an error.
    static Result<std::unique_ptr<Server>> start(io::Shard& shard, const io::Listener& listener,
                                                 Handler handler);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // No new connections; idle ones are closed; `drained` when the last request is answered.
    void drain(InlineFunction<void()> drained);
    std::size_t connections() const { return sessions_.size(); }

  private:
    friend class ServerSession;
    Server(io::Shard& shard, const io::Listener& listener, Handler handler);
    void accept();
    void remove(ServerSession* session);

    io::Shard& shard_;
    const bool unix_socket_;
    const int fd_;
    Handler handler_;
    io::Gate gate_;
    std::list<std::unique_ptr<ServerSession>> sessions_;
    std::unique_ptr<io::Watch> watch_;
};

// "localhost:5380", "127.0.0.1", "[::1]:5380": names only this machine.
bool is_loopback_host(std::string_view host);

}  // namespace fairway::http
