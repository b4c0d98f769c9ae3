// Connection: a client's byte stream: TCP connect, then TLS if asked for, then reading and writing
// without waiting. Tells its owner by one callback; the owner may destroy it there. Its shard's
// thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "io/fd.h"
#include "io/shard.h"
#include "io/tls.h"

namespace fairway::io {

class Connection {
  public:
    enum class Event : std::uint8_t {
        kOpen,    // connected, and TLS is agreed: write now
        kReady,   // readable or writable again
        kFailed,  // see error(); nothing follows
    };
    using Callback = fairway::Callback<void(Event)>;
    Connection(Shard& shard, Callback callback) : shard_(shard), callback_(std::move(callback)) {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // kOpen or kFailed may come before it returns. `tls` null: plain.
    void open(const SockAddr& address, TlsClient* tls = nullptr, const TlsTarget& target = {});
    // Closing sends RST at once: probes leave no port behind in TIME_WAIT.
    void reset_on_close();

    struct Transfer {
        enum class Result : std::uint8_t { kSome, kLater, kEnd, kFailed } result;
        std::size_t size = 0;
    };
    Transfer read(std::span<char> room);
    Transfer write(std::string_view bytes);

    // What went wrong: "connect: Connection refused", "TLS: certificate has expired".
    const std::string& error() const { return error_; }
    bool resumed() const { return tls_ && tls_->resumed(); }

  private:
    enum class State : std::uint8_t { kConnecting, kHandshake, kOpen, kFailed };
    void on_events();
    void connected();
    void handshake();
    void failed(std::string text);
    Transfer failed_transfer(std::string text);

    Shard& shard_;
    Callback callback_;
    State state_ = State::kConnecting;
    TlsClient* tls_client_ = nullptr;
    TlsTarget target_;
    Fd fd_;
    std::unique_ptr<TlsStream> tls_;
    std::optional<Watch> watch_;
    std::string error_;
};

}  // namespace fairway::io
