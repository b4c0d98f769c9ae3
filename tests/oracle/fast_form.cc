#include "fast_form.h"

#include <algorithm>

namespace fairway::oracle {
namespace {

constexpr int kDraws = 32;

std::string wrong(const steer::Decision& drawn, const steer::Distribution& told) {
    if (drawn.scope != told.scope) return "scope " + std::to_string(drawn.scope);
    if (drawn.last_resort && !told.last_resort) return "a last resort that the exact form excludes";
    if (drawn.outcome == steer::Outcome::kNoData) return told.no_data.is_zero() ? "NODATA" : "";
    if (drawn.outcome == steer::Outcome::kNxDomain)
        return told.nx_domain.is_zero() ? "NXDOMAIN" : "";
    if (drawn.size == 0) return "an answer without records";
    const auto at = std::find_if(told.shares.begin(), told.shares.end(), [&](const auto& share) {
        return share.leaf == drawn.picks[0].leaf && share.value == drawn.picks[0].value;
    });
    if (at == told.shares.end() || at->share.is_zero()) return "a first answer without a share";
    // The answer's TTL is the least over all its paths: never above that of its first.
    return drawn.ttl > at->ttl ? "ttl " + std::to_string(drawn.ttl) : "";
}

}  // namespace

std::string check_fast_form(const world::WorldChange& change, const world::Facts& facts,
                            world::PolicyId policy, const steer::Query& query,
                            const steer::Distribution& told) {
    steer::State state;
    state.publish(change);
    state.load(facts);
    Rng rng(0x5EED);
    steer::Decision drawn;
    for (int i = 0; i < kDraws; ++i) {
        steer::decide(state, policy, query, rng, drawn);
        if (auto why = wrong(drawn, told); !why.empty()) return why;
    }
    return {};
}

}  // namespace fairway::oracle
