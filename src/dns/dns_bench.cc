// User-space cost of one query, wire to wire, without sockets.
#include <benchmark/benchmark.h>

#include "dns/test_world.h"
#include "wire/dns/message.h"

#include "dns/engine.h"

namespace fairway::dns {
namespace {

using steer::test::leaf;
using steer::test::select;
using wire::dns::QueryOptions;
using wire::dns::Type;

// 1,000 names, one weighted policy, one by client prefix.
struct Served {
    test::DnsWorld world;
    steer::State state;
    Engine engine{EngineOptions{.seed = 1}};
    Client client{*IpAddr::parse("198.51.100.7")};

    Served() {
        std::string zone = test::kZoneHead;
        for (int i = 0; i < 1000; ++i)
            zone += "host" + std::to_string(i) + " A 192.0.2." + std::to_string(i % 256) + "\n";
        world.add_zone("example.com", zone);
        world.steer_name("weighted.example.com",
                         select("root", model::Op::kWeight,
                                {leaf("a", "192.0.2.1").weight(70).gate(0),
                                 leaf("b", "192.0.2.2").weight(20).gate(1),
                                 leaf("c", "192.0.2.3").weight(10).gate(2)}));
        world.steer_name("near.example.com", select("root", model::Op::kCidr,
                                                    {leaf("a", "192.0.2.1").cidr("203.0.113.0/24"),
                                                     leaf("b", "192.0.2.2").cidr("198.51.100.0/24"),
                                                     leaf("c", "192.0.2.3")}));
        world.publish_to(state);
        engine.on_publish(state.world());
    }
};

void run(benchmark::State& bench, const char* name, Type type, const QueryOptions& options) {
    static Served served;
    const auto query = wire::dns::make_query(test::name(name), type, options);
    std::uint8_t out[kUdpPayloadMax];
    for (auto _ : bench) {
        benchmark::DoNotOptimize(served.engine.answer(served.state, query, served.client, out));
    }
}

const Cidr kSubnet = *Cidr::parse("203.0.113.0/24");
const QueryOptions kEcs{.edns = true, .client_subnet = &kSubnet};

BENCHMARK_CAPTURE(run, static_a, "host500.example.com", Type::kA, QueryOptions{});
BENCHMARK_CAPTURE(run, static_a_edns, "host500.example.com", Type::kA, QueryOptions{.edns = true});
BENCHMARK_CAPTURE(run, static_a_ecs, "host500.example.com", Type::kA, kEcs);
BENCHMARK_CAPTURE(run, nxdomain, "nothing.here.example.com", Type::kA, QueryOptions{});
BENCHMARK_CAPTURE(run, refused, "www.example.org", Type::kA, QueryOptions{});
BENCHMARK_CAPTURE(run, steered_weighted, "weighted.example.com", Type::kA, QueryOptions{});
BENCHMARK_CAPTURE(run, steered_weighted_ecs, "weighted.example.com", Type::kA, kEcs);
BENCHMARK_CAPTURE(run, steered_cidr_ecs, "near.example.com", Type::kA, kEcs);

}  // namespace
}  // namespace fairway::dns

BENCHMARK_MAIN();
