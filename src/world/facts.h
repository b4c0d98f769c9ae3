// Facts: what is true now and flips often: verdict per check, position per switch, current choice
// per non-preemptive node. Dense arrays by id. Each shard holds a copy and applies one message a
// flip; the control thread holds the first copy and its provenance. World never contains any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "world/ids.h"

namespace fairway::world {

enum class Health : std::uint8_t { kDown, kUp, kChecking, kUnmonitored };
inline bool counts_as_up(Health h) {
    return h != Health::kDown;
}
const char* health_name(Health h);  // "up"

// One flip, as sent to each shard.
struct Flip {
    FactId id;
    Health value = Health::kUp;
    std::uint64_t version = 0;  // a fact only moves to a higher version
};

// The kid index (within its node) chosen now; kNoCurrent = none yet.
inline constexpr std::uint32_t kNoCurrent = 0xFFFFFFFFu;
struct CurrentChoice {
    CurrentId id;
    std::uint32_t kid = kNoCurrent;
    std::uint64_t version = 0;
};

class Facts {
  public:
    Health health(FactId id) const {
        return id.value < health_.size() ? health_[id.value] : Health::kUp;
    }
    bool up(FactId id) const { return counts_as_up(health(id)); }
    bool region_up(RegionId id) const {
        return id.value >= region_down_.size() || !region_down_[id.value];
    }
    std::uint32_t current(CurrentId id) const {
        return id.value < current_.size() ? current_[id.value] : kNoCurrent;
    }
    void set(FactId id, Health value) {
        if (id.value >= health_.size()) health_.resize(id.value + 1, Health::kUp);
        health_[id.value] = value;
    }
    void set_region(RegionId id, bool up) {
        if (id.value >= region_down_.size()) region_down_.resize(id.value + 1, false);
        region_down_[id.value] = !up;
    }
    void set_current(CurrentId id, std::uint32_t kid) {
        if (id.value >= current_.size()) current_.resize(id.value + 1, kNoCurrent);
        current_[id.value] = kid;
    }

  private:
    std::vector<Health> health_;
    std::vector<std::uint8_t> region_down_;
    std::vector<std::uint32_t> current_;
};

}  // namespace fairway::world
