// The random choices of the data path. No other file outside steer draws an endpoint (tools/tidy).
// No allocation; every list is left as it was found, so that the same random numbers always draw
// the same.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/hash.h"

namespace fairway::steer {

// Positions swapped by draws under way, innermost last.
struct UndoStack {
    std::uint32_t* top = nullptr;
};

// Calls visit(item) for up to k distinct items in random order, until it returns false.
template <class Visit>
void draw_shuffled(Rng& rng, std::uint32_t* items, std::size_t n, std::size_t k, UndoStack& undo,
                   const Visit& visit) {
    std::uint32_t* const swapped = undo.top;
    k = std::min(k, n);
    std::size_t done = 0;
    while (done < k) {
        const auto other = static_cast<std::uint32_t>(done + rng.below(n - done));
        std::swap(items[done], items[other]);
        *undo.top++ = other;
        if (!visit(items[done++])) break;
    }
    while (done-- > 0) std::swap(items[done], items[swapped[done]]);
    undo.top = swapped;
}

// The index of one of n by prefix sums of weights; sums[n - 1] > 0.
inline std::size_t draw_weighted(Rng& rng, const std::uint64_t* sums, std::size_t n) {
    const std::uint64_t u = rng.below(sums[n - 1]);
    if (n <= 8) {
        std::size_t i = 0;
        while (sums[i] <= u) ++i;
        return i;
    }
    return static_cast<std::size_t>(std::upper_bound(sums, sums + n, u) - sums);
}

// The same by the weights themselves; their sum is `total` > 0.
template <class Weight>
std::size_t draw_by_weight(Rng& rng, std::uint64_t total, const Weight& weight) {
    std::uint64_t u = rng.below(total);
    std::size_t i = 0;
    while (u >= weight(i)) u -= weight(i++);
    return i;
}

}  // namespace fairway::steer
