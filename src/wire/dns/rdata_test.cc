#include "wire/dns/rdata.h"

#include <gtest/gtest.h>

#include "wire/dns/svcb.h"

namespace fairway::wire::dns {
namespace {

using Octets = std::vector<std::uint8_t>;

std::string hex_of(Type type, std::string_view text) {
    const auto wire = rdata_from_text(type, text);
    if (!wire) return "error: " + wire.error().text;
    std::string hex;
    append_hex(hex, *wire);
    return hex;
}

Octets octets(std::string_view hex) {
    Octets out;
    EXPECT_TRUE(append_from_hex(hex, out)) << hex;
    return out;
}

// text -> wire -> text, the last in our own form.
std::string again(Type type, std::string_view text) {
    const auto wire = rdata_from_text(type, text, *Name::parse("o.test."));
    if (!wire) return "error: " + wire.error().text;
    EXPECT_TRUE(check_rdata(type, *wire));
    const std::string printed = rdata_text(type, *wire);
    const auto back = rdata_from_text(type, printed);
    EXPECT_TRUE(back && *back == *wire) << printed;
    return printed;
}

std::string error_of(Type type, std::string_view text) {
    const auto wire = rdata_from_text(type, text);
    return wire ? "accepted" : wire.error().text;
}

TEST(Rdata, EachTypePrintsCanonically) {
    EXPECT_EQ(again(Type::kA, "192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(again(Type::kAaaa, "2001:DB8:0::1"), "2001:db8::1");
    EXPECT_EQ(again(Type::kNs, "ns1"), "ns1.o.test.");
    EXPECT_EQ(again(Type::kSoa, "@ host 1 1h 10m 2w ( 5 )"),
              "o.test. host.o.test. 1 3600 600 1209600 5");
    EXPECT_EQ(again(Type::kSoa, ". . 4294967295 4294967295 0 0 0"),
              ". . 4294967295 4294967295 0 0 0");
    EXPECT_EQ(again(Type::kMx, "10 m.example."), "10 m.example.");
    EXPECT_EQ(again(Type::kTxt, "a \"b c\" \"\" \\\"\\010"), "\"a\" \"b c\" \"\" \"\\\"\\010\"");
    EXPECT_EQ(again(Type::kSrv, "1 2 65535 h"), "1 2 65535 h.o.test.");
    EXPECT_EQ(again(Type::kCaa, "128 issueWild \"\""), "128 issueWild \"\"");
    EXPECT_EQ(again(Type::kTlsa, "3 1 1 aB Cd"), "3 1 1 ABCD");
    EXPECT_EQ(again(Type::kSshfp, "4 2 0a0b"), "4 2 0A0B");
    EXPECT_EQ(again(Type::kNaptr, "100 50 s z3950+I2L \"\" _z._tcp"),
              "100 50 \"s\" \"z3950+I2L\" \"\" _z._tcp.o.test.");
    EXPECT_EQ(again(Type::kUri, "10 1 \"ftp://ftp1.example.com/public\""),
              "10 1 \"ftp://ftp1.example.com/public\"");
    EXPECT_EQ(again(Type::kDs, "60485 ECDSAP256SHA256 2 D4B7"), "60485 13 2 D4B7");
    EXPECT_EQ(again(Type::kDnskey, "257 3 ED25519 AAEC Aw=="), "257 3 15 AAECAw==");
    EXPECT_EQ(again(Type::kRrsig, "SOA 8 2 300 20240229235959 1704067200 7 @ AAEC"),
              "SOA 8 2 300 20240229235959 20240101000000 7 o.test. AAEC");
    EXPECT_EQ(again(Type::kNsec, "b TYPE1234 A MX A"), "b.o.test. A MX TYPE1234");
    EXPECT_EQ(again(Type::kHinfo, "amd64 \"li nux\""), "\"amd64\" \"li nux\"");
    EXPECT_EQ(again(Type::kLoc, "42 21 54 N 71 6 18 W -24m 30m"),
              "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m");
    EXPECT_EQ(again(Type::kLoc, "0 S 180 e 42849672.95 0 90000000.00m 0.09"),
              "0 0 0.000 N 180 0 0.000 E 42849672.95m 0.00m 90000000.00m 0.09m");
    EXPECT_EQ(again(Type{65280}, "\\# 0"), "\\# 0");
    EXPECT_EQ(again(Type{62}, "\\# 4 0102 0304"), "\\# 4 01020304");
    EXPECT_EQ(again(Type::kA, "\\# 4 C0000201"), "192.0.2.1");
    EXPECT_EQ(again(Type::kDlv, "1 5 1 00"), "1 5 1 00");
}

TEST(Rdata, WhatIsMalformedPrintsGenerically) {
    EXPECT_EQ(rdata_text(Type::kA, octets("C00002")), "\\# 3 C00002");
    EXPECT_EQ(rdata_text(Type::kA, octets("C000020101")), "\\# 5 C000020101");
    EXPECT_EQ(rdata_text(Type::kTxt, octets("")), "\\# 0");
    EXPECT_EQ(rdata_text(Type::kLoc, octets("01121613896BD5C0766F9A400098B220")),
              "\\# 16 01121613896BD5C0766F9A400098B220");
    EXPECT_FALSE(check_rdata(Type::kMx, octets("000A")));
    EXPECT_FALSE(check_rdata(Type::kCaa, octets("0000")));
    EXPECT_FALSE(check_rdata(Type::kCaa, octets("00022D2D")));
    EXPECT_FALSE(check_rdata(Type::kUri, octets("00000000")));
    EXPECT_FALSE(check_rdata(Type::kNsec, octets("00000100")));
    EXPECT_FALSE(check_rdata(Type::kNsec, octets("000001400001400001")));
}

TEST(Rdata, ErrorsSayWhatWouldBeRight) {
    EXPECT_EQ(error_of(Type::kMx, "mail.example.com."),
              "MX \"mail.example.com.\": \"mail.example.com.\" is not a number from 0 to 65535; MX "
              "is as in: 10 mail.example.com.");
    EXPECT_EQ(error_of(Type::kA, ""),
              "A \"\": the data ends where an IPv4 address should stand; A is as in: 192.0.2.1");
    EXPECT_EQ(error_of(Type::kCname, "a b"),
              "CNAME \"a b\": \"b\" is too much; CNAME is as in: target.example.com.");
    for (const auto& [type, text] : std::vector<std::pair<Type, std::string>>{
             {Type::kA, "::1"},
             {Type::kA, "1.2.3"},
             {Type::kA, "\"1.2.3.4\""},
             {Type::kAaaa, "1.2.3.4"},
             {Type::kNs, "\"a.\""},
             {Type::kNs, "a..b"},
             {Type::kTxt, ""},
             {Type::kTxt, "\"open"},
             {Type::kTxt, "\\300"},
             {Type::kTxt, std::string(256, 'x')},
             {Type::kSrv, "1 2 65536 a."},
             {Type::kSrv, "1 -2 3 a."},
             {Type::kCaa, "0 bad-tag x"},
             {Type::kCaa, "0 \"\" x"},
             {Type::kCaa, "0 issue a b"},
             {Type::kUri, "1 1 \"\""},
             {Type::kTlsa, "3 1 1 ABC"},
             {Type::kTlsa, "3 1 1 XY"},
             {Type::kTlsa, "3 1 1"},
             {Type::kDs, "1 NOALG 1 00"},
             {Type::kDnskey, "1 3 8 AAE"},
             {Type::kDnskey, "1 3 8 AAF="},
             {Type::kDnskey, "1 3 8 A==="},
             {Type::kDnskey, "1 3 8 AA*="},
             {Type::kRrsig, "A 8 2 1 20240230000000 0 1 . AAAA"},
             {Type::kRrsig, "A 8 2 1 2024 20240101006000 1 . AAAA"},
             {Type::kRrsig, "A 8 2 1 1 2024010100x000 1 . AAAA"},
             {Type::kNsec, "a. FROB"},
             {Type{62}, "1 2 3"},
             {Type::kA, "\\# 3 010203"},
             {Type::kA, "\\# 4 0102030"},
             {Type::kA, "\\# x"},
             {Type::kA, "\\#"},
             {Type::kA, "\\# 5 01020304"},
             {Type::kA, "\\# 70000 00"},
             {Type::kSoa, "a. b. 1 2x 3 4 5"},
             {Type::kLoc, "91 N 0 E 0"},
             {Type::kLoc, "90 0 0.001 N 0 E 0"},
             {Type::kLoc, "1 60 N 0 E 0"},
             {Type::kLoc, "1 1 1 1 N 0 E 0"},
             {Type::kLoc, "N 0 E 0"},
             {Type::kLoc, "1 N 181 E 0"},
             {Type::kLoc, "1 N 1 E"},
             {Type::kLoc, "1 N 1 E -100000.01"},
             {Type::kLoc, "1 N 1 E 42849672.96"},
             {Type::kLoc, "1 N 1 E 0 1 1 1 1"},
             {Type::kLoc, "1 N 1 E 0 x"},
             {Type::kLoc, "1 N 1 E 0 0.001"},
             {Type::kLoc, "1 N"},
             {Type::kLoc, "1 N 1 E 0 90000000.01m"},
             {Type::kLoc, "1 1 1. N 1 E .5"}}) {
        EXPECT_NE(error_of(type, text), "accepted") << type_text(type) << " " << text;
    }
}

// RFC 9460 appendix D.
TEST(Svcb, VectorsOfTheRfc) {
    const std::string foo = "03666F6F076578616D706C6503636F6D00";
    const Type svcb = Type::kSvcb;
    EXPECT_EQ(hex_of(Type::kHttps, "0 foo.example.com."), "0000" + foo);
    EXPECT_EQ(hex_of(svcb, "1 ."), "000100");
    EXPECT_EQ(hex_of(svcb, "16 foo.example.com. port=53"), "0010" + foo + "000300020035");
    EXPECT_EQ(hex_of(svcb, "1 foo.example.com. key667=hello"), "0001" + foo + "029B000568656C6C6F");
    EXPECT_EQ(hex_of(svcb, "1 foo.example.com. key667=\"hello\\210qoo\""),
              "0001" + foo + "029B000968656C6C6FD2716F6F");
    EXPECT_EQ(
        hex_of(svcb, "1 foo.example.com. ( ipv6hint=\"2001:db8::1,2001:db8::53:1\" )"),
        "0001" + foo + "0006002020010DB800000000000000000000000120010DB8000000000000000000530001");
    EXPECT_EQ(hex_of(svcb, "1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\""),
              "0001076578616D706C6503636F6D00"
              "0006001020010DB8012203440000"
              "0000C0000221");
    EXPECT_EQ(
        hex_of(svcb,
               "16 foo.example.org. (alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1)"),
        "001003666F6F076578616D706C65036F726700"
        "0000000400010004"
        "00010009026832"
        "0568332D3139"
        "00040004C0000201");
    for (const char* text : {"16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
                             "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2"}) {
        EXPECT_EQ(hex_of(svcb, text),
                  "001003666F6F076578616D706C65036F726700"
                  "0001000C08665C6F6F2C626172026832");
    }
}

TEST(Svcb, RefusesWhatTheRfcRefuses) {
    for (const char* text : {"1 a. key123=abc key123=def",
                             "1 a. mandatory",
                             "1 a. alpn",
                             "1 a. port",
                             "1 a. ipv4hint",
                             "1 a. ipv6hint",
                             "1 a. no-default-alpn=abc",
                             "1 a. mandatory=key123",
                             "1 a. mandatory=mandatory",
                             "1 a. mandatory=key123,key123 key123=abc",
                             "1 a. no-default-alpn",
                             "1 a. port=65536",
                             "1 a. port=",
                             "1 a. alpn=\"\"",
                             "1 a. alpn=h2,",
                             "1 a. alpn=,h2",
                             "1 a. alpn=\"a\\\\\"",
                             "1 a. ipv4hint=::1",
                             "1 a. ipv6hint=192.0.2.1",
                             "1 a. ipv4hint=192.0.2.1,",
                             "1 a. ech=\"***\"",
                             "1 a. ech",
                             "1 a. frob=1",
                             "1 a. key0123=x",
                             "1 a. key65535=x",
                             "1 a. \"port=53\"",
                             "1 a. mandatory=frob",
                             "1 a. key9=\\999",
                             "1 a. dohpath",
                             "1 a. ohttp=1"}) {
        EXPECT_NE(error_of(Type::kSvcb, text), "accepted") << text;
    }
    EXPECT_TRUE(svc_params_fault(octets("00030002")));                    // cut
    EXPECT_TRUE(svc_params_fault(octets("00030002003500010003026832")));  // descending
    EXPECT_TRUE(svc_params_fault(octets("000100030368")));
    EXPECT_FALSE(svc_params_fault(octets("00010003026832")));
}

TEST(Svcb, PrintsWhatItReads) {
    EXPECT_EQ(again(Type::kHttps,
                    "1 . ech=AAEC ipv4hint=192.0.2.1,192.0.2.2 alpn=h2,\"x\\\\,y\" no-default-alpn "
                    "dohpath=/q{?dns} ohttp "
                    "key99=\"a b\""),
              "error: HTTPS \"1 . ech=AAEC ipv4hint=192.0.2.1,192.0.2.2 alpn=h2,\"x\\\\,y\" "
              "no-default-alpn dohpath=/q{?dns} ohttp "
              "key99=\"a b\"\": alpn lists protocol names of 1 to 255 octets, as in alpn=h2,h3");
    EXPECT_EQ(
        again(Type::kHttps,
              "1 . mandatory=alpn,port ipv6hint=2001:db8::1 port=8443 ech=AAEC "
              "ipv4hint=192.0.2.1,192.0.2.2 "
              "alpn=\"h2,x\\\\,y\" no-default-alpn dohpath=/q{?dns} ohttp key99=\"a b\" key100"),
        "1 . mandatory=alpn,port alpn=\"h2,x\\\\,y\" no-default-alpn port=8443 "
        "ipv4hint=192.0.2.1,192.0.2.2 ech=\"AAEC\" "
        "ipv6hint=2001:db8::1 dohpath=\"/q{?dns}\" ohttp key99=\"a b\" key100");
}

TEST(Rdata, VisitsTheNamesInside) {
    const auto names = [](Type type, std::string_view text) {
        std::string out;
        each_name(type, *rdata_from_text(type, text),
                  [&](NameView name) { out += name.text() + " "; });
        return out;
    };
    EXPECT_EQ(names(Type::kSoa, "a. b. 1 2 3 4 5"), "a. b. ");
    EXPECT_EQ(names(Type::kSrv, "1 2 3 target."), "target. ");
    EXPECT_EQ(names(Type::kHttps, "1 svc. alpn=h2"), "svc. ");
    EXPECT_EQ(names(Type::kTxt, "a."), "");
    EXPECT_EQ(names(Type{65280}, "\\# 1 00"), "");
}

TEST(Types, NamesAndNumbers) {
    EXPECT_EQ(type_from_text("https"), Type::kHttps);
    EXPECT_EQ(type_from_text("TYPE65"), Type::kHttps);
    EXPECT_EQ(type_from_text("type65280"), Type{65280});
    EXPECT_EQ(type_from_text("*"), Type::kAny);
    EXPECT_EQ(type_text(Type{65280}), "TYPE65280");
    EXPECT_EQ(type_text(Type::kDlv), "DLV");
    EXPECT_EQ(type_text(Type{32768}), "TA");
    for (const char* bad : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "FROB", "NSEC3PARAMS"})
        EXPECT_FALSE(type_from_text(bad)) << bad;
    for (unsigned n = 1; n < 300; ++n) EXPECT_EQ(type_from_text(type_text(Type(n))), Type(n));
    EXPECT_EQ(class_from_text("class1"), Class::kIn);
    EXPECT_EQ(class_text(Class{7}), "CLASS7");
    EXPECT_EQ(rcode_text(Rcode::kNxDomain), "NXDOMAIN");
    EXPECT_TRUE(is_meta_type(Type::kOpt) && is_meta_type(Type::kAny) && is_meta_type(Type{0}));
    EXPECT_FALSE(is_meta_type(Type::kA) || is_meta_type(Type::kCaa));
}

TEST(Text, ReadsTimesWithUnits) {
    EXPECT_EQ(parse_ttl("0"), 0u);
    EXPECT_EQ(parse_ttl("1h30m"), 5400u);
    EXPECT_EQ(parse_ttl("1W2D3H4M5S"), 788645u);
    EXPECT_EQ(parse_ttl("1h5"), 3605u);
    EXPECT_EQ(parse_ttl("2147483647"), 2147483647u);
    for (const char* bad :
         {"", "h", "1x", "1hh", "2147483648", "4000w", "-1", "1 h", "99999999999999999999w"})
        EXPECT_FALSE(parse_ttl(bad)) << bad;
}

TEST(Text, TokensKeepQuotesAndGlue) {
    const auto tokens = tokenize("a \"b c\";x\nd=\"e\" (f) g\\ h");
    ASSERT_TRUE(tokens);
    ASSERT_EQ(tokens->size(), 6u);
    EXPECT_TRUE((*tokens)[1].quoted && !(*tokens)[1].glued);
    EXPECT_TRUE((*tokens)[3].quoted && (*tokens)[3].glued);
    EXPECT_EQ((*tokens)[5].text, "g\\ h");
    EXPECT_FALSE(tokenize("\"open"));
    EXPECT_FALSE(tokenize("\"open\\"));
    EXPECT_FALSE(tokenize("a\\"));
}

}  // namespace
}  // namespace fairway::wire::dns
