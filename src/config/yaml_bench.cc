// CPU of reading manifests: 2,000 policies of 50 leaves, in block and in flow style, and as slices.
#include <benchmark/benchmark.h>

#include "config/directory.h"
#include "config/yaml.h"

namespace fairway::config {
namespace {

std::string address(int n) {
    return "10." + std::to_string(n >> 16 & 255) + "." + std::to_string(n >> 8 & 255) + "." +
           std::to_string(n & 255);
}

std::string policies(int endpoints, bool flow) {
    std::string out;
    for (int n = 0; n < endpoints;) {
        const std::string name = "p" + std::to_string(n / 50);
        out +=
            "---\napiVersion: fairway.dev/v1alpha1\nkind: TrafficPolicy\nmetadata: {name: " + name +
            "}\nspec:\n  hostnames: [" + name +
            ".example.com]\n  root: all\n  nodes:\n  - name: all\n    select: {op: weight}\n    "
            "children:\n";
        for (int i = 0; i < 50; ++i) {
            const std::string e = "e" + std::to_string(i), w = std::to_string(i + 1);
            out += flow ? "    - {node: " + e + ", weight: " + w + "}\n"
                        : "    - node: " + e + "\n      weight: " + w + "\n";
        }
        for (int i = 0; i < 50; ++i, ++n) {
            const std::string e = "e" + std::to_string(i);
            out += flow
                       ? "  - {name: " + e + ", region: eu, leaf: {values: [" + address(n) + "]}}\n"
                       : "  - name: " + e + "\n    region: eu\n    leaf:\n      values:\n      - " +
                             address(n) + "\n";
        }
    }
    return out;
}

std::string slices(int endpoints) {
    std::string out;
    for (int n = 0; n < endpoints;) {
        out += "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: s" +
               std::to_string(n / 50) +
               "\n  labels: {kubernetes.io/service-name: web, topology.kubernetes.io/region: "
               "eu}\naddressType: IPv4\nports:\n- {name: http, port: 80}\nendpoints:\n";
        for (int i = 0; i < 50; ++i, ++n)
            out += "- addresses: [" + address(n) + "]\n  conditions: {ready: true}\n  zone: a\n";
    }
    return out;
}

void load(benchmark::State& state, const std::string& text) {
    for (auto _ : state) {
        model::Model model;
        Directory directory;
        const LoadReport report = directory.apply({{"all.yaml", text, false, {}}}, model);
        if (!report.diagnostics.empty()) state.SkipWithError(report.diagnostics[0].text().c_str());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}

void BM_parse(benchmark::State& state) {
    const std::string text = policies(static_cast<int>(state.range(0)), true);
    for (auto _ : state) benchmark::DoNotOptimize(parse_yaml(text, "x").all.size());
}
void BM_policies_flow(benchmark::State& state) {
    load(state, policies(static_cast<int>(state.range(0)), true));
}
void BM_policies_block(benchmark::State& state) {
    load(state, policies(static_cast<int>(state.range(0)), false));
}
void BM_slices(benchmark::State& state) {
    load(state, slices(static_cast<int>(state.range(0))));
}

BENCHMARK(BM_parse)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_policies_flow)
    ->RangeMultiplier(10)
    ->Range(1'000, 1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_policies_block)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_slices)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairway::config

BENCHMARK_MAIN();
