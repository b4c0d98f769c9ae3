#include "dns/server.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "dns/test_world.h"
#include "wire/dns/message.h"

namespace fairway::dns {
namespace {

using wire::dns::Message;
using wire::dns::Rcode;
using wire::dns::Type;

class ServerTest : public ::testing::Test {
  protected:
    test::DnsWorld world_;
    steer::State state_;
    io::ListenerStore store_;
    io::Shard shard_{{.index = 0, .cpu = -1, .name = "dns"}};
    std::unique_ptr<Server> server_;

    SockAddr start(const char* address, const ServerOptions& options = {}) {
        std::string records = test::kZoneHead + "www A 192.0.2.1\n";
        for (int i = 0; i < 200; ++i) records += "many A 192.0.2." + std::to_string(i) + "\n";
        EXPECT_TRUE(world_.add_zone("example.com", records));
        world_.publish_to(state_);
        io::Shard* shards[] = {&shard_};
        server_ = std::make_unique<Server>(
            shards, [this](unsigned) -> const steer::State& { return state_; }, options);
        server_->on_publish(0);
        auto udp = store_.open(io::Transport::kUdp, *SockAddr::parse(address), 1, "test");
        EXPECT_TRUE(udp) << udp.error().text;
        auto tcp = store_.open(io::Transport::kTcp, udp->address, 1, "test");
        EXPECT_TRUE(tcp) << tcp.error().text;
        server_->listen(io::Transport::kUdp, *udp);
        server_->listen(io::Transport::kTcp, *tcp);
        shard_.start();
        return udp->address;
    }
    void TearDown() override {
        shard_.stop();
        shard_.join();
    }
};

std::vector<std::uint8_t> query(std::string_view name, Type type = Type::kA, std::uint16_t id = 1) {
    return wire::dns::make_query(test::name(name), type, {.id = id});
}

io::Fd dial(int kind, const SockAddr& to) {
    const io::RawAddr raw = io::to_raw(to);
    io::Fd fd(socket(raw.storage.ss_family, kind, 0));
    timeval limit{2, 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    EXPECT_EQ(connect(fd.get(), raw.get(), raw.size), 0);
    return fd;
}

Message ask_udp(const SockAddr& server, Bytes packet) {
    const io::Fd fd = dial(SOCK_DGRAM, server);  // connected: takes replies from that address only
    send(fd.get(), packet.data(), packet.size(), 0);
    std::uint8_t buffer[4096];
    const ssize_t size = recv(fd.get(), buffer, sizeof buffer, 0);
    EXPECT_GT(size, 0);
    if (size <= 0) return {};
    return *wire::dns::parse_message({buffer, static_cast<std::size_t>(size)});
}

void send_framed(int fd, Bytes message) {
    std::vector<std::uint8_t> out = {static_cast<std::uint8_t>(message.size() >> 8),
                                     static_cast<std::uint8_t>(message.size())};
    out.insert(out.end(), message.begin(), message.end());
    EXPECT_EQ(send(fd, out.data(), out.size(), MSG_NOSIGNAL), static_cast<ssize_t>(out.size()));
}

bool read_all(int fd, std::uint8_t* to, std::size_t size) {
    while (size > 0) {
        const ssize_t got = recv(fd, to, size, 0);
        if (got <= 0) return false;
        to += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

std::optional<Message> read_framed(int fd) {
    std::uint8_t head[2];
    if (!read_all(fd, head, 2)) return {};
    std::vector<std::uint8_t> body(static_cast<std::size_t>(head[0] << 8 | head[1]));
    if (!read_all(fd, body.data(), body.size())) return {};
    return *wire::dns::parse_message(body);
}

bool is_closed(int fd) {
    std::uint8_t byte;
    const ssize_t got = recv(fd, &byte, 1, 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

TEST_F(ServerTest, AnswersOverUdp) {
    const SockAddr at = start("127.0.0.1:0");
    const Message m = ask_udp(at, query("www.example.com"));
    EXPECT_EQ(m.answers.size(), 1u);
    EXPECT_TRUE(ask_udp(at, query("many.example.com")).truncated());
}

TEST_F(ServerTest, WildcardSocketsAnswerFromTheAddressAsked) {
    SockAddr at = start("0.0.0.0:0");
    for (const char* address : {"127.0.0.1", "127.0.0.9"}) {
        at.ip = *IpAddr::parse(address);
        EXPECT_EQ(ask_udp(at, query("www.example.com")).answers.size(), 1u) << address;
    }
}

TEST_F(ServerTest, AnswersOverIpv6) {
    const SockAddr at = start("[::1]:0");
    EXPECT_EQ(ask_udp(at, query("www.example.com")).answers.size(), 1u);
    const io::Fd tcp = dial(SOCK_STREAM, at);
    send_framed(tcp.get(), query("www.example.com"));
    EXPECT_EQ(read_framed(tcp.get())->answers.size(), 1u);
}

TEST_F(ServerTest, StreamsArePipelinedAndMayComeInPieces) {
    const io::Fd fd = dial(SOCK_STREAM, start("127.0.0.1:0"));
    for (std::uint16_t id = 1; id <= 300; ++id)
        send_framed(fd.get(), query("many.example.com", Type::kA, id));
    for (std::uint16_t id = 1; id <= 300; ++id) {
        const auto m = read_framed(fd.get());
        ASSERT_TRUE(m) << id;
        EXPECT_EQ(m->id, id);
        EXPECT_EQ(m->answers.size(), 200u);
    }
    const auto one = query("www.example.com", Type::kA, 9);
    std::vector<std::uint8_t> framed = {0, static_cast<std::uint8_t>(one.size())};
    framed.insert(framed.end(), one.begin(), one.end());
    for (const std::uint8_t byte : framed) send(fd.get(), &byte, 1, 0);
    EXPECT_EQ(read_framed(fd.get())->id, 9);
    shutdown(fd.get(), SHUT_WR);
    EXPECT_TRUE(is_closed(fd.get()));
}

TEST_F(ServerTest, IdleStreamsAreClosed) {
    const io::Fd fd = dial(SOCK_STREAM, start("127.0.0.1:0", {.tcp_idle_ms = 50}));
    send(fd.get(), "\0", 1, 0);  // half a message is idle too
    EXPECT_TRUE(is_closed(fd.get()));
}

TEST_F(ServerTest, TooManyStreamsAreClosed) {
    const SockAddr at = start("127.0.0.1:0", {.tcp_connections_max = 1});
    const io::Fd first = dial(SOCK_STREAM, at);
    send_framed(first.get(), query("www.example.com"));
    EXPECT_TRUE(read_framed(first.get()));
    const io::Fd second = dial(SOCK_STREAM, at);
    EXPECT_TRUE(is_closed(second.get()));
}

TEST_F(ServerTest, DrainsAndThenTells) {
    const SockAddr at = start("127.0.0.1:0");
    const io::Fd idle = dial(SOCK_STREAM, at), half = dial(SOCK_STREAM, at);
    for (const io::Fd* fd : {&idle, &half}) {
        send_framed(fd->get(), query("www.example.com"));
        EXPECT_TRUE(read_framed(fd->get()));
    }
    const auto rest = query("www.example.com", Type::kA, 4);
    const std::uint8_t head[2] = {0, static_cast<std::uint8_t>(rest.size())};
    send(half.get(), head, 2, 0);
    // tidy-allow: the server, on its own thread, must have read it
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::atomic<bool> drained{false};
    server_->drain([&] { drained = true; });
    EXPECT_TRUE(is_closed(idle.get()));
    EXPECT_FALSE(drained);
    send(half.get(), rest.data(), rest.size(), 0);
    EXPECT_EQ(read_framed(half.get())->id, 4);
    EXPECT_TRUE(is_closed(half.get()));
    for (int i = 0; i < 200 && !drained; ++i)
        // tidy-allow: polls what another thread sets
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_TRUE(drained);
}

TEST_F(ServerTest, CountsAreExposed) {
    const SockAddr at = start("127.0.0.1:0");
    ask_udp(at, query("www.example.com"));
    ask_udp(at, query("nope.example.com"));
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text = metrics().text();
        if (text.find("queries_total{proto=\"udp\"} 2") != std::string::npos) break;
        // tidy-allow: polls what another thread counts
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_NE(text.find("fairway_dns_queries_total{proto=\"udp\"} 2"), std::string::npos) << text;
    EXPECT_NE(text.find("fairway_dns_responses_total{rcode=\"NXDOMAIN\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace fairway::dns
