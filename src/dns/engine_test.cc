#include "dns/engine.h"

#include <gtest/gtest.h>

#include <set>

#include "base/counted_new.h"
#include "dns/test_world.h"
#include "wire/dns/message.h"
#include "wire/dns/rdata.h"

namespace fairway::dns {
namespace {

using steer::test::leaf;
using steer::test::select;
using test::kZoneHead;
using wire::dns::Class;
using wire::dns::Message;
using wire::dns::Name;
using wire::dns::QueryOptions;
using wire::dns::Rcode;
using wire::dns::Record;
using wire::dns::Type;

class EngineTest : public ::testing::Test {
  protected:
    test::DnsWorld world_;
    steer::State state_;
    std::optional<Engine> engine_;
    Client client_{*IpAddr::parse("198.51.100.7")};
    std::vector<std::uint8_t> reply_;

    void start() {
        world_.publish_to(state_);
        engine_.emplace(EngineOptions{.seed = 5});
        engine_->on_publish(state_.world());
    }
    void serve(const std::string& records, const std::string& origin = "example.com") {
        ASSERT_TRUE(world_.add_zone(origin, kZoneHead + records))
            << (world_.findings.empty() ? "" : world_.findings[0].text());
    }
    bool answer(Bytes query) {
        reply_.assign(65535, 0);
        reply_.resize(engine_->answer(state_, query, client_, reply_));
        return !reply_.empty();
    }
    Message ask(std::string_view name, Type type, QueryOptions options = {}) {
        if (!engine_) start();
        answer(wire::dns::make_query(test::name(name), type, options));
        auto message = wire::dns::parse_message(reply_);
        EXPECT_TRUE(message) << name;
        return message ? *message : Message{};
    }
    Message ask_from(std::string_view name, const char* prefix, Type type = Type::kA) {
        const Cidr subnet = *Cidr::parse(prefix);
        return ask(name, type, {.edns = true, .client_subnet = &subnet});
    }
};

std::string text(const Record& r) {
    return r.owner.text() + " " + std::to_string(r.ttl) + " " + wire::dns::type_text(r.type) + " " +
           wire::dns::rdata_text(r.type, r.rdata);
}
std::vector<std::string> texts(const std::vector<Record>& records) {
    std::vector<std::string> out;
    for (const Record& r : records) {
        if (r.type != Type::kOpt) out.push_back(text(r));
    }
    return out;
}
using Lines = std::vector<std::string>;
const Lines kSoa = {
    "example.com. 60 SOA ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 60"};

// Scope of the client subnet option; -1: there is none.
int scope_of(const Message& m) {
    if (!m.opt()) return -1;
    ByteReader in(m.opt()->rdata);
    while (in.left() >= 4) {
        const auto code = in.u16(), size = in.u16();
        const Bytes option = in.take(size);
        if (code == 8 && option.size() >= 4) return option[3];
    }
    return -1;
}

TEST_F(EngineTest, AnswersAndKeepsTheCaseOfTheQuestion) {
    serve("www A 192.0.2.1\nwww A 192.0.2.2\n");
    const Message m = ask("wWw.eXample.COM", Type::kA, {.id = 77, .recursion_desired = true});
    EXPECT_EQ(m.id, 77);
    EXPECT_EQ(m.rcode(), Rcode::kNoError);
    EXPECT_TRUE(m.authoritative());
    EXPECT_EQ(m.flags & 0x0180, 0x0100);  // RD as asked, RA never
    ASSERT_EQ(m.questions.size(), 1u);
    EXPECT_EQ(m.questions[0].name.text(), "wWw.eXample.COM.");
    EXPECT_EQ(texts(m.answers),
              (Lines{"wWw.eXample.COM. 300 A 192.0.2.1", "wWw.eXample.COM. 300 A 192.0.2.2"}));
    EXPECT_TRUE(m.authorities.empty());
    EXPECT_EQ(m.opt(), nullptr);
}

TEST_F(EngineTest, NegativeAnswersCarryTheSoa) {
    serve("www A 192.0.2.1\na.deep A 192.0.2.1\n");
    const Message none = ask("nope.example.com", Type::kA);
    EXPECT_EQ(none.rcode(), Rcode::kNxDomain);
    EXPECT_TRUE(none.authoritative());
    EXPECT_EQ(texts(none.authorities), kSoa);
    const Message no_data = ask("www.example.com", Type::kMx);
    EXPECT_EQ(no_data.rcode(), Rcode::kNoError);
    EXPECT_EQ(texts(no_data.authorities), kSoa);
    EXPECT_EQ(ask("deep.example.com", Type::kA).rcode(), Rcode::kNoError);  // empty non-terminal
    EXPECT_EQ(ask("x.deep.example.com", Type::kA).rcode(), Rcode::kNxDomain);
}

TEST_F(EngineTest, FollowsAliasesAlsoIntoOtherZones) {
    serve(
        "c1 CNAME c2\nc2 CNAME www\nwww A 192.0.2.1\nloop1 CNAME loop2\nloop2 CNAME loop1\n"
        "out CNAME www.example.org.\nover CNAME www.example.net.\ndangle CNAME nope\n");
    serve("www A 192.0.2.9\n", "example.net");
    EXPECT_EQ(
        texts(ask("c1.example.com", Type::kA).answers),
        (Lines{"c1.example.com. 300 CNAME c2.example.com.",
               "c2.example.com. 300 CNAME www.example.com.", "www.example.com. 300 A 192.0.2.1"}));
    EXPECT_EQ(ask("c1.example.com", Type::kCname).answers.size(), 1u);
    EXPECT_EQ(ask("loop1.example.com", Type::kA).answers.size(), 2u);
    const Message out = ask("out.example.com", Type::kA);
    EXPECT_EQ(out.rcode(), Rcode::kNoError);
    EXPECT_EQ(out.answers.size(), 1u);
    EXPECT_EQ(texts(ask("over.example.com", Type::kA).answers)[1],
              "www.example.net. 300 A 192.0.2.9");
    const Message dangling = ask("dangle.example.com", Type::kA);
    EXPECT_EQ(dangling.rcode(), Rcode::kNxDomain);  // RFC 6604
    EXPECT_EQ(dangling.answers.size(), 1u);
    EXPECT_EQ(texts(dangling.authorities), kSoa);
}

TEST_F(EngineTest, LongAliasChainsEnd) {
    std::string records;
    for (int i = 0; i < 40; ++i)
        records += "c" + std::to_string(i) + " CNAME c" + std::to_string(i + 1) + "\n";
    serve(records);
    EXPECT_EQ(ask("c0.example.com", Type::kA).answers.size(), kAliasChainMax + 1);
}

TEST_F(EngineTest, DnameRenames) {
    serve("old DNAME new\nhost.new A 192.0.2.1\nlong DNAME " + std::string(60, 'a') + "." +
          std::string(60, 'b') + "." + std::string(60, 'c') + ".new\n");
    EXPECT_EQ(texts(ask("HOST.old.example.com", Type::kA).answers),
              (Lines{"old.example.com. 300 DNAME new.example.com.",
                     "HOST.old.example.com. 300 CNAME HOST.new.example.com.",
                     "HOST.new.example.com. 300 A 192.0.2.1"}));
    EXPECT_EQ(ask("old.example.com", Type::kA).answers.size(), 0u);  // not the owner itself
    const std::string label(60, 'x');
    EXPECT_EQ(ask(label + ".long.example.com", Type::kA).rcode(), Rcode::kYxDomain);
}

TEST_F(EngineTest, RefersToDelegations) {
    serve(
        "sub NS ns.sub\nsub DS 1 13 2 "
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
        "ns.sub A 192.0.2.7\nc CNAME x.sub\n");
    for (const char* asked : {"sub.example.com", "a.b.sub.example.com", "ns.sub.example.com"}) {
        const Message m = ask(asked, Type::kA);
        EXPECT_EQ(m.rcode(), Rcode::kNoError);
        EXPECT_FALSE(m.authoritative()) << asked;
        EXPECT_TRUE(m.answers.empty()) << asked;
        ASSERT_EQ(m.authorities.size(), 1u) << asked;
        EXPECT_EQ(m.authorities[0].type, Type::kNs);
        EXPECT_EQ(m.authorities[0].owner, test::name("sub.example.com"));
        ASSERT_EQ(texts(m.additionals).size(), 1u) << asked;
    }
    const Message ds = ask("sub.example.com", Type::kDs);
    EXPECT_TRUE(ds.authoritative());
    EXPECT_EQ(ds.answers.size(), 1u);
    const Message alias = ask("c.example.com", Type::kA);
    EXPECT_TRUE(alias.authoritative());  // of its first name
    EXPECT_EQ(alias.answers.size(), 1u);
    EXPECT_EQ(alias.authorities.size(), 1u);
}

TEST_F(EngineTest, TheParentAnswersForDs) {
    serve("child NS ns.child\nns.child A 192.0.2.7\n");
    serve("", "child.example.com");
    EXPECT_EQ(ask("child.example.com", Type::kSoa).answers.size(), 1u);
    const Message ds = ask("child.example.com", Type::kDs);
    EXPECT_EQ(ds.rcode(), Rcode::kNoError);
    EXPECT_EQ(texts(ds.authorities), kSoa);
    EXPECT_EQ(ask("example.com", Type::kDs).authorities.size(), 1u);  // no parent here: our own
    serve("", "other.example.com");  // not delegated: a resolver must not take it for not there
    start();
    const Message undelegated = ask("other.example.com", Type::kDs);
    EXPECT_EQ(undelegated.rcode(), Rcode::kNoError);
    EXPECT_EQ(texts(undelegated.authorities), kSoa);
}

TEST_F(EngineTest, WildcardsOfRfc4592) {
    serve(
        "*.w A 192.0.2.1\n*.w TXT x\nhost.w AAAA ::1\na.ent.w A 192.0.2.2\n*.c CNAME www\n"
        "www A 192.0.2.3\nsub.*.star A 192.0.2.4\n");
    EXPECT_EQ(texts(ask("X.y.w.example.com", Type::kA).answers),
              (Lines{"X.y.w.example.com. 300 A 192.0.2.1"}));
    EXPECT_EQ(ask("x.w.example.com", Type::kMx).rcode(), Rcode::kNoError);
    EXPECT_TRUE(ask("host.w.example.com", Type::kA).answers.empty());  // exists
    EXPECT_EQ(ask("x.host.w.example.com", Type::kA).rcode(), Rcode::kNxDomain);
    EXPECT_EQ(ask("b.ent.w.example.com", Type::kA).rcode(), Rcode::kNxDomain);
    EXPECT_EQ(ask("*.w.example.com", Type::kA).answers.size(), 1u);
    EXPECT_EQ(ask("q.c.example.com", Type::kA).answers.size(), 2u);
    const Message ent = ask("anything.star.example.com", Type::kA);  // *.star is empty
    EXPECT_EQ(ent.rcode(), Rcode::kNoError);
    EXPECT_TRUE(ent.answers.empty());
}

TEST_F(EngineTest, AddsTheAddressesOfTargets) {
    serve("@ MX 1 mail\nmail A 192.0.2.25\nmail AAAA ::25\ns SRV 1 1 1 mail\n");
    EXPECT_EQ(texts(ask("example.com", Type::kMx).additionals),
              (Lines{"mail.example.com. 300 A 192.0.2.25", "mail.example.com. 300 AAAA ::25"}));
    EXPECT_EQ(texts(ask("s.example.com", Type::kSrv).additionals).size(), 2u);
    EXPECT_EQ(texts(ask("example.com", Type::kNs).additionals).size(), 1u);
}

// Its addresses are chosen for the client that asks for them, not for the one that asks for the MX.
TEST_F(EngineTest, AddsNoAddressesOfSteeredTargets) {
    serve(
        "* AAAA ::99\nsub A 192.0.2.1\n@ MX 1 shop\n@ MX 2 x.b\n@ MX 3 other\n"
        "@ MX 4 sub\n");
    world_.steer_name("shop.example.com", leaf("l", "192.0.2.5"));
    world_.steer_name("*.b.example.com", leaf("l", "192.0.2.6"));
    EXPECT_EQ(texts(ask("example.com", Type::kMx).additionals),
              (Lines{"other.example.com. 300 AAAA ::99", "sub.example.com. 300 A 192.0.2.1"}));
}

TEST_F(EngineTest, BeforeTheFirstWorldEverythingFails) {
    engine_.emplace(EngineOptions{});
    for (const Type type : {Type::kA, Type::kDs, Type::kAny}) {
        const Message m = ask("www.example.com", type, {.edns = true});
        EXPECT_EQ(m.rcode(), Rcode::kServFail);
        EXPECT_FALSE(m.authoritative());
    }
    EXPECT_EQ(ask(".", Type::kNs).rcode(), Rcode::kServFail);
    serve("www A 192.0.2.1\n");
    start();
    EXPECT_EQ(ask("www.example.com", Type::kA).answers.size(), 1u);
}

TEST_F(EngineTest, StreamsAreToldHowLongTheyMayBeIdle) {
    serve("");
    start();
    auto query = wire::dns::make_query(test::name("example.com"), Type::kSoa, {.edns = true});
    query[query.size() - 1] = 4;
    query.insert(query.end(), {0, 11, 0, 0});
    const auto options = [&] {
        EXPECT_TRUE(answer(query));
        const auto m = wire::dns::parse_message(reply_);
        const Bytes rdata = m->opt()->rdata;
        return std::vector<std::uint8_t>(rdata.begin(), rdata.end());
    };
    EXPECT_TRUE(options().empty());  // over UDP it means nothing
    client_.stream = true;
    client_.idle_ms = 10'000;
    EXPECT_EQ(options(), (std::vector<std::uint8_t>{0, 11, 0, 2, 0, 100}));
}

TEST_F(EngineTest, AnIdThatAnotherPolicyGetsIsCountedFromZero) {
    serve("");
    world_.steer_name("shop.example.com", leaf("l", "192.0.2.5"));
    ask("shop.example.com", Type::kA);
    ask("shop.example.com", Type::kA);
    auto changed = std::make_shared<world::PolicyPart>(*world_.world.policies.at(0));
    changed->ttl = 7;
    const auto publish = [&] {
        world_.world.policies.set(0, std::make_shared<world::PolicyPart>(*changed));
        world_.publish_to(state_);
        engine_->on_publish(state_.world());
        return engine_->counts().policies.at(0).decisions;
    };
    EXPECT_EQ(publish(), 2u);  // the same policy, changed
    changed->name = "another";
    EXPECT_EQ(publish(), 0u);
}

TEST_F(EngineTest, AnyGetsOneSet) {
    serve("www A 192.0.2.1\nwww A 192.0.2.2\nwww TXT x\n");
    world_.steer_name("shop.example.com", leaf("l", "192.0.2.5"));
    EXPECT_EQ(ask("www.example.com", Type::kAny).answers.size(), 2u);
    const Message steered = ask("shop.example.com", Type::kAny);
    ASSERT_EQ(steered.answers.size(), 1u);
    EXPECT_EQ(text(steered.answers[0]), "shop.example.com. 3600 HINFO \"RFC8482\" \"\"");
}

TEST_F(EngineTest, RefusesWhatItDoesNotServe) {
    serve("");
    EXPECT_EQ(ask("example.org", Type::kA).rcode(), Rcode::kRefused);
    EXPECT_FALSE(ask("example.org", Type::kA).authoritative());
    EXPECT_EQ(ask("example.com", Type::kAxfr).rcode(), Rcode::kRefused);
    EXPECT_EQ(ask("example.com", Type::kIxfr).rcode(), Rcode::kRefused);
    EXPECT_EQ(ask("example.com", Type::kMaila).rcode(), Rcode::kNotImp);
    EXPECT_EQ(ask("example.com", Type::kTsig).rcode(), Rcode::kFormErr);

    auto query = wire::dns::make_query(test::name("example.com"), Type::kSoa);
    auto other_class = query;
    other_class.back() = 3;
    ASSERT_TRUE(answer(other_class));
    EXPECT_EQ(wire::dns::parse_message(reply_)->rcode(), Rcode::kRefused);
    auto update = query;
    update[2] = 5 << 3;
    ASSERT_TRUE(answer(update));
    EXPECT_EQ(wire::dns::parse_message(reply_)->rcode(), Rcode::kNotImp);
    EXPECT_EQ(reply_[2] >> 3 & 0xF, 5);
    auto two_questions = query;
    two_questions[5] = 2;
    ASSERT_TRUE(answer(two_questions));
    EXPECT_EQ(reply_[3] & 0xF, 1);  // FORMERR
    auto response = query;
    response[2] |= 0x80;
    EXPECT_FALSE(answer(response));
    EXPECT_FALSE(answer(Bytes(query).first(11)));
    EXPECT_EQ(engine_->counts().dropped, 2u);
}

TEST_F(EngineTest, EdnsVersionsAboveZeroAreBadvers) {
    serve("");
    start();
    auto query = wire::dns::make_query(test::name("example.com"), Type::kSoa, {.edns = true});
    query[query.size() - 5] = 1;  // OPT: ... TTL {rcode, version, flags}, length 0
    ASSERT_TRUE(answer(query));
    const auto m = wire::dns::parse_message(reply_);
    EXPECT_EQ(m->rcode(), Rcode::kBadVers);
    EXPECT_TRUE(m->answers.empty());
    const Message fine = ask("example.com", Type::kSoa, {.edns = true});
    ASSERT_TRUE(fine.opt());
    EXPECT_EQ(static_cast<unsigned>(fine.opt()->klass), 1232u);
}

TEST_F(EngineTest, CutsAtARecordSetAndSaysSo) {
    std::string records;
    for (int i = 0; i < 60; ++i) records += "many A 192.0.2." + std::to_string(i) + "\n";
    for (int i = 0; i < 200; ++i) records += "more A 192.0.2." + std::to_string(i) + "\n";
    serve(records);
    const Message cut = ask("many.example.com", Type::kA);
    EXPECT_TRUE(cut.truncated());
    EXPECT_TRUE(cut.answers.empty());
    EXPECT_LE(reply_.size(), 512u);
    EXPECT_EQ(ask("many.example.com", Type::kA, {.edns = true}).answers.size(), 60u);
    // 3,200 octets: more than we send over UDP, whatever the client takes.
    const Message big = ask("more.example.com", Type::kA, {.edns = true, .udp_payload = 4096});
    EXPECT_TRUE(big.truncated());
    client_.stream = true;
    EXPECT_EQ(ask("more.example.com", Type::kA).answers.size(), 200u);
    EXPECT_EQ(engine_->counts().truncated, 2u);
}

TEST_F(EngineTest, AReferralWithoutRoomForItsGlueIsCut) {
    std::string records;
    for (int i = 0; i < 14; ++i) {
        const std::string ns = "n" + std::to_string(i) + ".sub";
        records += "sub NS " + ns + "\n" + ns + " AAAA 2001:db8::" + std::to_string(i) + "\n";
    }
    serve(records);
    EXPECT_TRUE(ask("x.sub.example.com", Type::kA).truncated());  // RFC 9471
    EXPECT_FALSE(ask("x.sub.example.com", Type::kA, {.edns = true}).truncated());
}

TEST_F(EngineTest, SteersByPolicy) {
    serve("www A 192.0.2.1\nshop TXT \"static beside steered\"\n");
    world_.steer_name("shop.example.com",
                      select("root", model::Op::kPriority,
                             {leaf("eu", "192.0.2.10").gate(0).priority(1).ttl(20),
                              leaf("us", "192.0.2.20").priority(2)}));
    EXPECT_EQ(texts(ask("Shop.example.com", Type::kA).answers),
              (Lines{"Shop.example.com. 20 A 192.0.2.10"}));
    state_.flip({world::FactId{0}, world::Health::kDown, 1});
    EXPECT_EQ(texts(ask("shop.example.com", Type::kA).answers),
              (Lines{"shop.example.com. 300 A 192.0.2.20"}));
    EXPECT_EQ(ask("shop.example.com", Type::kTxt).answers.size(), 1u);
    EXPECT_EQ(texts(ask("shop.example.com", Type::kAaaa).authorities), kSoa);
    EXPECT_EQ(engine_->counts().policies[0].decisions, 2u);
    EXPECT_EQ(engine_->counts().policies[0].last_resort, 0u);
}

TEST_F(EngineTest, SteeredNamesExistAndBlockWildcards) {
    serve("* A 192.0.2.99\nsub NS ns.sub\nns.sub A 192.0.2.7\n");
    world_.steer_name("a.b.example.com", leaf("l", "192.0.2.5"));
    world_.steer_name("*.apps.example.com", leaf("l", "192.0.2.6"));
    world_.steer_name("x.sub.example.com", leaf("l", "192.0.2.8"));
    const Message ent = ask("b.example.com", Type::kA);
    EXPECT_EQ(ent.rcode(), Rcode::kNoError);
    EXPECT_TRUE(ent.answers.empty());
    EXPECT_EQ(ask("c.b.example.com", Type::kA).rcode(), Rcode::kNxDomain);
    EXPECT_EQ(ask("c.example.com", Type::kA).answers.size(), 1u);
    EXPECT_EQ(texts(ask("one.two.apps.example.com", Type::kA).answers),
              (Lines{"one.two.apps.example.com. 300 A 192.0.2.6"}));
    EXPECT_EQ(ask("x.sub.example.com", Type::kA).authorities.size(), 1u);  // delegated away
}

TEST_F(EngineTest, HostnameLeavesAreAliases) {
    serve("www A 192.0.2.1\nstatic CNAME shop\n");
    world_.steer_name("shop.example.com", leaf("l", {test::host_value("www.example.com")}));
    world_.steer_name("far.example.com", leaf("l", {test::host_value("lb.example.org")}),
                      [](world::PolicyPart& p) { p.qtype = 5; });
    EXPECT_EQ(texts(ask("shop.example.com", Type::kA).answers),
              (Lines{"shop.example.com. 300 CNAME www.example.com.",
                     "www.example.com. 300 A 192.0.2.1"}));
    EXPECT_EQ(ask("static.example.com", Type::kA).answers.size(), 3u);
    for (const Type type : {Type::kA, Type::kAaaa, Type::kCname, Type::kTxt})
        EXPECT_EQ(texts(ask("far.example.com", type).answers),
                  (Lines{"far.example.com. 300 CNAME lb.example.org."}));
}

TEST_F(EngineTest, EmptyDecisionsAreNegative) {
    serve("mixed TXT x\n");
    const auto none = [](model::Empty empty) {
        return select("root", model::Op::kUniform, {leaf("l", "192.0.2.5").gate(0)})
            .last(model::Last::kNone)
            .empty(empty);
    };
    world_.steer_name("nodata.example.com", none(model::Empty::kNoData),
                      [](world::PolicyPart& p) { p.ttl = 10; });
    world_.steer_name("nx.example.com", none(model::Empty::kNxDomain));
    world_.steer_name("mixed.example.com", none(model::Empty::kNxDomain));
    start();
    state_.flip({world::FactId{0}, world::Health::kDown, 1});
    const Message no_data = ask("nodata.example.com", Type::kA);
    EXPECT_EQ(no_data.rcode(), Rcode::kNoError);
    ASSERT_EQ(no_data.authorities.size(), 1u);
    EXPECT_EQ(no_data.authorities[0].ttl, 10u);  // no longer than the policy's own
    EXPECT_EQ(ask("nx.example.com", Type::kA).rcode(), Rcode::kNxDomain);
    EXPECT_EQ(ask("mixed.example.com", Type::kA).rcode(), Rcode::kNoError);  // the name exists
    EXPECT_EQ(engine_->counts().policies[0].empty, 1u);
}

TEST_F(EngineTest, ClientSubnetsChooseAndScopesTellHowMuchWasUsed) {
    serve("www A 192.0.2.1\n");
    world_.steer_name("shop.example.com", select("root", model::Op::kCidr,
                                                 {leaf("in", "192.0.2.10").cidr("203.0.113.0/26"),
                                                  leaf("out", "192.0.2.20")}));
    const Message in = ask_from("shop.example.com", "203.0.113.8/32");
    EXPECT_EQ(text(in.answers.at(0)), "shop.example.com. 300 A 192.0.2.10");
    EXPECT_EQ(scope_of(in), 26);
    const Message out = ask_from("shop.example.com", "198.51.100.0/24");
    EXPECT_EQ(text(out.answers.at(0)), "shop.example.com. 300 A 192.0.2.20");
    EXPECT_GT(scope_of(out), 0);
    EXPECT_LE(scope_of(out), 24);
    EXPECT_EQ(scope_of(ask_from("www.example.com", "203.0.113.0/24")), 0);
    EXPECT_EQ(scope_of(ask_from("nope.example.com", "203.0.113.0/24")), 0);
    EXPECT_EQ(scope_of(ask("shop.example.com", Type::kA, {.edns = true})), -1);
    // Prefix length 0: the resolver's address decides, and the scope is 0.
    client_.source = *IpAddr::parse("203.0.113.9");
    const Message hidden = ask_from("shop.example.com", "0.0.0.0/0");
    EXPECT_EQ(text(hidden.answers.at(0)), "shop.example.com. 300 A 192.0.2.10");
    EXPECT_EQ(scope_of(hidden), 0);
    EXPECT_EQ(text(ask("shop.example.com", Type::kA).answers.at(0)),
              "shop.example.com. 300 A 192.0.2.10");
}

TEST_F(EngineTest, StickyClientsStay) {
    serve("");
    std::vector<steer::test::Spec> leaves;
    for (int i = 0; i < 20; ++i)
        leaves.push_back(leaf("l", ("192.0.2." + std::to_string(i)).c_str()));
    world_.steer_name("shop.example.com", select("root", model::Op::kUniform, leaves),
                      [](world::PolicyPart& p) { p.stickiness = model::Stickiness::kSubnet; });
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i)
        seen.insert(text(ask_from("shop.example.com", "203.0.113.0/24").answers.at(0)));
    EXPECT_EQ(seen.size(), 1u);
    for (int i = 0; i < 20; ++i) {
        const std::string prefix = "203.0." + std::to_string(i) + ".0/24";
        seen.insert(text(ask_from("shop.example.com", prefix.c_str()).answers.at(0)));
    }
    EXPECT_GT(seen.size(), 4u);
}

TEST_F(EngineTest, RotatesWithEachDecision) {
    serve("");
    world_.steer_name("shop.example.com", select("root", model::Op::kUniform,
                                                 {leaf("a", "192.0.2.1"), leaf("b", "192.0.2.2")})
                                              .draw(model::Draw::kRotated));
    const auto first = [&] { return text(ask("shop.example.com", Type::kA).answers.at(0)); };
    const std::string one = first(), two = first();
    EXPECT_NE(one, two);
    EXPECT_EQ(first(), one);
}

TEST_F(EngineTest, AllocatesNothing) {
    serve(
        "www A 192.0.2.1\nc CNAME www\nsub NS ns.sub\nns.sub A 192.0.2.7\nold DNAME new\n"
        "*.w MX 1 www\n");
    world_.steer_name("shop.example.com",
                      select("root", model::Op::kWeight,
                             {leaf("a", "192.0.2.1").weight(3), leaf("b", "192.0.2.2").weight(1)}));
    start();
    const Cidr subnet = *Cidr::parse("203.0.113.0/24");
    std::vector<std::vector<std::uint8_t>> queries;
    for (const char* asked : {"www", "c", "x.sub", "x.old", "x.w", "nope", "shop"}) {
        for (const Type type : {Type::kA, Type::kMx, Type::kAny})
            queries.push_back(wire::dns::make_query(test::name(std::string(asked) + ".example.com"),
                                                    type,
                                                    {.edns = true, .client_subnet = &subnet}));
    }
    reply_.resize(1232);
    const std::size_t before = fairway::test::allocations;
    std::size_t answered = 0;
    for (const auto& query : queries)
        answered += engine_->answer(state_, query, client_, reply_) > 0;
    EXPECT_EQ(fairway::test::allocations, before);
    EXPECT_EQ(answered, queries.size());
}

}  // namespace
}  // namespace fairway::dns
