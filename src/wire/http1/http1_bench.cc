// What HTTP/1.1 costs of a message: reading its head, its target, writing it anew.
#include <benchmark/benchmark.h>

#include <string>

#include "wire/http1/head.h"
#include "wire/http1/target.h"
#include "wire/http1/writer.h"

namespace fairway::wire::http1 {
namespace {

// Ten fields and 400 bytes, as a browser's program sends them.
const std::string kRequest =
    "GET /api/v2/accounts/4711/transfers?limit=20 HTTP/1.1\r\n"
    "Host: shop.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101\r\n"
    "Accept: application/json, text/plain, */*\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: https://shop.example.com/\r\n"
    "Cookie: session=0123456789abcdef\r\n"
    "Connection: keep-alive\r\n"
    "Idempotency-Key: 8e03978e-40d5\r\n"
    "X-Request-Id: 7f3a\r\n\r\n";

const std::string kResponse =
    "HTTP/1.1 200 OK\r\n"
    "Server: nginx/1.22.1\r\n"
    "Date: Sat, 21 Nov 2026 14:08:21 GMT\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 1024\r\n"
    "Last-Modified: Sat, 21 Nov 2026 13:00:00 GMT\r\n"
    "Connection: keep-alive\r\n"
    "ETag: \"655cb1a0-400\"\r\n"
    "Accept-Ranges: bytes\r\n\r\n";

void request(benchmark::State& state) {
    RequestHead head;
    std::size_t used = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(parse_request(kRequest, &head, &used));
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRequest.size()));
}
BENCHMARK(request);

void response(benchmark::State& state) {
    ResponseHead head;
    std::size_t used = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(parse_response(kResponse, false, &head, &used));
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kResponse.size()));
}
BENCHMARK(response);

// Reading the head, its target, and writing it as a proxy sends it on.
void request_through(benchmark::State& state) {
    RequestHead head;
    Target target;
    HeadParts parts;
    std::array<char, 256> scratch;
    std::size_t used = 0;
    for (auto _ : state) {
        parse_request(kRequest, &head, &used);
        benchmark::DoNotOptimize(read_target(head, scratch, &target));
        HeadWriter writer(parts, head.headers());
        writer.request_line(head.method, head.target);
        writer.add("Via: 1.1 fairway-00000000\r\n");
        benchmark::DoNotOptimize(writer.finish(head.framing, head.length, false));
        benchmark::ClobberMemory();
    }
}
BENCHMARK(request_through);

}  // namespace
}  // namespace fairway::wire::http1
