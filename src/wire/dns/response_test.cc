#include "wire/dns/response.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "wire/dns/message.h"
#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

using Octets = std::vector<std::uint8_t>;

Name name(std::string_view text) {
    return *Name::parse(text);
}
Octets rdata(Type type, std::string_view text) {
    return *rdata_from_text(type, text);
}

struct Exchange {
    Octets packet;
    QueryView query;
    Octets buffer;

    explicit Exchange(std::string_view qname, Type type = Type::kA,
                      const QueryOptions& options = {}, std::size_t size = 512)
        : packet(make_query(name(qname), type, options)), buffer(size, 0xEE) {
        EXPECT_EQ(parse_query(packet, query), ParseStatus::kOk);
    }
    ResponseWriter writer() { return ResponseWriter(buffer, query); }
    Message finish(ResponseWriter& writer) {
        const std::size_t size = writer.finish();
        EXPECT_LE(size, buffer.size());
        auto message = parse_message(Bytes(buffer).first(size));
        EXPECT_TRUE(message) << message.error().text;
        return message ? *message : Message();
    }
};

TEST(Response, AnswersByteForByte) {
    Exchange exchange("wWw.example.", Type::kA, {.id = 0x1234, .recursion_desired = true});
    auto writer = exchange.writer();
    writer.set_authoritative();
    const Octets a = rdata(Type::kA, "192.0.2.1");
    EXPECT_TRUE(writer.add_one(Section::kAnswer, exchange.query.qname_lowered(), Type::kA, 60, a));
    const std::size_t size = writer.finish();
    const Octets expected = {
        0x12, 0x34, 0x85, 0x00, 0, 1,   0,   1,   0,   0,   0,   0,                     //
        3,    'w',  'W',  'w',  7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0,   0, 1, 0, 1,  //
        0xC0, 12,   0,    1,    0, 1,   0,   0,   0,   60,  0,   4,   192, 0, 2, 1};
    EXPECT_EQ(Octets(exchange.buffer.begin(), exchange.buffer.begin() + static_cast<long>(size)),
              expected);
}

TEST(Response, TellsHowLongAConnectionMayBeIdle) {
    const Cidr subnet = *Cidr::parse("203.0.113.0/24");
    Exchange exchange("a.example.", Type::kA, {.edns = true, .client_subnet = &subnet});
    // RFC 7828 section 3.1: 30 s is 300. The subnet before it is whole.
    auto writer = exchange.writer();
    writer.set_tcp_keepalive(30'000);
    const Message m = exchange.finish(writer);
    ASSERT_TRUE(m.opt());
    const Octets expected = {0, 8, 0, 7, 0, 1, 24, 0, 203, 0, 113, 0, 11, 0, 2, 0x01, 0x2C};
    EXPECT_TRUE(std::ranges::equal(m.opt()->rdata, expected));

    Exchange plain("a.example.");
    auto without = plain.writer();
    without.set_tcp_keepalive(30'000);
    EXPECT_FALSE(plain.finish(without).opt());  // no EDNS, no option
}

TEST(Response, CompressesOwnersAndOldTypesOnly) {
    Exchange exchange("a.b.example.com.", Type::kMx);
    auto writer = exchange.writer();
    writer.add_one(Section::kAnswer, exchange.query.qname_lowered(), Type::kMx, 1,
                   rdata(Type::kMx, "5 Mail.B.example.com."));
    writer.add_one(Section::kAnswer, name("A.b.EXAMPLE.com."), Type::kSrv, 1,
                   rdata(Type::kSrv, "1 2 3 mail.b.example.com."));
    writer.add_one(Section::kAuthority, name("example.com."), Type::kSoa, 1,
                   rdata(Type::kSoa, "mail.b.example.com. host.mail.b.example.com. 1 2 3 4 5"));
    writer.add_one(Section::kAdditional, name("mail.b.example.com."), Type::kA, 1,
                   rdata(Type::kA, "192.0.2.9"));
    // Question 22+4... each name below costs: MX 2+5+2, SRV in full 20, SOA 2 and 5+2, owner 2.
    const std::size_t question = 17 + 4;
    EXPECT_EQ(writer.size(), 12 + question + (2 + 10 + 2 + 5 + 2) + (2 + 10 + 6 + 20) +
                                 (2 + 10 + 2 + 5 + 2 + 20) + (2 + 10 + 4));
    const Message message = exchange.finish(writer);
    ASSERT_EQ(message.answers.size(), 2u);
    EXPECT_EQ(rdata_text(Type::kMx, message.answers[0].rdata), "5 Mail.b.example.com.");
    EXPECT_EQ(message.answers[1].owner, name("a.b.example.com."));
    EXPECT_EQ(rdata_text(Type::kSrv, message.answers[1].rdata), "1 2 3 mail.b.example.com.");
    EXPECT_EQ(rdata_text(Type::kSoa, message.authorities[0].rdata),
              "Mail.b.example.com. host.Mail.b.example.com. 1 2 3 4 5");
    EXPECT_EQ(message.additionals[0].owner, name("mail.b.example.com."));
}

TEST(Response, RootNamesAreOneOctet) {
    Exchange exchange(".", Type::kNs);
    auto writer = exchange.writer();
    writer.add_one(Section::kAnswer, exchange.query.qname_lowered(), Type::kNs, 1,
                   rdata(Type::kNs, "."));
    EXPECT_EQ(writer.size(), 12u + 5 + 1 + 10 + 1);
    EXPECT_EQ(exchange.finish(writer).answers[0].owner.text(), ".");
}

TEST(Response, TruncatesAtTheRecordSet) {
    Exchange exchange("example.com.", Type::kTxt);
    auto writer = exchange.writer();
    const Octets small = rdata(Type::kTxt, "small");
    const Octets large = rdata(Type::kTxt, "\"" + std::string(200, 'x') + "\"");
    EXPECT_TRUE(
        writer.add_one(Section::kAnswer, exchange.query.qname_lowered(), Type::kTxt, 1, small));
    const std::size_t before = writer.size();
    const std::vector<Bytes> three = {large, large, large};
    EXPECT_FALSE(writer.add(Section::kAuthority, name("x.y.example.com."), Type::kTxt, 1, three));
    EXPECT_EQ(writer.size(), before);
    EXPECT_TRUE(writer.truncated());
    EXPECT_FALSE(
        writer.add_one(Section::kAuthority, name("x.y.example.com."), Type::kTxt, 1, small));
    const Message message = exchange.finish(writer);
    EXPECT_TRUE(message.truncated());
    EXPECT_EQ(message.answers.size(), 1u);
    EXPECT_EQ(message.authorities.size(), 0u);
}

TEST(Response, LeavesOutAdditionalDataWithoutTruncation) {
    Exchange exchange("example.com.", Type::kTxt);
    auto writer = exchange.writer();
    const Octets large = rdata(Type::kTxt, "\"" + std::string(250, 'x') + "\"");
    const std::vector<Bytes> two = {large, large};
    EXPECT_FALSE(writer.add(Section::kAdditional, name("new.example.com."), Type::kTxt, 1, two,
                            WhenFull::kLeaveOut));
    EXPECT_FALSE(writer.truncated());
    // The names of what was taken back must not be pointed to.
    EXPECT_TRUE(writer.add_one(Section::kAdditional, name("new.example.com."), Type::kA, 1,
                               rdata(Type::kA, "192.0.2.1")));
    const Message message = exchange.finish(writer);
    EXPECT_FALSE(message.truncated());
    ASSERT_EQ(message.additionals.size(), 1u);
    EXPECT_EQ(message.additionals[0].owner, name("new.example.com."));
}

TEST(Response, FillsToTheLastOctetWithOpt) {
    // Every size of TXT up to the limit: either it fits or TC is set, and OPT is always there.
    const auto prefix = *Cidr::parse("2001:db8::/56");
    unsigned fitted = 0;
    for (int length = 0; length <= 255; ++length) {
        Exchange exchange("example.com.", Type::kTxt, {.edns = true, .client_subnet = &prefix});
        auto writer = exchange.writer();
        writer.set_client_subnet_scope(48);
        const Octets first = rdata(Type::kTxt, "\"" + std::string(200, 'x') + "\"");
        const Octets second =
            rdata(Type::kTxt, "\"" + std::string(static_cast<std::size_t>(length), 'y') + "\"");
        writer.add(Section::kAnswer, exchange.query.qname_lowered(), Type::kTxt, 1,
                   std::vector<Bytes>{first, second});
        const Message message = exchange.finish(writer);
        ASSERT_NE(message.opt(), nullptr);
        EXPECT_EQ(message.truncated(), message.answers.empty());
        const Octets option = {0, 8, 0, 11, 0, 2, 56, 48, 0x20, 1, 0xD, 0xB8, 0, 0, 0};
        EXPECT_EQ(message.opt()->rdata, option);
        fitted += message.truncated() ? 0 : 1;
    }
    // 512 - 12 - 17 - 26 (OPT) - two records of 12 + 1 octets - 200 leaves 231 octets.
    EXPECT_EQ(fitted, 232u);
}

TEST(Response, CarriesExtendedRcodes) {
    Exchange exchange("example.com.", Type::kA, {.edns = true, .dnssec_ok = true});
    auto writer = exchange.writer();
    writer.set_rcode(Rcode::kBadVers);
    writer.set_udp_payload(4096);
    const Message message = exchange.finish(writer);
    EXPECT_EQ(message.rcode(), Rcode::kBadVers);
    EXPECT_EQ(static_cast<unsigned>(message.opt()->klass), 4096u);
    EXPECT_EQ(message.opt()->ttl & 0xFFFF, 0x8000u);
}

TEST(Response, AnswersWhatHadNoQuestion) {
    Octets packet(12, 0);
    packet[0] = 7;
    QueryView query;
    ASSERT_EQ(parse_query(packet, query), ParseStatus::kFormErr);
    Octets buffer(512);
    ResponseWriter writer(buffer, query);
    writer.set_rcode(Rcode::kFormErr);
    EXPECT_EQ(writer.finish(), 12u);
    const Octets expected = {7, 0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_EQ(Octets(buffer.begin(), buffer.begin() + 12), expected);
}

TEST(Response, WritesPackedRdata) {
    Exchange exchange("example.com.", Type::kA);
    auto writer = exchange.writer();
    const Octets packed = {0, 4, 1, 2, 3, 4, 0, 4, 5, 6, 7, 8};
    EXPECT_TRUE(writer.add(Section::kAnswer, exchange.query.qname_lowered(), Type::kA, 1,
                           PackedRdata(packed)));
    EXPECT_EQ(writer.count(Section::kAnswer), 2u);
    EXPECT_EQ(rdata_text(Type::kA, exchange.finish(writer).answers[1].rdata), "5.6.7.8");
}

TEST(Response, ManyNamesBeyondTheTableStayRight) {
    Exchange exchange("example.com.", Type::kNs, {}, 65535);
    auto writer = exchange.writer();
    std::vector<Octets> hosts;
    for (int i = 0; i < 500; ++i)
        hosts.push_back(rdata(
            Type::kNs, "ns" + std::to_string(i) + ".net" + std::to_string(i) + ".example.org."));
    EXPECT_TRUE(writer.add(Section::kAnswer, exchange.query.qname_lowered(), Type::kNs, 1, hosts));
    const Message message = exchange.finish(writer);
    ASSERT_EQ(message.answers.size(), 500u);
    for (int i = 0; i < 500; ++i)
        EXPECT_EQ(message.answers[static_cast<std::size_t>(i)].rdata,
                  hosts[static_cast<std::size_t>(i)]);
}

TEST(Message, NamesThatLoopAreRefused) {
    Octets packet = {0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1};
    EXPECT_FALSE(parse_message(packet));
    packet[13] = 14;  // forward
    EXPECT_FALSE(parse_message(packet));
    packet = {0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0xC0, 12, 0, 1, 0, 1};  // a.a.a...
    EXPECT_FALSE(parse_message(packet));
}

}  // namespace
}  // namespace fairway::wire::dns
