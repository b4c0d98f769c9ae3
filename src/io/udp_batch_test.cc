#include "io/udp_batch.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <cstring>

#include "io/sockets.h"

namespace fairway::io {
namespace {

void wait_readable(int fd) {
    pollfd poll_fd{.fd = fd, .events = POLLIN};
    ASSERT_EQ(::poll(&poll_fd, 1, 5'000), 1);
}

// A client that is connected to `to` gets its reply only if it comes from that very address.
void echo_from(const char* bind_text, const char* ask_text) {
    SCOPED_TRACE(ask_text);
    auto server = udp_bind({*IpAddr::parse(bind_text), 0});
    ASSERT_TRUE(server) << server.error().text;
    const std::uint16_t port = local_address(server->get())->port;
    auto client = udp_connect({*IpAddr::parse(ask_text), port});
    ASSERT_TRUE(client);
    ASSERT_EQ(::send(client->get(), "ping", 4, 0), 4);
    wait_readable(server->get());
    UdpBatch batch;
    ASSERT_EQ(batch.receive(server->get()), 1u);
    EXPECT_EQ(batch.packet(0).size(), 4u);
    EXPECT_EQ(batch.peer(0), *local_address(client->get()));
    if (is_wildcard(*IpAddr::parse(bind_text))) {
        ASSERT_TRUE(batch.local(0));
        EXPECT_EQ(*batch.local(0), *IpAddr::parse(ask_text));
    }
    std::memcpy(batch.room(0).data(), "pong!", 5);
    batch.reply(0, 5);
    EXPECT_EQ(batch.send(server->get()), 0u);
    wait_readable(client->get());
    char reply[16];
    EXPECT_EQ(::recv(client->get(), reply, sizeof reply, 0), 5);
}

TEST(UdpBatch, AnswersFromTheAddressAsked) {
    echo_from("127.0.0.1", "127.0.0.1");
    echo_from("0.0.0.0", "127.0.0.1");
    echo_from("0.0.0.0", "127.77.3.2");
    echo_from("::1", "::1");
    echo_from("::", "::1");
}

TEST(UdpBatch, TakesSixtyFourAtOnceAndKeepsThemApart) {
    auto server = udp_bind({*IpAddr::parse("127.0.0.1"), 0});
    ASSERT_TRUE(server);
    auto client = udp_connect(*local_address(server->get()));
    for (std::uint8_t i = 0; i < 70; ++i) ASSERT_EQ(::send(client->get(), &i, 1, 0), 1);
    UdpBatch batch(512, 512);
    ASSERT_EQ(batch.receive(server->get()), 64u);
    for (unsigned i = 0; i < 64; ++i) {
        ASSERT_EQ(batch.packet(i)[0], i);
        batch.room(i)[0] = static_cast<std::uint8_t>(255 - i);
        if (i % 2 == 0) batch.reply(i, 1);
    }
    EXPECT_EQ(batch.send(server->get()), 0u);
    for (unsigned i = 0; i < 32; ++i) {
        std::uint8_t byte = 0;
        ASSERT_EQ(::recv(client->get(), &byte, 1, 0), 1);
        EXPECT_EQ(byte, 255 - 2 * i);
    }
    EXPECT_EQ(batch.receive(server->get()), 6u);
    EXPECT_EQ(batch.receive(server->get()), 0u);
}

TEST(UdpBatch, SaysThatAPacketWasCut) {
    auto server = udp_bind({*IpAddr::parse("127.0.0.1"), 0});
    auto client = udp_connect(*local_address(server->get()));
    const char bytes[300] = {};
    ASSERT_EQ(::send(client->get(), bytes, sizeof bytes, 0), 300);
    ASSERT_EQ(::send(client->get(), bytes, 100, 0), 100);
    UdpBatch batch(128, 128);
    ASSERT_EQ(batch.receive(server->get()), 2u);
    EXPECT_TRUE(batch.truncated(0));
    EXPECT_EQ(batch.packet(0).size(), 128u);
    EXPECT_FALSE(batch.truncated(1));
}

}  // namespace
}  // namespace fairway::io
