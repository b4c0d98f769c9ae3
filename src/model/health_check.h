// HealthCheck and RoutingControl as declared. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "model/object.h"

namespace fairway::model {

enum class CheckType : std::uint8_t {
    kHttp,
    kHttps,
    kTcp,
    kCalculated,
    kRoutingControl,
    kExternal
};
enum class InitialHealth : std::uint8_t { kUp, kDown, kChecking };

std::string_view check_type_name(CheckType type);  // "HTTP"

struct StatusRange {
    std::uint16_t first = 200, last = 399;
};

struct HttpCheck {
    std::string path = "/";
    std::string host;  // Host header and SNI; default: the address
    std::vector<StatusRange> expected_statuses{{200, 399}};
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body_match;           // case-sensitive substring of the first 5,120 body bytes
    bool verify_certificate = false;  // HTTPS
    std::optional<Ref> ca_secret;     // HTTPS: Secret with ca.crt; default: the system's
};

// Strictly more than `percent` of the checkers must say healthy.
struct Quorum {
    std::uint32_t above_percent = 18;
};

struct HealthCheck {
    Meta meta;
    CheckType type = CheckType::kHttp;
    std::optional<Ref> target;           // a Service: every endpoint is probed; or
    std::string target_port;             // name or number; default: the Service's first port
    std::optional<SockAddr> address;     // one address
    std::uint32_t interval_ms = 10'000;  // >= 100
    std::uint32_t timeout_ms = 2'000;
    std::uint32_t unhealthy_threshold = 3;  // consecutive, 1..10
    std::uint32_t healthy_threshold = 3;
    std::vector<std::string> from;  // Regions of the prober sets; empty: the prober's own
    std::vector<Pos> from_pos;
    Quorum quorum;
    InitialHealth initial = InitialHealth::kUp;
    bool inverted = false;
    bool disabled = false;  // healthy (inverted: unhealthy)
    bool reuse_connection = false;
    HttpCheck http;  // HTTP, HTTPS
    // Calculated: at least `threshold` of `children` up; 0 = always, more than there are = never.
    std::vector<Ref> children;
    std::uint32_t threshold = 1;
    std::optional<Ref> routing_control;  // RoutingControl: up iff the switch is On
};

struct RoutingControl {
    Meta meta;
    bool initial_on = true;  // position until somebody moves it: spec.initialState On|Off
    std::string region;      // what it switches, for `explain` and `drill`
    Pos region_pos;
};

}  // namespace fairway::model
