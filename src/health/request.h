// What an HTTP probe sends, and how its answer is judged, as declared. Pure; any thread.
#pragma once

#include <string>

#include "base/ip.h"
#include "base/result.h"
#include "http/client_session.h"
#include "model/health_check.h"

namespace fairway::health {

struct Outcome {
    bool good = false;
    std::string detail;  // "HTTP 503 in 2 ms"
};

// The whole request. An error if a declared header or path would break out of its line.
Result<std::string> probe_request(const model::HealthCheck& check, const SockAddr& address);
// The name for SNI and the certificate: the declared host without its port, else the address.
std::string server_name(const model::HealthCheck& check, const SockAddr& address);

Outcome judge_answer(const model::HttpCheck& http, const http::ClientSession::Answer& answer,
                     std::uint64_t took_ms);

}  // namespace fairway::health
