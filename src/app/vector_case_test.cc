// Every worked case that we have passes, those of our own among them. (`fairway vectors` is the
// same by hand, and `make test` runs it.)
#include <gtest/gtest.h>

#include "app/commands.h"
#include "app/vector_case.h"
#include "app/vector_expect.h"
#include "config/json.h"

namespace fairway::app {
namespace {

TEST(Vectors, GivenOnesPass) {
    EXPECT_EQ(run_vectors({FAIRWAY_SOURCE_DIR "/tests/vectors", "", false}), kExitFine);
}

TEST(Vectors, OurOwnPass) {
    EXPECT_EQ(run_vectors({FAIRWAY_SOURCE_DIR "/tests/vectors/extra", "", false}), kExitFine);
}

// The comparison itself must be able to fail.
Expect expect_of(const char* text, config::Documents& documents) {
    documents = config::parse_json(text, "test");
    return read_expect(documents.all.front().root);
}

TEST(Vectors, ComparisonTellsTheWrongShare) {
    config::Documents d;
    const auto expect = expect_of(
        R"({"expect": {"rcode": "NOERROR", "outcomes": [{"answers": ["a"], "p": "1/4"}, {"answers": ["b"], "p": "3/4"}]}})",
        d);
    Answered a;
    a.exact = {{Fraction(1, 4), {"a"}, "NOERROR"}, {Fraction(3, 4), {"b"}, "NOERROR"}};
    a.draws = 20'000;
    a.drawn = {{Fraction(5'010, 20'000), {"a"}, "NOERROR"},
               {Fraction(14'990, 20'000), {"b"}, "NOERROR"}};
    EXPECT_EQ(compare(expect, {}, a), "");
    auto far = a;
    far.drawn = {{Fraction(5'400, 20'000), {"a"}, "NOERROR"},
                 {Fraction(14'600, 20'000), {"b"}, "NOERROR"}};
    EXPECT_NE(compare(expect, {}, far), "");
    auto inexact = a;
    inexact.exact[0].p = Fraction(1, 3);
    EXPECT_NE(compare(expect, {}, inexact), "");
    auto more = a;
    more.drawn.push_back({Fraction(1, 20'000), {"c"}, "NOERROR"});
    EXPECT_NE(compare(expect, {}, more), "");
}

TEST(Vectors, ComparisonKnowsOrderOnlyWhereItCounts) {
    config::Documents d;
    const char* text =
        R"({"expect": {"outcomes": [{"answers": ["a", "b"], "p": "1"}]}, "why": "%s"})";
    std::string ordered(text), free(text);
    ordered.replace(ordered.find("%s"), 2, "order is part of the answer");
    Answered a;
    a.exact = a.drawn = {{Fraction(1), {"b", "a"}, "NOERROR"}};
    EXPECT_EQ(compare(expect_of(free.c_str(), d), {}, a), "");
    EXPECT_NE(compare(expect_of(ordered.c_str(), d), {}, a), "");
}

TEST(Vectors, ComparisonOfSamplesSetsAndCodes) {
    config::Documents d;
    const auto sample = expect_of(
        R"({"expect": {"rcode": "NOERROR", "sample": {"k": 2, "from": ["a", "b", "c"]}}})", d);
    Answered a;
    a.exact = {{Fraction(1), {"a", "b", "c"}, "NOERROR", 2}};
    a.drawn = {{Fraction(1, 2), {"a", "b"}, "NOERROR"}, {Fraction(1, 2), {"c", "b"}, "NOERROR"}};
    EXPECT_EQ(compare(sample, {}, a), "");
    auto never_c = a;
    never_c.drawn = {{Fraction(1), {"a", "b"}, "NOERROR"}};
    EXPECT_NE(compare(sample, {}, never_c), "");
    const auto none = expect_of(R"({"expect": {"rcode": "NXDOMAIN"}})", d);
    EXPECT_NE(compare(none, {}, a), "");
    Answered nothing;
    nothing.exact = nothing.drawn = {{Fraction(1), {}, "NODATA"}};
    EXPECT_NE(compare(none, {}, nothing), "");
    const auto value = expect_of(R"({"expect": {"value": "healthy"}})", d);
    Answered verdict;
    verdict.value = "unhealthy";
    EXPECT_NE(compare(value, {}, verdict), "");
}

}  // namespace
}  // namespace fairway::app
