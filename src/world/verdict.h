// What probers tell, and how a probe's state follows from its results: consecutive thresholds, as
// declared. Pure; any thread. From reports to a Fact (quorum, inverted, disabled, calculated):
// FactKeeper.
#pragma once

#include <cstdint>
#include <string>

#include "world/ids.h"

namespace fairway::world {

// What the probers of one place say of one check now. Raw: neither inverted nor weighed.
struct ProbeReport {
    FactId id;
    std::string place;          // Region of the probers; empty: none declared
    std::uint32_t healthy = 0;  // of `total` probers
    std::uint32_t total = 1;
    std::string detail;  // what was seen: "HTTP 503 in 2 ms", "connect: Connection refused"
    std::int64_t since_unix_ms = 0;  // since when it is so
    std::string check;               // CheckPart::name that was probed; empty: whoever has the id
};

// One prober's state of one check. Unknown until the first threshold is reached, so that the
// declared initial state stands meanwhile.
class ProbeState {
  public:
    enum class Value : std::uint8_t { kUnknown, kDown, kUp };
    Value value() const { return value_; }

    // Whether the value changed. A threshold is how many results in a row turn it; at least 1.
    bool observe(bool good, std::uint32_t healthy_threshold, std::uint32_t unhealthy_threshold) {
        const Value seen = good ? Value::kUp : Value::kDown;
        if (seen != streak_of_) streak_ = 0;
        streak_of_ = seen;
        const std::uint32_t need = good ? healthy_threshold : unhealthy_threshold;
        if (streak_ < need) ++streak_;
        if (streak_ < need || value_ == seen) return false;
        value_ = seen;
        return true;
    }

  private:
    Value value_ = Value::kUnknown, streak_of_ = Value::kUnknown;
    std::uint32_t streak_ = 0;
};

}  // namespace fairway::world
