#include "wire/dns/name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace fairway::wire::dns {
namespace {

Name name(std::string_view text, NameView origin = {}) {
    Name out;
    EXPECT_EQ(Name::parse_into(text, origin, out), NameFault::kNone) << text;
    return out;
}

NameFault fault(std::string_view text, NameView origin = {}) {
    Name out;
    return Name::parse_into(text, origin, out);
}

TEST(Name, ParsesIntoWireForm) {
    const Name www = name("www.Example.com.");
    const std::uint8_t wire[] = {3,   'w', 'w', 'w', 7,   'E', 'x', 'a', 'm',
                                 'p', 'l', 'e', 3,   'c', 'o', 'm', 0};
    EXPECT_TRUE(std::ranges::equal(www.wire(), wire));
    EXPECT_EQ(www.text(), "www.Example.com.");
    EXPECT_EQ(www.view().text_without_dot(), "www.Example.com");
    EXPECT_EQ(name(".").text(), ".");
    EXPECT_EQ(name(".").size(), 1u);
}

TEST(Name, RelativeNamesTakeTheOrigin) {
    const Name origin = name("example.com.");
    EXPECT_EQ(name("www", origin).text(), "www.example.com.");
    EXPECT_EQ(name("www.", origin).text(), "www.");
    EXPECT_EQ(name("@", origin).text(), "example.com.");
    EXPECT_EQ(name("\\@", origin).text(), "\\@.example.com.");
    EXPECT_EQ(name("a.b").text(), "a.b.");
}

TEST(Name, ReadsAndPrintsEscapes) {
    EXPECT_EQ(name("a\\.b.c.").view().label(), "a.b");
    EXPECT_EQ(name("a\\.b.c.").text(), "a\\.b.c.");
    EXPECT_EQ(name("\\000\\255.").text(), "\\000\\255.");
    EXPECT_EQ(name("\\065.").text(), "A.");
    EXPECT_EQ(name("a\\032b.").text(), "a\\032b.");
    EXPECT_EQ(fault("a\\256."), NameFault::kBadEscape);
    EXPECT_EQ(fault("a\\25"), NameFault::kBadEscape);
    EXPECT_EQ(fault("a\\"), NameFault::kBadEscape);
}

TEST(Name, HoldsTheLimits) {
    const std::string label63(63, 'a');
    EXPECT_EQ(fault(label63 + "."), NameFault::kNone);
    EXPECT_EQ(fault(label63 + "a."), NameFault::kLabelTooLong);
    EXPECT_EQ(fault(std::string(300, 'a')), NameFault::kLabelTooLong);
    // Three labels of 64 octets and one of 62 with the root are 255.
    const std::string longest =
        label63 + "." + label63 + "." + label63 + "." + std::string(61, 'b') + ".";
    EXPECT_EQ(name(longest).size(), 255u);
    EXPECT_EQ(fault(label63 + "." + label63 + "." + label63 + "." + std::string(62, 'b') + "."),
              NameFault::kTooLong);
    EXPECT_EQ(fault(std::string(61, 'b'), name(label63 + "." + label63 + "." + label63 + ".")),
              NameFault::kNone);
    EXPECT_EQ(fault(std::string(62, 'b'), name(label63 + "." + label63 + "." + label63 + ".")),
              NameFault::kTooLong);
    std::string deep;
    for (int i = 0; i < 127; ++i) deep += "x.";
    EXPECT_EQ(name(deep).view().label_count(), 127u);
    EXPECT_EQ(fault("x." + deep), NameFault::kTooLong);
    EXPECT_EQ(fault(""), NameFault::kEmpty);
    EXPECT_EQ(fault("a..b."), NameFault::kEmptyLabel);
    EXPECT_EQ(fault(".a."), NameFault::kEmptyLabel);
    EXPECT_FALSE(Name::parse("a..b"));
}

TEST(Name, IgnoresCase) {
    EXPECT_EQ(name("WWW.EXAMPLE.com."), name("www.example.COM."));
    EXPECT_EQ(name("WWW.EXAMPLE.com.").hash(), name("www.example.COM.").hash());
    EXPECT_EQ(name("WWW.EXAMPLE.com.").lowered().text(), "www.example.com.");
    EXPECT_FALSE(name("a.example.") == name("b.example."));
    EXPECT_FALSE(name("[.") ==
                 name("{."));  // 0x5B and 0x7B differ by the case bit, but are no letters
    EXPECT_FALSE(name("@a.") == name("`a."));
    EXPECT_EQ(name("\\193.").lowered().view().label(), "\xC1");
}

TEST(Name, KnowsItsAncestors) {
    const Name www = name("a.www.example.com.");
    EXPECT_TRUE(www.view().is_at_or_below(name("EXAMPLE.com.")));
    EXPECT_TRUE(www.view().is_below(name(".")));
    EXPECT_TRUE(www.view().is_at_or_below(www));
    EXPECT_FALSE(www.view().is_below(www));
    EXPECT_FALSE(name("notexample.com.").view().is_at_or_below(name("example.com.")));
    // The octets of "3com" end like those of the label "com" after a length octet that is not one.
    EXPECT_FALSE(name("x\\003com.").view().is_at_or_below(name("com.")));
    EXPECT_EQ(www.view().common_labels(name("b.example.com.")), 2u);
    EXPECT_EQ(www.view().common_labels(name("org.")), 0u);
    EXPECT_EQ(Name(www.view().last_labels(2)).text(), "example.com.");
    EXPECT_EQ(Name(www.view().last_labels(9)).text(), "a.www.example.com.");
    EXPECT_TRUE(NameView().parent().is_root());
}

TEST(Name, OrdersAsRfc4034Section61) {
    const std::vector<std::string> ordered = {
        "example.",         "a.example.",      "yljkjljk.a.example.",
        "Z.a.example.",     "zABC.a.EXAMPLE.", "z.example.",
        "\\001.z.example.", "*.z.example.",    "\\200.z.example."};
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        for (std::size_t j = 0; j < ordered.size(); ++j) {
            EXPECT_EQ(canonical_order(name(ordered[i]), name(ordered[j])), i <=> j)
                << ordered[i] << " " << ordered[j];
        }
    }
}

TEST(Name, MakesChildrenAndSubstitutesSuffixes) {
    EXPECT_EQ(Name::child("*", name("example."))->text(), "*.example.");
    EXPECT_TRUE(Name::child("*", name("example."))->view().is_wildcard());
    EXPECT_FALSE(Name::child("", name("example.")));
    EXPECT_FALSE(Name::child(std::string(64, 'a'), name("example.")));
    EXPECT_EQ(Name::replace_suffix(name("a.b.old."), name("old."), name("new.org."))->text(),
              "a.b.new.org.");
    const std::string label63(63, 'a');
    EXPECT_FALSE(Name::replace_suffix(name(label63 + "." + label63 + ".o."), name("o."),
                                      name(label63 + "." + label63 + ".")));
}

TEST(Name, ReadsOnlyWellFormedWire) {
    const std::uint8_t good[] = {1, 'a', 0, 9, 9};
    EXPECT_EQ(NameView::read(good)->size(), 3u);
    const std::uint8_t pointer[] = {0xC0, 0x0C};
    EXPECT_FALSE(NameView::read(pointer));
    const std::uint8_t cut[] = {3, 'a', 'b'};
    EXPECT_FALSE(NameView::read(cut));
    EXPECT_FALSE(NameView::read({}));
    std::vector<std::uint8_t> long_name;
    for (int i = 0; i < 128; ++i) long_name.insert(long_name.end(), {1, 'x'});
    long_name.push_back(0);
    EXPECT_FALSE(NameView::read(long_name));                   // 257 octets
    EXPECT_TRUE(NameView::read(Bytes(long_name).subspan(2)));  // 255
}

}  // namespace
}  // namespace fairway::wire::dns
