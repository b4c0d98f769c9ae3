#include "io/listener_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <cstring>
#include <set>

#include "io/privileges.h"

namespace fairway::io {
namespace {

SockAddr any_port(const char* ip) {
    return {*IpAddr::parse(ip), 0};
}

TEST(ListenerStore, GivesEachShardItsSocketOfOneAddress) {
    ListenerStore store;
    for (const auto transport : {Transport::kUdp, Transport::kTcp}) {
        for (const char* ip : {"127.0.0.1", "::1", "0.0.0.0", "::"}) {
            auto listener = store.open(transport, any_port(ip), 3, "--test");
            ASSERT_TRUE(listener) << listener.error().text;
            EXPECT_NE(listener->address.port, 0);
            EXPECT_EQ(std::set<int>(listener->fds.begin(), listener->fds.end()).size(), 3u);
            for (const int fd : listener->fds) {
                EXPECT_EQ(*local_address(fd), listener->address);
            }
        }
    }
}

TEST(ListenerStore, SpreadsClientsOverTheSockets) {
    ListenerStore store;
    auto listener = store.open(Transport::kUdp, any_port("127.0.0.1"), 2, "--test");
    ASSERT_TRUE(listener);
    for (int i = 0; i < 64; ++i) {
        auto client = udp_connect(listener->address);
        ASSERT_EQ(::send(client->get(), "x", 1, 0), 1);
    }
    for (const int fd : listener->fds) {
        char byte;
        EXPECT_EQ(::recv(fd, &byte, 1, MSG_DONTWAIT), 1);
    }
}

TEST(ListenerStore, NamesWhoHasTheAddressEvenIfItWouldShare) {
    for (const auto transport : {Transport::kUdp, Transport::kTcp}) {
        ListenerStore first, second;
        auto held = first.open(transport, any_port("127.0.0.1"), 2, "--test");
        ASSERT_TRUE(held);
        auto refused = second.open(transport, held->address, 2, "--dns (role dns)");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::kConflict);
        const std::string& text = refused.error().text;
        EXPECT_NE(text.find("--dns (role dns)"), std::string::npos) << text;
        EXPECT_NE(text.find(held->address.text()), std::string::npos) << text;
        EXPECT_NE(text.find(fmt::format("(pid {})", getpid())), std::string::npos) << text;
        first.close(transport, held->address);
        EXPECT_TRUE(second.open(transport, held->address, 2, "--dns"));
    }
}

TEST(ListenerStore, NamesTheHolderOfAWildcardAndOfIpv6) {
    auto wildcard = tcp_listen(any_port("::"));
    ASSERT_TRUE(wildcard);
    const SockAddr at{*IpAddr::parse("::1"), local_address(wildcard->get())->port};
    ListenerStore store;
    auto refused = store.open(Transport::kTcp, at, 1, "--api");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find(fmt::format("(pid {})", getpid())), std::string::npos);
}

TEST(ListenerStore, UnixSocketsAreOursAloneAndReplaceDeadOnes) {
    const std::string path = fmt::format("{}/listener_store_{}.sock", testing::TempDir(), getpid());
    {
        ListenerStore dead;
        ASSERT_TRUE(dead.open_unix(path, "--api"));
        ListenerStore other;
        auto refused = other.open_unix(path, "--api");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::kConflict);
    }
    ListenerStore store;
    EXPECT_TRUE(store.open_unix(path, "--api"));
    ::unlink(path.c_str());
    EXPECT_FALSE(store.open_unix(std::string(200, 'x'), "--api"));
}

TEST(ListenerStore, TakesInheritedSockets) {
    auto socket = tcp_listen(any_port("127.0.0.1"));
    ASSERT_TRUE(socket);
    const SockAddr address = *local_address(socket->get());
    // Descriptor 3 is where they start; the child may use it as it likes.
    const pid_t child = fork();
    if (child == 0) {
        if (socket->get() != 3) dup2(socket->get(), 3);
        setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
        setenv("LISTEN_FDS", "1", 1);
        auto store = ListenerStore::from_environment();
        auto listener = store.open(Transport::kTcp, address, 2, "--test");
        const bool good = listener && listener->fds == std::vector<int>{3, 3} &&
                          store.inherited() == 0 && getenv("LISTEN_FDS") == nullptr;
        _exit(good ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST(Privileges, AreGoneAfterwards) {
    const pid_t child = fork();
    if (child == 0) {
        const bool root = geteuid() == 0;
        auto kept = drop_privileges();
        const bool good = kept && (!root || (geteuid() != 0 && getegid() != 0)) &&
                          (!root || kept->find("no capability") != std::string::npos);
        _exit(good ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace fairway::io
