#include "health/prober.h"

#include <gtest/gtest.h>

#include <atomic>

#include "health/test_checks.h"
#include "http/server.h"
#include "io/sockets.h"

namespace fairway::health {
namespace {

// A backend on loopback whose answer can be changed.
class Backend {
  public:
    Backend() {
        listener_ =
            *store_.open(io::Transport::kTcp, {*IpAddr::parse("127.0.0.1"), 0}, 1, "backend");
        server_ = *http::Server::start(shard_, listener_, [this](const http::Request&) {
            ++requests;
            return http::Response{.status = status.load(), .body = "all is well"};
        });
        shard_.start();
    }
    ~Backend() {
        shard_.stop();
        shard_.join();
    }
    const SockAddr& address() const { return listener_.address; }
    std::atomic<std::uint16_t> status{200};
    std::atomic<int> requests{0};

  private:
    io::ListenerStore store_;
    io::Listener listener_;
    io::Shard shard_{{.name = "backend"}};
    std::unique_ptr<http::Server> server_;
};

model::HealthCheck fast_check(model::CheckType type = model::CheckType::kHttp) {
    model::HealthCheck check;
    check.type = type;
    check.interval_ms = 100;
    check.timeout_ms = 100;
    check.healthy_threshold = check.unhealthy_threshold = 2;
    return check;
}

SockAddr closed_port() {
    const auto socket = io::tcp_listen({*IpAddr::parse("127.0.0.1"), 0});
    return *io::local_address(socket->get());
}

TEST(Prober, TellsChangesWithWhatItSaw) {
    Backend backend;
    TestChecks checks;
    TestProber prober({.place = "eu"});
    prober->set_checks(checks.set(3, backend.address(), fast_check()));
    const auto up = prober.report(0);
    EXPECT_EQ(up.id, world::FactId{3});
    EXPECT_EQ(up.place, "eu");
    EXPECT_EQ(up.healthy, 1u);
    EXPECT_TRUE(up.detail.starts_with("HTTP 200 in ")) << up.detail;
    EXPECT_GT(up.since_unix_ms, 1'600'000'000'000);
    backend.status = 503;
    const auto down = prober.report(1);
    EXPECT_EQ(down.healthy, 0u);
    EXPECT_TRUE(down.detail.starts_with("HTTP 503 in ")) << down.detail;
    prober.next_heartbeat();
    EXPECT_EQ(prober.reports(), 2u);  // no more than the changes
    EXPECT_NE(metrics().text().find(
                  "fairway_health_check_up{check=\"default/check-3\",place=\"eu\"} 0\n"),
              std::string::npos);
}

TEST(Prober, BodyMatchAndReusedConnection) {
    Backend backend;
    TestChecks checks;
    TestProber prober;
    auto check = fast_check();
    check.http.body_match = "is well";
    check.reuse_connection = true;
    prober->set_checks(checks.set(0, backend.address(), check));
    EXPECT_EQ(prober.report(0).healthy, 1u);
    check.http.body_match = "is ill";
    check.interval_ms = 101;
    prober->set_checks(checks.set(0, backend.address(), check));
    EXPECT_NE(prober.report(1).detail.find("\"is ill\" is not in the first"), std::string::npos);
}

TEST(Prober, TcpConnectsOrSaysWhyNot) {
    Backend backend;
    TestChecks checks;
    TestProber prober;
    prober->set_checks(checks.set(0, backend.address(), fast_check(model::CheckType::kTcp)));
    EXPECT_TRUE(prober.report(0).detail.starts_with("connected in "));
    EXPECT_EQ(backend.requests, 0);
    prober->set_checks(checks.set(1, closed_port(), fast_check(model::CheckType::kTcp)));
    EXPECT_EQ(prober.report(1).detail, "connect: Connection refused");
}

TEST(Prober, ASilentBackendTimesOut) {
    const auto silent = io::tcp_listen({*IpAddr::parse("127.0.0.1"), 0});
    TestChecks checks;
    TestProber prober;
    prober->set_checks(checks.set(0, *io::local_address(silent->get()), fast_check()));
    EXPECT_EQ(prober.report(0).detail, "timeout after 100 ms (waiting for an answer)");
}

TEST(Prober, NoticesWithinThresholdTimesIntervalPlusTimeout) {
    Backend backend;
    TestChecks checks;
    TestProber prober;
    auto check = fast_check();
    check.unhealthy_threshold = 3;
    prober->set_checks(checks.set(0, backend.address(), check));
    EXPECT_EQ(prober.report(0).healthy, 1u);
    const auto began = std::chrono::steady_clock::now();
    backend.status = 500;
    EXPECT_EQ(prober.report(1).healthy, 0u);
    const auto took = std::chrono::steady_clock::now() - began;
    // 3 x 100 ms + 100 ms, and room for a busy machine.
    EXPECT_LT(took, std::chrono::milliseconds(400 + 200));
}

TEST(Prober, WhatIsRemovedStopsAndWhatStaysKeepsItsState) {
    Backend backend;
    TestChecks checks;
    TestProber prober;
    checks.set(0, backend.address(), fast_check());
    checks.set(1, backend.address(), fast_check());
    auto disabled = fast_check();
    disabled.disabled = true;
    checks.set(2, backend.address(), disabled);
    auto elsewhere = fast_check();
    elsewhere.from = {"us"};
    checks.set(3, backend.address(), elsewhere);
    prober->set_checks(checks.all());
    prober.report(2);                  // 0, 1 and 3 are up
    prober->set_checks(checks.all());  // nothing changed
    auto slower = fast_check();
    slower.interval_ms = 150;
    prober->set_checks(checks.set(0, backend.address(), slower));
    prober->set_checks(checks.remove(1));
    prober.next_heartbeat();
    EXPECT_EQ(prober.reports(), 3u);
    const std::string text = metrics().text();
    const auto has = [&](const std::string& sample) {
        return text.find("fairway_health_check_up{check=\"default/check-" + sample) !=
               std::string::npos;
    };
    EXPECT_TRUE(has("0\",place=\"\"} 1\n")) << text;
    EXPECT_FALSE(has("1")) << text;
    EXPECT_FALSE(has("2")) << text;
    // `from: [us]` is probed too: this prober has no place of its own.
    EXPECT_TRUE(has("3\",place=\"\"} 1\n")) << text;
}

TEST(Prober, ManyWaitForRoomAndAllAreProbed) {
    Backend backend;
    TestChecks checks;
    TestProber prober({.in_flight_max = 2});
    for (std::uint32_t id = 0; id < 40; ++id) checks.set(id, backend.address(), fast_check());
    prober->set_checks(checks.all());
    for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(prober.report(i).healthy, 1u);
}

}  // namespace
}  // namespace fairway::health
