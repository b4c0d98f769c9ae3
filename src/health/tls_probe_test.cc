#include <gtest/gtest.h>

#include "health/prober.h"
#include "health/test_checks.h"
#include "health/tls_backend.h"

namespace fairway::health {
namespace {

model::HealthCheck https_check() {
    model::HealthCheck check;
    check.type = model::CheckType::kHttps;
    check.interval_ms = 100;
    check.timeout_ms = 1'000;
    check.healthy_threshold = check.unhealthy_threshold = 2;
    check.http.body_match = "ok";
    return check;
}

TEST(TlsProbe, SucceedsAndResumesItsSession) {
    TlsBackend backend;
    TestChecks checks;
    TestProber prober;
    prober->set_checks(checks.set(0, backend.address(), https_check()));
    const auto report = prober.report(0);
    EXPECT_EQ(report.healthy, 1u) << report.detail;
    prober.next_heartbeat();
    EXPECT_GT(backend.handshakes, 2);
    EXPECT_GE(backend.resumed, backend.handshakes - 1);  // all but the first
}

TEST(TlsProbe, VerifiesWhenAsked) {
    TlsBackend backend;
    TestChecks checks;
    // The CA of the check is the backend's own certificate, or another's.
    TlsBackend stranger;
    std::string authorities = backend.certificate_pem();
    TestProber prober;
    auto check = https_check();
    check.http.verify_certificate = true;
    check.http.ca_secret = model::Ref{.name = "ca"};
    prober->set_checks(checks.set(0, backend.address(), check, authorities));
    auto report = prober.report(0);
    EXPECT_EQ(report.healthy, 1u) << report.detail;

    check.http.host = "shop.example";
    prober->set_checks(checks.set(1, backend.address(), check, authorities));
    report = prober.report(1);
    EXPECT_EQ(report.healthy, 1u) << report.detail;

    check.http.host = "other.example";
    prober->set_checks(checks.set(2, backend.address(), check, authorities));
    report = prober.report(2);
    EXPECT_EQ(report.healthy, 0u);
    EXPECT_TRUE(report.detail.starts_with("TLS: ")) << report.detail;

    authorities = stranger.certificate_pem();
    check.http.host.clear();
    prober->set_checks(checks.set(3, backend.address(), check, authorities));
    report = prober.report(3);
    EXPECT_EQ(report.healthy, 0u);
    EXPECT_TRUE(report.detail.starts_with("TLS: certificate: ")) << report.detail;

    authorities = "no certificate at all";
    prober->set_checks(checks.set(4, backend.address(), check, authorities));
    EXPECT_EQ(prober.report(4).healthy, 0u);

    // The authorities turn while all else stays: known at the next probe.
    prober->set_checks(checks.set(4, backend.address(), check, backend.certificate_pem()));
    EXPECT_EQ(prober.report(5).healthy, 1u);
}

}  // namespace
}  // namespace fairway::health
