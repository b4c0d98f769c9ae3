#include "health/request.h"

#include <gtest/gtest.h>

namespace fairway::health {
namespace {

const SockAddr kAddress = *SockAddr::parse("192.0.2.1:8080");

TEST(ProbeRequest, HostIsTheDeclaredOneElseTheAddress) {
    model::HealthCheck check;
    EXPECT_EQ(*probe_request(check, kAddress),
              "GET / HTTP/1.1\r\nHost: 192.0.2.1:8080\r\nUser-Agent: fairway-health\r\n"
              "Accept: */*\r\nConnection: close\r\n\r\n");
    EXPECT_NE(
        probe_request(check, *SockAddr::parse("[2001:db8::1]:80"))->find("Host: [2001:db8::1]\r\n"),
        std::string::npos);
    check.http.host = "shop.example";
    check.http.headers = {{"X-Probe", "1"}, {"user-agent", "mine"}};
    check.http.path = "/healthz?deep=1";
    check.reuse_connection = true;
    EXPECT_EQ(*probe_request(check, kAddress),
              "GET /healthz?deep=1 HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\nX-Probe: 1\r\n"
              "user-agent: mine\r\n\r\n");
    EXPECT_EQ(server_name(check, kAddress), "shop.example");
}

TEST(ProbeRequest, NothingBreaksOutOfItsLine) {
    model::HealthCheck check;
    check.http.headers = {{"X", "a\r\nEvil: b"}};
    EXPECT_FALSE(probe_request(check, kAddress));
    check.http.headers = {{"X:", "a"}};
    EXPECT_FALSE(probe_request(check, kAddress));
    check.http.headers.clear();
    check.http.path = "/ HTTP/1.1\r\n\r\n";
    EXPECT_FALSE(probe_request(check, kAddress));
    check.http.path = "no-slash";
    EXPECT_FALSE(probe_request(check, kAddress));
}

TEST(JudgeAnswer, StatusThenBody) {
    model::HttpCheck http;
    http.expected_statuses = {{200, 200}, {301, 302}};
    const auto judged = [&](std::uint16_t status, std::string body = {}) {
        return judge_answer(http, {.status = status, .body = std::move(body)}, 2);
    };
    EXPECT_TRUE(judged(200).good);
    EXPECT_TRUE(judged(302).good);
    EXPECT_FALSE(judged(300).good);
    EXPECT_EQ(judged(503).detail, "HTTP 503 in 2 ms");
    http.body_match = "ok";
    EXPECT_TRUE(judged(200, "is ok.").good);
    EXPECT_FALSE(judged(200, "is OK.").good);
    EXPECT_EQ(judged(200).detail,
              "HTTP 200 in 2 ms, but \"ok\" is not in the first 5120 bytes of the body");
    EXPECT_EQ(judge_answer(http, {.error = "connect: Connection refused"}, 1).detail,
              "connect: Connection refused");
}

}  // namespace
}  // namespace fairway::health
