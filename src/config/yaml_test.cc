#include "config/yaml.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace fairway::config {
namespace {

std::string findings(std::string_view text) {
    std::string out;
    for (const auto& finding : parse_yaml(text, "f.yaml").findings) out += finding.text() + "\n";
    return out;
}

TEST(Yaml, KeepsValuesStylesAndPlaces) {
    const Documents documents =
        parse_yaml("a: 1\nb:\n  - x\n  - 'yes'\nc: {d: true, e: 1.5, f: }\n", "f");
    ASSERT_EQ(documents.all.size(), 1u);
    EXPECT_TRUE(documents.findings.empty());
    const Value& root = documents.all[0].root;
    EXPECT_EQ(root.pos(), (Pos{1, 1}));
    EXPECT_EQ(root["a"].integer(), 1);
    EXPECT_EQ(root["b"][1].text(), "yes");
    EXPECT_EQ(root["b"][1].scalar_kind(), Scalar::kText);
    EXPECT_EQ(root["b"][1].pos(), (Pos{4, 5}));
    EXPECT_EQ(root["c"]["d"].boolean(), true);
    EXPECT_EQ(root["c"]["e"].number(), 1.5);
    EXPECT_TRUE(root["c"]["f"].is_null());
    EXPECT_FALSE(root["c"]["f"]);
    EXPECT_EQ(root.find("c")->key_pos, (Pos{5, 1}));
    EXPECT_TRUE(root["no"]["such"][3]["thing"].is_missing());
}

TEST(Yaml, PlainScalars) {
    const std::pair<const char*, Scalar> cases[] = {
        {"", Scalar::kNull},          {"~", Scalar::kNull},           {"null", Scalar::kNull},
        {"true", Scalar::kBool},      {"yes", Scalar::kOldBool},      {"On", Scalar::kOldBool},
        {"TRUE", Scalar::kOldBool},   {"n", Scalar::kOldBool},        {"0", Scalar::kInteger},
        {"-12", Scalar::kInteger},    {"+3", Scalar::kInteger},       {"010", Scalar::kOldNumber},
        {"0x1f", Scalar::kOldNumber}, {"0o17", Scalar::kOldNumber},   {"1_000", Scalar::kOldNumber},
        {"1.5", Scalar::kNumber},     {".5", Scalar::kNumber},        {"1e3", Scalar::kNumber},
        {".inf", Scalar::kNumber},    {"1.2.3.4", Scalar::kText},     {"-", Scalar::kText},
        {".", Scalar::kText},         {"1a", Scalar::kText},          {"30s", Scalar::kText},
        {"nope", Scalar::kText},      {"2001:db8::1", Scalar::kText}, {"1e", Scalar::kText},
        {"0x", Scalar::kText},        {"_1", Scalar::kText}};
    for (const auto& [text, kind] : cases) EXPECT_EQ(plain_scalar(text), kind) << text;
}

TEST(Yaml, ManyDocuments) {
    const Documents documents = parse_yaml("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n", "f");
    ASSERT_EQ(documents.all.size(), 2u);
    EXPECT_EQ(documents.all[1].root["b"].integer(), 2);
    EXPECT_NE(documents.all[0].fingerprint, documents.all[1].fingerprint);
}

TEST(Yaml, ABrokenDocumentDoesNotTakeTheNextAlong) {
    const Documents documents =
        parse_yaml("a: 1\n---\nb: [1, 2\nc: }\n---\nd: 4\n---\ne: \"x\n---\nf: 6\n", "f.yaml");
    ASSERT_EQ(documents.all.size(), 3u);
    EXPECT_TRUE(documents.broken);
    EXPECT_EQ(documents.all[1].root["d"].integer(), 4);
    EXPECT_EQ(documents.all[1].root["d"].pos(), (Pos{6, 4}));
    EXPECT_EQ(documents.all[2].root["f"].pos(), (Pos{10, 4}));
    ASSERT_EQ(documents.findings.size(), 2u);
    EXPECT_EQ(documents.findings[0].pos.line, 4u);
}

TEST(Yaml, DuplicateKeysAreFindingsOfTheirDocument) {
    const Documents documents = parse_yaml("a: 1\nb: {x: 1, y: 2, x: 3}\n---\nc: 1\n", "f.yaml");
    ASSERT_EQ(documents.all.size(), 2u);
    EXPECT_TRUE(documents.all[0].faulty);
    EXPECT_FALSE(documents.all[1].faulty);
    EXPECT_FALSE(documents.broken);
    EXPECT_EQ(
        documents.findings[0].text(),
        "f.yaml:2:17: error: key `x` stands twice in this map; keep one; the first is on line 2");
    std::string big;
    for (int i = 0; i < 40; ++i) big += "k" + std::to_string(i % 39) + ": 1\n";
    EXPECT_EQ(findings(big),
              "f.yaml:40:1: error: key `k0` stands twice in this map; keep one; the first is on "
              "line 1\n");
}

TEST(Yaml, RefusesTagsMergeKeysAndOddKeys) {
    EXPECT_EQ(findings("a: !!str 1\n"),
              "f.yaml:1:4: error: tag `tag:yaml.org,2002:str` is not supported; leave it out; "
              "quotes make a text\n");
    EXPECT_NE(findings("a: &x {b: 1}\nc: {<<: *x}\n").find("merge key"), std::string::npos);
    EXPECT_NE(findings("? [a]\n: 1\n").find("a key must be"), std::string::npos);
    EXPECT_NE(findings("a: &x 1\n").find("anchor `&x` on a scalar"), std::string::npos);
    EXPECT_NE(findings("a: *x\n").find("names no anchor"), std::string::npos);
    EXPECT_NE(findings("a: &x [*x]\n").find("names no anchor"), std::string::npos);
}

TEST(Yaml, AliasesShareUpToALimit) {
    const Documents documents = parse_yaml("a: &x {b: 1}\nc: *x\n", "f");
    EXPECT_TRUE(documents.findings.empty());
    EXPECT_EQ(documents.all[0].root["c"]["b"].integer(), 1);
    std::string laughs = "l0: &l0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n";
    for (int i = 1; i < 20; ++i) {
        const std::string before = "*l" + std::to_string(i - 1);
        laughs += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [" + before + ", " +
                  before + ", " + before + "]\n";
    }
    EXPECT_NE(findings(laughs).find("aliases add more than 10000 values"), std::string::npos);
}

TEST(Yaml, DepthIsBounded) {
    const std::string deep(100'000, '[');
    EXPECT_EQ(findings(deep),
              "f.yaml:1:65: error: nested more than 64 deep; no document needs that\n");
    std::string ok(kManifestDepthMax, '[');
    ok += std::string(kManifestDepthMax, ']');
    EXPECT_EQ(findings(ok), "");
}

TEST(Yaml, BadBytesHaveAPlace) {
    EXPECT_EQ(findings("a: 1\nb: \xFFz\n---\nc: 1\n"),
              "f.yaml:2:4: error: not readable as YAML: invalid leading UTF-8 octet; "
              "UTF-8 text without control characters\n");
    const Documents documents = parse_yaml("a: \x01\n---\nc: 1\n", "f");
    EXPECT_TRUE(documents.broken);
    EXPECT_EQ(documents.all.size(), 1u);
}

TEST(Yaml, FingerprintSeesTextAndPlace) {
    const auto print = [](const char* text) { return parse_yaml(text, "f").all.at(0).fingerprint; };
    EXPECT_EQ(print("a: 1\n"), print("a: 1\n"));
    EXPECT_NE(print("a: 1\n"), print("a: 2\n"));
    EXPECT_NE(print("a: 1\n"), print("\na: 1\n"));
    EXPECT_NE(print("a: 1\n"), print("a: '1'\n"));
    EXPECT_NE(print("a: [[], []]\n"), print("a: [[[]]]\n"));
}

}  // namespace
}  // namespace fairway::config
