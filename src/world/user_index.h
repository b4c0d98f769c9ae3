// World's answer to "who reads this fact, who has this service as leaf" brought up to date
// in O(the parts that changed). Control thread.
#pragma once

#include "world/world.h"

namespace fairway::world {

// Writes into `next` who reads each fact and service, given that what `change` names (without
// repetition) is all that differs from `before`.
void update_users(const World& before, World& next, const WorldChange& change);

}  // namespace fairway::world
