// A World as text, by names instead of ids: two Worlds of the same declarations read the same. For
// golden files, tests and debugging.
#pragma once

#include <string>

#include "world/world.h"

namespace fairway::world {

std::string dump(const World& world);

}  // namespace fairway::world
