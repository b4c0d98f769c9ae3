#include "world/zone.h"

#include <gtest/gtest.h>

#include "world/steered_names.h"
#include "world/zone_build.h"

namespace fairway::world {
namespace {

using wire::dns::Name;
using wire::dns::Type;

Name name(std::string_view text) {
    return *Name::parse(text);
}

model::DnsZone document(std::vector<model::ZoneRecord> records = {}) {
    model::DnsZone zone;
    zone.meta.key = {model::Kind::kDnsZone, "default", "example"};
    zone.meta.file = "zone.yaml";
    zone.origin = "example.com";
    zone.ttl = 300;
    zone.soa = model::ZoneSoa{.primary = "ns1.example.com", .contact = "host.master@example.com"};
    zone.name_servers = {"ns1.example.com"};
    zone.records = {{.name = "ns1.example.com", .type = "A", .values = {"192.0.2.53"}}};
    zone.records.insert(zone.records.end(), records.begin(), records.end());
    return zone;
}

model::ZoneRecord record(std::string owner, std::string type, std::vector<std::string> values) {
    return {.name = std::move(owner),
            .type = std::move(type),
            .values = std::move(values),
            .pos = {7, 3}};
}

struct Built {
    std::shared_ptr<const ZonePart> part;
    model::Diagnostics findings;
    std::string text() const {
        std::string out;
        for (const auto& f : findings) out += f.text() + "\n";
        return out;
    }
};

Built build(const model::DnsZone& zone, const std::string& file_text = "") {
    Built built;
    const ReadZoneFile read = [&](const model::DnsZone&, std::string_view path,
                                  std::string_view) -> Result<wire::dns::IncludedFile> {
        return wire::dns::IncludedFile{std::string(path), file_text};
    };
    built.part = compile_zone(zone, ZoneId{3}, read, built.findings);
    return built;
}

Built build(std::vector<model::ZoneRecord> records) {
    return build(document(std::move(records)));
}

void expect_error(std::vector<model::ZoneRecord> records, const std::string& what) {
    const Built built = build(std::move(records));
    EXPECT_EQ(built.part, nullptr) << what;
    EXPECT_TRUE(model::has_errors(built.findings)) << what;
    EXPECT_NE(built.text().find(what), std::string::npos) << built.text();
}

TEST(Zone, HoldsTheRecordsOfADocument) {
    const Built built = build({record("www.example.com", "A", {"192.0.2.1", "192.0.2.2"}),
                               record("WWW.example.com", "TXT", {"\"hello\""})});
    ASSERT_TRUE(built.part) << built.text();
    EXPECT_TRUE(built.findings.empty()) << built.text();
    const ZonePart& zone = *built.part;
    EXPECT_EQ(zone.origin().text(), "example.com.");
    EXPECT_EQ(zone.id(), ZoneId{3});
    const ZoneName* www = zone.find(name("www.EXAMPLE.com"));
    ASSERT_TRUE(www);
    EXPECT_EQ(www->rrset_count, 2);
    const ZoneRrset* a = zone.rrset(*www, Type::kA);
    ASSERT_TRUE(a);
    EXPECT_EQ(a->count, 2);
    EXPECT_EQ(a->ttl, 300u);
    std::vector<std::uint8_t> last;
    for (const Bytes rdata : zone.rdata(*a)) {
        EXPECT_EQ(rdata.size(), 4u);
        last.push_back(rdata[3]);
    }
    EXPECT_EQ(last, (std::vector<std::uint8_t>{1, 2}));
    EXPECT_EQ(zone.find(name("other.example.com")), nullptr);
    EXPECT_EQ(zone.record_count(), 6u);
    EXPECT_EQ(zone.negative_ttl(), 60u);
}

TEST(Zone, ReadsTheMasterFileToo) {
    model::DnsZone zone = document();
    zone.soa.reset();
    zone.name_servers.clear();
    zone.records.clear();
    zone.file = "example.zone";
    const Built built = build(zone,
                              "@ 3600 SOA ns1 hostmaster 1 2 3 4 30\n"
                              "@ NS ns1\nns1 A 192.0.2.1\n$ORIGIN a.b.example.com.\nc AAAA ::1\n");
    ASSERT_TRUE(built.part) << built.text();
    EXPECT_EQ(built.part->negative_ttl(), 30u);
    const ZoneName* ent = built.part->find(name("b.example.com"));
    ASSERT_TRUE(ent);
    EXPECT_EQ(ent->rrset_count, 0);
    EXPECT_TRUE(built.part->find(name("c.a.b.example.com")));
}

TEST(Zone, FileErrorsNameFileAndLine) {
    model::DnsZone zone = document();
    zone.file = "bad.zone";
    const Built built =
        build(zone, "www A 192.0.2.1\nbad A not-an-address\nfar.test. A 192.0.2.1\n");
    EXPECT_EQ(built.part, nullptr);
    EXPECT_NE(built.text().find("bad.zone:2:"), std::string::npos) << built.text();
    EXPECT_NE(built.text().find("bad.zone:3:"), std::string::npos) << built.text();
}

TEST(Zone, KnowsWhatStandsAboveAName) {
    const Built built = build({record("sub.example.com", "NS", {"ns.sub.example.com"}),
                               record("ns.sub.example.com", "A", {"192.0.2.7"}),
                               record("*.wild.example.com", "A", {"192.0.2.8"}),
                               record("old.example.com", "DNAME", {"new.example.net"})});
    ASSERT_TRUE(built.part) << built.text();
    const ZonePart& zone = *built.part;
    const ZoneName* sub = zone.find(name("sub.example.com"));
    ASSERT_TRUE(sub);
    EXPECT_TRUE(sub->delegation);
    EXPECT_EQ(sub->cut, ZoneName::kNone);
    const ZoneName* glue = zone.find(name("ns.sub.example.com"));
    ASSERT_TRUE(glue);
    ASSERT_NE(glue->cut, ZoneName::kNone);
    EXPECT_EQ(&zone.at(glue->cut), sub);
    const ZoneName* wild = zone.find(name("wild.example.com"));
    ASSERT_TRUE(wild);
    ASSERT_NE(wild->wildcard, ZoneName::kNone);
    EXPECT_EQ(zone.name_of(zone.at(wild->wildcard)).text(), "*.wild.example.com.");
    EXPECT_TRUE(zone.find(name("old.example.com"))->dname);
    const auto extras = zone.extras(*zone.rrset(*sub, Type::kNs));
    ASSERT_EQ(extras.size(), 1u);
    EXPECT_TRUE(extras[0].glue_needed);
    EXPECT_EQ(zone.extra_target(extras[0]).text(), "ns.sub.example.com.");
}

TEST(Zone, ExtrasFollowWildcardsAndComeOnce) {
    const Built built = build({record("srv.example.com", "SRV",
                                      {"1 1 80 a.wild.example.com", "1 1 81 A.wild.example.com"}),
                               record("*.wild.example.com", "A", {"192.0.2.8"}),
                               record("mx.example.com", "MX", {"1 far.example.net"})});
    ASSERT_TRUE(built.part) << built.text();
    const ZonePart& zone = *built.part;
    const auto* srv = zone.rrset(*zone.find(name("srv.example.com")), Type::kSrv);
    ASSERT_EQ(srv->extras_size, 1u);
    EXPECT_EQ(zone.extra_target(zone.extras(*srv)[0]).text(), "a.wild.example.com.");
    EXPECT_EQ(zone.rrset(*zone.find(name("mx.example.com")), Type::kMx)->extras_size, 0u);
}

TEST(Zone, RefusesWhatNoZoneMayHold) {
    expect_error({record("a.example.com", "CNAME", {"b.example.com"}),
                  record("a.example.com", "A", {"192.0.2.1"})},
                 "a CNAME and A at one name");
    expect_error({record("a.example.com", "CNAME", {"b.example.com", "c.example.com"})},
                 "a second one");
    expect_error({record("a.example.net", "A", {"192.0.2.1"})}, "outside the zone");
    expect_error({record("d.example.com", "DNAME", {"e.test"}),
                  record("x.d.example.com", "A", {"192.0.2.1"})},
                 "below the DNAME of d.example.com.");
    expect_error({record("sub.example.com", "NS", {"ns.sub.example.com"})}, "no address");
    expect_error({record("a.example.com", "A", {"192.0.2.300"})}, "is no A data");
    expect_error({record("a.example.com", "NOPE", {"1"})}, "no record type");
    expect_error({record("a.example.com", "ANY", {"\\# 0"})}, "questions only");
    expect_error({record("*.example.com", "NS", {"ns1.example.com"})}, "at a wildcard");
    expect_error({record("a.example.com", "SOA", {"a. b. 1 2 3 4 5"})}, "SOA below the apex");
}

TEST(Zone, NeedsSoaAndNameServers) {
    model::DnsZone zone = document();
    zone.soa.reset();
    zone.name_servers.clear();
    const Built built = build(zone);
    EXPECT_EQ(built.part, nullptr);
    EXPECT_NE(built.text().find("no SOA"), std::string::npos) << built.text();
    EXPECT_NE(built.text().find("no name servers"), std::string::npos) << built.text();
}

// What is missing may stand in the part that could not be read.
TEST(Zone, AnUnreadSourceIsTheOnlyFinding) {
    model::DnsZone zone = document();
    zone.soa.reset();
    zone.name_servers.clear();
    zone.file = "gone.zone";
    const ReadZoneFile read = [&](const model::DnsZone&, std::string_view path,
                                  std::string_view) -> Result<wire::dns::IncludedFile> {
        if (path == "whole.zone")
            return wire::dns::IncludedFile{"whole.zone", "$INCLUDE gone.zone\n"};
        return fail(Code::kNotFound, Origin::kConfig, "no such file");
    };
    for (const char* file : {"gone.zone", "whole.zone"}) {
        zone.file = file;
        model::Diagnostics findings;
        EXPECT_FALSE(compile_zone(zone, ZoneId{3}, read, findings));
        ASSERT_EQ(findings.size(), 1u) << file << ": " << findings.back().text();
        EXPECT_NE(findings[0].text().find("no such file"), std::string::npos) << findings[0].text();
    }
}

TEST(Zone, ARecordTwiceStandsOnceInLargeSetsToo) {
    std::string text;
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 3000; ++i)
            text += "many A 10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250) + "\n";
    }
    model::DnsZone zone = document();
    zone.file = "example.zone";
    const Built built = build(zone, text);
    ASSERT_TRUE(built.part) << built.text();
    const ZoneName* many = built.part->find(name("many.example.com"));
    ASSERT_TRUE(many);
    EXPECT_EQ(built.part->rrset(*many, Type::kA)->count, 3000u);
}

TEST(Zone, DifferentTtlsAreAWarningAndTheLeastIsServed) {
    model::ZoneRecord late = record("a.example.com", "A", {"192.0.2.2"});
    late.ttl = 20;
    const Built built = build({record("a.example.com", "A", {"192.0.2.1", "192.0.2.1"}), late});
    ASSERT_TRUE(built.part) << built.text();
    ASSERT_EQ(built.findings.size(), 1u);
    EXPECT_EQ(built.findings[0].severity, model::Severity::kWarning);
    EXPECT_EQ(built.findings[0].pos.line, 7u);
    const auto* a = built.part->rrset(*built.part->find(name("a.example.com")), Type::kA);
    EXPECT_EQ(a->ttl, 20u);
    EXPECT_EQ(a->count, 2);  // the same record twice is one
}

TEST(Zone, TheSerialTellsTheContents) {
    const auto soa = [](const Built& b) {
        const Bytes rdata = b.part->only_rdata(b.part->soa());
        return std::vector<std::uint8_t>(rdata.begin(), rdata.end());
    };
    const Built one = build(document()), same = build(document());
    const Built other = build({record("x.example.com", "A", {"192.0.2.1"})});
    EXPECT_EQ(soa(one), soa(same));
    EXPECT_NE(soa(one), soa(other));
}

TEST(ZoneIndex, TheLongestOriginAnswers) {
    const std::vector<std::pair<Name, ZoneId>> zones = {{name("example.com"), ZoneId{0}},
                                                        {name("a.b.example.com"), ZoneId{1}},
                                                        {name("test"), ZoneId{2}}};
    const ZoneIndex index(zones);
    EXPECT_EQ(index.find(name("x.y.EXAMPLE.com")), ZoneId{0});
    EXPECT_EQ(index.find(name("x.a.b.example.com")), ZoneId{1});
    EXPECT_EQ(index.find(name("b.example.com")), ZoneId{0});
    EXPECT_EQ(index.find(name("test")), ZoneId{2});
    EXPECT_FALSE(index.find(name("com")).known());
    EXPECT_FALSE(index.find(name("xample.com")).known());
}

std::shared_ptr<PolicyPart> policy(std::uint32_t id, std::string text, std::string host,
                                   std::uint16_t qtype = 1) {
    auto part = std::make_shared<PolicyPart>();
    part->id = PolicyId{id};
    part->name = std::move(text);
    part->qtype = qtype;
    part->hostnames = {std::move(host)};
    return part;
}

TEST(SteeredNames, AncestorsExistAndWildcardsAreLinked) {
    Parts<PolicyPart> policies;
    policies.set(0, policy(0, "default/a", "shop.eu.example.com"));
    policies.set(1, policy(1, "default/b", "*.apps.example.com", 28));
    policies.set(2, policy(2, "default/c", "shop.eu.example.com"));
    model::Diagnostics findings;
    const auto names = build_steered_names(policies, findings);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_NE(findings[0].text().find("TrafficPolicy/default/c"), std::string::npos);
    const SteeredName* shop = names->find(name("SHOP.eu.example.com"));
    ASSERT_TRUE(shop);
    ASSERT_EQ(names->types(*shop).size(), 1u);
    EXPECT_EQ(names->types(*shop)[0].policy, PolicyId{0});
    const SteeredName* eu = names->find(name("eu.example.com"));
    ASSERT_TRUE(eu);
    EXPECT_TRUE(names->types(*eu).empty());
    const SteeredName* apps = names->find(name("apps.example.com"));
    ASSERT_TRUE(apps);
    ASSERT_NE(apps->wildcard, NameTable::kNone);
    EXPECT_EQ(names->types(names->at(apps->wildcard))[0].policy, PolicyId{1});
}

std::string steered_findings(std::vector<model::ZoneRecord> records, const std::string& host,
                             const std::string& type, bool to_hostname = false) {
    Parts<ZonePart> zones;
    const Built built = build(std::move(records));
    EXPECT_TRUE(built.part) << built.text();
    zones.set(3, built.part);
    model::TrafficPolicy policy;
    policy.meta.key = {model::Kind::kTrafficPolicy, "default", "p"};
    policy.hostnames = {host};
    policy.type = type;
    model::PolicyNode leaf;
    leaf.leaf.emplace();
    if (to_hostname) leaf.leaf->hostname = "elsewhere.test";
    policy.nodes = {leaf};
    std::string out;
    for (const auto& d : check_steered(policy, *build_zone_index(zones), zones)) out += d.text();
    return out;
}

TEST(SteeredNames, HostNamesAreCheckedAgainstTheZones) {
    const auto has = [](const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    };
    const auto www = record("www.example.com", "A", {"192.0.2.1"});
    EXPECT_EQ(steered_findings({www}, "shop.example.com", "A"), "");
    EXPECT_EQ(steered_findings({www}, "www.example.com", "AAAA"), "");
    EXPECT_TRUE(has(steered_findings({www}, "www.example.com", "A"), "static A record"));
    EXPECT_TRUE(has(steered_findings({www}, "www.example.com", "TXT", true), "CNAME beside"));
    EXPECT_TRUE(has(steered_findings({}, "shop.example.net", "A"), "outside every DNSZone"));
    EXPECT_TRUE(has(steered_findings({}, "example.com", "CNAME"), "apex"));
    const auto sub = record("sub.example.com", "NS", {"ns.example.net"});
    EXPECT_TRUE(has(steered_findings({sub}, "a.sub.example.com", "A"), "delegated away"));
    const auto cname = record("c.example.com", "CNAME", {"www.example.com"});
    EXPECT_TRUE(has(steered_findings({cname}, "c.example.com", "A"), "CNAME beside"));
}

}  // namespace
}  // namespace fairway::world
