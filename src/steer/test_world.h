// A World built by hand for the tests and benches of steer: trees are written as nested values,
// facts as plain numbers. Test code only.
#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "steer/measure.h"
#include "world/facts.h"
#include "world/world.h"

namespace fairway::steer::test {

using model::Admin;
using model::Draw;
using model::Empty;
using model::ForcedHealth;
using model::Last;
using model::Op;
using model::Zero;
using world::Health;

struct Spec {
    std::string label;
    world::Node n;
    std::vector<std::string> values;
    std::vector<std::uint16_t> types;
    std::vector<std::uint32_t> gate_ids;
    std::vector<std::string> keys;
    std::vector<world::AddressSpan> spans;
    std::optional<model::Coordinates> place;
    bool non_preemptive = false;
    std::vector<Spec> kids;

    Spec weight(std::uint32_t w) && {
        n.weight = w;
        return std::move(*this);
    }
    Spec priority(std::int32_t p) && {
        n.priority = p;
        return std::move(*this);
    }
    Spec gate(std::uint32_t id) && {
        gate_ids.push_back(id);
        return std::move(*this);
    }
    Spec admin(Admin a) && {
        n.admin = a;
        return std::move(*this);
    }
    Spec forced(ForcedHealth f) && {
        n.forced = f;
        return std::move(*this);
    }
    Spec region(std::uint32_t r) && {
        n.region.value = n.kid_region.value = r;
        return std::move(*this);
    }
    Spec bias(int b) && {
        n.bias = static_cast<std::int16_t>(b);
        return std::move(*this);
    }
    Spec at(double lat, double lon) && {
        place = {lat, lon};
        return std::move(*this);
    }
    Spec match(std::vector<std::string> k) && {
        keys = std::move(k);
        return std::move(*this);
    }
    Spec cidr(const std::string& text) && {
        const Cidr c = *Cidr::parse(text);
        spans.push_back({c.base, c.last(), static_cast<std::uint8_t>(c.mapped_length())});
        return std::move(*this);
    }
    Spec range(const std::string& from, const std::string& to) && {
        spans.push_back({*IpAddr::parse(from), *IpAddr::parse(to), 0});
        return std::move(*this);
    }
    Spec ttl(std::uint32_t t) && {
        n.ttl = t;
        return std::move(*this);
    }
    Spec draw(Draw d, std::uint32_t k = 8) && {
        n.draw = d;
        n.k = k;
        return std::move(*this);
    }
    Spec last(Last l) && {
        n.last = l;
        return std::move(*this);
    }
    Spec zero(Zero z) && {
        n.zero = z;
        return std::move(*this);
    }
    Spec empty(Empty e) && {
        n.empty = e;
        return std::move(*this);
    }
    Spec no_match(Empty e) && {
        n.no_match = e;
        return std::move(*this);
    }
    Spec need(std::uint32_t count) && {
        n.need = count;
        return std::move(*this);
    }
    Spec need_percent(std::uint32_t p) && {
        n.need = p;
        n.need_percent = true;
        return std::move(*this);
    }
    Spec pinned() && {
        n.pinned = true;
        return std::move(*this);
    }
    Spec no_propagate() && {
        n.propagate = false;
        return std::move(*this);
    }
    Spec sticky_choice() && {
        non_preemptive = true;
        return std::move(*this);
    }
    Spec key(model::MatchKey k) && {
        n.key = k;
        return std::move(*this);
    }
};

inline Spec leaf(std::string name, std::vector<std::string> values) {
    Spec s;
    s.label = std::move(name);
    s.n.is_leaf = true;
    s.values = std::move(values);
    return s;
}
inline Spec leaf(std::string name, const char* value) {
    return leaf(std::move(name), std::vector<std::string>{value});
}
inline Spec service_leaf(std::string name, std::uint32_t service, std::uint32_t max_answers = 8) {
    Spec s = leaf(std::move(name), std::vector<std::string>{});
    s.n.service.value = service;
    s.n.max_answers = max_answers;
    return s;
}
inline Spec select(std::string name, Op op, std::vector<Spec> kids) {
    Spec s;
    s.label = std::move(name);
    s.n.op = op;
    s.kids = std::move(kids);
    return s;
}

struct TestWorld {
    world::World world;
    world::Facts facts;
    std::map<std::string, world::KeyId> keys{{"*", world::kAnyKey}};
    std::map<std::uint32_t, world::FactUsers> uses;
    std::map<std::uint32_t, world::ServiceUsers> service_uses;
    std::uint32_t next_current = 0;
    std::shared_ptr<world::RegionTable> regions = std::make_shared<world::RegionTable>();

    TestWorld() { world.regions = regions; }

    world::KeyId intern(const std::string& key) {
        return keys.try_emplace(key, static_cast<world::KeyId>(keys.size())).first->second;
    }

    world::PolicyId add(const Spec& root, void (*adjust)(world::PolicyPart&) = nullptr) {
        auto part = std::make_shared<world::PolicyPart>();
        part->id.value = world.policies.bound();
        part->ttl = 300;
        part->name = "default/p" + std::to_string(part->id.value);
        if (adjust) adjust(*part);
        std::vector<const Spec*> order{&root};
        part->nodes.push_back(root.n);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const Spec& spec = *order[i];
            place(*part, static_cast<world::NodeIndex>(i), spec);
            part->nodes[i].first_kid = static_cast<std::uint32_t>(order.size());
            part->nodes[i].kid_count = static_cast<std::uint32_t>(spec.kids.size());
            for (const Spec& kid : spec.kids) {
                order.push_back(&kid);
                part->nodes.push_back(kid.n);
                part->nodes.back().parent = static_cast<std::uint32_t>(i);
            }
        }
        finish(*part);
        const world::PolicyId id = part->id;
        world.policies.set(id.value, std::move(part));
        publish_uses();
        return id;
    }

    void place(world::PolicyPart& part, world::NodeIndex index, const Spec& spec) {
        world::Node& node = part.nodes[index];
        node.name = static_cast<std::uint32_t>(part.names.size());
        part.names.push_back(spec.label);
        node.gates_at = static_cast<std::uint32_t>(part.gates.size());
        node.gates_size = static_cast<std::uint32_t>(spec.gate_ids.size());
        for (std::uint32_t gate : spec.gate_ids) {
            part.gates.push_back({gate});
            uses[gate].nodes.push_back({part.id, index});
        }
        node.keys_at = static_cast<std::uint32_t>(part.keys.size());
        node.keys_size = static_cast<std::uint32_t>(spec.keys.size());
        for (const auto& key : spec.keys) part.keys.push_back(intern(key));
        node.spans_at = static_cast<std::uint32_t>(part.spans.size());
        node.spans_size = static_cast<std::uint32_t>(spec.spans.size());
        part.spans.insert(part.spans.end(), spec.spans.begin(), spec.spans.end());
        if (spec.place) {
            node.coordinates = static_cast<std::uint32_t>(part.coordinates.size());
            part.coordinates.push_back(*spec.place);
        }
        if (spec.non_preemptive) node.current.value = next_current++;
        if (node.service.known()) {
            service_uses[node.service.value].nodes.push_back({part.id, index});
        } else if (node.is_leaf) {
            node.answers = static_cast<std::uint32_t>(part.answers.size());
            world::AnswerSet set;
            set.types = spec.types;
            for (const auto& value : spec.values) {
                const auto ip = IpAddr::parse(value);
                set.rdata.push_back(
                    ip ? std::vector<std::uint8_t>(ip->data(), ip->data() + ip->size())
                       : std::vector<std::uint8_t>(value.begin(), value.end()));
                if (!ip) set.type = 5;
                set.text.push_back(value);
            }
            part.answers.push_back(std::move(set));
        }
    }

    static void finish(world::PolicyPart& part) {
        for (std::size_t i = part.nodes.size(); i-- > 0;) {
            world::Node& node = part.nodes[i];
            if (node.is_leaf) continue;
            const bool matching =
                node.op == Op::kMatch || node.op == Op::kCidr || node.op == Op::kRange;
            node.query_dependent |= matching;
            part.location_dependent |=
                matching || node.op == Op::kLatency || node.op == Op::kProximity;
            for (std::uint32_t k = 0; k < node.kid_count; ++k) {
                node.query_dependent |= part.nodes[node.first_kid + k].query_dependent;
            }
        }
    }

    void add_service(std::uint32_t id, std::vector<std::string> addresses,
                     std::vector<std::uint32_t> gates = {}) {
        auto service = std::make_shared<world::ServicePart>();
        service->id.value = id;
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            world::EndpointPart e;
            e.address = *IpAddr::parse(addresses[i]);
            if (i < gates.size()) {
                e.gates_at = static_cast<std::uint32_t>(service->gates.size());
                e.gates_size = 1;
                service->gates.push_back({gates[i]});
                uses[gates[i]].endpoints.push_back({service->id, static_cast<std::uint32_t>(i)});
            }
            service->endpoints.push_back(e);
        }
        world.services.set(id, std::move(service));
        publish_uses();
    }

    // Every pair of Regions `ms[from][to]`; NaN = unknown.
    void set_latency(const std::vector<std::vector<float>>& ms) {
        regions->latency_ms.clear();
        for (const auto& row : ms) {
            regions->latency_ms.insert(regions->latency_ms.end(), row.begin(), row.end());
        }
        while (regions->regions.size() < ms.size()) {
            world::RegionPart region;
            region.id.value = static_cast<std::uint32_t>(regions->regions.size());
            region.name = "r" + std::to_string(region.id.value);
            regions->regions.push_back(region);
        }
    }

    void publish_uses() {
        for (const auto& [id, u] : uses) {
            world.fact_users.set(id, std::make_shared<world::FactUsers>(u));
        }
        for (const auto& [id, u] : service_uses) {
            world.service_users.set(id, std::make_shared<world::ServiceUsers>(u));
        }
    }

    void down(std::uint32_t fact) { facts.set({fact}, Health::kDown); }
    void up(std::uint32_t fact) { facts.set({fact}, Health::kUp); }
};

inline Query from(const std::string& client) {
    static constexpr world::KeyId kNowhere[] = {world::kAnyKey};
    Query q;
    q.client = *Cidr::parse(client);
    q.geo = kNowhere;
    q.lines = kNowhere;
    return q;
}

}  // namespace fairway::steer::test
