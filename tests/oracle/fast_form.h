// Holds the fast form to the exact one on a compiled tree: whatever decide() draws must be
// something that distribute() gives a chance, with its TTL, scope and last resort.
#pragma once

#include <string>

#include "steer/decide.h"
#include "steer/exact.h"

namespace fairway::oracle {

// What is wrong; empty: nothing in so many draws.
std::string check_fast_form(const world::WorldChange& change, const world::Facts& facts,
                            world::PolicyId policy, const steer::Query& query,
                            const steer::Distribution& told);

}  // namespace fairway::oracle
