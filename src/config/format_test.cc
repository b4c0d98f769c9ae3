#include "config/format.h"

#include <gtest/gtest.h>

namespace fairway::config {
namespace {

struct Case {
    const char* format;
    const char* good;  // separated by |
    const char* bad;
};

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (c == '|') {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

TEST(Format, TellsGoodFromBad) {
    const Case cases[] = {
        {"dns1123-label", "a|a-1|9", "|-a|a-|A|a.b|a_b"},
        {"dns1123-subdomain", "a|a.b-c.d", "|a..b|.a|a.|A.b"},
        {"label-key", "app|example.com/app|a_b.c", "|/a|a/|A B|-a|Example.com/a"},
        {"label-value", "|a|V1_2.x", "-a|a b|a/b"},
        {"data-key", "ca.crt|A_b-", "|a b|.|..|a/b"},
        {"node-name", "eu-1|EU.a_b", "|a b|a/b"},
        {"port-name", "http|a-1", "|HTTP|-a"},
        {"port-name-or-empty", "|http", "HTTP"},
        {"ip", "192.0.2.1|::1", "|192.0.2.256|a|192.0.2.0/24"},
        {"cidr", "192.0.2.0/24|::/0", "192.0.2.1/24|192.0.2.0/33|x"},
        {"socket-address", "192.0.2.1:80|[::1]:443",
         "192.0.2.1|::1:80|192.0.2.1:0|192.0.2.1:65536"},
        {"timestamp", "2026-11-21T14:08:23Z|2026-11-21t14:08:23.5z|2024-02-29T00:00:60+05:30",
         "|2026-11-21|2026-11-21 14:08:23Z|2026-02-29T00:00:00Z|2026-11-21T24:00:00Z|"
         "2026-11-21T14:08:23|2026-11-21T14:08:23.Z|2026-11-21T14:08:23+0100|"
         "2026-11-21T14:08:23+24:00|2O26-11-21T14:08:23Z"},
        {"group", "|gateway.networking.k8s.io|a-1", "A|.a|a.|a..b|-a|a_b"},
        {"kind-name", "Service|A1-b", "|1A|-A|A-|A.b"},
        {"section-name", "http|a.b-1.c", "|A|a.|.a|a..b|-a|a-|*.a"},
        {"hostname-pattern", "a.example.com|*.example.com|*.a", "|*|*.|a.*.b|**.a|A.b|a.|*a.b"},
        {"controller-name", "fairway.dev/gateway-controller|a/b/C~1", "|a|a/|/a|A.b/c|a/b c|a/?"},
        {"address-type", "IPAddress|Hostname|NamedAddress|example.com/type|Hostname2",
         "|Other|/a|A/b|example.com/|example.com/a b"},
        {"listener-protocol", "HTTP|a-1|example.com/bar", "|-a|a-|a b|/a|example.com/|A/b|a/b-c"},
        {"visible-text", "a|a b|a\tb!", "| a|a |a  b|a\nb|\x7F"},
        {"gep2257-duration", "0s|500ms|1h30m|99999h1m1s1ms|5m5s",
         "|5|s|1h30|100000s|1.5s|-1s|1h1m1s1ms1s|5d|1 s"},
        {"uri-path", "/|a|/a%2F~b;c=@", "|/a b|/%2|/%zz|/a?b|/a#b"},
        {"cors-origin", "*|http://a|https://*.example.com:8443|https://*|http://*:80|https://A.b-c",
         "|a|ftp://a|http://|http://a:|http://a:123456|http://a/b|http://.a|http://a.|"
         "http://a..b|http://*a"},
        {"dns-name", "www.example.com|example.com.|.|*.a|_a._tcp.b", "|a..b|@|.a"},
        {"record-type", "A|aaaa|TYPE65280|SVCB", "|ANY|AXFR|OPT|B|TYPE255"},
        {"match-key", "*|country/US|subdivision/US-CA|line/cn_telecom|group/GEO-ME",
         "|US|planet/x|country/|country/ "},
        {"percent", "0%|18%|100%", "18|%|101%|-1%|1.5%|999%"},
        {"status-range", "200|200-299|100-599", "20|299-200|600|200-|a"},
        {"url-path", "/|/a?b=c", "a||/a b|/#x"},
        {"host-header", "a.b|a:80|[::1]|[::1]:80|192.0.2.1:80|::1", "|a b|a:|a:x|.a"},
        {"header-name", "X-A|host", "|a b|a:"},
        {"header-value", "|a b", " a|a "},
        {"path-below", "a|a/b.zone", "|/a|../a|a/../b|a//b|./a"},
        {"base64", "|aGk=|YQ==", "a|aGk|a b=|YR=="},
    };
    for (const Case& c : cases) {
        const auto format = format_from_name(c.format);
        ASSERT_TRUE(format) << c.format;
        for (const auto& text : split(c.good))
            EXPECT_EQ(format_fault(*format, text), nullptr) << c.format << " `" << text << "`";
        for (const auto& text : split(c.bad))
            EXPECT_NE(format_fault(*format, text), nullptr) << c.format << " `" << text << "`";
    }
    EXPECT_EQ(std::size(cases), static_cast<std::size_t>(Format::kCorsOrigin))
        << "every format has a case";
    EXPECT_FALSE(format_from_name("such"));
}

TEST(Format, CanonicalNames) {
    EXPECT_EQ(canonical_dns_name("WWW.Example.com."), "www.example.com");
    EXPECT_EQ(canonical_dns_name("."), "");
    EXPECT_EQ(canonical_dns_name(std::string(64, 'a')), std::nullopt);
    EXPECT_EQ(decode_base64("aGVs\nbG8="), "hello");
}

TEST(Format, ATimestampIsOneMomentWhateverItsOffset) {
    EXPECT_EQ(unix_seconds("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(unix_seconds("2026-11-21T14:08:23Z"), 1795270103);
    EXPECT_EQ(unix_seconds("2026-11-21T15:08:23.999+01:00"), 1795270103);
    EXPECT_EQ(unix_seconds("2026-11-20T21:38:23-16:30"), 1795270103);
    EXPECT_EQ(unix_seconds("1969-12-31T23:59:59Z"), -1);
}

TEST(Format, DurationsAreSums) {
    EXPECT_EQ(duration_ms("0s"), 0u);
    EXPECT_EQ(duration_ms("1h30m"), 5'400'000u);
    EXPECT_EQ(duration_ms("1s500ms"), 1500u);
    EXPECT_EQ(duration_ms("5ms5m"), 300'005u);
    EXPECT_EQ(duration_ms("99999h99999h99999h99999h"), 4 * 99999 * 3'600'000ull);
    EXPECT_EQ(duration_ms("1"), std::nullopt);
}

}  // namespace
}  // namespace fairway::config
