// ServerSession: one connection of a Server: reads a request, has it answered, writes the answer,
// and again. Owned by its Server; its shard's thread.
#pragma once

#include <optional>
#include <string>

#include "http/server.h"
#include "io/fd.h"
#include "wire/http1/body.h"
#include "wire/http1/head.h"

namespace fairway::http {

class ServerSession {
  public:
    ServerSession(Server& server, io::Fd fd);
    // Closes it now if no request is under way, else after the answer.
    void drain();

  private:
    enum class State : std::uint8_t {
        kHead,
        kBody,
        kWriting,
        kLinger,  // answered for the last time; what the client still sends is dropped
    };
    void on_events(std::uint32_t events);
    void close();
    // Each returns false when it has to wait, or closed the session.
    bool read_some();
    bool step();
    bool take_head();
    bool take_body();
    bool begin_body(const wire::http1::RequestHead& head);
    bool write_out();
    void answer();
    void respond(const Response& response);
    bool refuse(std::uint16_t status, std::string_view why);
    std::optional<std::string> foreign(const wire::http1::RequestHead& head) const;
    void linger();
    void arm_timer();

    Server& server_;
    io::Fd fd_;
    io::Gate::Hold hold_;
    State state_ = State::kHead;
    std::string in_, out_;
    std::size_t written_ = 0;
    Request request_;
    wire::http1::BodyReader body_;
    bool keep_alive_ = true, closed_ = false, draining_ = false;
    io::Timer timer_;
    io::Watch watch_;
};

}  // namespace fairway::http
