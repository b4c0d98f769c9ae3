// Every size and queue limit of Fairway, by name. A limit that is hit is counted under its name in
// fairway_limit_hits_total (base/metrics.h), never silent.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fairway {

// Limits that traffic or documents can hit: the labels of fairway_limit_hits_total. Count a hit
// with limit_hit() of base/metrics.h.
enum class Limit : std::uint8_t {
    kShardQueue,
    kLogQueue,
    kWatchedDirectories,
    kHttpConnections,
    kHttpHead,
    kHttpBody,
    kProbesInFlight,
    kDecisionPicks,
    kDnsAliasChain,
    kDnsTcpConnections,
    kDnsTcpPending,
    kZoneFileBytes,
    kZoneRecords,
    kZoneIncludes,
    kZoneGenerated,
    kFindings,
    kManifestFiles,
    kManifestBytes,
    kManifestDepth,
    kManifestAliases,
    kPolicyDepth,
    kPolicyNodes,
    kOutcomes,
    kToldText,
    kTlsSessions,
    kLogLine,
    kCount,
};
inline constexpr const char* kLimitNames[] = {
    "shard_queue",
    "log_queue",
    "watched_directories",
    "http_connections",
    "http_head",
    "http_body",
    "probes_in_flight",
    "decision_picks",
    "dns_alias_chain",
    "dns_tcp_connections",
    "dns_tcp_pending",
    "zone_file_bytes",
    "zone_records",
    "zone_includes",
    "zone_generated",
    "findings",
    "manifest_files",
    "manifest_bytes",
    "manifest_depth",
    "manifest_aliases",
    "policy_depth",
    "policy_nodes",
    "outcomes",
    "told_text",
    "tls_sessions",
    "log_line",
};
static_assert(sizeof kLimitNames / sizeof *kLimitNames == static_cast<std::size_t>(Limit::kCount));

// Policies (docs/steering.md).
inline constexpr std::uint32_t kPolicyDepthMax = 10;
inline constexpr std::uint32_t kPolicyNodesMax = 65'536;  // after expansion
inline constexpr std::uint32_t kDecisionPicksMax = 64;    // records of one steered answer
inline constexpr std::uint32_t kOutcomesMax = 65'536;     // enumerated by the exact form

// Documents.
inline constexpr std::uint32_t kJsonDepthMax = 128;

// The log (base/log.h).
inline constexpr std::uint32_t kLogRingBytes = 256 * 1024;  // of one thread, not yet written
inline constexpr std::uint32_t kLogLineMax = 8 * 1024;      // longer lines are cut

// TLS as a client (io/tls.h).
inline constexpr std::uint32_t kTlsSessionsMax = 65'536;  // kept for resumption, a shard

// HTTP (wire/http1, http).
inline constexpr std::uint32_t kHttpHeadMax = 16 * 1024;
inline constexpr std::uint32_t kHttpHeadersMax = 64;
inline constexpr std::uint32_t kHttpMethodMax = 32;
inline constexpr std::uint32_t kHttpTargetMax = 8 * 1024;
inline constexpr std::uint32_t kHttpChunkLineMax = 256;             // extensions included
inline constexpr std::uint32_t kHttpChunkExtensionsMax = 4 * 1024;  // of one message
inline constexpr std::uint32_t kHttpTrailersMax = 16;
inline constexpr std::uint32_t kHttpTrailerBytesMax = 4 * 1024;
inline constexpr std::uint32_t kHttpBodyMax = 1024 * 1024;      // of a request to the API
inline constexpr std::uint32_t kHttpConnectionsMax = 256;       // of the API, each listener
inline constexpr std::uint32_t kHttpRequestTimeoutMs = 10'000;  // from its first byte to its last
inline constexpr std::uint32_t kHttpIdleTimeoutMs = 60'000;
inline constexpr std::uint32_t kHttpLingerMs = 1'000;
inline constexpr std::uint32_t kToldTextMax = 1'024;  // bytes of a told fact's `by` and `why`

// Probers (health).
inline constexpr std::uint32_t kProbesInFlightMax = 4'096;
inline constexpr std::uint32_t kProbeBodyMax = 5'120;  // searched for bodyMatch

// Shards (io/shard.h).
inline constexpr std::uint32_t kShardQueueMax = 8192;     // tasks posted and not yet run
inline constexpr std::uint32_t kShardTasksPerTurn = 512;  // then sockets get their turn
inline constexpr std::uint32_t kShardEventsPerTurn = 256;
inline constexpr std::uint32_t kShardStallMs = 5;  // a turn longer than this is counted
inline constexpr std::uint32_t kWatchedDirectoriesMax = 10'000;

// Manifests (docs/manifests.md).
inline constexpr std::size_t kManifestFileMax = 256u << 20;             // bytes of one file
inline constexpr std::size_t kManifestBytesMax = std::size_t{1} << 30;  // of a directory
inline constexpr std::uint32_t kManifestFilesMax = 200'000;
inline constexpr std::uint32_t kManifestFolderDepthMax = 16;
inline constexpr std::uint32_t kManifestDepthMax = 64;  // maps and lists in each other
inline constexpr std::uint32_t kManifestAliasedMax =
    10'000;  // values that aliases add to a document
inline constexpr std::uint32_t kManifestFindingsMax = 1'000;  // of one file, the rest is left out

// Zones.
inline constexpr std::size_t kZoneFileBytesMax = 4ull << 30;  // of one master file
inline constexpr std::uint32_t kZoneRecordsMax = 50'000'000;
inline constexpr std::uint32_t kZoneOctetsMax = 0x7FFFFFFF;  // record data of one zone
inline constexpr std::uint32_t kZoneFindingsMax = 100;       // told of one zone
// Of one master file with all that it includes (wire/dns/master_file.h).
inline constexpr std::size_t kMasterIncludeDepthMax = 10;
inline constexpr std::size_t kMasterIncludesMax = 1000;
inline constexpr std::size_t kMasterGenerateMax = 65'536;      // records of one $GENERATE
inline constexpr std::size_t kMasterGeneratedMax = 1'000'000;  // by all of them
inline constexpr std::size_t kMasterRecordsMax = 10'000'000;

// DNS server.
inline constexpr std::uint32_t kAliasChainMax = 16;           // CNAME and DNAME steps of one answer
inline constexpr std::uint32_t kUdpPayloadMax = 1232;         // sent and told in OPT
inline constexpr std::uint32_t kDnsTcpConnectionsMax = 1024;  // of one shard
inline constexpr std::uint32_t kDnsTcpPendingMax =
    256 * 1024;  // octets not yet sent: reading pauses
inline constexpr std::uint32_t kDnsTcpIdleMs = 10'000;

}  // namespace fairway
