// Giving up root after binding. Called once, by main, before outside input is read.
#pragma once

#include <string>

#include "base/result.h"

namespace fairway::io {

// As root: becomes `user` with its main group only. Always: no new privileges by exec. Returns what
// to log: "runs as nobody (uid 65534); kept: no capability". Files still to be written must belong
// to `user` by then. An error means that nothing may be served.
Result<std::string> drop_privileges(const std::string& user = "nobody");

}  // namespace fairway::io
