#include <gtest/gtest.h>

#include <string>

#include "wire/http1/body.h"
#include "wire/http1/head.h"

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

TEST(Http1Request, RefusesWhatTwoParsersReadInTwoWays) {
    const auto with = [](std::string_view headers, std::string_view version = "1.1") {
        return request("GET / HTTP/" + std::string(version) + "\r\nHost: h\r\n" +
                       std::string(headers) + "\r\n");
    };
    EXPECT_EQ(with(""), HeadStatus::kDone);
    EXPECT_EQ(with("Content-Length: 1\r\nContent-Length: 1\r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Content-Length: +1\r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Content-Length: 1, 1\r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Content-Length: 0x1\r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Content-Length: \r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Content-Length: 9999999999999999999\r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Transfer-Encoding: gzip, chunked\r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Transfer-Encoding: xchunked\r\n"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Transfer-Encoding: chunked\r\n", "1.0"), HeadStatus::kBadFraming);
    EXPECT_EQ(with("Content-Length : 1\r\n"), HeadStatus::kBadHeader);
    EXPECT_EQ(with("A: b\r\n c\r\n"), HeadStatus::kBadHeader);
    EXPECT_EQ(with("A: b\nC: d\r\n"), HeadStatus::kBadHeader);
    EXPECT_EQ(with("A: b\rC: d\r\n"), HeadStatus::kBadHeader);
    EXPECT_EQ(with(std::string("A: b\0c\r\n", 8)), HeadStatus::kBadHeader);
    EXPECT_EQ(with(": b\r\n"), HeadStatus::kBadHeader);
    EXPECT_EQ(with("Host: h\r\n"), HeadStatus::kBadHost);
    EXPECT_EQ(with("", "1.2"), HeadStatus::kBadVersion);
    EXPECT_EQ(with("", "2.0"), HeadStatus::kBadVersion);
    EXPECT_EQ(request("GET / HTTP/1.1\r\n\r\n"), HeadStatus::kBadHost);
    EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), HeadStatus::kBadHost);
    EXPECT_EQ(request("GET / HTTP/1.0\r\n\r\n"), HeadStatus::kDone);
    EXPECT_EQ(request("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"), HeadStatus::kBadStartLine);
    EXPECT_EQ(request("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), HeadStatus::kBadStartLine);
    EXPECT_EQ(request("GET /\r\n\r\n"), HeadStatus::kBadStartLine);
    EXPECT_EQ(request("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), HeadStatus::kBadStartLine);
}

TEST(Http1Request, KeepsItsLimits) {
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (std::uint32_t i = 1; i < kHttpHeadersMax; ++i) many += "a: b\r\n";
    EXPECT_EQ(request(many + "\r\n"), HeadStatus::kDone);
    EXPECT_EQ(request(many + "a: b\r\n\r\n"), HeadStatus::kTooManyHeaders);
    EXPECT_EQ(request("GET /" + std::string(kHttpHeadMax, 'a')), HeadStatus::kTooLong);
    EXPECT_EQ(
        request("GET / HTTP/1.1\r\nHost: h\r\na: " + std::string(kHttpHeadMax, 'a') + "\r\n\r\n"),
        HeadStatus::kTooLong);
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
          "http/1.1 200 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n\r\n"}) {
        EXPECT_EQ(parse_response(bad, false, &head, &used), HeadStatus::kBadStartLine) << bad;
    }
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

TEST(Http1Body, RefusesBadChunks) {
    for (const char* bad : {"x\r\n", "\r\n", "-1\r\n", "5 \r\nhello\r\n", "5\r\nhelloX\r\n",
                            "5\nhello", "1000000000000000\r\n", "0\r\nnot a header\r\n\r\n"}) {
        const std::string padded = bad + std::string(300, 'z');
        EXPECT_EQ(body_of("Transfer-Encoding: chunked", padded, 1'000), "!") << bad;
    }
}

}  // namespace
}  // namespace fairway::wire::http1
