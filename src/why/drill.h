// drill: what would move if these were lost: shares and load of every policy, before and after,
// asked once per Region (weighed by the Region's clients) and once for an unmapped client. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/fraction.h"
#include "base/result.h"
#include "world/facts.h"
#include "world/world.h"

namespace fairway::why {

struct DrillShare {
    std::string place;  // the leaf's Region, or its node's name if it has none
    Fraction before, after;
};

// One policy as the clients of one Region see it.
struct DrillView {
    std::string client;  // Region name; "unmapped"
    std::vector<DrillShare> shares;
    Fraction unanswered_before, unanswered_after;
    bool last_resort_before = false, last_resort_after = false;
};

struct DrillLoad {
    std::string region;
    double before = 0, after = 0;  // clients (Region.spec.clients) that land here
    std::uint64_t capacity = 0;    // 0 = not declared
    bool overloaded() const { return capacity != 0 && after > static_cast<double>(capacity); }
};

struct DrillPolicy {
    std::string name, type;
    std::vector<DrillView> views;
    std::vector<DrillLoad> loads;
    bool approximate = false;
};

struct DrillReport {
    std::uint64_t generation = 0;
    std::vector<std::string> down;
    std::vector<DrillPolicy> policies;

    // A Region past its capacity, a last resort that was not one before, or lost answers.
    bool overload() const;
    bool last_resort() const;
    bool fine() const { return !overload() && !last_resort(); }
};

Result<DrillReport> drill(const world::World& world, const world::Facts& facts,
                          const std::vector<std::string>& down);

std::string drill_text(const DrillReport& report);
std::string drill_json(const DrillReport& report);

}  // namespace fairway::why
