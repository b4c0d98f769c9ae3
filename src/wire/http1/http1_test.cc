#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/http1/body.h"
#include "wire/http1/chars.h"
#include "wire/http1/head.h"
#include "wire/http1/target.h"
#include "wire/http1/writer.h"

namespace fairway::wire::http1 {
namespace {

HeadStatus request(std::string_view bytes, RequestHead* head = nullptr) {
    static RequestHead ignored;
    std::size_t used = 0;
    return parse_request(bytes, head ? head : &ignored, &used);
}

TEST(Http1Request, ReadsAWholeHead) {
    const std::string bytes =
        "POST /a?b=c HTTP/1.1\r\nHost: localhost:5380\r\nX-Empty:\r\nX-Blank: \t v w \t\r\n"
        "content-LENGTH: 3\r\n\r\nabcGET";
    RequestHead head;
    std::size_t used = 0;
    ASSERT_EQ(parse_request(bytes, &head, &used), HeadStatus::kDone);
    EXPECT_EQ(used, bytes.size() - 6);
    EXPECT_EQ(head.headers()[2].line(), "X-Blank: \t v w \t\r\n");
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/a?b=c");
    EXPECT_EQ(head.host, "localhost:5380");
    EXPECT_EQ(head.find("x-blank"), "v w");
    EXPECT_EQ(head.find("X-EMPTY"), "");
    EXPECT_FALSE(head.find("none"));
    EXPECT_EQ(head.framing, Framing::kLength);
    EXPECT_EQ(head.length, 3u);
    EXPECT_TRUE(head.keep_alive);
    for (std::size_t size = 0; size < used; ++size) {
        EXPECT_EQ(request(bytes.substr(0, size)), HeadStatus::kMore) << size;
    }
}

// One rule of the grammar: where it stands (RFC 9112 unless said), a message, and what it is.
struct Row {
    const char* rule;
    std::string_view message;
    HeadStatus status;
};
std::string shown(const Row& row) {
    return std::string(row.rule) + ": " + std::string(row.message.substr(0, 200));
}

using enum HeadStatus;
using namespace std::string_view_literals;

// Every beginning is told apart from the whole by kMore alone.
template <class H, class Parse>
void expect_rows(std::span<const Row> rows, Parse parse) {
    for (const Row& row : rows) {
        H head;
        std::size_t used = 0;
        EXPECT_EQ(parse(row.message, &head, &used), row.status) << shown(row);
        bool decided = false;
        for (std::size_t size = 0; size <= row.message.size(); ++size) {
            // What lies behind the beginning is not to be seen: a copy of its own.
            const std::string beginning(row.message.substr(0, size));
            const HeadStatus status = parse(beginning, &head, &used);
            EXPECT_TRUE(status == row.status || (status == kMore && !decided))
                << size << shown(row);
            decided = status != kMore;
        }
    }
}

constexpr std::string_view kGood = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(Http1Request, FollowsEachRuleOfTheRequestLine) {
    const Row rows[] = {
        {"2.2 one empty line before", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", kDone},
        {"2.2 not two", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"2.2 CRLF, no bare LF", "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"2.2 no bare LF", "GET / HTTP/1.1\nHost: h\r\n\r\n", kBadStartLine},
        {"2.2 no bare CR", "GET / HTTP/1.1\rHost: h\r\n\r\n", kBadStartLine},
        {"2.2 a CR is not a blank", "GET\r/ HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"2.2 no blank before the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", kBadHeader},
        {"3 single blanks", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3 single blanks", "GET /  HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3 no HTAB", "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3 nothing before", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3 nothing after", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", kBadStartLine},
        {"3 three parts", "GET /\r\n\r\n", kBadStartLine},
        {"3 three parts", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3.1 method: a token", "G(T / HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3.1 any token", "M-SEARCH! / HTTP/1.1\r\nHost: h\r\n\r\n", kDone},
        {"3.1 case matters to others, not here", "get / HTTP/1.1\r\nHost: h\r\n\r\n", kDone},
        {"3.1 32 bytes", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_01234 / HTTP/1.1\r\nHost: h\r\n\r\n", kDone},
        {"3.1 no more", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_012345 / HTTP/1.1\r\nHost: h\r\n\r\n",
         kMethodTooLong},
        {"3.2 target: no control", "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3.2 nor DEL", "GET /\x7F HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3.2 nor 8 bits", "GET /\xC3\xA9 HTTP/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"3.2 nor NUL", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"sv, kBadStartLine},
        {"2.3 version", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", kBadVersion},
        {"2.3 version", "GET / HTTP/0.9\r\nHost: h\r\n\r\n", kBadVersion},
        {"2.3 the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", kBadVersion},
        {"2.3 its case", "GET / http/1.1\r\nHost: h\r\n\r\n", kBadStartLine},
        {"2.3 one digit each", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", kBadStartLine},
        {"2.3 one digit each", "GET / HTTP/11\r\nHost: h\r\n\r\n", kBadStartLine},
        {"a client that speaks TLS", "\x16\x03\x01", kBadStartLine},
    };
    expect_rows<RequestHead>(rows, parse_request);
}

// `fields` in a request of HTTP/1.1 that has one Host.
TEST(Http1Request, FollowsEachRuleOfTheFields) {
    const Row rows[] = {
        {"2.2 no bare LF", "A: b\nC: d\r\n", kBadHeader},
        {"2.2 no bare CR", "A: b\rC: d\r\n", kBadHeader},
        {"2.2 no CR before CRLF", "A: b\r\r\n", kBadHeader},
        {"5.1 name: a token", "A b: c\r\n", kBadHeader},
        {"5.1 name: a token", "A\xC3: c\r\n", kBadHeader},
        {"5.1 name: not empty", ": b\r\n", kBadHeader},
        {"5.1 no blank before the colon", "Content-Length : 1\r\n", kBadHeader},
        {"5.1 nor HTAB", "Content-Length\t: 1\r\n", kBadHeader},
        {"5.1 a colon there is", "Content-Length\r\n", kBadHeader},
        {"5.1 blanks around the value", "A: \t b \t \r\n", kDone},
        {"5.1 no value", "A:\r\n", kDone},
        {"5.2 no folding", "A: b\r\n c\r\n", kBadHeader},
        {"5.2 no folding", "A: b\r\n\tc\r\n", kBadHeader},
        {"9110 5.5 value: no NUL", "A: b\0c\r\n"sv, kBadHeader},
        {"9110 5.5 nor controls", "A: b\x0B\r\n", kBadHeader},
        {"9110 5.5 nor DEL", "A: b\x7F\r\n", kBadHeader},
        {"9110 5.5 obs-text", "A: \xC3\xA9\xFF\r\n", kDone},
        {"6.1 not both", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", kBadFraming},
        {"6.1 not both", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", kBadFraming},
        {"6.1 chunked", "Transfer-Encoding: chunked\r\n", kDone},
        {"7 in any case", "Transfer-Encoding: ChunKed\r\n", kDone},
        {"6.1 last of others", "Transfer-Encoding: gzip, chunked\r\n", kUnknownCoding},
        {"6.3 not last", "Transfer-Encoding: chunked, gzip\r\n", kBadFraming},
        {"6.3 not there", "Transfer-Encoding: gzip\r\n", kBadFraming},
        {"6.3 another word", "Transfer-Encoding: xchunked\r\n", kBadFraming},
        {"6.3 another word", "Transfer-Encoding: chunked;a=b\r\n", kBadFraming},
        {"6.1 one line", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
         kBadFraming},
        {"6.1 one line", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", kBadFraming},
        {"6.1 not empty", "Transfer-Encoding:\r\n", kBadFraming},
        {"9110 8.6 one line", "Content-Length: 1\r\nContent-Length: 1\r\n", kBadFraming},
        {"9110 8.6 no list", "Content-Length: 1, 1\r\n", kBadFraming},
        {"9110 8.6 digits", "Content-Length: +1\r\n", kBadFraming},
        {"9110 8.6 digits", "Content-Length: -1\r\n", kBadFraming},
        {"9110 8.6 digits", "Content-Length: 0x1\r\n", kBadFraming},
        {"9110 8.6 digits", "Content-Length: 1 2\r\n", kBadFraming},
        {"9110 8.6 digits", "Content-Length:\r\n", kBadFraming},
        {"9110 8.6 18 of them", "Content-Length: 999999999999999999\r\n", kDone},
        {"9110 8.6 no more", "Content-Length: 1000000000000000000\r\n", kBadFraming},
        {"CGI's spelling", "Content_Length: 1\r\n", kBadHeader},
        {"CGI's spelling", "TRANSFER_ENCODING: chunked\r\n", kBadHeader},
        {"other names have it", "X_Forwarded_For: 1\r\n", kDone},
        {"3.2 one Host", "Host: h\r\n", kBadHost},
        {"9110 7.6.1 Connection", "Connection: X-Mine, close,,  keep-alive\r\n", kDone},
        {"9110 7.6.1 a list of tokens", "Connection: a b\r\n", kBadConnection},
        {"9110 7.6.1 not for this hop", "Connection: Host\r\n", kBadConnection},
        {"9110 7.6.1 not for this hop", "Connection: close, content-length\r\n", kBadConnection},
        {"9110 7.6.1 not for this hop", "Connection: Transfer-Encoding\r\n", kBadConnection},
        {"9110 7.6.1 not for this hop", "Connection: idempotency-key\r\n", kBadConnection},
        {"9110 10.1.1 Expect", "Expect: 100-Continue\r\n", kDone},
        {"9110 10.1.1 no other", "Expect: 200-ok\r\n", kBadExpect},
        {"9110 10.1.1 no other", "Expect: 100-continue, x\r\n", kBadExpect},
        {"9110 10.1.1 one", "Expect: 100-continue\r\nExpect: 100-continue\r\n", kBadExpect},
    };
    std::vector<std::string> whole;
    whole.reserve(std::size(rows));
    std::vector<Row> requests, responses;
    for (const Row& row : rows) {
        whole.push_back("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(row.message) + "\r\n");
        requests.push_back({row.rule, whole.back(), row.status});
    }
    expect_rows<RequestHead>(requests, parse_request);
    // A response is held to the same, but that Host and Expect mean nothing there.
    for (std::size_t i = 0; i < whole.size(); ++i) {
        whole[i].replace(0, 26, "HTTP/1.1 200 OK\r\n");
        const HeadStatus status = rows[i].status;
        const bool of_requests = status == kBadHost || status == kBadExpect;
        responses.push_back({rows[i].rule, whole[i], of_requests ? kDone : status});
    }
    expect_rows<ResponseHead>(responses, [](auto bytes, ResponseHead* head, std::size_t* used) {
        return parse_response(bytes, false, head, used);
    });
}

TEST(Http1Request, FollowsEachRuleOfHost) {
    const Row rows[] = {
        {"3.2 one", "GET / HTTP/1.1\r\n\r\n", kBadHost},
        {"3.2 HTTP/1.0 may have none", "GET / HTTP/1.0\r\n\r\n", kDone},
        {"3.2 nor two", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", kBadHost},
        {"6.1 HTTP/1.0 has no chunks", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
         kBadFraming},
        {"9110 10.1.1 nor Expect", "GET / HTTP/1.0\r\nExpect: x\r\n\r\n", kDone},
    };
    expect_rows<RequestHead>(rows, parse_request);
    const auto host = [](std::string_view text) {
        return request("GET / HTTP/1.1\r\nHost: " + std::string(text) + "\r\n\r\n");
    };
    for (const char* good : {"", "a", "a.b.example.com.", "h:80", "h:", "h:0", "h:65535",
                             "127.0.0.1:1", "[::1]", "[2001:db8::1]:8080", "_x-y~", "!$&'()*+;="}) {
        EXPECT_EQ(host(good), kDone) << good;
    }
    for (const char* bad :
         {"a/b",   "a,b",    "a b",  "a@b",    "h:65536", "h:x",       "h:+1",    "h:000080",
          "h:1:2", "[::1",   "::1",  "[::1]x", "[::1]:x", "[1.2.3.4]", "[::g]",   "[]",
          "[",     "a[::1]", "a%41", "a\"b",   "h#f",     "h?q",       "\xC3\xA9"}) {
        EXPECT_EQ(host(bad), kBadHost) << bad;
    }
    RequestHead head;
    ASSERT_EQ(request("GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n", &head), kDone);
    EXPECT_EQ(head.authority.host, "[2001:db8::1]");
    EXPECT_EQ(head.authority.port, 8080);
}

TEST(Http1Request, ReadsExpectAndUpgrade) {
    const auto upgrade = [](std::string_view line, std::string_view fields) {
        RequestHead head;
        const std::string text =
            std::string(line) + "\r\nHost: h\r\n" + std::string(fields) + "\r\n";
        EXPECT_EQ(request(text, &head), kDone) << text;
        return std::string(head.upgrade);
    };
    constexpr auto kGet = "GET / HTTP/1.1";
    EXPECT_EQ(upgrade(kGet, "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"),
              "websocket");
    EXPECT_EQ(upgrade(kGet, "Connection: upgrade\r\nUpgrade: x/1.0\r\n"), "x/1.0");
    EXPECT_EQ(upgrade(kGet, "Upgrade: websocket\r\n"), "");
    EXPECT_EQ(upgrade(kGet, "Connection: upgrade\r\n"), "");
    EXPECT_EQ(upgrade(kGet, "Connection: upgrade\r\nUpgrade: a, b\r\n"), "");
    EXPECT_EQ(upgrade(kGet, "Connection: upgrade\r\nUpgrade: a/\r\n"), "");
    EXPECT_EQ(upgrade(kGet, "Connection: upgrade\r\nUpgrade: a\r\nUpgrade: a\r\n"), "");
    EXPECT_EQ(upgrade(kGet, "Connection: upgrade\r\nUpgrade: a\r\nContent-Length: 1\r\n"), "");
    EXPECT_EQ(upgrade("POST / HTTP/1.1", "Connection: upgrade\r\nUpgrade: a\r\n"), "");
    EXPECT_EQ(upgrade("GET / HTTP/1.0", "Connection: upgrade\r\nUpgrade: a\r\n"), "");
    RequestHead head;
    ASSERT_EQ(request("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n", &head), kDone);
    EXPECT_TRUE(head.expect_continue);
    EXPECT_FALSE(head.names_fields);
    ASSERT_EQ(request("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nConnection: te, x\r\n\r\n", &head),
              kDone);
    EXPECT_FALSE(head.expect_continue);
    EXPECT_TRUE(head.names_fields);
    // A head used again keeps nothing of the message before.
    ASSERT_EQ(request(kGood, &head), kDone);
    EXPECT_FALSE(head.names_fields);
    EXPECT_EQ(head.headers().size(), 1u);
    EXPECT_EQ(head.framing, Framing::kNone);
}

TEST(Http1Request, KeepsItsLimits) {
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (std::uint32_t i = 1; i < kHttpHeadersMax; ++i) many += "a: b\r\n";
    EXPECT_EQ(request(many + "\r\n"), kDone);
    EXPECT_EQ(request(many + "a"), kTooManyHeaders);
    EXPECT_EQ(
        request("GET /" + std::string(kHttpTargetMax - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"),
        kDone);
    EXPECT_EQ(request("GET /" + std::string(kHttpTargetMax, 'a')), kTargetTooLong);
    const std::string head = "GET / HTTP/1.1\r\nHost: h\r\na: ";
    const std::size_t room = kHttpHeadMax - head.size() - 4;
    EXPECT_EQ(request(head + std::string(room, 'a') + "\r\n\r\n"), kDone);
    EXPECT_EQ(request(head + std::string(room + 1, 'a') + "\r\n\r\n"), kTooLong);
    EXPECT_EQ(request(head + std::string(kHttpHeadMax, 'a')), kTooLong);
}

TEST(Http1Request, EachRefusalHasAStatusAndWords) {
    EXPECT_EQ(refusal_status(kBadHeader), 400);
    EXPECT_EQ(refusal_status(kTargetTooLong), 414);
    EXPECT_EQ(refusal_status(kBadExpect), 417);
    EXPECT_EQ(refusal_status(kTooManyHeaders), 431);
    EXPECT_EQ(refusal_status(kTooLong), 431);
    EXPECT_EQ(refusal_status(kMethodTooLong), 501);
    EXPECT_EQ(refusal_status(kUnknownCoding), 501);
    EXPECT_EQ(refusal_status(kBadVersion), 505);
    for (int status = 0; status <= static_cast<int>(kBadExpect); ++status) {
        EXPECT_NE(head_status_text(static_cast<HeadStatus>(status)), "");
    }
}

TEST(Http1Header, KnowsNamesInAnyCase) {
    for (int i = 1; i < static_cast<int>(HeaderId::kCount); ++i) {
        const auto id = static_cast<HeaderId>(i);
        std::string name(header_name(id));
        EXPECT_EQ(header_id(name), id) << name;
        for (std::size_t at = 0; at < name.size(); ++at) {
            std::string other = name;
            other[at] = upper(other[at]);
            EXPECT_EQ(header_id(other), id) << other;
            other[at] = other[at] == '!' ? '~' : '!';
            EXPECT_EQ(header_id(other), HeaderId::kOther) << other;
        }
        EXPECT_EQ(header_id(name + "x"), HeaderId::kOther);
        EXPECT_EQ(header_id(name.substr(1)), HeaderId::kOther);
    }
    EXPECT_EQ(header_id(""), HeaderId::kOther);
    EXPECT_EQ(header_id(std::string(300, 'a')), HeaderId::kOther);
}

// Runs of sixteen bytes and the rest are cut at the same place.
TEST(Http1Chars, SkipsAlikeAtEveryLength) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        for (std::size_t size : {3u, 15u, 16u, 40u}) {
            for (std::size_t at = 0; at < size; at += 7) {
                std::string text(size, 'a');
                text[at] = c;
                const char* const begin = text.data();
                const char* const end = begin + size;
                EXPECT_EQ(skip_value(begin, end), skip(begin, end, kValueChar)) << byte;
                EXPECT_EQ(skip_target(begin, end), skip(begin, end, kTargetChar)) << byte;
                const char* const name = skip_name(begin, end);
                EXPECT_EQ(skip(name, end, kTokenChar), skip(begin, end, kTokenChar)) << byte;
            }
        }
    }
}

TEST(Http1Request, KeepAliveByVersionAndHeader) {
    RequestHead head;
    ASSERT_EQ(request("GET / HTTP/1.0\r\n\r\n", &head), HeadStatus::kDone);
    EXPECT_FALSE(head.keep_alive);
    ASSERT_EQ(request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", &head),
              HeadStatus::kDone);
    EXPECT_TRUE(head.keep_alive);
    ASSERT_EQ(request("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", &head),
              HeadStatus::kDone);
    EXPECT_FALSE(head.keep_alive);
}

// A target as it is matched and sent: "host|path|query", or why not.
std::string target_of(std::string_view line, std::string_view host = "Shop.Example.com.:8080") {
    RequestHead head;
    const std::string text =
        std::string(line) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
    EXPECT_EQ(request(text, &head), kDone) << text;
    std::array<char, 1'024> scratch;
    Target target;
    const TargetStatus status = read_target(head, scratch, &target);
    if (status != TargetStatus::kOk) return std::string(target_status_text(status));
    return std::string(target.host) + "|" + std::string(target.path) +
           (target.has_query ? "|" + std::string(target.query) : "");
}

TEST(Http1Target, KnowsEachForm) {  // RFC 9112 section 3.2
    const auto bad_form = target_status_text(TargetStatus::kBadForm);
    const auto differs = target_status_text(TargetStatus::kAuthorityDiffers);
    EXPECT_EQ(target_of("GET /a?b=/../c?d"), "shop.example.com|/a|b=/../c?d");
    EXPECT_EQ(target_of("GET /?"), "shop.example.com|/|");
    EXPECT_EQ(target_of("GET /", ""), "|/");
    EXPECT_EQ(target_of("GET http://H/a?q", "h"), "h|/a|q");
    EXPECT_EQ(target_of("GET HTTP://h:80", "h"), "h|/");
    EXPECT_EQ(target_of("GET http://h?q", "h:80"), "h|/|q");
    EXPECT_EQ(target_of("OPTIONS http://h", "h"), "h|*");
    EXPECT_EQ(target_of("OPTIONS http://h/", "h"), "h|/");
    EXPECT_EQ(target_of("OPTIONS *"), "shop.example.com|*");
    EXPECT_EQ(target_of("GET *"), bad_form);
    EXPECT_EQ(target_of("OPTIONS *x"), bad_form);
    EXPECT_EQ(target_of("GET a/b"), bad_form);
    EXPECT_EQ(target_of("GET ?q"), bad_form);
    EXPECT_EQ(target_of("GET /a#b"), bad_form);
    EXPECT_EQ(target_of("GET /a?b#c"), bad_form);
    EXPECT_EQ(target_of("GET https://h/", "h"), bad_form);
    EXPECT_EQ(target_of("GET ftp://h/", "h"), bad_form);
    EXPECT_EQ(target_of("GET http:/a", "h"), bad_form);
    EXPECT_EQ(target_of("GET http://u@h/", "h"), bad_form);  // RFC 9110 section 4.2.4
    EXPECT_EQ(target_of("GET http:///a", ""), bad_form);
    EXPECT_EQ(target_of("GET http://h:x/", "h"), bad_form);
    EXPECT_EQ(target_of("GET http://other/", "h"), differs);
    EXPECT_EQ(target_of("GET http://h:81/", "h"), differs);
    EXPECT_EQ(target_of("GET http://h/", ""), differs);
    EXPECT_EQ(target_of("CONNECT h:443", "h"), target_status_text(TargetStatus::kConnect));
    EXPECT_EQ(refusal_status(TargetStatus::kConnect), 405);
    EXPECT_EQ(refusal_status(TargetStatus::kTooLong), 414);
    EXPECT_EQ(refusal_status(TargetStatus::kBadPath), 400);
}

TEST(Http1Target, BringsPathsToOneForm) {  // RFC 3986 sections 5.2.4 and 6.2.2
    const auto path = [](std::string_view text) {
        const std::string out = target_of("GET " + std::string(text), "h");
        return out.starts_with("h|") ? out.substr(2) : "!";
    };
    const std::pair<const char*, const char*> rows[] = {
        {"/", "/"},
        {"/a/b.c", "/a/b.c"},
        {"/.well-known/x", "/.well-known/x"},
        {"/...", "/..."},
        {"/a//b", "/a//b"},
        {"//", "//"},
        {"//evil.example/", "//evil.example/"},
        {"/a;p=1/b", "/a;p=1/b"},
        {"/a|b{c}^\"", "/a|b{c}^\""},
        {"/%41%7e%2D%5f", "/A~-_"},
        {"/%2f%5c%3b", "/%2F%5C%3B"},
        {"/%c3%a9", "/%C3%A9"},
        {"/%25%32%65", "/%252e"},
        {"/a%20b", "/a%20b"},
        {"/%252e%252e/", "/%252e%252e/"},
        {"/.", "/"},
        {"/./", "/"},
        {"/a/.", "/a/"},
        {"/a/./b", "/a/b"},
        {"/a/..", "/"},
        {"/a/../b", "/b"},
        {"/a/b/../../c", "/c"},
        {"/a/b/..", "/a/"},
        {"/a//../b", "/a/b"},
        {"/a/%2e%2E/b", "/b"},
        {"/a/.%2e/b", "/b"},
        {"/%2e/b", "/b"},
        {"/a/..b", "/a/..b"},
        // refused
        {"/..", "!"},
        {"/../", "!"},
        {"/a/../..", "!"},
        {"/%2e%2e/etc", "!"},
        {"/./..", "!"},
        {"/%", "!"},
        {"/%4", "!"},
        {"/%4g", "!"},
        {"/%%41", "!"},
        {"/%00", "!"},
        {"/a%00b", "!"},
        {"/a\\b", "!"},
        {"/..\\b", "!"},
        {"/a/..;/b", "!"},
        {"/a/.;x=1", "!"},
        {"/%2e.;/b", "!"},
    };
    for (const auto& [written, normal] : rows) {
        EXPECT_EQ(path(written), normal) << written;
        if (*normal == '/') {
            EXPECT_EQ(path(normal), normal);
        }
    }
}

TEST(Http1Target, SaysWhatIsToBeWrittenAnew) {
    RequestHead head;
    Target target;
    std::array<char, 4> scratch;
    ASSERT_EQ(request("GET /a?%41 HTTP/1.0\r\n\r\n", &head), kDone);
    EXPECT_EQ(read_target(head, {}, &target), TargetStatus::kOk);
    EXPECT_FALSE(target.rewritten);
    ASSERT_EQ(request("GET /%41 HTTP/1.0\r\n\r\n", &head), kDone);
    EXPECT_EQ(read_target(head, {}, &target), TargetStatus::kTooLong);
    EXPECT_EQ(read_target(head, scratch, &target), TargetStatus::kOk);
    EXPECT_TRUE(target.rewritten);
    ASSERT_EQ(request("GET http://h/ HTTP/1.0\r\n\r\n", &head), kDone);
    EXPECT_EQ(read_target(head, scratch, &target), TargetStatus::kOk);
    EXPECT_TRUE(target.rewritten);
    EXPECT_EQ(target.host, "h");
    ASSERT_EQ(request("GET / HTTP/1.0\r\nHost: HOSTS\r\n\r\n", &head), kDone);
    EXPECT_EQ(read_target(head, scratch, &target), TargetStatus::kTooLong);
}

TEST(Http1Response, FramingByStatusAndHeaders) {
    const auto framing = [](std::string_view bytes, bool to_head = false) {
        ResponseHead head;
        std::size_t used = 0;
        EXPECT_EQ(parse_response(bytes, to_head, &head, &used), HeadStatus::kDone) << bytes;
        return head.framing;
    };
    EXPECT_EQ(framing("HTTP/1.1 200 OK\r\n\r\n"), Framing::kUntilClose);
    EXPECT_EQ(framing("HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n"), Framing::kLength);
    EXPECT_EQ(framing("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n"), Framing::kChunked);
    EXPECT_EQ(framing("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"), Framing::kNone);
    EXPECT_EQ(framing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true), Framing::kNone);
    ResponseHead head;
    std::size_t used = 0;
    for (const char* bad :
         {"HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1  200\r\n\r\n",
          "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 600 x\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
          "\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 \x01\r\n\r\n",
          "SSH-2.0-OpenSSH_9.2\r\n\r\n"}) {
        EXPECT_EQ(parse_response(bad, false, &head, &used), HeadStatus::kBadStartLine) << bad;
    }
}

std::string joined(const HeadParts& parts) {
    std::string out;
    for (const std::string_view part : parts.parts()) out += part;
    EXPECT_EQ(parts.size(), out.size());
    return out;
}

TEST(Http1Writer, SendsOnWhatIsNotOfThisHop) {  // RFC 9110 section 7.6.1
    const std::string text =
        "POST /a HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nX-Mine: 1\r\nKeep-Alive: 5\r\nTE: "
        "trailers\r\n"
        "Connection: x-mine, keep-alive\r\nCookie:  a \r\nTransfer-Encoding: chunked\r\nB: "
        "c\r\n\r\n";
    RequestHead head;
    ASSERT_EQ(request(text, &head), kDone);
    HeadParts parts;
    HeadWriter writer(parts, head.headers());
    writer.request_line("POST", "/b");
    writer.drop("b");
    writer.replace(HeaderId::kHost, "Host: other\r\n");
    writer.add({"Via: 1.1 ", "me", "\r\n"});
    ASSERT_TRUE(writer.finish(Framing::kChunked, 0, false));
    EXPECT_EQ(joined(parts),
              "POST /b HTTP/1.1\r\nAccept: */*\r\nCookie:  a \r\nHost: other\r\nVia: 1.1 me\r\n"
              "Transfer-Encoding: chunked\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
}

TEST(Http1Writer, KeepsRunsOfLinesAsOnePiece) {
    const std::string text = "GET /a HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n\r\n";
    RequestHead head;
    ASSERT_EQ(request(text, &head), kDone);
    HeadParts parts;
    HeadWriter writer(parts, head.headers());
    writer.request_line("GET", std::string_view("/a"));
    ASSERT_TRUE(writer.finish(Framing::kNone, 0, false));
    EXPECT_EQ(joined(parts), text);
    EXPECT_LE(parts.parts().size(), 3u);
    EXPECT_EQ(parts.parts()[1].data(), text.data() + 17);
}

TEST(Http1Writer, FramesResponsesByTheirStatus) {  // RFC 9112 section 6.3, RFC 9110 section 8.6
    const auto written = [](std::uint16_t status, Framing framing, bool close,
                            std::string_view protocol = "") {
        ResponseHead head;
        std::size_t used = 0;
        const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTrailer: a\r\n\r\n";
        EXPECT_EQ(parse_response(text, false, &head, &used), kDone);
        HeadParts parts;
        HeadWriter writer(parts, head.headers());
        writer.status_line(status, "x");
        writer.upgrade(protocol);
        EXPECT_TRUE(writer.finish(framing, 7, close));
        return joined(parts).substr(16);
    };
    EXPECT_EQ(written(200, Framing::kLength, false), "Content-Length: 7\r\n\r\n");
    EXPECT_EQ(written(200, Framing::kChunked, false),
              "Trailer: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(written(200, Framing::kUntilClose, false), "Connection: close\r\n\r\n");
    EXPECT_EQ(written(304, Framing::kNone, true), "Content-Length: 5\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(written(204, Framing::kNone, false), "\r\n");
    EXPECT_EQ(written(101, Framing::kNone, false, "x"),
              "Upgrade: x\r\nConnection: upgrade\r\n\r\n");
    EXPECT_EQ(written(200, Framing::kLength, true, "x"),
              "Content-Length: 7\r\nUpgrade: x\r\nConnection: close, upgrade\r\n\r\n");
}

TEST(Http1Writer, SaysWhatDoesNotFit) {
    std::string text = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 30; ++i) text += "Keep: 1\r\nTE: x\r\n";
    text += "\r\n";
    RequestHead head;  // views into text
    ASSERT_EQ(request(text, &head), kDone);
    HeadParts parts;
    HeadWriter scattered(parts, head.headers());
    scattered.request_line("GET", "/");
    EXPECT_FALSE(scattered.finish(Framing::kNone, 0, false));
    const std::string longer(HeadParts::kRoom, 'x');
    HeadWriter roomy(parts, {});
    roomy.request_line("GET", "/" + longer);
    roomy.add({longer, "y"});
    EXPECT_FALSE(roomy.finish(Framing::kNone, 0, false));
    HeadWriter reason(parts, {});
    reason.status_line(200, longer);
    EXPECT_FALSE(reason.finish(Framing::kNone, 0, false));
}

// Feeds in pieces of `step` bytes; "!" = refused, "?" = not whole.
std::string body_of(std::string_view framing, std::string bytes, std::size_t step,
                    std::size_t* left = nullptr) {
    const std::string text = "HTTP/1.1 200 OK\r\n" + std::string(framing) + "\r\n\r\n";
    ResponseHead head;
    std::size_t used = 0;
    EXPECT_EQ(parse_response(text, false, &head, &used), HeadStatus::kDone);
    BodyReader reader(head);
    std::string out, buffer;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        buffer += bytes.substr(at, step);
        for (;;) {
            const auto result = reader.feed(buffer);
            out += result.data;
            buffer.erase(0, result.used);
            if (result.status == BodyStatus::kBad) return "!";
            if (result.status == BodyStatus::kDone) {
                if (left) *left = buffer.size() + bytes.size() - std::min(bytes.size(), at + step);
                return out;
            }
            if (result.used == 0) break;
        }
    }
    return out + "?";
}

TEST(Http1Body, TakesChunksApartHoweverTheyCome) {
    const std::string chunks =
        "5\r\nhello\r\n1;x=y\r\n \r\n00A\r\n0123456789\r\n0\r\nT: v\r\n\r\nNEXT";
    for (std::size_t step = 1; step <= chunks.size(); ++step) {
        std::size_t left = 0;
        EXPECT_EQ(body_of("Transfer-Encoding: chunked", chunks, step, &left), "hello 0123456789");
        EXPECT_EQ(left, 4u);
    }
    EXPECT_EQ(body_of("Content-Length: 3", "abcdef", 2), "abc");
    EXPECT_EQ(body_of("Content-Length: 3", "ab", 1), "ab?");
    EXPECT_EQ(body_of("Server: x", "anything", 3), "anything?");
}

// RFC 9112 section 7.1; "!" is refused, however the bytes come.
TEST(Http1Body, FollowsEachRuleOfChunks) {
    const std::string longest(kHttpChunkLineMax - 4, 'x'), line = ";" + std::string(200, 'x');
    std::string many;
    for (std::size_t size = 0; size <= kHttpChunkExtensionsMax; size += 201)
        many += "1" + line + "\r\na\r\n";
    const std::pair<std::string, const char*> rows[] = {
        {"1\r\na\r\n0\r\n\r\n", "a"},
        {"000000000000001\r\na\r\n000\r\n\r\n", "a"},
        {"1;n;m=v;q=\"a \\\" b\"\r\na\r\n0;last\r\n\r\n", "a"},
        {"1;" + longest + "\r\na\r\n0\r\n\r\n", "a"},
        {"1;" + longest + "x\r\na\r\n0\r\n\r\n", "!"},
        {many + "0\r\n\r\n", "!"},
        {"0000000000000001\r\na\r\n0\r\n\r\n", "!"},
        {"0x1\r\na\r\n0\r\n\r\n", "!"},
        {"+1\r\na\r\n0\r\n\r\n", "!"},
        {" 1\r\na\r\n0\r\n\r\n", "!"},
        {"1 \r\na\r\n0\r\n\r\n", "!"},
        {"1 ;a\r\na\r\n0\r\n\r\n", "!"},
        {"1; a\r\na\r\n0\r\n\r\n", "!"},
        {"1;\r\na\r\n0\r\n\r\n", "!"},
        {"1;a=\r\na\r\n0\r\n\r\n", "!"},
        {"1;a=\"\x01\"\r\na\r\n0\r\n\r\n", "!"},
        {"1;a=\"\\\x01\"\r\na\r\n0\r\n\r\n", "!"},
        {"1;a\na\r\n0\r\n\r\n", "!"},  // TERM.EXT
        {"1;a\rb\r\na\r\n0\r\n\r\n", "!"},
        {"1\na\r\n0\r\n\r\n", "!"},
        {"1\r\nab\r\n0\r\n\r\n", "!"},
        {"1\r\na\n0\r\n\r\n", "!"},
        {"1\r\na\rX0\r\n\r\n", "!"},
        {"0\r\nA: b\n\r\n", "!"},
        {"0\r\nA : b\r\n\r\n", "!"},
        {"0\r\nA: b\r\n c\r\n\r\n", "!"},
        {"0\r\nContent_Length: 1\r\n\r\n", "!"},
        {"0\r\nA: " + std::string(kHttpTrailerBytesMax, 'a'), "!"},
    };
    for (const auto& [bytes, body] : rows) {
        for (const std::size_t step : {1u, 3u, 10'000u}) {
            EXPECT_EQ(body_of("Transfer-Encoding: chunked", bytes, step), body) << bytes << step;
        }
    }
}

TEST(Http1Body, KeepsTheTrailersThatMayBeSentOn) {  // RFC 9110 section 6.5.1
    const auto trailers = [](std::string_view fields, std::string_view section) {
        ResponseHead head;
        std::size_t used = 0;
        const std::string text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + std::string(fields) + "\r\n";
        EXPECT_EQ(parse_response(text, false, &head, &used), kDone);
        BodyReader reader(head);
        EXPECT_EQ(reader.feed("0\r\n").used, 3u);
        std::string out;
        const std::string bytes = std::string(section) + "\r\n";
        if (reader.feed(bytes).status != BodyStatus::kDone) return std::string("!");
        TrailerView view = reader.trailers();
        for (Header header; view.next(&header);) {
            out += std::string(header.name) + "=" + std::string(header.value) + " ";
        }
        return out;
    };
    EXPECT_EQ(trailers("", ""), "");
    EXPECT_EQ(trailers("", "Checksum: 1\r\nGrpc-Status:0\r\n"), "Checksum=1 Grpc-Status=0 ");
    EXPECT_EQ(trailers("", "Content-Length: 1\r\nA: b\r\nHOST: x\r\nSet-Cookie: s\r\n"), "A=b ");
    EXPECT_EQ(trailers("Connection: A\r\n", "A: b\r\n"), "");
    std::string many;
    for (std::uint32_t i = 0; i < kHttpTrailersMax; ++i) many += "a: b\r\n";
    EXPECT_NE(trailers("", many), "!");
    EXPECT_EQ(trailers("", many + "a: b\r\n"), "!");
}

TEST(Http1Body, RefusesBadChunks) {
    for (const char* bad : {"x\r\n", "\r\n", "-1\r\n", "5 \r\nhello\r\n", "5\r\nhelloX\r\n",
                            "5\nhello", "1000000000000000\r\n", "0\r\nnot a header\r\n\r\n"}) {
        const std::string padded = bad + std::string(300, 'z');
        EXPECT_EQ(body_of("Transfer-Encoding: chunked", padded, 1'000), "!") << bad;
    }
}

}  // namespace
}  // namespace fairway::wire::http1
