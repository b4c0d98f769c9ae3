// What a compile costs: whole, and one Service's membership, over the size of the World; and the
// match of a client prefix.
#include <benchmark/benchmark.h>

#include "base/hash.h"
#include "world/compiler.h"
#include "world/test_model.h"

namespace fairway::world {
namespace {

using namespace testing;  // NOLINT: builders

constexpr std::uint32_t kPerService = 50;

std::string address(std::uint32_t i) {
    return IpAddr::v4(0x0A000000u + i).text();
}

void put_members(model::Model& model, std::uint32_t s, std::uint32_t shift = 0) {
    std::vector<std::string> members;
    for (std::uint32_t e = 0; e < kPerService; ++e) {
        members.push_back(address(s * kPerService + e + shift));
    }
    const std::string name = "s" + std::to_string(s);
    put(model, slice(name, name, members));
}

// Policy s: a weighted choice among 50 addresses, the first of weight `first`.
void put_weights(model::Model& model, std::uint32_t s, std::uint32_t first = 1) {
    const std::string name = "s" + std::to_string(s);
    std::vector<model::Child> kids;
    std::vector<model::PolicyNode> nodes{select("root", model::Op::kWeight, {})};
    for (std::uint32_t e = 0; e < kPerService; ++e) {
        const std::string leaf_name = "n" + std::to_string(e);
        kids.push_back(child(leaf_name));
        nodes.push_back(leaf(leaf_name, {address(s * kPerService + e)}));
    }
    nodes[0].children = std::move(kids);
    nodes[0].children[0].weight = first;
    put(model, policy(name, std::move(nodes)));
}

void fill(model::Model& model, std::uint32_t endpoints, bool services) {
    for (std::uint32_t s = 0; s < endpoints / kPerService; ++s) {
        const std::string name = "s" + std::to_string(s);
        if (services) {
            put(model, service(name));
            put_members(model, s);
            auto probe = check("c" + std::to_string(s), "192.0.2.1:80");
            probe.address.reset();
            probe.target = model::Ref{"", name, {}};
            put(model, probe);
            put(model, policy(name, {service_leaf("all", name)}));
        } else {
            put_weights(model, s);
        }
    }
}

void compile_all(benchmark::State& state, bool services) {
    model::Model model;
    fill(model, static_cast<std::uint32_t>(state.range(0)), services);
    const model::Changes changes = model.take_changes();
    for (auto _ : state) {
        Compiler compiler;
        benchmark::DoNotOptimize(compiler.update(model, changes).world);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
void CompileServices(benchmark::State& state) {
    compile_all(state, true);
}
void CompileLeaves(benchmark::State& state) {
    compile_all(state, false);
}
BENCHMARK(CompileServices)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(CompileLeaves)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Unit(benchmark::kMillisecond);

// One endpoint of one Service moves.
void ChangeMembership(benchmark::State& state) {
    model::Model model;
    fill(model, static_cast<std::uint32_t>(state.range(0)), true);
    Compiler compiler;
    compiler.update(model, model.take_changes());
    std::uint32_t shift = 0;
    for (auto _ : state) {
        state.PauseTiming();
        put_members(model, 7, shift ^= 1);
        const model::Changes changes = model.take_changes();
        compiler.retired(compiler.world()->generation);
        state.ResumeTiming();
        benchmark::DoNotOptimize(compiler.update(model, changes).world);
    }
}
BENCHMARK(ChangeMembership)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Unit(benchmark::kMicrosecond);

// One weight of one policy changes.
void ChangePolicy(benchmark::State& state) {
    model::Model model;
    fill(model, static_cast<std::uint32_t>(state.range(0)), false);
    Compiler compiler;
    compiler.update(model, model.take_changes());
    std::uint32_t weight = 1;
    for (auto _ : state) {
        state.PauseTiming();
        put_weights(model, 7, weight ^= 2);
        const model::Changes changes = model.take_changes();
        compiler.retired(compiler.world()->generation);
        state.ResumeTiming();
        benchmark::DoNotOptimize(compiler.update(model, changes).world);
    }
}
BENCHMARK(ChangePolicy)->RangeMultiplier(10)->Range(1000, 1'000'000)->Unit(benchmark::kMicrosecond);

void MatchPrefix(benchmark::State& state) {
    Rng rng(1);
    std::vector<std::pair<Cidr, std::uint32_t>> entries;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        const auto base = IpAddr::v4(static_cast<std::uint32_t>(rng.next()));
        entries.push_back({Cidr::of(base, 8 + rng.below(17)), static_cast<std::uint32_t>(i % 30)});
    }
    const PrefixMap map(std::move(entries));
    std::vector<Cidr> clients;
    for (int i = 0; i < 4096; ++i) {
        clients.push_back(Cidr::host(IpAddr::v4(static_cast<std::uint32_t>(rng.next()))));
    }
    std::size_t at = 0;
    for (auto _ : state) benchmark::DoNotOptimize(map.find(clients[at++ % clients.size()]));
}
BENCHMARK(MatchPrefix)->Arg(1)->Arg(1000)->Arg(100'000)->Arg(1'000'000);

}  // namespace
}  // namespace fairway::world

BENCHMARK_MAIN();
