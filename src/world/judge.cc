#include "world/judge.h"

namespace fairway::world {
namespace {

Health initial_health(model::InitialHealth initial) {
    switch (initial) {
        case model::InitialHealth::kDown:
            return Health::kDown;
        case model::InitialHealth::kChecking:
            return Health::kChecking;
        case model::InitialHealth::kUp:
            break;
    }
    return Health::kUp;
}

Health up_if(bool up) {
    return up ? Health::kUp : Health::kDown;
}

Health judge_straight(const model::HealthCheck& check, const Evidence& evidence) {
    switch (check.type) {
        case model::CheckType::kCalculated:
            return up_if(evidence.children_up >= check.threshold);
        case model::CheckType::kRoutingControl:
            return up_if(counts_as_up(evidence.routing_control));
        case model::CheckType::kExternal:
            return evidence.told.value_or(initial_health(check.initial));
        default:
            break;
    }
    if (evidence.total == 0) return initial_health(check.initial);
    return up_if(evidence.healthy * 100 > evidence.total * check.quorum.above_percent);
}

}  // namespace

const char* health_name(Health h) {
    switch (h) {
        case Health::kDown:
            return "down";
        case Health::kChecking:
            return "checking";
        case Health::kUnmonitored:
            return "unmonitored";
        case Health::kUp:
            break;
    }
    return "up";
}

Health judge(const model::HealthCheck& check, const Evidence& evidence) {
    if (check.disabled) return up_if(!check.inverted);
    const Health straight = judge_straight(check, evidence);
    if (!check.inverted) return straight;
    if (straight == Health::kUp) return Health::kDown;
    return straight == Health::kDown ? Health::kUp : straight;
}

}  // namespace fairway::world
