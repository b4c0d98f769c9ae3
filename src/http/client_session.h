// ClientSession: HTTP/1.1 requests over one connection, one after the other, for probes: keeps the
// status and the first bytes of the body. Redirects are not followed. Its shard's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/inline_function.h"
#include "io/connection.h"
#include "wire/http1/body.h"
#include "wire/http1/head.h"

namespace fairway::http {

class ClientSession {
  public:
    struct Answer {
        std::uint16_t status = 0;  // 0: none came; then `error` says why
        std::string body;          // its first bytes, up to the exchange's `body_max`
        std::string error;
    };
    using Done = Callback<void(const Answer& answer)>;
    // `done` may destroy the session. Timeouts are the caller's: it destroys the session.
    ClientSession(io::Shard& shard, Done done);

    struct Exchange {
        std::string_view request;  // head and body as sent; lives until done
        bool to_head = false;
        std::size_t body_max = 0;  // the answer is done when so many came; 0: body not waited for
        bool keep_alive = false;   // reads the whole body, so that the connection can be used again
    };
    // Opens the connection, then exchanges.
    void open(const SockAddr& address, const Exchange& exchange, io::TlsClient* tls = nullptr,
              const io::TlsTarget& target = {});
    // On the open connection; reusable() must hold.
    void again(const Exchange& exchange);
    bool reusable() const { return reusable_; }
    // How far it has come, for a timeout's text: "connecting", "TLS handshake", "waiting for
    // answer".
    std::string_view stage() const;

  private:
    void on_event(io::Connection::Event event);
    void begin(const Exchange& exchange);
    bool write();
    void read();
    // Whether the answer is done (and told).
    bool take(std::string_view bytes);
    bool take_body();
    void ended();
    void finish(std::string error);

    Done done_;
    io::Connection connection_;
    Exchange exchange_;
    bool tls_ = false, open_ = false, busy_ = false, head_done_ = false, reusable_ = false;
    std::size_t written_ = 0;
    std::string pending_;  // read, and not yet understood
    wire::http1::BodyReader body_;
    bool keep_ = false;
    Answer answer_;
};

}  // namespace fairway::http
