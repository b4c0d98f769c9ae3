#include "http/client_session.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "io/sockets.h"

namespace fairway::http {
namespace {

using io::Fd;

// Accepts connections one after the other and plays its parts: after each request, the next part;
// a part that ends in "!" closes the connection after it.
class Script {
  public:
    explicit Script(std::vector<std::string> parts)
        : listener_(*io::tcp_listen({*IpAddr::parse("127.0.0.1"), 0})),
          address_(*io::local_address(listener_.get())),
          thread_([this, parts = std::move(parts)] { run(parts); }) {}
    ~Script() { thread_.join(); }
    const SockAddr& address() const { return address_; }
    int accepted = 0;

  private:
    static void wait(int fd) {
        pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
        ::poll(&waiting, 1, 5'000);
    }
    void run(const std::vector<std::string>& parts) {
        Fd fd;
        for (const std::string& part : parts) {
            if (!fd) {
                wait(listener_.get());
                fd = io::accept_one(listener_.get(), nullptr);
                ++accepted;
            }
            char room[4'096];
            wait(fd.get());
            if (::recv(fd.get(), room, sizeof room, 0) <= 0) return;
            const bool close = part.ends_with('!');
            // In two halves, so that the client sees the seam.
            const std::string text = part.substr(0, part.size() - (close ? 1 : 0));
            const std::size_t half = text.size() / 2;
            ::send(fd.get(), text.data(), half, MSG_NOSIGNAL);
            std::this_thread::yield();
            ::send(fd.get(), text.data() + half, text.size() - half, MSG_NOSIGNAL);
            if (close) fd.reset();
        }
        if (fd) wait(fd.get());
    }
    Fd listener_;
    SockAddr address_;
    std::thread thread_;
};

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

ClientSession::Answer ask(const std::string& reply, std::size_t body_max = 5'120) {
    Script server({reply});
    io::Shard shard({});
    ClientSession::Answer got;
    ClientSession session(shard, [&](const ClientSession::Answer& answer) {
        got = answer;
        shard.stop();
    });
    session.open(server.address(), {.request = kRequest, .body_max = body_max});
    shard.run();
    return got;
}

TEST(ClientSession, ReadsEachFraming) {
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").body, "hello");
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n")
                  .body,
              "abc0123456789");
    EXPECT_EQ(ask("HTTP/1.0 200 OK\r\n\r\nto the end!").body, "to the end");
    EXPECT_EQ(
        ask("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n").status,
        503);
    EXPECT_EQ(ask("HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n").status, 301);
}

TEST(ClientSession, DoesNotWaitForMoreThanItNeeds) {
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nonly this", 0).status, 200);
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nonly this", 4).body, "only");
}

TEST(ClientSession, SaysWhatWentWrong) {
    EXPECT_EQ(ask("!").error, "connection closed without an answer");
    EXPECT_EQ(ask("HTTP/1.1 200!").error, "connection closed within the answer's head");
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal!").error,
              "connection closed before the end of the body");
    EXPECT_EQ(ask("SSH-2.0-OpenSSH_9.2\r\n").error, "answer is no HTTP/1.1: malformed first line");
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").error,
              "answer is no HTTP/1.1: malformed chunk");
}

TEST(ClientSession, ARefusedConnectionIsTold) {
    Fd closed = *io::tcp_listen({*IpAddr::parse("127.0.0.1"), 0});
    const SockAddr address = *io::local_address(closed.get());
    closed.reset();
    io::Shard shard({});
    std::string error;
    auto session = std::make_unique<ClientSession>(shard, [&](const ClientSession::Answer& answer) {
        error = answer.error;
        shard.stop();
    });
    session->open(address, {.request = kRequest});
    shard.run();
    EXPECT_EQ(error, "connect: Connection refused");
}

TEST(ClientSession, UsesAConnectionAgainWhenBothAgree) {
    const std::string keep = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
    Script server(
        {keep, keep, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n3"});
    io::Shard shard({});
    const ClientSession::Exchange exchange{.request = kRequest, .body_max = 10, .keep_alive = true};
    std::string bodies;
    io::Timer again(shard, [] {});
    std::unique_ptr<ClientSession> session;
    session = std::make_unique<ClientSession>(shard, [&](const ClientSession::Answer& answer) {
        bodies += answer.body;
        if (bodies.size() < 3) {
            ASSERT_TRUE(session->reusable());
            ASSERT_TRUE(shard.post([&] { session->again(exchange); }));
        } else {
            EXPECT_FALSE(session->reusable());
            shard.stop();
        }
    });
    session->open(server.address(), exchange);
    shard.run();
    session.reset();
    EXPECT_EQ(bodies, "113");
    EXPECT_EQ(server.accepted, 1);
}

}  // namespace
}  // namespace fairway::http
