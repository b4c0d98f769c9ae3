// What /metrics tells of the process itself, under Prometheus's standard names, read when asked.
#pragma once

#include "base/metrics.h"

namespace fairway::app {

void expose_process(MetricWriter& out);

}  // namespace fairway::app
