// How many shards there are: one for each core that this process may use. Any thread.
#pragma once

#include <vector>

namespace fairway::io {

// The cores of the affinity mask, cut to the cgroup's CPU quota (rounded up). Never empty.
std::vector<int> usable_cores();

}  // namespace fairway::io
