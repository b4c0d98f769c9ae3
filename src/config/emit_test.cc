#include "config/emit.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "config/yaml.h"

namespace fairway::config {
namespace {

Value parsed(const Documents& documents) {
    EXPECT_TRUE(documents.findings.empty()) << documents.findings[0].text();
    return documents.all.size() == 1 ? documents.all[0].root : Value();
}

bool same(const Value& a, const Value& b) {
    if (a.type() != b.type() || a.size() != b.size()) return false;
    if (a.is_scalar()) return a.text() == b.text() && a.scalar_kind() == b.scalar_kind();
    for (std::size_t i = 0; i < a.items().size(); ++i) {
        if (!same(a[i], b[i])) return false;
    }
    const auto one = a.members(), two = b.members();
    for (std::size_t i = 0; i < one.size(); ++i) {
        if (one.first[i].key != two.first[i].key) return false;
        if (!same(one.first[i].value, two.first[i].value)) return false;
    }
    return true;
}

TEST(Emit, ManifestReadsAsPeopleWriteIt) {
    Tree child = Tree::map();
    child.set("node", "eu").set("priority", 1);
    Tree spec = Tree::map();
    spec.set("hostnames", Tree::sequence().add("shop.example.com"))
        .set("nodes",
             Tree::sequence().add(
                 Tree::map()
                     .set("name", "where")
                     .set("select", Tree::map().set("op", "priority").set("last", "open"))
                     .set("children", Tree::sequence().add(child).add(
                                          Tree::map().set("node", "us").comment("was SECONDARY")))))
        .set("empty", Tree::map());
    Tree tree = manifest("fairway.dev/v1alpha1", "TrafficPolicy", "shop", "default");
    tree.set("spec", std::move(spec)).comment("From zone.json");
    EXPECT_EQ(emit_yaml(tree), R"(# From zone.json
apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: shop, namespace: default}
spec:
  hostnames: [shop.example.com]
  nodes:
    - name: where
      select: {op: priority, last: open}
      children:
        - {node: eu, priority: 1}
        # was SECONDARY
        - {node: us}
  empty: {}
)");
}

TEST(Emit, QuotesWhatWouldReadAsSomethingElse) {
    for (const char* text : {"",
                             "yes",
                             "off",
                             "true",
                             "null",
                             "~",
                             "1",
                             "1.5",
                             "010",
                             "0x1F",
                             "-",
                             "- a",
                             "a: b",
                             "a:",
                             "a #b",
                             "#",
                             "&a",
                             "*",
                             "*a",
                             "!x",
                             "@",
                             "%",
                             "{",
                             "[a]",
                             "a, b",
                             "'",
                             "\"",
                             "\\",
                             " a",
                             "a ",
                             "a\nb",
                             "\ta",
                             "---",
                             "...",
                             "::1",
                             "2001:db8::",
                             "\x01",
                             "caf\xC3\xA9",
                             "\xC2\x85",
                             "\xE2\x80\xA8",
                             "\xEF\xBB\xBF",
                             "<<",
                             "="}) {
        const std::string out = emit_yaml(Tree::map().set("a", text).set(text, "b"));
        const Documents back = parse_yaml(out, "x");
        const Value value = parsed(back);
        EXPECT_EQ(value["a"].text(), text) << out;
        EXPECT_EQ(value["a"].scalar_kind(), Scalar::kText) << out;
        EXPECT_EQ(value[text].text(), "b") << out;
    }
}

TEST(Emit, PlainWhereNothingIsInTheWay) {
    EXPECT_EQ(emit_yaml(Tree::map()
                            .set("a", "192.0.2.1")
                            .set("b", "10 mail.example.com")
                            .set("c", "2001:db8::1")
                            .set("d", "http://h:80/p")
                            .set("e", 1.5)
                            .set("f", 7)
                            .set("g", false)),
              "a: 192.0.2.1\nb: 10 mail.example.com\nc: 2001:db8::1\nd: http://h:80/p\ne: 1.5\nf: "
              "7\ng: false\n");
}

TEST(Emit, VeryLongKeys) {
    const std::string key(300, '\x7F');
    const Documents back =
        parse_yaml(emit_yaml(Tree::map().set(
                       "a", Tree::sequence().add(Tree::map().set(key, Tree::map().set("b", 1))))),
                   "x");
    EXPECT_EQ(parsed(back)["a"][0][key]["b"].integer(), 1);
}

// Random trees: what is written reads back the same.
Tree random_tree(Rng& rng, int depth) {
    static constexpr std::string_view kPieces[] = {
        "a", "B", "7",  "-",  ":",  " ",   "#",    ",",        "{",
        "]", "'", "\"", "\\", "\n", "yes", "null", "\xC3\xA9", "\xE2\x80\xA8",
        ".", "*"};
    const auto word = [&] {
        std::string out;
        for (auto n = rng.below(5); n > 0; --n) out += kPieces[rng.below(std::size(kPieces))];
        return out;
    };
    const auto kind = rng.below(depth > 0 ? 6 : 4);
    if (kind == 0) return Tree(static_cast<std::int64_t>(rng.next()) >> rng.below(64));
    if (kind == 1) return Tree(static_cast<double>(static_cast<std::int64_t>(rng.next())) / 1e9);
    if (kind < 4) return rng.below(8) == 0 ? Tree(rng.below(2) == 0) : Tree(word());
    Tree out = kind == 4 ? Tree::map() : Tree::sequence();
    for (auto n = rng.below(6); n > 0; --n) {
        Tree kid = random_tree(rng, depth - 1);
        if (rng.below(10) == 0) kid.comment("why: " + std::to_string(n) + "\nline two");
        if (kind == 4) {
            out.set(word() + std::to_string(n), std::move(kid));
        } else {
            out.add(std::move(kid));
        }
    }
    return out;
}

TEST(Emit, RandomTreesReadBackTheSame) {
    Rng rng(1);
    for (int i = 0; i < 20'000; ++i) {
        const Tree tree = Tree::map().set("root", random_tree(rng, 4));
        const std::string once = emit_yaml(tree);
        const Documents first = parse_yaml(once, "once");
        ASSERT_TRUE(first.findings.empty()) << first.findings[0].text() << "\n" << once;
        const std::string twice = emit_yaml(Tree::copy(first.all[0].root));
        const Documents second = parse_yaml(twice, "twice");
        ASSERT_TRUE(second.findings.empty()) << second.findings[0].text() << "\n" << twice;
        ASSERT_TRUE(same(first.all[0].root, second.all[0].root)) << once << "\n" << twice;
        if (once.find('#') == std::string::npos) {
            ASSERT_EQ(once, twice);
        }
    }
}

}  // namespace
}  // namespace fairway::config
