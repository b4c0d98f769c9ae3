#include "steer/table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "steer/random_tree.h"
#include "steer/view.h"

namespace fairway::steer {
namespace {

using namespace test;

// Whole answers as sets of texts, and their chances.
using Sets = std::map<std::vector<std::string>, Fraction>;

const char* const kRcodes[] = {"", "NODATA", "NXDOMAIN"};

void add_subsets(const AnswerOutcome& o, std::size_t from, std::vector<std::string>& chosen,
                 std::vector<std::vector<std::string>>& out) {
    if (chosen.size() == o.sample_k) return out.push_back(chosen);
    for (std::size_t i = from; i < o.answers.size(); ++i) {
        chosen.push_back(o.answers[i]);
        add_subsets(o, i + 1, chosen, out);
        chosen.pop_back();
    }
}

// The exact form's outcomes; samples are enumerated here.
void add_exact(const Distribution& d, const Fraction& part, Sets& sets) {
    for (const auto& o : d.outcomes) {
        std::vector<std::vector<std::string>> answers;
        std::vector<std::string> chosen;
        if (o.sample_k > 0) {
            add_subsets(o, 0, chosen, answers);
        } else {
            answers.push_back(o.answers);
        }
        for (auto& set : answers) {
            if (set.empty()) set.push_back(kRcodes[static_cast<int>(o.outcome)]);
            std::sort(set.begin(), set.end());
            sets[set] += o.p * part * Fraction(1, answers.size());
        }
    }
}

const ClientClass* find(const Table& table, const IpAddr& client) {
    const ClientClass* best = &table.classes[0];
    int length = -1;
    for (const ClientClass& c : table.classes) {
        for (const Cidr& prefix : c.prefixes) {
            if (!prefix.contains(client) || prefix.length <= length) continue;
            best = &c;
            length = prefix.length;
        }
    }
    return best;
}

Sets of_class(const Table& table, const ClientClass& c, const View& view) {
    Sets sets;
    for (const Slot& slot : c.slots) {
        const AnswerSetEntry& entry = table.sets[slot.set];
        std::vector<std::string> texts;
        for (const Pick& pick : entry.picks) texts.push_back(view.text(pick));
        if (texts.empty()) texts.push_back(kRcodes[static_cast<int>(entry.outcome)]);
        std::sort(texts.begin(), texts.end());
        sets[texts] += Fraction(slot.weight, c.total);
    }
    return sets;
}

void map_clients(TestWorld& w) {
    w.regions->clients = world::PrefixMap({{*Cidr::parse("198.51.0.0/16"), 0},
                                           {*Cidr::parse("198.51.100.0/25"), 1},
                                           {*Cidr::parse("203.0.113.0/24"), 2},
                                           {*Cidr::parse("2001:db8::/33"), 3}});
    std::uint32_t i = 0;
    for (auto& region : w.regions->regions) {
        region.geo = {1 + i % 2, 3, 0};
        region.lines = i++ % 2 ? std::vector<world::KeyId>{4, 0} : std::vector<world::KeyId>{0};
    }
}

TEST(Table, SaysExactlyWhatTheExactFormSays) {
    int lowered = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        RandomTree t(Choices{seed});
        map_clients(t.w);
        const auto result = lower(t.w.world, t.w.facts, t.id, {});
        const Table* table = std::get_if<Table>(&result);
        if (!table) continue;
        ++lowered;
        for (const char* text : {"198.51.100.7", "198.51.100.65", "198.51.100.200", "198.51.7.7",
                                 "203.0.113.9", "8.8.8.8", "2001:db8::1", "2001:db8:8000::1",
                                 "2001:db8:7::1", "2a00::1", "198.51.101.3"}) {
            const Cidr client = *Cidr::parse(text);
            Query q = locate(t.w.world, client, 1);
            Sets want;
            bool too_many = false;
            // Lists that rotate over up to four kids come round after twelve.
            for (q.nth = 0; q.nth < 12; ++q.nth) {
                const Distribution d = distribute(t.w.world, t.w.facts, t.id, q);
                add_exact(d, Fraction(1, 12), want);
                too_many |= d.too_many;
            }
            if (too_many) continue;
            const View view(t.w.world, t.w.facts, *t.w.world.policies.at(t.id.value), q);
            const Sets got = of_class(*table, *find(*table, client.base), view);
            ASSERT_EQ(got.size(), want.size()) << "seed " << seed << " " << text;
            for (const auto& [answers, p] : want) {
                ASSERT_EQ(got.count(answers), 1u) << answers[0] << " seed " << seed << " " << text;
                ASSERT_EQ(got.at(answers), p) << answers[0] << " seed " << seed << " " << text;
            }
        }
    }
    EXPECT_GT(lowered, 200);
}

TEST(Table, ListsEachOrderOfAnOrderedDraw) {
    TestWorld w;
    const auto id =
        w.add(select("root", Op::kWeight,
                     {leaf("a", "192.0.2.1").weight(3), leaf("b", "192.0.2.2").weight(1)})
                  .draw(Draw::kOrdered));
    const auto result = lower(w.world, w.facts, id, {});
    const Table& table = std::get<Table>(result);
    ASSERT_EQ(table.classes.size(), 1u);
    ASSERT_EQ(table.classes[0].slots.size(), 2u);
    EXPECT_EQ(table.classes[0].total, 4u);
    EXPECT_TRUE(table.sets[0].listed);
    EXPECT_EQ(table.classes[0].slots[0].weight, 3u);
    EXPECT_EQ(table.sets[0].picks[0].leaf, 1u);
}

TEST(Table, TooLargeSaysWhy) {
    TestWorld w;
    const auto hash = w.add(select("root", Op::kHash, {leaf("a", "192.0.2.1")}));
    const auto result = lower(w.world, w.facts, hash, {});
    EXPECT_NE(std::get<TooLarge>(result).why.find("hash"), std::string::npos);

    std::vector<Spec> kids;
    for (int i = 0; i < 40; ++i)
        kids.push_back(leaf("k" + std::to_string(i), std::vector{"10.0.0." + std::to_string(i)}));
    const auto sample = w.add(select("root", Op::kUniform, kids).draw(Draw::kSample, 8));
    EXPECT_NE(std::get<TooLarge>(lower(w.world, w.facts, sample, {})).why.find("4096"),
              std::string::npos);
    for (int i = 0; i < 40; ++i)
        kids[i] = std::move(kids[i]).cidr("10." + std::to_string(i) + ".0.0/16");
    const auto cidr = w.add(select("root", Op::kCidr, kids));
    TableLimits few;
    few.classes_max = 20;
    EXPECT_NE(std::get<TooLarge>(lower(w.world, w.facts, cidr, few)).why.find("20 client classes"),
              std::string::npos);
    EXPECT_EQ(std::get<Table>(lower(w.world, w.facts, cidr, {})).classes.size(), 41u);
}

TEST(Table, RangesBecomePrefixes) {
    TestWorld w;
    const auto id = w.add(select("root", Op::kRange,
                                 {leaf("in", "192.0.2.1").range("198.51.100.1", "198.51.100.6"),
                                  leaf("rest", "192.0.2.2")}));
    const auto result = lower(w.world, w.facts, id, {});
    const Table& table = std::get<Table>(result);
    ASSERT_EQ(table.classes.size(), 2u);
    EXPECT_EQ(table.classes[1].prefixes.size(), 4u);  // .1/32 .2/31 .4/31 .6/32
    EXPECT_EQ(find(table, *IpAddr::parse("198.51.100.5")), &table.classes[1]);
    EXPECT_EQ(find(table, *IpAddr::parse("198.51.100.7")), &table.classes[0]);
}

}  // namespace
}  // namespace fairway::steer
