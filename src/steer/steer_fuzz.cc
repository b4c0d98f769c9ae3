// Any bytes as a tree, facts and a client: the three forms end, and shares and the chance of no
// answer sum to 1, before and after flips.
#include <cmath>
#include <cstdlib>

#include "steer/exact.h"
#include "steer/random_tree.h"
#include "steer/table.h"

using namespace fairway;               // NOLINT: a program of its own
using namespace fairway::steer;        // NOLINT
using namespace fairway::steer::test;  // NOLINT

namespace {

void check_query(RandomTree& tree, const State& state, const Query& query) {
    const Distribution exact = distribute(tree.w.world, tree.w.facts, tree.id, query);
    Fraction sum = exact.no_data + exact.nx_domain;
    for (const auto& share : exact.shares) sum += share.share;
    if (exact.approximate ? std::fabs(sum.value() - 1) > 1e-9 : sum != Fraction(1)) std::abort();
    Rng rng(tree.below(256));
    Decision decision;
    for (int i = 0; i < 4; ++i) {
        decide(state, tree.id, query, rng, decision);
        if (decision.scope != exact.scope) std::abort();
        if ((decision.outcome == Outcome::kAnswer) != !decision.answers().empty()) std::abort();
        if (decision.last_resort && !exact.last_resort) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 512) return 0;
    RandomTree tree(Choices{std::span(data, size)});
    State state;
    world::WorldChange change;
    change.world = std::make_shared<const world::World>(tree.w.world);
    change.all = true;
    state.publish(change);
    state.load(tree.w.facts);
    for (std::uint64_t round = 1; round <= 3; ++round) {
        check_query(tree, state, tree.query());
        const world::FactId fact{static_cast<std::uint32_t>(tree.below(RandomTree::kFacts))};
        const auto health = static_cast<Health>(tree.below(4));
        tree.w.facts.set(fact, health);
        state.flip({fact, health, round});
    }
    lower(tree.w.world, tree.w.facts, tree.id);
    return 0;
}
