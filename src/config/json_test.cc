#include "config/json.h"

#include <gtest/gtest.h>

namespace fairway::config {
namespace {

std::string findings(std::string_view text) {
    std::string out;
    for (const auto& finding : parse_json(text, "f.json").findings) out += finding.text() + "\n";
    return out;
}

TEST(Json, KeepsValuesAndPlaces) {
    const Documents documents = parse_json(
        "{\n  \"a\": [1, -2.5e3, true, null],\n  \"\\u00e9\\ud83d\\ude00\": {\"b\" : "
        "\"1\"},\"c\":[]}",
        "f");
    ASSERT_TRUE(documents.findings.empty()) << documents.findings[0].text();
    const Value& root = documents.all.at(0).root;
    EXPECT_EQ(root.pos(), (Pos{1, 1}));
    EXPECT_EQ(root["a"].pos(), (Pos{2, 8}));
    EXPECT_EQ(root["a"][0].integer(), 1);
    EXPECT_EQ(root["a"][1].number(), -2500);
    EXPECT_EQ(root["a"][1].pos(), (Pos{2, 12}));
    EXPECT_EQ(root["a"][2].boolean(), true);
    EXPECT_TRUE(root["a"][3].is_null());
    EXPECT_EQ(root["a"][3].pos(), (Pos{2, 26}));
    const Value& b = root["\xC3\xA9\xF0\x9F\x98\x80"]["b"];
    EXPECT_EQ(b.text(), "1");
    EXPECT_EQ(b.scalar_kind(), Scalar::kText);
    EXPECT_EQ(b.pos(), (Pos{3, 32}));
    EXPECT_EQ(root["c"].pos(), (Pos{3, 41}));
    EXPECT_TRUE(root["c"].is_sequence());
}

TEST(Json, Findings) {
    EXPECT_EQ(
        findings("{\"a\": 1,\n \"a\": 2}"),
        "f.json:2:2: error: key `a` stands twice in this map; keep one; the first is on line 1\n");
    EXPECT_EQ(findings("{\"a\": \"\\udc00\"}"),
              "f.json:1:7: error: half a surrogate pair (\\uD800 to \\uDFFF) is no character; "
              "write both halves, or the character itself\n");
    EXPECT_NE(findings("{\"a\": \"\\ud800\"}").find("surrogate"), std::string::npos);
    EXPECT_NE(findings("{\"a\": 1,}").find("f.json:1:9: error: not readable as JSON"),
              std::string::npos);
    EXPECT_NE(findings("{} x").find("f.json:1:4: error"), std::string::npos);
    EXPECT_NE(findings("{\"a\": \"\xFF\"}").find("encoding"), std::string::npos);
    EXPECT_NE(findings("{\"a\": nan}").find("Invalid value"), std::string::npos);
    EXPECT_NE(findings(std::string(100'000, '[')).find("nested more than 64 deep"),
              std::string::npos);
    EXPECT_EQ(findings(" \n"), "");
    EXPECT_EQ(findings("\xEF\xBB\xBF{}"), "");
}

}  // namespace
}  // namespace fairway::config
