// What importers write: every manifest loads and compiles without an error, what is lost is noted,
// and bad input is one error that says where.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "config/directory.h"
#include "config/import/test_sample.h"
#include "world/compiler.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;
using config::Imported;
using config::ImportFile;

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

// The samples are the fuzzer's corpus.
Result<Imported> import_sample(const std::string& sample) {
    return config::import_sample(
        text_of(fs::path(FAIRWAY_SOURCE_DIR "/tests/corpus/import") / sample));
}

Result<Imported> import_text(std::string_view system, const std::string& name,
                             const std::string& text) {
    const ImportFile file{name, text};
    return config::find_importer(system)(std::span(&file, 1));
}

std::vector<std::string> errors_of(const Imported& imported) {
    std::vector<config::SourceFile> files;
    for (const auto& file : imported.files) {
        if (file.name.ends_with(".yaml")) files.push_back({file.name, file.text});
    }
    model::Model model;
    config::Directory directory;
    auto found = directory.apply(std::move(files), model).diagnostics;
    world::Compiler compiler([&](const model::DnsZone&, std::string_view path,
                                 std::string_view from) -> Result<wire::dns::IncludedFile> {
        const auto wanted = (fs::path(from).parent_path() / path).lexically_normal();
        for (const auto& file : imported.files) {
            if (file.name == wanted) return wire::dns::IncludedFile{file.name, file.text};
        }
        return fail(Code::kNotFound, Origin::kDownstream, "no such file");
    });
    compiler.update(model, model.take_changes());
    for (const auto& finding : compiler.diagnostics()) found.push_back(finding);
    std::vector<std::string> out;
    for (const auto& finding : found) {
        if (finding.severity == model::Severity::kError) out.push_back(finding.text());
    }
    return out;
}

bool holds(const Imported& imported, std::string_view file, std::string_view text) {
    return std::any_of(imported.files.begin(), imported.files.end(), [&](const ImportFile& f) {
        return f.name.find(file) != std::string::npos && f.text.find(text) != std::string::npos;
    });
}

bool notes(const Imported& imported, std::string_view text) {
    return imported.report().find(text) != std::string::npos;
}

TEST(Import, EverySampleLoadsAndCompiles) {
    int samples = 0;
    for (const auto& entry : fs::directory_iterator(FAIRWAY_SOURCE_DIR "/tests/corpus/import")) {
        // Named ones are exports, "fault-" ones what cannot be imported; those named by hash are
        // what fuzzing found.
        if (entry.path().filename().string().size() == 40) continue;
        const auto imported = import_sample(entry.path().filename());
        if (entry.path().filename().string().starts_with("fault-")) {
            ASSERT_FALSE(imported) << entry.path();
            EXPECT_TRUE(
                std::regex_search(imported.error().text, std::regex(R"(^[^ ]+:\d+:\d+: .)")))
                << entry.path() << ": " << imported.error().text;
            continue;
        }
        ASSERT_TRUE(imported) << entry.path() << ": " << imported.error().text;
        EXPECT_EQ(errors_of(*imported), std::vector<std::string>{}) << entry.path();
        EXPECT_FALSE(imported->sources.empty()) << entry.path();
        ++samples;
    }
    EXPECT_GE(samples, 13);
}

TEST(Import, BadInputIsOneErrorThatSaysWhere) {
    for (const auto& [system, file] : config::kImportSystems) {
        const std::string name(file);
        const auto broken = import_text(system, name, "{\n  \"a\": [1,\n");
        ASSERT_FALSE(broken) << system;
        EXPECT_TRUE(broken.error().text.starts_with(name + ":")) << broken.error().text;
        const auto other = import_text(system, name, "{\"a\": 1}");
        ASSERT_FALSE(other) << system;
        EXPECT_TRUE(other.error().text.starts_with(name + ":1:")) << other.error().text;
    }
}

TEST(ImportRoute53, EscapesQuotesAndTheApex) {
    const auto imported = import_sample("route53-recordsets");
    ASSERT_TRUE(imported);
    EXPECT_TRUE(holds(*imported, "dnszone-", "name: \"*.dev.example.com\"") ||
                holds(*imported, "dnszone-", "name: '*.dev.example.com'"))
        << imported->files[0].text;
    EXPECT_TRUE(holds(*imported, "dnszone-", R"(caf\\195\\169)") ||
                holds(*imported, "dnszone-", R"(caf\195\169)"));
    EXPECT_TRUE(holds(*imported, "dnszone-", "second; part"));
    EXPECT_TRUE(notes(*imported, "a CNAME cannot stand there"));
    EXPECT_TRUE(notes(*imported, "TrafficPolicyInstanceId"));
    EXPECT_TRUE(notes(*imported, "not-exported"));
    EXPECT_TRUE(imported->lossy());
    EXPECT_TRUE(holds(*imported, "trafficpolicy-www-example-com-a", "policy: lat-example-com-a"));
}

TEST(ImportRoute53, ChecksKeepWhatTheySay) {
    const auto imported = import_sample("route53-checks");
    ASSERT_TRUE(imported);
    const char* probe = "healthcheck-3f8a2b10";
    for (const char* text : {"type: HTTPS", "192.0.2.1:443", "path: /health", "bodyMatch: ok",
                             "host: www.example.com", "intervalMs: 10000"}) {
        EXPECT_TRUE(holds(*imported, probe, text)) << text;
    }
    EXPECT_TRUE(holds(*imported, "healthcheck-calc", "inverted: true"));
    EXPECT_TRUE(holds(*imported, "routingcontrol-bb", "initialState"));
    EXPECT_TRUE(notes(*imported, "follows a CloudWatch alarm"));
    EXPECT_TRUE(notes(*imported, "probes the domain name www.example.com"));
}

TEST(ImportRoute53, PolicyDocument) {
    const auto imported = import_sample("route53-document");
    ASSERT_TRUE(imported);
    for (const char* text : {"op: priority", "op: match", "op: weight", "weight: 3", "country/DE",
                             "hostname: lb-1.us-east-1.elb.amazonaws.com"}) {
        EXPECT_TRUE(holds(*imported, "trafficpolicy-", text)) << text;
    }
    const auto loop = import_text("route53", "p.json", R"({"AWSPolicyFormatVersion": "2015-10-01",
        "RecordType": "A", "StartRule": "a", "Rules": {"a": {"RuleType": "weighted",
        "Items": [{"RuleReference": "a", "Weight": "1"}]}}})");
    EXPECT_FALSE(loop && errors_of(*loop).empty());
    const auto missing = import_text(
        "route53", "p.json",
        R"({"AWSPolicyFormatVersion": "2015-10-01", "StartRule": "gone", "Rules": {}})");
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().text.find("gone"), std::string::npos);
}

TEST(ImportRoute53, ASoaIsNoAlias) {
    const auto imported = import_text("route53", "r.json", R"({"ResourceRecordSets": [
        {"Name": "example.com.", "Type": "SOA", "AliasTarget": {"DNSName": "a.example.com."}}]})");
    ASSERT_FALSE(imported);
    EXPECT_TRUE(imported.error().text.starts_with("r.json:2:")) << imported.error().text;
}

// Forty records that all point at their own group: 40^10 ways to go round.
TEST(ImportRoute53, AliasesInALoopEnd) {
    std::string sets;
    for (int i = 0; i < 40; ++i) {
        sets += std::string(i ? "," : "") +
                R"({"Name": "www.example.com.", "Type": "A", "Weight": 1, "SetIdentifier": "s)" +
                std::to_string(i) + R"(", "AliasTarget": {"DNSName": "www.example.com."}})";
    }
    const auto imported =
        import_text("route53", "r.json", R"({"ResourceRecordSets": [)" + sets + "]}");
    ASSERT_TRUE(imported);
    EXPECT_FALSE(errors_of(*imported).empty());
}

// What no check may be is carried over as it stands beyond the bounds, and named there.
TEST(Import, NumbersBeyondAllBounds) {
    constexpr std::pair<const char*, const char*> kExports[] = {
        {"route53", R"({"HealthChecks": [{"Id": "a", "HealthCheckConfig": {"Type": "TCP",
            "IPAddress": "192.0.2.1", "RequestInterval": 9223372036854775807}}]})"},
        {"route53", R"({"HealthChecks": [{"Id": "a", "HealthCheckConfig": {"Type": "TCP",
            "IPAddress": "192.0.2.1", "Port": 65616}}]})"},
        {"route53", R"({"ResourceRecordSets": [{"Name": "www.example.com.", "Type": "A",
            "TTL": 4294967356, "ResourceRecords": [{"Value": "192.0.2.1"}]}]})"},
        {"azure-traffic-manager", R"({"name": "p", "trafficRoutingMethod": "Weighted",
            "dnsConfig": {"relativeName": "p", "ttl": 4294967356},
            "endpoints": [{"name": "e", "target": "192.0.2.1"}]})"},
        {"azure-traffic-manager", R"({"name": "p", "trafficRoutingMethod": "Weighted",
            "monitorConfig": {"port": -65456},
            "endpoints": [{"name": "e", "target": "192.0.2.1"}]})"},
        {"azure-traffic-manager", R"({"name": "p", "trafficRoutingMethod": "Weighted",
            "monitorConfig": {"intervalInSeconds": 9223372036854775807,
            "timeoutInSeconds": -9223372036854775807,
            "toleratedNumberOfFailures": 9223372036854775807},
            "endpoints": [{"name": "e", "target": "192.0.2.1"}]})"},
    };
    for (const auto& [system, text] : kExports) {
        const auto imported = import_text(system, "in.json", text);
        ASSERT_TRUE(imported) << imported.error().text;
        EXPECT_NE(errors_of(*imported), std::vector<std::string>{}) << text;
    }
    const std::string sample = text_of(FAIRWAY_SOURCE_DIR "/tests/corpus/import/gtm-configs");
    const auto edited = std::regex_replace(sample.substr(1), std::regex(R"("Interval": "60")"),
                                           R"("Interval": "9223372036854775807")");
    ASSERT_NE(edited, sample.substr(1));
    const auto imported = import_text("alibaba-gtm", "in.json", edited);
    ASSERT_TRUE(imported) << imported.error().text;
    EXPECT_FALSE(errors_of(*imported).empty());
}

TEST(ImportAzure, NestedProfilesAndProbes) {
    const auto imported = import_sample("azure-cli");
    ASSERT_TRUE(imported);
    EXPECT_TRUE(holds(*imported, "trafficpolicy-child", "count: 2"));
    EXPECT_TRUE(holds(*imported, "trafficpolicy-shop", "policy: child"));
    EXPECT_TRUE(holds(*imported, "healthcheck-shop-eus", "unhealthyThreshold: 3"));
    EXPECT_TRUE(notes(*imported, "custom headers"));
    const auto arm = import_sample("azure-arm");
    ASSERT_TRUE(arm);
    EXPECT_TRUE(notes(*arm, "not a Traffic Manager profile"));
    EXPECT_TRUE(holds(*arm, "trafficpolicy-geo", "group/GEO-ME"));
}

TEST(ImportGtm, ApiAnswersAndTerraform) {
    const auto imported = import_sample("gtm-configs");
    ASSERT_TRUE(imported);
    for (const char* text :
         {"nonPreemptive: true", "draw: rotated", "percent: 50", "health: down"}) {
        EXPECT_TRUE(holds(*imported, "trafficpolicy-", text)) << text;
    }
    EXPECT_TRUE(holds(*imported, "healthcheck-192-0-2-1-mtp-1-80", "200-499"));
    EXPECT_TRUE(holds(*imported, "healthcheck-192-0-2-1-mtp-1-80", "49%"));
    EXPECT_TRUE(notes(*imported, "we do not ping"));
    EXPECT_TRUE(notes(*imported, "followRedirect"));
    const auto terraform = import_sample("gtm-terraform");
    ASSERT_TRUE(terraform);
    EXPECT_TRUE(holds(*terraform, "trafficpolicy-www-example-com", "192.0.2.1"));
    EXPECT_TRUE(notes(*terraform, "does not say which addresses belong to it"));
}

TEST(ImportLines, RegionsOfCustomLines) {
    const auto imported = import_sample("lines-custom");
    ASSERT_TRUE(imported);
    // 198.51.100.3 to .17, in the largest blocks.
    for (const char* block : {"198.51.100.3/32", "198.51.100.4/30", "198.51.100.8/29",
                              "198.51.100.16/31", "2001:db8::1/128", "2001:db8::2/127"}) {
        EXPECT_TRUE(holds(*imported, "region-line-", block)) << block;
    }
    const auto records = import_sample("lines-records");
    ASSERT_TRUE(records);
    EXPECT_TRUE(holds(*records, "trafficpolicy-www-example-com-a", "line/cn_telecom_shandong"));
    EXPECT_TRUE(holds(*records, "dnszone-", "5 mx.example.com"));
    EXPECT_TRUE(notes(*records, "line/cn_telecom_shandong, line/cn_telecom_huadong, line/telecom"));
    EXPECT_TRUE(notes(*records, "REDIRECT_URL"));
}

TEST(ImportZonefile, IncludesStayBelowTheFolder) {
    const std::string soa =
        "$ORIGIN example.com.\n@ 60 SOA ns1 h 1 2 3 4 5\n@ 60 NS ns1\nns1 60 A 192.0.2.1\n";
    const ImportFile files[] = {{"z/db.example.com", soa + "$INCLUDE sub/more\n"},
                                {"z/sub/more", "more 60 A 192.0.2.2\n"}};
    const auto imported = config::import_zonefile(files);
    ASSERT_TRUE(imported) << imported.error().text;
    EXPECT_TRUE(holds(*imported, "zones/example-com/sub/more", "192.0.2.2"));
    EXPECT_TRUE(
        holds(*imported, "dnszone-example-com.yaml", "file: zones/example-com/db.example.com"));

    const ImportFile above[] = {{"z/db.example.com", soa + "$INCLUDE ../more\n"},
                                {"more", "x 60 A 192.0.2.2\n"}};
    const auto refused = config::import_zonefile(above);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().text.starts_with("z/db.example.com:5:")) << refused.error().text;
}

}  // namespace
}  // namespace fairway::app
