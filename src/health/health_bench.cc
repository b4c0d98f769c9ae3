// What a probe costs the health shard: CPU seconds of its thread over probes ended, at the rate
// that is promised of one core (10,000 plain, 2,000 HTTPS with resumption a second). The backend
// has its own thread. probes_per_core_s is what one core could do; rate is what was done.
#include <benchmark/benchmark.h>
#include <time.h>

#include <chrono>
#include <future>
#include <thread>

#include "health/prober.h"
#include "health/test_checks.h"
#include "health/tls_backend.h"
#include "http/server.h"

namespace fairway::health {
namespace {

struct Sample {
    double cpu_s;
    std::uint64_t probes;
};

std::uint64_t probes_ended(const char* type) {
    std::uint64_t sum = 0;
    for (const char* result : {"success", "failure"}) {
        sum += metrics()
                   .counter("fairway_health_probes_total", "", {{"result", result}, {"type", type}})
                   .value();
    }
    return sum;
}

std::uint64_t failures(const char* type) {
    return metrics()
        .counter("fairway_health_probes_total", "", {{"result", "failure"}, {"type", type}})
        .value();
}

// On the health shard's own thread.
Sample sample(io::Shard& shard, const char* type) {
    std::promise<double> cpu;
    shard.post_or_wait([&] {
        timespec used;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        cpu.set_value(static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9);
    });
    return {cpu.get_future().get(), probes_ended(type)};
}

void measure(benchmark::State& state, const SockAddr& backend, model::HealthCheck check,
             std::uint32_t per_second) {
    check.interval_ms = 1'000;
    check.timeout_ms = 900;
    const std::string type(model::check_type_name(check.type));
    TestChecks checks;
    for (std::uint32_t id = 0; id < per_second; ++id) checks.set(id, backend, check);
    for (auto _ : state) {
        TestProber prober;
        prober->set_checks(checks.all());
        std::this_thread::sleep_for(std::chrono::seconds(3));  // all have begun
        const Sample before = sample(prober.health(), type.c_str());
        const std::uint64_t bad = failures(type.c_str());
        const auto began = std::chrono::steady_clock::now();
        std::this_thread::sleep_for(std::chrono::seconds(4));
        const Sample after = sample(prober.health(), type.c_str());
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        const auto probes = static_cast<double>(after.probes - before.probes);
        const double each_s = (after.cpu_s - before.cpu_s) / probes;
        state.counters["cpu_us_per_probe"] = each_s * 1e6;
        state.counters["probes_per_core_s"] = 1 / each_s;
        state.counters["rate"] = probes / took.count();
        state.counters["failures"] = static_cast<double>(failures(type.c_str()) - bad);
        state.counters["stalls"] = static_cast<double>(prober.health().counters().stalls);
        state.SetIterationTime(took.count());
    }
}

struct PlainBackend {
    PlainBackend() {
        listener = *store.open(io::Transport::kTcp, {*IpAddr::parse("127.0.0.1"), 0}, 1, "backend");
        server = *http::Server::start(
            shard, listener, [](const http::Request&) { return http::Response{.body = "ok"}; });
        shard.start();
    }
    ~PlainBackend() {
        shard.stop();
        shard.join();
    }
    io::ListenerStore store;
    io::Listener listener;
    io::Shard shard{{.name = "backend"}};
    std::unique_ptr<http::Server> server;
};

void http_probes(benchmark::State& state) {
    PlainBackend backend;
    measure(state, backend.listener.address, {.type = model::CheckType::kHttp}, 10'000);
}
void tcp_probes(benchmark::State& state) {
    PlainBackend backend;
    measure(state, backend.listener.address, {.type = model::CheckType::kTcp}, 10'000);
}
void https_probes(benchmark::State& state) {
    TlsBackend backend;
    measure(state, backend.address(), {.type = model::CheckType::kHttps}, 2'000);
    state.counters["resumed_share"] = static_cast<double>(backend.resumed) / backend.handshakes;
}

BENCHMARK(http_probes)->Iterations(1)->UseManualTime()->Unit(benchmark::kSecond);
BENCHMARK(tcp_probes)->Iterations(1)->UseManualTime()->Unit(benchmark::kSecond);
BENCHMARK(https_probes)->Iterations(1)->UseManualTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace fairway::health

BENCHMARK_MAIN();
