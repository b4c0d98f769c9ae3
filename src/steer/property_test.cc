// The fast and the exact form agree on random trees; laws that no tree may break.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "steer/exact.h"
#include "steer/prepared.h"
#include "steer/random_tree.h"
#include "steer/view.h"

namespace fairway::steer {
namespace {

using namespace test;

State state_of(const TestWorld& w) {
    State state;
    world::WorldChange change;
    change.world = std::make_shared<const world::World>(w.world);
    change.all = true;
    state.publish(change);
    state.load(w.facts);
    return state;
}

bool within_five_sigma(double seen, double p, double n) {
    return std::fabs(seen / n - p) <= 5 * std::sqrt(p * (1 - p) / n) + 1e-9;
}

constexpr const char* kOutcomeNames[] = {"answer", "NODATA", "NXDOMAIN"};

struct Counted {
    std::map<std::string, int> first;              // first answer, or the rcode
    std::map<std::vector<std::string>, int> sets;  // sorted answers, or {rcode}
};

void expect_agrees(RandomTree& t, const Query& q, std::uint64_t seed, int draws) {
    const State state = state_of(t.w);
    const Distribution exact = distribute(t.w.world, t.w.facts, t.id, q);
    const world::PolicyPart& part = *t.w.world.policies.at(t.id.value);
    const View view(t.w.world, t.w.facts, part, q);
    Rng rng(seed);
    Counted counted;
    Decision d;
    bool last_resort = false;
    for (int i = 0; i < draws; ++i) {
        decide(state, t.id, q, rng, d);
        ASSERT_EQ(d.scope, exact.scope);
        last_resort |= d.last_resort;
        std::vector<std::string> texts;
        std::uint32_t ttl = part.ttl;
        for (const Pick& pick : d.answers()) {
            texts.push_back(view.text(pick));
            const auto share =
                std::find_if(exact.nodes.begin(), exact.nodes.end(),
                             [&](const NodeTrace& n) { return n.node == pick.leaf; });
            ASSERT_NE(share, exact.nodes.end());
            for (auto at = pick.leaf; at != world::kNoNode; at = part.nodes[at].parent) {
                ttl = std::min(ttl, part.nodes[at].ttl);
            }
        }
        ASSERT_EQ(d.ttl, ttl);
        if (texts.empty()) {
            ASSERT_NE(d.outcome, Outcome::kAnswer);
            texts.push_back(kOutcomeNames[static_cast<int>(d.outcome)]);
        }
        ++counted.first[texts[0]];
        std::sort(texts.begin(), texts.end());
        ASSERT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end()) << "a repeat";
        ++counted.sets[texts];
    }
    if (!exact.last_resort) {
        ASSERT_FALSE(last_resort);
    }
    std::map<std::string, Fraction> want;
    for (const auto& s : exact.shares) want[s.text] += s.share;
    want["NODATA"] += exact.no_data;
    want["NXDOMAIN"] += exact.nx_domain;
    for (const auto& [text, n] : counted.first) {
        ASSERT_FALSE(want[text].is_zero()) << text << " came, though its share is 0";
    }
    for (const auto& [text, share] : want) {
        ASSERT_TRUE(within_five_sigma(counted.first[text], share.value(), draws))
            << text << ": " << counted.first[text] << " of " << draws << ", share " << share.text();
    }
    if (exact.too_many) return;
    std::map<std::vector<std::string>, Fraction> sets;
    std::vector<const AnswerOutcome*> samples;
    for (const auto& o : exact.outcomes) {
        if (o.sample_k > 0) {
            samples.push_back(&o);
            continue;
        }
        auto answers = o.answers;
        if (answers.empty()) answers.push_back(kOutcomeNames[static_cast<int>(o.outcome)]);
        std::sort(answers.begin(), answers.end());
        sets[answers] += o.p;
    }
    for (const auto& [answers, n] : counted.sets) {
        const bool sampled = std::any_of(samples.begin(), samples.end(), [&](const auto* o) {
            return o->sample_k == answers.size() &&
                   std::includes(o->answers.begin(), o->answers.end(), answers.begin(),
                                 answers.end());
        });
        ASSERT_TRUE(sampled || sets.count(answers)) << answers[0] << "…, not an outcome";
    }
    for (const auto& [answers, p] : sets) {
        if (!samples.empty()) break;
        ASSERT_TRUE(within_five_sigma(counted.sets[answers], p.value(), draws))
            << answers[0] << "…: " << counted.sets[answers] << " of " << draws << ", " << p.text();
    }
}

TEST(Property, FastAgreesWithExact) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        RandomTree t(Choices{seed});
        expect_agrees(t, t.query(), seed, 4'000);
        if (HasFatalFailure()) FAIL() << "seed " << seed;
    }
}

TEST(Property, FastAgreesWithExactOverManyDraws) {
    for (std::uint64_t seed = 10'000; seed < 10'040; ++seed) {
        RandomTree t(Choices{seed});
        expect_agrees(t, t.query(), seed, 20'000);
        if (HasFatalFailure()) FAIL() << "seed " << seed;
    }
}

TEST(Property, SharesAndNoAnswerSumToOne) {
    for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
        RandomTree t(Choices{seed});
        for (int i = 0; i < 3; ++i) {
            const Distribution d = distribute(t.w.world, t.w.facts, t.id, t.query());
            Fraction sum = d.no_data + d.nx_domain;
            for (const auto& s : d.shares) sum += s.share;
            ASSERT_EQ(sum, Fraction(1)) << "seed " << seed;
            if (d.too_many) continue;
            Fraction outcomes;
            for (const auto& o : d.outcomes) outcomes += o.p;
            ASSERT_EQ(outcomes, Fraction(1)) << "seed " << seed;
        }
    }
}

void shuffle_kids(Spec& spec, Rng& rng) {
    for (std::size_t i = spec.kids.size(); i > 1; --i) {
        std::swap(spec.kids[i - 1], spec.kids[rng.below(i)]);
    }
    for (Spec& kid : spec.kids) shuffle_kids(kid, rng);
}

std::map<std::string, std::string> by_text(const Distribution& d) {
    std::map<std::string, Fraction> sum{{"NODATA", d.no_data}, {"NXDOMAIN", d.nx_domain}};
    for (const auto& s : d.shares) sum[s.text] += s.share;
    std::map<std::string, std::string> out;
    for (const auto& [text, p] : sum) out[text] = p.text();
    return out;
}

bool has_current(const Spec& s) {
    return s.non_preemptive || std::any_of(s.kids.begin(), s.kids.end(), has_current);
}

TEST(Property, OrderOfChildrenChangesNothing) {
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        RandomTree t(Choices{seed});
        if (has_current(t.spec)) continue;  // a current choice is told by place in the list
        Rng rng(seed);
        Spec other = t.spec;
        shuffle_kids(other, rng);
        const auto id = t.w.add(
            other, t.w.world.policies.at(t.id.value)->filter_family
                       ? +[](world::PolicyPart& p) { p.filter_family = true; }
                       : +[](world::PolicyPart&) {});
        const Query q = t.query();
        ASSERT_EQ(by_text(distribute(t.w.world, t.w.facts, t.id, q)),
                  by_text(distribute(t.w.world, t.w.facts, id, q)))
            << "seed " << seed;
    }
}

// A resolver keeps an answer for all clients within its scope, whatever prefix they come with.
TEST(Property, AllClientsWithinTheScopeGetTheSame) {
    int compared = 0;
    for (std::uint64_t seed = 0; seed < 1'500; ++seed) {
        RandomTree t(Choices{seed});
        const auto& part = *t.w.world.policies.at(t.id.value);
        if (std::any_of(part.nodes.begin(), part.nodes.end(),
                        [](const auto& n) { return !n.is_leaf && n.op == Op::kHash; })) {
            continue;  // its scope is the client prefix
        }
        const auto client_in = [&](const Cidr& around) {
            IpAddr address = around.base;
            for (int i = 12; i < 16; ++i) {
                const auto free =
                    static_cast<std::uint8_t>(around.base.bytes[i] ^ around.last().bytes[i]);
                address.bytes[i] =
                    static_cast<std::uint8_t>(around.base.bytes[i] | (t.below(256) & free));
            }
            const unsigned length =
                around.length + static_cast<unsigned>(t.below(33u - around.length));
            return Cidr::of(address, length);
        };
        const Cidr space = *Cidr::parse("198.51.96.0/20");
        std::vector<std::pair<Cidr, std::uint32_t>> homes;
        for (auto n = t.below(12); n > 0; --n) {
            homes.push_back({client_in(space), static_cast<std::uint32_t>(t.below(2))});
        }
        t.w.regions->clients = world::PrefixMap(homes);
        for (auto& region : t.w.regions->regions) region.geo = {1 + region.id.value % 2, 3, 0};
        for (int i = 0; i < 6; ++i) {
            const Cidr client = client_in(space);
            const Distribution told =
                distribute(t.w.world, t.w.facts, t.id, locate(t.w.world, client, 1));
            if (told.scope >= client.length) continue;
            const Cidr within = Cidr::of(client.base, told.scope);
            for (int other = 0; other < 4; ++other) {
                const Cidr one = client_in(within);
                const Distribution d =
                    distribute(t.w.world, t.w.facts, t.id, locate(t.w.world, one, 1));
                ASSERT_EQ(d.scope, told.scope) << seed << " " << client.text() << " " << one.text();
                ASSERT_EQ(by_text(d), by_text(told))
                    << seed << " " << client.text() << " " << one.text();
                compared += told.scope > 0;
            }
        }
    }
    EXPECT_GT(compared, 2'000);
}

// A simple predicate of its own: a leaf that cannot be live whatever else holds.
bool surely_dead(const TestWorld& w, const world::PolicyPart& part, const world::Node& leaf) {
    if (leaf.forced == ForcedHealth::kUp) return false;
    if (leaf.forced == ForcedHealth::kDown) return true;
    if (!w.facts.region_up(leaf.region)) return true;
    for (std::uint32_t i = 0; i < leaf.gates_size; ++i) {
        if (!w.facts.up(part.gates[leaf.gates_at + i])) return true;
    }
    return false;
}

TEST(Property, TheDeadGetAShareOnlyByALastResortOrPinned) {
    int dead_shares = 0;
    for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
        RandomTree t(Choices{seed});
        const auto& part = *t.w.world.policies.at(t.id.value);
        const Distribution d = distribute(t.w.world, t.w.facts, t.id, t.query());
        for (const auto& s : d.shares) {
            ASSERT_NE(part.nodes[s.leaf].admin, Admin::kOff);
            ASSERT_NE(part.nodes[s.leaf].admin, Admin::kStopped);
            if (!surely_dead(t.w, part, part.nodes[s.leaf])) continue;
            ++dead_shares;
            const auto& parent = part.nodes[part.nodes[s.leaf].parent];
            ASSERT_TRUE(parent.pinned || d.nodes[s.leaf].last_resort) << "seed " << seed;
            ASSERT_TRUE(parent.pinned || d.last_resort);
        }
    }
    EXPECT_GT(dead_shares, 100);  // the test tests
}

void expect_same(const State& a, const State& b, world::PolicyId id) {
    const PolicyState& x = *a.prepared().policy(id);
    const PolicyState& y = *b.prepared().policy(id);
    for (std::size_t i = 0; i < x.nodes.size(); ++i) {
        if (!x.nodes[i].asked) {
            ASSERT_EQ(x.nodes[i].live, y.nodes[i].live) << i;
        }
        ASSERT_EQ(x.nodes[i].live_kids, y.nodes[i].live_kids) << i;
        ASSERT_EQ(x.nodes[i].down, y.nodes[i].down) << i;
        ASSERT_EQ(x.nodes[i].kept_size, y.nodes[i].kept_size) << i;
        ASSERT_EQ(x.nodes[i].last_resort, y.nodes[i].last_resort) << i;
        const auto at = x.part().nodes[i].first_kid;
        for (std::uint32_t k = 0; k < x.nodes[i].kept_size; ++k) {
            ASSERT_EQ(x.kept[at + k], y.kept[at + k]);
            ASSERT_EQ(x.sums[at + k], y.sums[at + k]);
        }
    }
    for (std::size_t i = 0; i < x.leaves.size(); ++i) {
        if (x.leaves[i].service) {
            ASSERT_EQ(x.leaves[i].service->live, y.leaves[i].service->live);
        }
    }
}

TEST(Property, FlipsOneByOneEqualAFreshStart) {
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        RandomTree t(Choices{seed});
        State state = state_of(t.w);
        std::uint64_t version = 1;
        for (int i = 0; i < 60; ++i) {
            const world::FactId fact{static_cast<std::uint32_t>(t.below(RandomTree::kFacts))};
            const auto health = static_cast<Health>(t.below(4));
            t.w.facts.set(fact, health);
            state.flip({fact, health, version++});
            if (t.w.next_current > 0 && t.below(3) == 0) {
                const world::CurrentId current{
                    static_cast<std::uint32_t>(t.below(t.w.next_current))};
                const auto kid = static_cast<std::uint32_t>(t.below(4));
                t.w.facts.set_current(current, kid);
                state.set_current({current, kid, version++});
            }
        }
        expect_same(state, state_of(t.w), t.id);
        if (HasFatalFailure()) FAIL() << "seed " << seed;
    }
}

}  // namespace
}  // namespace fairway::steer
