// Engine: one query in, one response out, over World and the shard's steer::State. Sans-I/O; it
// allocates nothing per query. One for each shard, used on that shard only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/limits.h"
#include "steer/decide.h"
#include "wire/dns/query.h"
#include "world/world.h"

namespace fairway::dns {

struct Client {
    IpAddr source;
    bool stream = false;        // TCP: the response may take all of the buffer
    std::uint32_t idle_ms = 0;  // of a stream: how long it may be, told to whom asks (RFC 7828)
};

struct PolicyCounts {
    std::uint64_t decisions = 0;
    std::uint64_t last_resort = 0;  // a last rule was used
    std::uint64_t empty = 0;        // NODATA or NXDOMAIN
};

// Of one shard since its start.
struct EngineCounts {
    static constexpr std::size_t kRcodes = 24;
    std::array<std::uint64_t, kRcodes> by_rcode{};
    std::uint64_t dropped = 0;  // no header, or a response: nothing was sent
    std::uint64_t truncated = 0;
    std::vector<PolicyCounts> policies;            // by PolicyId
    world::Parts<world::PolicyPart> policy_parts;  // whose counts they are
};

struct EngineOptions {
    std::uint64_t seed = 0;   // of the draws; the same over all servers for stickiness
    std::uint64_t epoch = 0;  // docs/steering.md section 6
    std::uint16_t udp_payload = kUdpPayloadMax;
};

class Engine {
  public:
    // `shard` makes the draws of shards differ.
    explicit Engine(const EngineOptions& options, unsigned shard = 0);

    // After State::publish of a World: its policies are counted, each from 0 or on.
    void on_publish(const world::World& world);
    // How many octets of `out` (at least 512) are the response; 0: send nothing.
    std::size_t answer(const steer::State& state, Bytes query, const Client& client,
                       std::span<std::uint8_t> out);
    const EngineCounts& counts() const { return counts_; }

  private:
    friend class Resolution;
    EngineOptions options_;
    Rng rng_;
    EngineCounts counts_;
    wire::dns::QueryView query_;                   // reused
    steer::Decision decision_;                     // reused
    std::array<Bytes, kDecisionPicksMax> rdatas_;  // reused
};

}  // namespace fairway::dns
