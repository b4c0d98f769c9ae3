#include "model/gateway.h"

#include <gtest/gtest.h>

namespace fairway::model {
namespace {

using Labels = std::map<std::string, std::string>;
using Op = LabelSelector::Term::Op;

TEST(LabelSelector, EmptyTakesAll) {
    EXPECT_TRUE(LabelSelector().matches({}));
    EXPECT_TRUE(LabelSelector().matches({{"a", "1"}}));
}

TEST(LabelSelector, EveryLabelMustHold) {
    const LabelSelector both{.match = {{"a", "1"}, {"b", "2"}}, .terms = {}};
    EXPECT_TRUE(both.matches({{"a", "1"}, {"b", "2"}, {"c", "3"}}));
    EXPECT_FALSE(both.matches({{"a", "1"}}));
    EXPECT_FALSE(both.matches({{"a", "1"}, {"b", "1"}}));
}

TEST(LabelSelector, Terms) {
    struct Row {
        Op op;
        Labels labels;
        bool taken;
    };
    // The labels of a namespace without the key: NotIn takes it, as Kubernetes has it.
    const Row rows[] = {
        {Op::kIn, {{"a", "1"}}, true},
        {Op::kIn, {{"a", "3"}}, false},
        {Op::kIn, {}, false},
        {Op::kNotIn, {{"a", "1"}}, false},
        {Op::kNotIn, {{"a", "3"}}, true},
        {Op::kNotIn, {}, true},
        {Op::kExists, {{"a", "9"}}, true},
        {Op::kExists, {{"b", "1"}}, false},
        {Op::kDoesNotExist, {{"b", "1"}}, true},
        {Op::kDoesNotExist, {{"a", "9"}}, false},
    };
    for (const Row& row : rows) {
        const LabelSelector selector{.match = {}, .terms = {{"a", row.op, {"1", "2"}}}};
        EXPECT_EQ(selector.matches(row.labels), row.taken) << static_cast<int>(row.op);
    }
}

TEST(LabelSelector, LabelsAndTermsTogether) {
    const LabelSelector selector{.match = {{"team", "web"}}, .terms = {{"env", Op::kExists, {}}}};
    EXPECT_TRUE(selector.matches({{"team", "web"}, {"env", ""}}));
    EXPECT_FALSE(selector.matches({{"team", "web"}}));
    EXPECT_FALSE(selector.matches({{"env", ""}}));
}

}  // namespace
}  // namespace fairway::model
