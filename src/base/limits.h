// Every size and queue limit of Fairway, by name. A limit that is hit is counted under its name in
// fairway_limit_hits_total (base/metrics.h), never silent.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fairway {

// Policies (docs/steering.md).
inline constexpr std::uint32_t kPolicyDepthMax = 10;
inline constexpr std::uint32_t kPolicyNodesMax = 65'536;   // after expansion
inline constexpr std::uint32_t kDecisionPicksMax = 64;     // records of one steered answer
inline constexpr std::uint32_t kOutcomesMax = 65'536;      // enumerated by the exact form

// Manifests (docs/manifests.md).
inline constexpr std::size_t kManifestFileMax = 256u << 20;        // bytes of one file
inline constexpr std::size_t kManifestBytesMax = std::size_t{1} << 30;  // of a directory
inline constexpr std::uint32_t kManifestFilesMax = 200'000;
inline constexpr std::uint32_t kManifestFolderDepthMax = 16;
inline constexpr std::uint32_t kManifestDepthMax = 64;             // maps and lists in each other
inline constexpr std::uint32_t kManifestAliasedMax = 10'000;       // values that aliases add to a document
inline constexpr std::uint32_t kManifestFindingsMax = 1'000;       // of one file, the rest is left out

}  // namespace fairway
