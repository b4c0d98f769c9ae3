#include "config/schema.h"

#include <gtest/gtest.h>

namespace fairway::config {
namespace {

TEST(Schema, EveryKindHasOne) {
    EXPECT_EQ(schemas().kinds().size(), static_cast<std::size_t>(model::kKindCount));
    for (int i = 0; i < model::kKindCount; ++i) {
        const KindSchema& kind = schemas().of(static_cast<model::Kind>(i));
        EXPECT_FALSE(kind.plural.empty());
        EXPECT_FALSE(kind.api_version.empty());
    }
    EXPECT_NE(schemas().metadata().find("name"), nullptr);
}

std::string parse_error(std::string_view text) {
    const auto parsed = SchemaSet::parse({{"api/x.yaml", text}});
    return parsed ? "" : parsed.error().text;
}

TEST(Schema, StopsAtWhatItDoesNotKnow) {
    EXPECT_EQ(parse_error("type: object"), "");
    EXPECT_EQ(parse_error("type: objekt"), "api/x.yaml: line 1: unknown type `objekt`");
    EXPECT_EQ(parse_error("type: object\npattern: x"),
              "api/x.yaml: line 1: unknown word `pattern`");
    EXPECT_EQ(parse_error("type: object\nproperties:\n  a: {type: string, format: foo}"),
              "api/x.yaml: line 3: unknown format `foo`");
    EXPECT_EQ(parse_error("type: object\nrequired: [a]"),
              "api/x.yaml: line 2: required, but no property");
    EXPECT_NE(parse_error("type: {"), "");
}

// The rules of the schema language itself: a default satisfies its own schema's type and enum, list
// keys are properties, and a refused field says why.
void check_sound(const Schema& schema, const std::string& path) {
    const Value& otherwise = schema.otherwise;
    if (otherwise) {
        switch (schema.type) {
            case Schema::Type::kBoolean:
                EXPECT_TRUE(otherwise.boolean()) << path;
                break;
            case Schema::Type::kInteger:
                ASSERT_TRUE(otherwise.integer()) << path;
                EXPECT_GE(*otherwise.integer(), schema.minimum.value_or(0)) << path;
                break;
            case Schema::Type::kString:
                EXPECT_EQ(otherwise.scalar_kind(), Scalar::kText) << path;
                EXPECT_EQ(format_fault(schema.format, otherwise.text()), nullptr) << path;
                break;
            default:
                break;
        }
        if (!schema.allowed.empty()) {
            EXPECT_NE(std::find(schema.allowed.begin(), schema.allowed.end(), otherwise.text()),
                      schema.allowed.end())
                << path;
        }
    }
    for (const std::string& key : schema.list_keys)
        EXPECT_NE(schema.items.at(0).find(key), nullptr) << path;
    for (const Property& property : schema.properties)
        check_sound(property.schema, path + "." + property.name);
    for (const Schema& item : schema.items) check_sound(item, path + "[]");
}

TEST(Schema, IsSound) {
    check_sound(schemas().metadata(), "metadata");
    for (const KindSchema& kind : schemas().kinds()) check_sound(kind.root, kind.plural);
}

}  // namespace
}  // namespace fairway::config
