#include "wire/dns/query.h"

#include <gtest/gtest.h>

#include "wire/dns/message.h"

namespace fairway::wire::dns {
namespace {

using Octets = std::vector<std::uint8_t>;

Name name(std::string_view text) {
    return *Name::parse(text);
}

// A query whose additional section holds `records` records, given as octets.
Octets query_with(unsigned records, const Octets& additional) {
    Octets packet = make_query(name("www.example.com."), Type::kA);
    packet[11] = static_cast<std::uint8_t>(records);
    packet.insert(packet.end(), additional.begin(), additional.end());
    return packet;
}

Octets opt(const Octets& options, std::uint8_t version = 0) {
    Octets out = {0, 0, 41, 4, 208, 0, version, 0, 0, 0, static_cast<std::uint8_t>(options.size())};
    out.insert(out.end(), options.begin(), options.end());
    return out;
}

Octets subnet(std::uint8_t family, std::uint8_t source, std::uint8_t scope, const Octets& address) {
    Octets out = {0, 8, 0, static_cast<std::uint8_t>(4 + address.size()), 0, family, source, scope};
    out.insert(out.end(), address.begin(), address.end());
    return opt(out);
}

ParseStatus parse(const Octets& packet, QueryView& query) {
    return parse_query(packet, query);
}
ParseStatus parse(const Octets& packet) {
    QueryView query;
    return parse_query(packet, query);
}

TEST(Query, ReadsAPlainQuestion) {
    const Octets packet = make_query(name("WwW.Example.COM."), Type::kAaaa,
                                     {.id = 0xBEEF, .recursion_desired = true});
    QueryView query;
    ASSERT_EQ(parse(packet, query), ParseStatus::kOk);
    EXPECT_EQ(query.id, 0xBEEF);
    EXPECT_TRUE(query.recursion_desired());
    EXPECT_EQ(query.qtype, Type::kAaaa);
    EXPECT_EQ(query.qclass, Class::kIn);
    EXPECT_EQ(query.qname().text(), "WwW.Example.COM.");
    EXPECT_EQ(query.qname_lowered().text(), "www.example.com.");
    EXPECT_EQ(query.qname_hash, name("www.example.com.").hash());
    EXPECT_EQ(query.question_end, packet.size());
    EXPECT_FALSE(query.has_edns);
    EXPECT_EQ(udp_response_max(query, 1232), 512u);
}

TEST(Query, ReadsEdns) {
    const auto prefix = *Cidr::parse("192.0.2.0/25");
    QueryView query;
    const Octets packet = make_query(
        name("."), Type::kNs,
        {.edns = true, .udp_payload = 4096, .dnssec_ok = true, .client_subnet = &prefix});
    ASSERT_EQ(parse(packet, query), ParseStatus::kOk);
    EXPECT_TRUE(query.has_edns && query.dnssec_ok && query.has_client_subnet);
    EXPECT_EQ(query.udp_payload, 4096);
    EXPECT_EQ(query.client_subnet.prefix(), prefix);
    EXPECT_EQ(query.client_subnet.family, 1);
    EXPECT_TRUE(query.qname().is_root());
    EXPECT_EQ(udp_response_max(query, 1232), 1232u);
    query.udp_payload = 100;
    EXPECT_EQ(udp_response_max(query, 1232), 512u);
}

TEST(Query, AViewIsCleanForTheNextQuery) {
    const auto prefix = *Cidr::parse("2001:db8::/32");
    QueryView query;
    const Octets first = make_query(name("a."), Type::kA,
                                    {.edns = true, .dnssec_ok = true, .client_subnet = &prefix});
    ASSERT_EQ(parse(first, query), ParseStatus::kOk);
    EXPECT_EQ(query.client_subnet.prefix(), prefix);
    const Octets second = make_query(name("b."), Type::kA);
    ASSERT_EQ(parse(second, query), ParseStatus::kOk);
    EXPECT_FALSE(query.has_edns || query.dnssec_ok || query.has_client_subnet);
    EXPECT_EQ(parse({1, 2, 3}, query), ParseStatus::kTooShort);
    EXPECT_FALSE(query.has_question());
    EXPECT_TRUE(query.qname().is_root());
}

TEST(Query, SortsOutWhatIsNoQuery) {
    Octets packet = make_query(name("a."), Type::kA);
    EXPECT_EQ(parse(Octets(packet.begin(), packet.begin() + 11)), ParseStatus::kTooShort);
    EXPECT_EQ(parse(Octets(packet.begin(), packet.begin() + 12)), ParseStatus::kFormErr);
    packet[2] = 0x80;
    EXPECT_EQ(parse(packet), ParseStatus::kNotAQuery);
    packet[2] = 4 << 3;  // NOTIFY
    QueryView query;
    EXPECT_EQ(parse(packet, query), ParseStatus::kOtherOpcode);
    EXPECT_EQ(query.opcode, Opcode::kNotify);
    EXPECT_TRUE(query.has_question());
}

TEST(Query, RefusesMalformedQuestions) {
    const Octets good = make_query(name("ab.cd."), Type::kA);
    for (std::size_t size = 12; size < good.size(); ++size) {
        EXPECT_EQ(parse(Octets(good.begin(), good.begin() + static_cast<long>(size))),
                  ParseStatus::kFormErr)
            << size;
    }
    Octets packet = good;
    packet.push_back(0);  // something follows
    EXPECT_EQ(parse(packet), ParseStatus::kFormErr);
    for (const std::uint8_t count : {0, 2}) {
        packet = good;
        packet[5] = count;
        EXPECT_EQ(parse(packet), ParseStatus::kFormErr);
    }
    packet = good;
    packet[12] = 0x40;  // an extended label type
    EXPECT_EQ(parse(packet), ParseStatus::kFormErr);
    packet = {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1};  // a pointer to itself
    EXPECT_EQ(parse(packet), ParseStatus::kFormErr);
}

TEST(Query, HoldsOptToItsRules) {
    EXPECT_EQ(parse(query_with(1, opt({}))), ParseStatus::kOk);
    Octets two = opt({});
    const Octets one = two;
    two.insert(two.end(), one.begin(), one.end());
    EXPECT_EQ(parse(query_with(2, two)), ParseStatus::kFormErr);
    Octets owned = one;
    owned[0] = 1;
    owned.insert(owned.begin() + 1, {'x', 0});
    EXPECT_EQ(parse(query_with(1, owned)), ParseStatus::kFormErr);
    QueryView query;
    EXPECT_EQ(parse(query_with(1, opt({}, 1)), query), ParseStatus::kBadVersion);
    EXPECT_TRUE(query.has_edns);
    EXPECT_EQ(parse(query_with(1, opt({0, 10, 0, 9, 1}))),
              ParseStatus::kFormErr);  // an option is cut off
    EXPECT_EQ(parse(query_with(1, opt({0, 10, 0}))), ParseStatus::kFormErr);
    EXPECT_EQ(parse(query_with(1, opt({0, 10, 0, 2, 1, 2, 0, 12, 0, 0, 0xFF, 0xFF, 0, 1, 7}))),
              ParseStatus::kOk);
    Octets in_answer = query_with(0, one);
    in_answer[7] = 1;
    EXPECT_EQ(parse(in_answer), ParseStatus::kFormErr);
}

TEST(Query, HoldsClientSubnetToRfc7871) {
    const auto of = [](std::uint8_t family, std::uint8_t source, std::uint8_t scope,
                       const Octets& address) {
        return parse(query_with(1, subnet(family, source, scope, address)));
    };
    EXPECT_EQ(of(1, 24, 0, {192, 0, 2}), ParseStatus::kOk);
    EXPECT_EQ(of(1, 0, 0, {}), ParseStatus::kOk);
    EXPECT_EQ(of(0, 0, 0, {}), ParseStatus::kOk);
    EXPECT_EQ(of(2, 56, 0, {0x20, 1, 0xD, 0xB8, 0, 0, 0}), ParseStatus::kOk);
    EXPECT_EQ(of(1, 24, 24, {192, 0, 2}), ParseStatus::kFormErr);    // scope in a query
    EXPECT_EQ(of(1, 24, 0, {192, 0}), ParseStatus::kFormErr);        // too few octets
    EXPECT_EQ(of(1, 24, 0, {192, 0, 2, 0}), ParseStatus::kFormErr);  // too many
    EXPECT_EQ(of(1, 20, 0, {192, 0, 0x11}), ParseStatus::kFormErr);  // a bit past the prefix
    EXPECT_EQ(of(1, 20, 0, {192, 0, 0x10}), ParseStatus::kOk);
    EXPECT_EQ(of(1, 33, 0, {1, 2, 3, 4, 0}), ParseStatus::kFormErr);  // longer than an address
    EXPECT_EQ(of(2, 129, 0, Octets(17, 0)), ParseStatus::kFormErr);
    EXPECT_EQ(of(2, 128, 0, Octets(16, 1)), ParseStatus::kOk);
    EXPECT_EQ(of(0, 8, 0, {1}), ParseStatus::kFormErr);
    EXPECT_EQ(of(3, 0, 0, {}), ParseStatus::kFormErr);
    EXPECT_EQ(parse(query_with(1, opt({0, 8, 0, 3, 0, 1, 0}))), ParseStatus::kFormErr);
}

TEST(Query, SeesSignatures) {
    const Octets tsig = {0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0};
    QueryView query;
    EXPECT_EQ(parse(query_with(1, tsig), query), ParseStatus::kOk);
    EXPECT_TRUE(query.is_signed);
    Octets early = tsig;
    const Octets after = opt({});
    early.insert(early.end(), after.begin(), after.end());
    EXPECT_EQ(parse(query_with(2, early)), ParseStatus::kFormErr);  // TSIG must be the last
}

TEST(Query, SkipsOtherRecordsSafely) {
    // A record whose owner points back to the question.
    EXPECT_EQ(parse(query_with(1, {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4})),
              ParseStatus::kOk);
    EXPECT_EQ(parse(query_with(1, {0xC0, 200, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0})),
              ParseStatus::kFormErr);  // forward
    EXPECT_EQ(parse(query_with(1, {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 9, 1})),
              ParseStatus::kFormErr);
    EXPECT_EQ(parse(query_with(9, {})), ParseStatus::kFormErr);
}

}  // namespace
}  // namespace fairway::wire::dns
