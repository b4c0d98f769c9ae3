#include "dns/engine.h"

#include <algorithm>

#include "dns/resolution.h"

namespace fairway::dns {

using wire::dns::Class;
using wire::dns::ParseStatus;
using wire::dns::QueryView;
using wire::dns::Rcode;
using wire::dns::ResponseWriter;
using wire::dns::Type;

namespace {

// What is answered without looking at any zone; kNoError: go on.
Rcode early_rcode(ParseStatus status, const QueryView& query) {
    switch (status) {
        case ParseStatus::kOtherOpcode:
            return Rcode::kNotImp;
        case ParseStatus::kBadVersion:
            return Rcode::kBadVers;
        case ParseStatus::kOk:
            break;
        default:
            return Rcode::kFormErr;
    }
    if (query.qclass != Class::kIn) return Rcode::kRefused;
    if (query.is_signed) return Rcode::kNotAuth;  // no key is known here (RFC 8945 section 5.2.1)
    if (query.qtype == Type::kAny || !wire::dns::is_meta_type(query.qtype)) return Rcode::kNoError;
    switch (query.qtype) {
        case Type::kAxfr:
        case Type::kIxfr:
            return Rcode::kRefused;
        case Type::kMaila:
        case Type::kMailb:
        case Type::kTkey:
            return Rcode::kNotImp;
        case Type::kOpt:
        case Type::kTsig:
            return Rcode::kFormErr;
        default:
            return Rcode::kNoError;  // unassigned: no zone can have it
    }
}

}  // namespace

Engine::Engine(const EngineOptions& options, unsigned shard)
    : options_(options), rng_(mix64(options.seed) + shard) {}

void Engine::on_publish(const world::World& world) {
    counts_.policies.resize(std::max<std::size_t>(counts_.policies.size(), world.policies.bound()));
    for (std::uint32_t id = 0; id < counts_.policies.size(); ++id) {
        const world::PolicyPart* now = world.policies.at(id);
        const world::PolicyPart* before = counts_.policy_parts.at(id);
        if (now == before) continue;
        // An id that was given back may belong to another policy now.
        const bool same = now && before && now->qtype == before->qtype && now->name == before->name;
        if (!same) counts_.policies[id] = {};
    }
    counts_.policy_parts = world.policies;
}

std::size_t Engine::answer(const steer::State& state, Bytes packet, const Client& client,
                           std::span<std::uint8_t> out) {
    const ParseStatus status = wire::dns::parse_query(packet, query_);
    if (status == ParseStatus::kTooShort || status == ParseStatus::kNotAQuery) {
        ++counts_.dropped;
        return 0;
    }
    if (!client.stream) {
        const std::size_t most = wire::dns::udp_response_max(query_, options_.udp_payload);
        out = out.first(std::min(out.size(), most));
    }
    ResponseWriter writer(out, query_);
    writer.set_udp_payload(options_.udp_payload);
    if (client.stream && query_.asks_tcp_keepalive) writer.set_tcp_keepalive(client.idle_ms);
    const Rcode early = early_rcode(status, query_);
    if (early != Rcode::kNoError) {
        writer.set_rcode(early);
    } else {
        Resolution(*this, state, client, writer).run();
    }
    counts_.truncated += writer.truncated();
    ++counts_.by_rcode[std::min<std::size_t>(static_cast<std::size_t>(writer.rcode()),
                                             EngineCounts::kRcodes - 1)];
    return writer.finish();
}

}  // namespace fairway::dns
