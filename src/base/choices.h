// Choices: small numbers for random test data, out of a fuzzer's bytes while there are any, then
// out of a generator. Test code only; whoever holds it.
#pragma once

#include <cstdint>
#include <span>

#include "base/hash.h"

namespace fairway {

class Choices {
  public:
    explicit Choices(std::uint64_t seed) : rng_(seed) {}
    explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes), rng_(1) {}

    // n: at most 256 while bytes are used up.
    std::uint64_t below(std::uint64_t n) {
        if (bytes_.empty()) return rng_.below(n);
        const std::uint8_t byte = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return byte % n;
    }
    // Are bytes left?
    bool more() const { return !bytes_.empty(); }

  private:
    std::span<const std::uint8_t> bytes_;
    Rng rng_;
};

}  // namespace fairway
