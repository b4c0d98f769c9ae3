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
    EXPECT_EQ(std::size(cases), static_cast<std::size_t>(Format::kBase64))
        << "every format has a case";
    EXPECT_FALSE(format_from_name("such"));
}

TEST(Format, CanonicalNames) {
    EXPECT_EQ(canonical_dns_name("WWW.Example.com."), "www.example.com");
    EXPECT_EQ(canonical_dns_name("."), "");
    EXPECT_EQ(canonical_dns_name(std::string(64, 'a')), std::nullopt);
    EXPECT_EQ(decode_base64("aGVs\nbG8="), "hello");
}

}  // namespace
}  // namespace fairway::config
