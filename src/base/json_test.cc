#include "base/json.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/json_writer.h"
#include "base/limits.h"

namespace fairway {
namespace {

TEST(JsonWriter, WritesWhatAParserReadsBack) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object().field("name", "a\"b\\\n\t\x01\x7F\xC3\xA9");
    writer.key("list").begin_array().value(-3).value(std::uint64_t{18'446'744'073'709'551'615u});
    writer.value(0.25).value(true).null().value(std::numeric_limits<double>::infinity());
    writer.begin_object().end_object().begin_array().end_array().end_array();
    writer.field("last", std::string("x")).end_object();
    const auto parsed = parse_json(out);
    ASSERT_TRUE(parsed) << parsed.error().text << out;
    EXPECT_EQ((*parsed)["name"], "a\"b\\\n\t\x01\x7F\xC3\xA9");
    EXPECT_EQ((*parsed)["list"].dump(), "[-3,18446744073709551615,0.25,true,null,null,{},[]]");
    EXPECT_EQ((*parsed)["last"], "x");
}

TEST(JsonWriter, AnyBytesGiveJsonThatParses) {
    // Overlong, surrogate, beyond the last code point, cut short, lone continuation.
    for (const std::string bytes :
         {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80z"}) {
        std::string out;
        append_json_string(out, bytes);
        const auto parsed = parse_json(out);
        ASSERT_TRUE(parsed) << out;
        EXPECT_NE(parsed->get<std::string>().find("\xEF\xBF\xBD"), std::string::npos);
    }
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    std::string out;
    append_json_string(out, all);
    EXPECT_TRUE(parse_json(out));
}

TEST(ParseJson, SaysWhereItIsWrong) {
    const auto bad = parse_json("{\n  \"a\": ]\n}");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().text.substr(0, 4), "2:8:") << bad.error().text;
}

TEST(ParseJson, RefusesDuplicateKeysAndDepth) {
    EXPECT_FALSE(parse_json(R"({"a": 1, "a": 2})"));
    EXPECT_TRUE(parse_json(R"([{"a": 1}, {"a": {"a": 1}}])"));
    EXPECT_TRUE(parse_json(std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']')));
    EXPECT_FALSE(parse_json(std::string(100'000, '[')));
    EXPECT_FALSE(parse_json("1e999"));
}

}  // namespace
}  // namespace fairway
