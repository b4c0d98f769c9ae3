#include "wire/dns/master_file.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "wire/dns/generate.h"
#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

struct Parsed {
    std::vector<std::string> records;      // "owner ttl type data"
    std::vector<std::string> diagnostics;  // "file:line:column: message"
    MasterSummary summary;
};

Parsed parse(std::string_view text, MasterOptions options = {}) {
    if (options.origin == NameView()) options.origin = *Name::parse("example.com.");
    Parsed parsed;
    parsed.summary = parse_master_file(
        text, "zone", options,
        [&](const MasterRecord& record) {
            parsed.records.push_back(record.owner.text() + " " + std::to_string(record.ttl) + " " +
                                     type_text(record.type) + " " +
                                     rdata_text(record.type, record.rdata));
        },
        [&](const MasterDiagnostic& d) {
            parsed.diagnostics.push_back(d.file + ":" + std::to_string(d.line) + ":" +
                                         std::to_string(d.column) + ": " + d.message);
        });
    EXPECT_EQ(parsed.summary.records, parsed.records.size());
    return parsed;
}

using Strings = std::vector<std::string>;

TEST(MasterFile, ReadsTheExampleOfRfc1035) {
    const Parsed parsed = parse(R"(@   IN  SOA     VENERA      Action\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        MX      10      VENERA
        MX      20      VAXA
A       A       26.3.0.103
VENERA  A       10.1.0.52
        A       128.9.0.32
)",
                                {.origin = *Name::parse("ISI.EDU.")});
    EXPECT_EQ(parsed.diagnostics, Strings{});
    EXPECT_EQ(
        parsed.records,
        (Strings{
            "ISI.EDU. 60 SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 60",
            "ISI.EDU. 60 NS A.ISI.EDU.",
            "ISI.EDU. 60 NS VENERA.ISI.EDU.",
            "ISI.EDU. 60 MX 10 VENERA.ISI.EDU.",
            "ISI.EDU. 60 MX 20 VAXA.ISI.EDU.",
            "A.ISI.EDU. 60 A 26.3.0.103",
            "VENERA.ISI.EDU. 60 A 10.1.0.52",
            "VENERA.ISI.EDU. 60 A 128.9.0.32",
        }));
}

TEST(MasterFile, TtlAndClassStandInAnyOrder) {
    const Parsed parsed = parse(
        "$TTL 1h\n"
        "a A 192.0.2.1\n"
        "b 60 A 192.0.2.1\n"
        "c IN A 192.0.2.1\n"
        "d 1m30s IN A 192.0.2.1\n"
        "e in 2W A 192.0.2.1\n"
        " A 192.0.2.2\n"
        "$TTL 5\n"
        "f A 192.0.2.1\n");
    EXPECT_EQ(parsed.diagnostics, Strings{});
    EXPECT_EQ(parsed.records,
              (Strings{"a.example.com. 3600 A 192.0.2.1", "b.example.com. 60 A 192.0.2.1",
                       "c.example.com. 3600 A 192.0.2.1", "d.example.com. 90 A 192.0.2.1",
                       "e.example.com. 1209600 A 192.0.2.1", "e.example.com. 3600 A 192.0.2.2",
                       "f.example.com. 5 A 192.0.2.1"}));
}

TEST(MasterFile, WithoutADefaultTheLastTtlHolds) {
    EXPECT_EQ(parse("a 60 A 192.0.2.1\nb A 192.0.2.1\n").records.at(1),
              "b.example.com. 60 A 192.0.2.1");
    EXPECT_EQ(parse("a A 192.0.2.1\n", {.default_ttl = 7}).records.at(0),
              "a.example.com. 7 A 192.0.2.1");
    EXPECT_EQ(parse("a A 192.0.2.1\n").diagnostics.size(), 1u);
}

TEST(MasterFile, OriginQuotesAndComments) {
    const Parsed parsed = parse(
        "\xEF\xBB\xBF$TTL 1 ; a comment\r\n"
        "$ORIGIN sub\r\n"
        "www TXT \"a;b ( c\" d\\;e \"\\\"\" ; \"not this\n"
        "$ORIGIN other.org.\n"
        "\t\n"
        "(\n)\n"
        "x (\n CNAME ; inside\n\n @ ) ; after\n"
        "*\\.y MX ( 5\n. )\n"
        "h HTTPS 1 . alpn=\"h2,h3\" port=8443\n"
        "z TYPE65280 \\# 3 aB cD eF");
    EXPECT_EQ(parsed.diagnostics, Strings{});
    EXPECT_EQ(parsed.records,
              (Strings{"www.sub.example.com. 1 TXT \"a;b ( c\" \"d;e\" \"\\\"\"",
                       "x.other.org. 1 CNAME other.org.", "*\\.y.other.org. 1 MX 5 .",
                       "h.other.org. 1 HTTPS 1 . alpn=\"h2,h3\" port=8443",
                       "z.other.org. 1 TYPE65280 \\# 3 ABCDEF"}));
}

TEST(MasterFile, TellsAllErrorsWithTheirPlaces) {
    const Parsed parsed = parse(
        "$TTL 60\n"
        "a A 192.0.2.256\n"
        "b AAAA 192.0.2.1 ; wrong family\n"
        "good A 192.0.2.1\n"
        "c MX 10\n"
        "d CH A 192.0.2.1\n"
        "e (\n  A\n  192.0.2.1 192.0.2.2 )\n"
        "f..g A 192.0.2.1\n"
        "  A 192.0.2.9\n"
        "h FROB x\n"
        "i TXT \"open\n"
        "j A 192.0.2.1 )\n"
        "k 99999999999 A 192.0.2.1\n"
        "$FROB\n"
        "$TTL x\n"
        "$ORIGIN\n"
        "l AXFR \\# 0\n"
        "m 60 IN\n"
        "n 60 60 A 192.0.2.1\n"
        "\"o\" A 192.0.2.1\n"
        "$INCLUDE x\n"
        "last A 192.0.2.1\n"
        "p (A\n 192.0.2.1\n");
    Strings places;
    for (const std::string& d : parsed.diagnostics) places.push_back(d.substr(0, d.find(": ")));
    EXPECT_EQ(places, (Strings{"zone:2:5", "zone:3:8", "zone:5:8", "zone:6:3", "zone:9:13",
                               "zone:10:1", "zone:12:3", "zone:13:7", "zone:14:15", "zone:15:3",
                               "zone:16:1", "zone:17:1", "zone:18:1", "zone:19:3", "zone:20:8",
                               "zone:21:6", "zone:22:1", "zone:23:1", "zone:25:3"}));
    EXPECT_EQ(parsed.records,
              (Strings{"good.example.com. 60 A 192.0.2.1", "last.example.com. 60 A 192.0.2.1"}));
    EXPECT_EQ(parsed.diagnostics[0],
              "zone:2:5: A record: \"192.0.2.256\" is not an IPv4 address; A is as in: 192.0.2.1");
    EXPECT_EQ(parsed.diagnostics[2],
              "zone:5:8: MX record: the data ends where a domain name should stand; MX is as in: "
              "10 mail.example.com.");
}

TEST(MasterFile, ARecordWithoutOwnerOrAfterABadOne) {
    EXPECT_EQ(parse(" 60 A 192.0.2.1\n").diagnostics.size(), 1u);
    // The second record must not become one of `a`.
    const Parsed parsed =
        parse("a 60 A 192.0.2.1\nb..c A 192.0.2.2\n A 192.0.2.3\nd A 192.0.2.4\n");
    EXPECT_EQ(parsed.records,
              (Strings{"a.example.com. 60 A 192.0.2.1", "d.example.com. 60 A 192.0.2.4"}));
    EXPECT_EQ(parsed.diagnostics.size(), 1u);
}

TEST(MasterFile, BoundsDiagnosticsAndRecords) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "a FROB\n";
    Parsed parsed = parse(text, {.diagnostics_max = 10});
    EXPECT_EQ(parsed.diagnostics.size(), 10u);
    EXPECT_EQ(parsed.summary.errors, 500u);
    parsed =
        parse("$TTL 1\na A 192.0.2.1\na A 192.0.2.2\na A 192.0.2.3\nb FROB\n", {.records_max = 2});
    EXPECT_EQ(parsed.records.size(), 2u);
    EXPECT_EQ(parsed.summary.errors, 1u);
}

TEST(MasterFile, Generates) {
    const Parsed parsed = parse(
        "$TTL 60\n"
        "$GENERATE 1-3 host$ A 192.0.2.$\n"
        "$GENERATE 0-4/2 ${10,4,d}.x 5 IN CNAME a${-0,2,x}\n"
        "$GENERATE 10-11 $ MX \"0 mx${-10}\"\n"
        "$GENERATE 1-1 a\\$$$ TXT x-$-\"q$\"\n"
        "$GENERATE 4660-4660 ${0,7,n}.${0,0,N} PTR @\n");
    EXPECT_EQ(parsed.diagnostics, Strings{});
    EXPECT_EQ(
        parsed.records,
        (Strings{
            "host1.example.com. 60 A 192.0.2.1", "host2.example.com. 60 A 192.0.2.2",
            "host3.example.com. 60 A 192.0.2.3", "0010.x.example.com. 5 CNAME a00.example.com.",
            "0012.x.example.com. 5 CNAME a02.example.com.",
            "0014.x.example.com. 5 CNAME a04.example.com.",
            "10.example.com. 60 MX 0 mx0.example.com.", "11.example.com. 60 MX 0 mx1.example.com.",
            "a\\$\\$.example.com. 60 TXT \"x-1-\" \"q1\"",
            "4.3.2.1.4.3.2.1.example.com. 60 PTR example.com."}));
}

TEST(MasterFile, RefusesBadGenerates) {
    const Parsed parsed = parse(
        "$TTL 60\n"
        "$GENERATE 1-3 host$ A\n"
        "$GENERATE 3-1 host$ A 192.0.2.$\n"
        "$GENERATE 1-3/0 host$ A 192.0.2.$\n"
        "$GENERATE 1-99999999 host$ A 192.0.2.$\n"
        "$GENERATE 254-258 host$ A 192.0.2.$\n"
        "$GENERATE 1-3 host${x} A 192.0.2.$\n"
        "$GENERATE 1-3 host${1,2,z} A 192.0.2.$\n"
        "$GENERATE 1-3 host${1 A 192.0.2.$\n"
        "$GENERATE 1-3 host${-2} A 192.0.2.$\n"
        "$GENERATE 1 host$ A 192.0.2.$\n");
    EXPECT_EQ(parsed.diagnostics.size(), 10u);
    EXPECT_EQ(parsed.records.size(), 2u);  // .254 and .255
    EXPECT_EQ(parsed.diagnostics[4],
              "zone:6:1: $GENERATE made: host256 A 192.0.2.256: A record: \"192.0.2.256\" is not "
              "an IPv4 address; A is "
              "as in: 192.0.2.1");
}

MasterOptions with_files(const std::map<std::string, std::string>& files) {
    MasterOptions options;
    options.include = [&files](std::string_view path, std::string_view) -> Result<IncludedFile> {
        const auto found = files.find(std::string(path));
        if (found == files.end()) return fail(Code::kNotFound, Origin::kConfig, "no such file");
        return IncludedFile{found->first, found->second};
    };
    return options;
}

TEST(MasterFile, IncludesAndReturnsToItsOwnState) {
    const std::map<std::string, std::string> files = {
        {"one", "$TTL 7\nwww A 192.0.2.1\n$ORIGIN deep\n@ A 192.0.2.2\n"},
        {"two", " A 192.0.2.3\nbad FROB\n"},
    };
    const Parsed parsed = parse(
        "$TTL 60\na A 192.0.2.9\n$INCLUDE one sub\n A 192.0.2.8\n$INCLUDE \"two\"\nb A "
        "192.0.2.7\n$INCLUDE none\n",
        with_files(files));
    EXPECT_EQ(parsed.records,
              (Strings{"a.example.com. 60 A 192.0.2.9", "www.sub.example.com. 7 A 192.0.2.1",
                       "deep.sub.example.com. 7 A 192.0.2.2", "a.example.com. 60 A 192.0.2.8",
                       "a.example.com. 60 A 192.0.2.3", "b.example.com. 60 A 192.0.2.7"}));
    EXPECT_EQ(
        parsed.diagnostics,
        (Strings{
            "two:2:5: \"FROB\" is no record type; write one such as A, or TYPEnnn with \\# data",
            "zone:7:10: no such file"}));
}

TEST(MasterFile, IncludesEndAtADepth) {
    // File n names the next one twice: 2047 files in all.
    std::map<std::string, std::string> once, twice;
    for (int n = 0; n < 20; ++n) {
        const std::string next = "$INCLUDE " + std::to_string(n + 1) + "\n";
        once[std::to_string(n)] = next + "a 1 A 192.0.2.1\n";
        twice[std::to_string(n)] = next + next + "a 1 A 192.0.2.1\n";
    }
    const Parsed parsed = parse("$INCLUDE 0\n", with_files(once));
    EXPECT_EQ(parsed.records.size(), 10u);
    EXPECT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parse("$INCLUDE 0\n$INCLUDE 0\n", with_files(twice)).records.size(), 1000u);
}

TEST(MasterFile, AFileThatIncludesItselfIsRefusedAtOnce) {
    const std::map<std::string, std::string> files = {{"a", "$INCLUDE b\na 1 A 192.0.2.1\n"},
                                                      {"b", "$INCLUDE a\nb 1 A 192.0.2.1\n"}};
    const Parsed parsed = parse("$INCLUDE a\n", with_files(files));
    EXPECT_EQ(parsed.records.size(), 2u);
    EXPECT_EQ(parsed.diagnostics, (Strings{"b:1:10: \"a\" includes itself"}));
}

TEST(MasterFile, RecordsMadeByAllGeneratesAreBounded) {
    MasterOptions options;
    options.generated_max = 15;
    const std::string ten = "$GENERATE 1-10 h$ 60 A 192.0.2.$\n";
    const Parsed parsed = parse(ten + ten, options);
    EXPECT_EQ(parsed.records.size(), 10u);
    EXPECT_EQ(parsed.diagnostics, (Strings{"zone:2:1: more than 15 records are generated"}));
}

TEST(Generate, ReadsRanges) {
    EXPECT_EQ(generate_range("0-255/5")->count(), 52u);
    EXPECT_EQ(generate_range("7-7")->count(), 1u);
    EXPECT_EQ(generate_range("0-2147483647")->count(), 2147483648u);
    for (const char* bad : {"", "-", "1-", "-1", "1-2/", "a-b", "1-2-3", "1-99999999999", "2-1"}) {
        EXPECT_FALSE(generate_range(bad)) << bad;
    }
}

}  // namespace
}  // namespace fairway::wire::dns
