// What the wire costs of a query: reading it, writing its response, both; and zone files.
#include <benchmark/benchmark.h>

#include "wire/dns/master_file.h"
#include "wire/dns/message.h"
#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets query_packet(bool edns, bool subnet) {
    static const auto prefix = *Cidr::parse("198.51.100.0/24");
    return make_query(*Name::parse("www.Bank.example.com."), Type::kA,
                      {.id = 7, .edns = edns, .client_subnet = subnet ? &prefix : nullptr});
}

// Three addresses under the name that was asked.
std::size_t respond(const QueryView& query, std::span<std::uint8_t> buffer) {
    static const Octets packed = {0, 4, 192, 0, 2, 1, 0, 4, 192, 0, 2, 2, 0, 4, 192, 0, 2, 3};
    ResponseWriter writer(buffer, query);
    writer.set_authoritative();
    writer.set_client_subnet_scope(24);
    writer.add(Section::kAnswer, query.qname_lowered(), Type::kA, 60, PackedRdata(packed));
    return writer.finish();
}

// Argument: 0 plain, 1 EDNS, 2 EDNS with a client subnet.
void parse(benchmark::State& state) {
    const Octets packet = query_packet(state.range(0) > 0, state.range(0) > 1);
    QueryView query;
    for (auto _ : state) {
        benchmark::DoNotOptimize(parse_query(packet, query));
        benchmark::ClobberMemory();
    }
}
BENCHMARK(parse)->DenseRange(0, 2);

void parse_and_respond(benchmark::State& state) {
    const Octets packet = query_packet(state.range(0) > 0, state.range(0) > 1);
    QueryView query;
    std::uint8_t buffer[1232];
    for (auto _ : state) {
        benchmark::DoNotOptimize(parse_query(packet, query));
        benchmark::DoNotOptimize(respond(query, buffer));
        benchmark::ClobberMemory();
    }
}
BENCHMARK(parse_and_respond)->DenseRange(0, 2);

// A negative answer: SOA in the authority section, names compressed.
void respond_negative(benchmark::State& state) {
    const Octets packet = query_packet(true, false);
    const Octets soa = *rdata_from_text(
        Type::kSoa, "ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 300");
    const Name zone = *Name::parse("example.com.");
    QueryView query;
    parse_query(packet, query);
    std::uint8_t buffer[1232];
    for (auto _ : state) {
        ResponseWriter writer(buffer, query);
        writer.set_rcode(Rcode::kNxDomain);
        writer.add_one(Section::kAuthority, zone, Type::kSoa, 300, soa);
        benchmark::DoNotOptimize(writer.finish());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(respond_negative);

void name_hash(benchmark::State& state) {
    const Name name = *Name::parse("www.Bank.example.com.");
    for (auto _ : state) benchmark::DoNotOptimize(name.hash());
}
BENCHMARK(name_hash);

void master_file(benchmark::State& state) {
    std::string zone = "$TTL 300\n@ SOA ns1 hostmaster 1 2 3 4 5\n";
    for (int i = 0; i < 10000; ++i) {
        const std::string n = std::to_string(i);
        zone += "host" + n + " A 192.0.2." + std::to_string(i % 256) + "\n";
        zone += "alias" + n + " IN CNAME host" + n + "\n";
        zone += "text" + n + " 600 TXT \"v=something n=" + n + "\"\n";
        zone += "m" + n + " MX 10 mail" + n + ".example.net.\n";
    }
    MasterOptions options;
    options.origin = *Name::parse("example.com.");
    std::uint64_t records = 0;
    for (auto _ : state) {
        records +=
            parse_master_file(
                zone, "zone", options, [](const MasterRecord&) {}, [](const MasterDiagnostic&) {})
                .records;
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(records));
}
BENCHMARK(master_file)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairway::wire::dns

BENCHMARK_MAIN();
