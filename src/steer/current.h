// What the current choice of each non-preemptive node becomes under given facts. Pure; the control
// thread asks after flips and sends what changed to every shard (docs/steering.md section 2).
#pragma once

#include <vector>

#include "world/facts.h"
#include "world/world.h"

namespace fairway::steer {

// Only the choices that change; `version` is left to the keeper of facts.
std::vector<world::CurrentChoice> next_currents(const world::World& world,
                                                const world::Facts& facts, world::PolicyId policy);

}  // namespace fairway::steer
