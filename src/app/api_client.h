// Asking a running instance: one GET, blocking, for the command line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace fairway::app {

struct ApiReply {
    int status = 0;
    std::string body;
    std::string headers;  // as sent, for the few that commands look at
};

// `api`: "http://127.0.0.1:5380" or "unix:PATH". Parameters are escaped here.
using Parameters = std::vector<std::pair<std::string, std::string>>;
Result<ApiReply> api_get(const std::string& api, const std::string& path,
                         const Parameters& parameters);

}  // namespace fairway::app
