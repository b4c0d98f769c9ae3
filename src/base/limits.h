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

}  // namespace fairway
