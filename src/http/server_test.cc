#include "http/server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <future>

#include "base/limits.h"
#include "io/sockets.h"

namespace fairway::http {
namespace {

class ServerTest : public testing::Test {
  protected:
    void SetUp() override {
        auto listener =
            store_.open(io::Transport::kTcp, {*IpAddr::parse("127.0.0.1"), 0}, 1, "--api");
        ASSERT_TRUE(listener);
        address_ = listener->address;
        start(*listener);
        shard_.start();
    }
    void TearDown() override {
        shard_.stop();
        shard_.join();
        server_.reset();
    }
    void start(const io::Listener& listener) {
        auto server = Server::start(shard_, listener, [](const Request& request) {
            return Response{.body = fmt::format("{} {} {} {}", request.method, request.path(),
                                                request.query("q").value_or("-"), request.body)};
        });
        ASSERT_TRUE(server) << server.error().text;
        server_ = std::move(*server);
    }
    // Sends, then reads to the end. The request should ask for "Connection: close".
    static std::string talk(int fd, std::string_view bytes) {
        EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
        std::string out;
        char room[4'096];
        for (ssize_t n; (n = ::recv(fd, room, sizeof room, 0)) > 0;)
            out.append(room, static_cast<std::size_t>(n));
        return out;
    }
    io::Fd connect() const {
        io::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto raw = io::to_raw(address_);
        EXPECT_EQ(::connect(fd.get(), raw.get(), raw.size), 0);
        const timeval limit{.tv_sec = 5, .tv_usec = 0};
        setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return fd;
    }
    std::string ask(std::string_view bytes) const { return talk(connect().get(), bytes); }

    io::ListenerStore store_;
    io::Shard shard_{{}};
    SockAddr address_;
    std::unique_ptr<Server> server_;
};

std::string get(std::string_view extra, std::string_view host = "localhost") {
    return fmt::format("GET /x?q=a%20b HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n\r\n", host,
                       extra);
}

TEST_F(ServerTest, AnswersAndTellsTheLength) {
    const std::string answer = ask(get(""));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Length: 11\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /x a b ")) << answer;
}

TEST_F(ServerTest, HeadHasNoBodyAndOtherMethodsAreRefused) {
    const std::string head = ask("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: 9\r\n"), std::string::npos);
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_TRUE(ask("PATCH / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .starts_with("HTTP/1.1 405 "));
}

TEST_F(ServerTest, KeepsAliveAndPipelines) {
    const std::string answer =
        ask("POST /1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
            "PUT /2 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
            "chunked\r\n\r\n1\r\nd\r\n0\r\n\r\n" +
            get(""));
    EXPECT_NE(answer.find("POST /1 - abc"), std::string::npos) << answer;
    EXPECT_NE(answer.find("PUT /2 - d"), std::string::npos);
    EXPECT_NE(answer.find("GET /x a b"), std::string::npos);
}

TEST_F(ServerTest, ARequestMayDripIn) {
    const io::Fd fd = connect();
    const std::string request =
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
    for (std::size_t i = 0; i + 1 < request.size(); ++i) {
        ASSERT_EQ(::send(fd.get(), request.data() + i, 1, 0), 1);
    }
    EXPECT_TRUE(talk(fd.get(), "i").ends_with("POST / - hi"));
}

TEST_F(ServerTest, BelievesNoBrowser) {
    for (const char* host :
         {"localhost:5380", "127.0.0.1", "127.9.9.9:1", "[::1]:5380", "LOCALHOST"}) {
        EXPECT_TRUE(ask(get("", host)).starts_with("HTTP/1.1 200 ")) << host;
    }
    for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                             "192.0.2.1", "[2001:db8::1]", ""}) {
        EXPECT_TRUE(ask(get("", host)).starts_with("HTTP/1.1 403 ")) << host;
    }
    for (const char* host : {"localhost:80x", "[::1]evil", "localhost,evil.example"}) {
        EXPECT_TRUE(ask(get("", host)).starts_with("HTTP/1.1 400 ")) << host;
    }
    EXPECT_TRUE(ask(get("Origin: http://localhost\r\n")).starts_with("HTTP/1.1 200 "));
    for (const char* origin :
         {"http://evil.example", "null", "https://localhost", "http://localhost:81"}) {
        EXPECT_TRUE(ask(get(fmt::format("Origin: {}\r\n", origin))).starts_with("HTTP/1.1 403 "))
            << origin;
    }
}

TEST_F(ServerTest, RefusesWhatIsMalformedOrTooLarge) {
    const auto status = [&](std::string_view bytes) { return ask(bytes).substr(9, 3); };
    EXPECT_EQ(status("nonsense\r\n\r\n"), "400");
    EXPECT_EQ(status("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n"), "505");
    EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n"),
              "400");
    EXPECT_EQ(status("GET /" + std::string(kHttpTargetMax, 'a') + " HTTP/1.1\r\n"), "414");
    EXPECT_EQ(status("GET / HTTP/1.1\r\nA: " + std::string(kHttpHeadMax, 'a')), "431");
    EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x, chunked\r\n\r\n"),
              "501");
    EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: more\r\n\r\n"), "417");
    EXPECT_EQ(status("GET http://other/ HTTP/1.1\r\nHost: localhost\r\n\r\n"), "400");
    EXPECT_EQ(status("GET /a/../../b HTTP/1.1\r\nHost: localhost\r\n\r\n"), "400");
    EXPECT_EQ(status("CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n"), "405");
    EXPECT_EQ(
        status(fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\nxyz",
                           kHttpBodyMax + 1)),
        "413");
}

TEST_F(ServerTest, HandsOnTheNormalFormOfAPath) {
    const std::string close = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    EXPECT_TRUE(ask("GET http://localhost/%61/./b?q=%2e" + close).ends_with("GET /a/b . "));
}

TEST_F(ServerTest, ContinuesWhenExpected) {
    const std::string answer =
        ask("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            "Content-Length: 1\r\nConnection: close\r\n\r\nz");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")) << answer;
}

TEST_F(ServerTest, DrainClosesTheIdleAndSaysWhenDone) {
    const io::Fd idle = connect();
    std::promise<void> drained;
    // Until the server has accepted it, the connection is not idle but waiting.
    ask(get(""));
    shard_.post_or_wait([&] { server_->drain([&] { drained.set_value(); }); });
    drained.get_future().get();
    char byte;
    EXPECT_EQ(::recv(idle.get(), &byte, 1, 0), 0);
}

TEST(Server, ListensOnlyOnLoopbackOrUnix) {
    io::Shard shard({});
    io::ListenerStore store;
    auto wildcard = store.open(io::Transport::kTcp, {*IpAddr::parse("0.0.0.0"), 0}, 1, "--api");
    ASSERT_TRUE(wildcard);
    auto refused = Server::start(shard, *wildcard, [](const Request&) { return Response{}; });
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("unix:PATH"), std::string::npos);
}

TEST(Server, ServesAUnixSocket) {
    const std::string path = fmt::format("{}/http_server_{}.sock", testing::TempDir(), getpid());
    io::Shard shard({});
    io::ListenerStore store;
    auto listener = store.open_unix(path, "--api");
    ASSERT_TRUE(listener);
    auto server =
        Server::start(shard, *listener, [](const Request&) { return Response{.body = "unix"}; });
    ASSERT_TRUE(server);
    shard.start();
    const io::Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::memcpy(address.sun_path, path.data(), path.size());
    ASSERT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const std::string request = "GET / HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n";
    ASSERT_EQ(::send(fd.get(), request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    std::string out;
    char room[4'096];
    for (ssize_t n; (n = ::recv(fd.get(), room, sizeof room, 0)) > 0;)
        out.append(room, static_cast<std::size_t>(n));
    EXPECT_TRUE(out.ends_with("\r\n\r\nunix")) << out;
    shard.stop();
    shard.join();
    server->reset();
    ::unlink(path.c_str());
}

}  // namespace
}  // namespace fairway::http
