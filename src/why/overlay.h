// Facts as they would be: `--down KIND/NAME` on top of what is known now, calculated checks and
// all. Pure; a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "world/facts.h"
#include "world/world.h"

namespace fairway::why {

// Marks one thing down: region/NAME, healthcheck/[NS/]NAME, routingcontrol/[NS/]NAME (Off),
// service/[NS/]NAME (all its endpoints' probes), endpoint/ADDRESS. NS defaults to "default".
Status take_down(const world::World& world, std::string_view what, world::Facts& facts);
Status take_down(const world::World& world, const std::vector<std::string>& all,
                 world::Facts& facts);

}  // namespace fairway::why
