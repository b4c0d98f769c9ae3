#include "world/user_index.h"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <vector>

namespace fairway::world {
namespace {

template <class T, class Gone>
void erase_if_gone(std::vector<T>& uses, const Gone& gone) {
    uses.erase(std::remove_if(uses.begin(), uses.end(), gone), uses.end());
}

// One use of a fact or a service that a part of the next World has.
struct Use {
    enum class Kind : std::uint8_t { kNode, kEndpoint, kCalculated };
    std::uint32_t what;  // FactId or ServiceId
    std::uint32_t user, place;
    Kind kind;
};

template <class Visit>
void each_use(const PolicyPart& part, const Visit& visit_fact, const Visit& visit_service) {
    for (NodeIndex n = 0; n < part.nodes.size(); ++n) {
        const Node& node = part.nodes[n];
        for (std::uint32_t g = 0; g < node.gates_size; ++g) {
            visit_fact({part.gates[node.gates_at + g].value, part.id.value, n, Use::Kind::kNode});
        }
        if (node.service.known()) {
            visit_service({node.service.value, part.id.value, n, Use::Kind::kNode});
        }
    }
}

template <class Visit>
void each_use(const ServicePart& part, const Visit& visit_fact, const Visit&) {
    for (std::uint32_t e = 0; e < part.endpoints.size(); ++e) {
        const EndpointPart& endpoint = part.endpoints[e];
        for (std::uint32_t g = 0; g < endpoint.gates_size; ++g) {
            visit_fact(
                {part.gates[endpoint.gates_at + g].value, part.id.value, e, Use::Kind::kEndpoint});
        }
    }
}

template <class Visit>
void each_use(const CheckPart& part, const Visit& visit_fact, const Visit&) {
    const auto visit = [&](FactId fact) {
        visit_fact({fact.value, part.id.value, 0, Use::Kind::kCalculated});
    };
    for (const FactId child : part.children) visit(child);
    if (part.routing_control.known()) visit(part.routing_control);
}

// What changed, as uses: the old ones only by what they touch.
struct Delta {
    std::unordered_set<std::uint32_t> policies, services, checks;  // whose old uses go
    std::vector<std::uint32_t> touched_facts, touched_services;
    std::vector<Use> fact_uses, service_uses;

    template <class T, class IdType>
    void note(const Parts<T>& before, const Parts<T>& next, const std::vector<IdType>& changed) {
        using Visit = std::function<void(const Use&)>;
        const Visit touch_fact = [this](const Use& u) { touched_facts.push_back(u.what); };
        const Visit touch_service = [this](const Use& u) { touched_services.push_back(u.what); };
        const Visit add_fact = [this](const Use& u) { fact_uses.push_back(u); };
        const Visit add_service = [this](const Use& u) { service_uses.push_back(u); };
        for (const IdType id : changed) {
            if (const T* part = before.at(id.value)) each_use(*part, touch_fact, touch_service);
            if (const T* part = next.at(id.value)) each_use(*part, add_fact, add_service);
        }
    }
};

void prepare(std::vector<std::uint32_t>& touched, std::vector<Use>& uses) {
    for (const Use& use : uses) touched.push_back(use.what);
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    std::stable_sort(uses.begin(), uses.end(),
                     [](const Use& a, const Use& b) { return a.what < b.what; });
}

void update_facts(World& world, Delta& delta) {
    prepare(delta.touched_facts, delta.fact_uses);
    auto added = delta.fact_uses.begin();
    for (const std::uint32_t fact : delta.touched_facts) {
        auto users = std::make_shared<FactUsers>();
        if (const FactUsers* before = world.fact_users.at(fact)) *users = *before;
        erase_if_gone(users->nodes,
                      [&](const auto& u) { return delta.policies.contains(u.policy.value); });
        erase_if_gone(users->endpoints,
                      [&](const auto& u) { return delta.services.contains(u.service.value); });
        erase_if_gone(users->calculated, [&](FactId u) { return delta.checks.contains(u.value); });
        for (; added != delta.fact_uses.end() && added->what == fact; ++added) {
            switch (added->kind) {
                case Use::Kind::kNode:
                    users->nodes.push_back({PolicyId{added->user}, added->place});
                    break;
                case Use::Kind::kEndpoint:
                    users->endpoints.push_back({ServiceId{added->user}, added->place});
                    break;
                case Use::Kind::kCalculated:
                    users->calculated.push_back(FactId{added->user});
                    break;
            }
        }
        const bool none =
            users->nodes.empty() && users->endpoints.empty() && users->calculated.empty();
        world.fact_users.set(fact, none ? nullptr : std::move(users));
    }
}

void update_services(World& world, Delta& delta) {
    prepare(delta.touched_services, delta.service_uses);
    auto added = delta.service_uses.begin();
    for (const std::uint32_t service : delta.touched_services) {
        auto users = std::make_shared<ServiceUsers>();
        if (const ServiceUsers* before = world.service_users.at(service)) *users = *before;
        erase_if_gone(users->nodes,
                      [&](const auto& u) { return delta.policies.contains(u.policy.value); });
        for (; added != delta.service_uses.end() && added->what == service; ++added) {
            users->nodes.push_back({PolicyId{added->user}, added->place});
        }
        world.service_users.set(service, users->nodes.empty() ? nullptr : std::move(users));
    }
}

}  // namespace

void update_users(const World& before, World& next, const WorldChange& change) {
    Delta delta;
    for (const PolicyId id : change.policies) delta.policies.insert(id.value);
    for (const ServiceId id : change.services) delta.services.insert(id.value);
    for (const FactId id : change.checks) delta.checks.insert(id.value);
    delta.note(before.policies, next.policies, change.policies);
    delta.note(before.services, next.services, change.services);
    delta.note(before.checks, next.checks, change.checks);
    update_facts(next, delta);
    update_services(next, delta);
}

}  // namespace fairway::world
