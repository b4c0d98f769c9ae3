#include "base/ip.h"

#include <gtest/gtest.h>

namespace fairway {
namespace {

TEST(IpAddr, TextRoundTrips) {
    for (const char* text :
         {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1"}) {
        const auto ip = IpAddr::parse(text);
        ASSERT_TRUE(ip) << text;
        EXPECT_EQ(ip->text(), text);
    }
    for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "g::", "1.2.3.4 "}) {
        EXPECT_FALSE(IpAddr::parse(text)) << text;
    }
}

TEST(IpAddr, LoopbackByFamily) {
    EXPECT_TRUE(IpAddr::parse("127.9.9.9")->is_loopback());
    EXPECT_TRUE(IpAddr::parse("::1")->is_loopback());
    EXPECT_FALSE(IpAddr::parse("::2")->is_loopback());
    EXPECT_FALSE(IpAddr::parse("128.0.0.1")->is_loopback());
}

TEST(Cidr, RefusesHostBitsAndBadLengths) {
    EXPECT_TRUE(Cidr::parse("192.0.2.0/24"));
    EXPECT_FALSE(Cidr::parse("192.0.2.1/24"));
    EXPECT_FALSE(Cidr::parse("192.0.2.0/33"));
    EXPECT_FALSE(Cidr::parse("192.0.2.0/"));
    EXPECT_EQ(Cidr::parse("0.0.0.0/0")->last().text(), "255.255.255.255");
}

TEST(Cidr, ContainsOnlyItsFamily) {
    const auto any4 = *Cidr::parse("0.0.0.0/0");
    const auto any6 = *Cidr::parse("::/0");
    EXPECT_TRUE(any4.contains(*IpAddr::parse("192.0.2.1")));
    EXPECT_FALSE(any4.contains(*IpAddr::parse("::1")));
    EXPECT_FALSE(any6.contains(*IpAddr::parse("192.0.2.1")));
    EXPECT_TRUE(Cidr::parse("192.0.2.0/24")->contains(*Cidr::parse("192.0.2.128/25")));
    EXPECT_FALSE(Cidr::parse("192.0.2.0/24")->contains(*Cidr::parse("192.0.0.0/16")));
}

TEST(SockAddr, BracketsAreForIpv6Only) {
    EXPECT_EQ(SockAddr::parse("127.0.0.1:53")->text(), "127.0.0.1:53");
    EXPECT_EQ(SockAddr::parse("[::1]:53")->text(), "[::1]:53");
    EXPECT_FALSE(SockAddr::parse("::1:53"));
    EXPECT_FALSE(SockAddr::parse("[127.0.0.1]:53"));
    EXPECT_FALSE(SockAddr::parse("127.0.0.1:65536"));
    EXPECT_FALSE(SockAddr::parse("127.0.0.1"));
}

}  // namespace
}  // namespace fairway
