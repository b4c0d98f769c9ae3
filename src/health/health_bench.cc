// What a probe costs the health shard: CPU seconds of its thread over probes ended, at the rate
// that is promised of one core (10,000 plain, 2,000 HTTPS with resumption a second). The backend
// has its own thread. probes_per_core_s is what one core could do; rate is what was done.
#include <benchmark/benchmark.h>
#include <time.h>

#include <chrono>
#include <future>
#include <thread>
#include <unordered_map>

#include "health/prober.h"
#include "health/test_checks.h"
#include "health/tls_backend.h"
#include "io/sockets.h"

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

// Answers whatever it reads and closes; no limits, unlike http::Server.
struct PlainBackend {
    struct Session {
        io::Fd fd;
        std::unique_ptr<io::Watch> watch;
    };
    PlainBackend()
        : listener(*io::tcp_listen({*IpAddr::parse("127.0.0.1"), 0})),
          address(*io::local_address(listener.get())),
          watch(std::make_unique<io::Watch>(shard, listener.get(), EPOLLIN,
                                            [this](std::uint32_t) { accept(); })) {
        shard.start();
    }
    ~PlainBackend() {
        shard.stop();
        shard.join();
        for (auto& [raw, session] : sessions) session.watch.reset();
    }
    void accept() {
        while (io::Fd fd = io::accept_one(listener.get(), nullptr)) {
            const int raw = fd.get();
            sessions[raw].fd = std::move(fd);
            sessions[raw].watch =
                std::make_unique<io::Watch>(shard, raw, EPOLLIN, [this, raw](std::uint32_t) {
                    char room[1'024];
                    constexpr std::string_view kAnswer =
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                    if (::recv(raw, room, sizeof room, 0) > 0) {
                        ::send(raw, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
                    } else {
                        auto ended = std::move(sessions[raw]);
                        sessions.erase(raw);
                        ended.watch.reset();
                    }
                });
        }
    }
    io::Fd listener;
    SockAddr address;
    std::unordered_map<int, Session> sessions;
    io::Shard shard{{.name = "backend"}};
    std::unique_ptr<io::Watch> watch;
};

void http_probes(benchmark::State& state) {
    PlainBackend backend;
    measure(state, backend.address, {.type = model::CheckType::kHttp}, 10'000);
}
void tcp_probes(benchmark::State& state) {
    PlainBackend backend;
    measure(state, backend.address, {.type = model::CheckType::kTcp}, 10'000);
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
