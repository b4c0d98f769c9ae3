// The walks "change" and "endpoint death" as the process does them: manifests as text to World, and
// a probe's report through Control to every serving shard.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <time.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "app/control.h"

namespace fairway::app {
namespace {

constexpr int kLeaves = 50;

std::string address(int n) {
    return "10." + std::to_string(n >> 16 & 255) + "." + std::to_string(n >> 8 & 255) + "." +
           std::to_string(n & 255);
}

std::string zone() {
    return "apiVersion: fairway.dev/v1alpha1\nkind: DNSZone\nmetadata: {name: example}\nspec:\n"
           "  origin: example.com\n  soa: {primary: ns1.example.net, contact: h.example.net}\n"
           "  nameServers: [ns1.example.net]\n---\napiVersion: fairway.dev/v1alpha1\n"
           "kind: Region\nmetadata: {name: eu}\nspec: {}\n";
}

// `gated`: leaf i is up as check ci says.
std::string policy(int number, bool gated) {
    const std::string name = "p" + std::to_string(number);
    std::string out =
        "---\napiVersion: fairway.dev/v1alpha1\nkind: TrafficPolicy\nmetadata: {name: " + name +
        "}\nspec:\n  hostnames: [" + name +
        ".example.com]\n  root: all\n  nodes:\n  - name: all\n    select: {op: weight}\n"
        "    children:\n";
    for (int i = 0; i < kLeaves; ++i) {
        out += "    - {node: e" + std::to_string(i) + ", weight: " + std::to_string(i + 1) + "}\n";
    }
    for (int i = 0; i < kLeaves; ++i) {
        const std::string n = std::to_string(i);
        out += "  - {name: e" + n + ", region: eu, leaf: {values: [" +
               address(number * kLeaves + i) + "]}";
        if (gated) out += ", gates: [{kind: HealthCheck, name: c" + n + "}]";
        out += "}\n";
    }
    return out;
}

// YAML of N endpoints in N / 50 policies to a first World.
void manifests_to_world(benchmark::State& state) {
    std::string text = zone();
    for (int i = 0; i < state.range(0) / kLeaves; ++i) text += policy(i, false);
    for (auto _ : state) {
        model::Model model;
        config::Directory directory;
        world::Compiler compiler;
        const auto report = directory.apply({{"all.yaml", text, false, {}}}, model);
        benchmark::DoNotOptimize(compiler.update(model, model.take_changes()).world);
        for (const auto* found : {&report.diagnostics, &compiler.diagnostics()}) {
            if (!found->empty()) state.SkipWithError(found->front().text().c_str());
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(manifests_to_world)
    ->RangeMultiplier(10)
    ->Range(1'000, 1'000'000)
    ->Unit(benchmark::kMillisecond);

double cpu_s(clockid_t clock) {
    timespec used;
    clock_gettime(clock, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

std::filesystem::path gated_policies() {
    std::string folder = std::filesystem::temp_directory_path() / "fairway-bench-XXXXXX";
    FW_CHECK(mkdtemp(folder.data()) != nullptr);
    std::filesystem::create_directory(folder + "/manifests");
    std::ofstream out(folder + "/manifests/all.yaml");
    out << zone();
    for (int i = 0; i < 4; ++i) out << policy(i, true);
    for (int i = 0; i < kLeaves; ++i) {
        out << "---\napiVersion: fairway.dev/v1alpha1\nkind: HealthCheck\nmetadata: {name: c" << i
            << "}\nspec: {type: TCP, address: \"192.0.2.1:80\"}\n";
    }
    return folder;
}

// CPU of a shard's thread so far.
double cpu_of(io::Shard& shard) {
    std::promise<double> used;
    shard.post_or_wait([&used] { used.set_value(cpu_s(CLOCK_THREAD_CPUTIME_ID)); });
    return used.get_future().get();
}

// One check flips that a leaf of each of 4 policies of 50 reads. Time: CPU of the report on the
// control thread (verdict, log line, publication) and of N sleeping shards that wake, apply it and
// let go. saved_us is what follows on the control thread: freeing it, and the facts to disk.
void flip_to_all_shards(benchmark::State& state) {
    constexpr int kFlips = 200;
    const auto folder = gated_policies();
    const SystemClock clock;
    io::Shard control_shard({0, -1, "control", true});
    auto dir = StateDir::open(folder / "state", folder / "manifests");
    FW_CHECK(dir);
    Control control(folder / "manifests", control_shard, std::move(*dir), clock);
    std::vector<std::unique_ptr<ServingShard>> shards;
    std::vector<ServingShard*> serving;
    for (unsigned i = 0; i < state.range(0); ++i) {
        shards.push_back(std::make_unique<ServingShard>(
            io::Shard::Options{.index = i, .name = "serve"}, control_shard));
        serving.push_back(shards.back().get());
    }
    FW_CHECK(control.start(serving, {}));
    world::FactId check{0};
    while (control.story(check).name != "HealthCheck/default/c7") ++check.value;
    for (auto* one : serving) one->shard().start();
    control_shard.start();
    double reports_s = 0;
    const auto flip = [&](bool up) {
        control_shard.post_or_wait([&, up] {
            const double before = cpu_s(CLOCK_THREAD_CPUTIME_ID);
            control.on_reports({{check, "", up ? 1u : 0u, 1, "connect: refused", 0}});
            reports_s += cpu_s(CLOCK_THREAD_CPUTIME_ID) - before;
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(30));  // all is done and asleep again
    };
    const auto serving_s = [&] {
        double sum = 0;
        for (auto* one : serving) sum += cpu_of(one->shard());
        return sum;
    };
    for (auto _ : state) {
        flip(true);
        const double shards_before = serving_s(), control_before = cpu_of(control_shard);
        reports_s = 0;
        for (int i = 0; i < kFlips; ++i) flip(i % 2 == 1);
        const double control_s = cpu_of(control_shard) - control_before;
        state.SetIterationTime((serving_s() - shards_before + reports_s) / kFlips);
        state.counters["saved_us"] = (control_s - reports_s) / kFlips * 1e6;
    }
    for (auto* one : serving) one->shard().stop();
    for (auto* one : serving) one->shard().join();
    control_shard.stop();
    control_shard.join();
    std::filesystem::remove_all(folder);
}
BENCHMARK(flip_to_all_shards)
    ->Arg(1)
    ->Arg(2)
    ->Arg(8)
    ->Iterations(1)
    ->Repetitions(3)
    ->ReportAggregatesOnly()
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fairway::app

BENCHMARK_MAIN();
