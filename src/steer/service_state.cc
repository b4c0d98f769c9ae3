#include <algorithm>

#include "steer/prepared.h"

namespace fairway::steer {
namespace {

// Keeps the list sorted, so that it does not tell in which order facts came.
void put(std::vector<std::uint32_t>& list, std::uint32_t endpoint, bool in) {
    const auto at = std::lower_bound(list.begin(), list.end(), endpoint);
    const bool is_in = at != list.end() && *at == endpoint;
    if (in && !is_in) list.insert(at, endpoint);
    if (!in && is_in) list.erase(at);
}

}  // namespace

void ServiceState::publish(std::shared_ptr<const world::ServicePart> part,
                           const world::Facts& facts) {
    part_ = std::move(part);
    refresh_all(facts);
}

bool ServiceState::judge(const world::EndpointPart& e, const world::Facts& facts) const {
    if (!e.ready || e.terminating || !facts.region_up(e.region)) return false;
    for (std::uint32_t i = 0; i < e.gates_size; ++i) {
        if (!facts.up(part_->gates[e.gates_at + i])) return false;
    }
    return true;
}

void ServiceState::refresh_all(const world::Facts& facts) {
    live_.clear();
    if (part_) {
        for (const world::EndpointPart& e : part_->endpoints) live_.push_back(judge(e, facts));
    }
    for (auto& view : views_) fill(*view);
}

bool ServiceState::refresh(std::uint32_t endpoint, const world::Facts& facts) {
    if (endpoint >= live_.size()) return false;
    const world::EndpointPart& e = part_->endpoints[endpoint];
    const bool live = judge(e, facts);
    if (live == static_cast<bool>(live_[endpoint])) return false;
    live_[endpoint] = live;
    bool turned = false;
    for (auto& view : views_) {
        if (!view->takes(e)) continue;
        const bool had = !view->live.empty();
        put(view->live, endpoint, live);
        turned |= had == view->live.empty();
    }
    return turned;
}

void ServiceState::fill(ServiceView& view) const {
    view.live.clear();
    view.open.clear();
    view.live.reserve(live_.size());
    for (std::uint32_t i = 0; i < live_.size(); ++i) {
        const world::EndpointPart& e = part_->endpoints[i];
        if (!view.takes(e)) continue;
        if (live_[i]) view.live.push_back(i);
        if (!e.terminating) view.open.push_back(i);
    }
}

ServiceView* ServiceState::view(world::RegionId region, bool v4, bool v6) {
    for (auto& view : views_) {
        if (view->region == region && view->v4 == v4 && view->v6 == v6) return view.get();
    }
    views_.push_back(std::make_unique<ServiceView>());
    views_.back()->region = region;
    views_.back()->v4 = v4;
    views_.back()->v6 = v6;
    fill(*views_.back());
    return views_.back().get();
}

}  // namespace fairway::steer
