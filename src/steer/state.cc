#include <algorithm>

#include "steer/prepared.h"

namespace fairway::steer {
namespace {

using world::FactUsers;

template <class T>
void grow(std::vector<T>& list, std::size_t size) {
    if (list.size() < size) list.resize(size);
}

void publish_policy(State::Prepared& p, world::PolicyId id) {
    grow(p.policies, id.value + 1);
    auto part = p.world->policies.share(id.value);
    if (!part || part->nodes.empty()) {
        p.policies[id.value].reset();
        return;
    }
    std::size_t values = 0;
    for (const auto& set : part->answers) values = std::max(values, set.rdata.size());
    const std::size_t n = part->nodes.size();
    for (std::size_t i = 0; i < n; ++i) {
        const world::CurrentId current = part->nodes[i].current;
        if (!current.known()) continue;
        grow(p.current_users, current.value + 1);
        p.current_users[current.value] = {id, static_cast<world::NodeIndex>(i)};
    }
    grow(p.asked, n);
    grow(p.asked_ranks, n);
    grow(p.asked_kept, n);
    grow(p.drawn, n);
    grow(p.undo, n + std::max<std::size_t>(values, kDecisionPicksMax));
    p.policies[id.value] =
        std::make_unique<PolicyState>(std::move(part), *p.world, p.facts, p.services);
}

void publish_service(State::Prepared& p, world::ServiceId id) {
    grow(p.services, id.value + 1);
    if (!p.services[id.value]) p.services[id.value] = std::make_unique<ServiceState>();
    p.services[id.value]->publish(p.world->services.share(id.value), p.facts);
    const auto users = p.world->service_users.share(id.value);
    if (!users) return;
    for (const FactUsers::NodeUse& use : users->nodes) {
        PolicyState* policy = p.policy(use.policy);
        if (policy && use.node < policy->nodes.size()) policy->refresh(use.node, p.facts);
    }
}

}  // namespace

State::State() : prepared_(std::make_unique<Prepared>()) {
    prepared_->world = std::make_shared<const world::World>();
}
State::~State() = default;
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;

const world::World& State::world() const {
    return *prepared_->world;
}
const world::Facts& State::facts() const {
    return prepared_->facts;
}

void State::publish(const world::WorldChange& change) {
    Prepared& p = *prepared_;
    const bool regions_moved = p.world->regions != change.world->regions;
    p.world = change.world;
    const world::World& w = *p.world;
    grow(p.versions, std::max(w.checks.bound(), w.fact_users.bound()));
    // Room for every fact now, so that no flip allocates.
    if (!p.versions.empty()) {
        const world::FactId last{static_cast<std::uint32_t>(p.versions.size() - 1)};
        p.facts.set(last, p.facts.health(last));
    }
    std::vector<world::ServiceId> services = change.services;
    std::vector<world::PolicyId> policies = change.policies;
    if (change.all) {
        p.policies.clear();
        p.services.clear();
        for (std::uint32_t i = 0; i < w.services.bound(); ++i) services.push_back({i});
        for (std::uint32_t i = 0; i < w.policies.bound(); ++i) policies.push_back({i});
    } else if (regions_moved) {
        for (std::uint32_t i = 0; i < p.policies.size(); ++i) {
            if (p.policies[i] && p.policies[i]->reads_regions()) policies.push_back({i});
        }
    }
    for (world::ServiceId id : services) publish_service(p, id);
    for (world::PolicyId id : policies) publish_policy(p, id);
    for (std::size_t i = 0; i < p.current_users.size(); ++i) {
        const world::CurrentId id{static_cast<std::uint32_t>(i)};
        p.facts.set_current(id, p.facts.current(id));
    }
    grow(p.current_versions, p.current_users.size());
}

void State::load(const world::Facts& facts) {
    Prepared& p = *prepared_;
    p.facts = facts;
    for (auto& service : p.services) {
        if (service) service->refresh_all(p.facts);
    }
    for (auto& policy : p.policies) {
        if (policy) policy->refresh_all(p.facts);
    }
}

void State::flip(const world::Flip& flip) {
    Prepared& p = *prepared_;
    if (!flip.id.known()) return;
    grow(p.versions, flip.id.value + 1);
    if (flip.version < p.versions[flip.id.value]) return;
    p.versions[flip.id.value] = flip.version;
    const bool was_up = p.facts.up(flip.id);
    p.facts.set(flip.id, flip.value);
    if (was_up == p.facts.up(flip.id)) return;
    const world::FactUsers* users = p.world->fact_users.at(flip.id.value);
    if (!users) return;
    for (const FactUsers::NodeUse& use : users->nodes) {
        PolicyState* policy = p.policy(use.policy);
        if (policy && use.node < policy->nodes.size()) policy->refresh(use.node, p.facts);
    }
    for (const FactUsers::EndpointUse& use : users->endpoints) {
        if (use.service.value >= p.services.size() || !p.services[use.service.value]) continue;
        if (!p.services[use.service.value]->refresh(use.endpoint, p.facts)) continue;
        const world::ServiceUsers* leaves = p.world->service_users.at(use.service.value);
        if (!leaves) continue;
        for (const FactUsers::NodeUse& leaf : leaves->nodes) {
            PolicyState* policy = p.policy(leaf.policy);
            if (policy && leaf.node < policy->nodes.size()) policy->refresh(leaf.node, p.facts);
        }
    }
}

void State::set_current(const world::CurrentChoice& choice) {
    Prepared& p = *prepared_;
    if (!choice.id.known()) return;
    grow(p.current_versions, choice.id.value + 1);
    if (choice.version < p.current_versions[choice.id.value]) return;
    p.current_versions[choice.id.value] = choice.version;
    p.facts.set_current(choice.id, choice.kid);
    if (choice.id.value >= p.current_users.size()) return;
    const FactUsers::NodeUse use = p.current_users[choice.id.value];
    PolicyState* policy = p.policy(use.policy);
    if (!policy || use.node >= policy->nodes.size()) return;
    if (policy->part().nodes[use.node].current == choice.id) policy->keep(use.node, p.facts);
}

void State::set_region(world::RegionId region, bool up) {
    prepared_->facts.set_region(region, up);
    load(world::Facts(prepared_->facts));
}

}  // namespace fairway::steer
