// ns per decision by op and number of candidates; ns per flip; the exact form for scale.
#include <benchmark/benchmark.h>

#include "steer/exact.h"
#include "steer/test_world.h"

namespace fairway::steer {
namespace {

using namespace test;

constexpr std::uint32_t kRegions = 30;

Spec tree_of(Op op, int n, Draw draw) {
    std::vector<Spec> kids;
    for (int i = 0; i < n; ++i) {
        const auto u = static_cast<std::uint32_t>(i);
        Spec k = leaf("k" + std::to_string(i), std::vector{IpAddr::v4(0x0A000000u + u).text()});
        k.gate_ids = {u};
        k.n.weight = 1 + u % 100;
        k.n.priority = i / 3;
        k.n.kid_region.value = u % kRegions;
        if (op == Op::kMatch) k.keys = {"key/" + std::to_string(i)};
        if (op == Op::kProximity) k.place = {(u % 170) - 85.0, (u % 350) - 175.0};
        const IpAddr first = IpAddr::v4(0x0B000000u + u * 256);
        if (op == Op::kCidr) k = std::move(k).cidr(first.text() + "/24");
        if (op == Op::kRange)
            k = std::move(k).range(first.text(), IpAddr::v4(0x0B000000u + u * 256 + 99).text());
        kids.push_back(std::move(k));
    }
    return select("root", op, std::move(kids)).draw(draw);
}

struct Setup {
    TestWorld w;
    State state;
    Query query;
    world::PolicyId id;
    std::vector<world::KeyId> geo;

    Setup(Op op, int n, Draw draw) {
        std::vector<std::vector<float>> ms(kRegions, std::vector<float>(kRegions));
        for (std::uint32_t a = 0; a < kRegions; ++a) {
            for (std::uint32_t b = 0; b < kRegions; ++b)
                ms[a][b] = static_cast<float>((a * 7 + b * 13) % 97);
        }
        w.set_latency(ms);
        for (auto& r : w.regions->regions) r.coordinates = {static_cast<double>(r.id.value), 5};
        id = w.add(tree_of(op, n, draw));
        world::WorldChange change;
        change.world = std::make_shared<const world::World>(w.world);
        change.all = true;
        state.publish(change);
        query = seen_from(state.world(), state.world().regions->regions[3]);
        query.client =
            Cidr::host(IpAddr::v4(0x0B000000u + static_cast<std::uint32_t>(n / 2) * 256 + 7));
        geo = {w.intern("key/none1"), w.intern("key/none2"),
               w.intern("key/" + std::to_string(n / 2)), 0};
        query.geo = geo;
        query.lines = geo;
    }
};

void decide_by(benchmark::State& bench, Op op, Draw draw) {
    Setup s(op, static_cast<int>(bench.range(0)), draw);
    Rng rng(1);
    Decision d;
    for (auto _ : bench) {
        decide(s.state, s.id, s.query, rng, d);
        benchmark::DoNotOptimize(d.picks[0]);
    }
}

// One check that four policies of n endpoints read goes down and comes back: two flips.
void flip_in_four(benchmark::State& bench, Op op) {
    TestWorld w;
    for (int p = 0; p < 4; ++p) w.add(tree_of(op, static_cast<int>(bench.range(0)), Draw::kOne));
    State state;
    world::WorldChange change;
    change.world = std::make_shared<const world::World>(w.world);
    change.all = true;
    state.publish(change);
    std::uint64_t version = 0;
    for (auto _ : bench) {
        ++version;
        state.flip({{7}, version % 2 ? Health::kDown : Health::kUp, version});
    }
}

void exact_by(benchmark::State& bench, Op op) {
    Setup s(op, static_cast<int>(bench.range(0)), Draw::kOne);
    for (auto _ : bench) {
        benchmark::DoNotOptimize(distribute(s.state.world(), s.state.facts(), s.id, s.query));
    }
}

#define SIZES Arg(3)->Arg(30)->Arg(3000)
BENCHMARK_CAPTURE(decide_by, uniform, Op::kUniform, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, priority, Op::kPriority, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, weight, Op::kWeight, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, latency, Op::kLatency, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, proximity, Op::kProximity, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, match, Op::kMatch, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, cidr, Op::kCidr, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, range, Op::kRange, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, hash, Op::kHash, Draw::kOne)->SIZES;
BENCHMARK_CAPTURE(decide_by, sample_8, Op::kUniform, Draw::kSample)->SIZES;
BENCHMARK_CAPTURE(decide_by, all, Op::kUniform, Draw::kAll)->SIZES;
BENCHMARK_CAPTURE(decide_by, rotated, Op::kUniform, Draw::kRotated)->SIZES;
BENCHMARK_CAPTURE(decide_by, ordered, Op::kWeight, Draw::kOrdered)->SIZES;
BENCHMARK_CAPTURE(flip_in_four, uniform, Op::kUniform)->Arg(50)->Arg(3000);
BENCHMARK_CAPTURE(flip_in_four, weight, Op::kWeight)->Arg(50)->Arg(3000);
BENCHMARK_CAPTURE(flip_in_four, priority, Op::kPriority)->Arg(50)->Arg(3000);
BENCHMARK_CAPTURE(exact_by, weight, Op::kWeight)->Arg(30)->Arg(3000);

}  // namespace
}  // namespace fairway::steer

BENCHMARK_MAIN();
