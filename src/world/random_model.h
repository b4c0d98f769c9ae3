// Random changes of a Model, most of them valid: what the incremental compile is tested and fuzzed
// with. Small name spaces, so that things meet. Test code only.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/choices.h"
#include "world/compiler.h"
#include "world/dump.h"
#include "world/test_model.h"

namespace fairway::world::testing {

using model::Kind;
using model::Op;

class RandomModel {
  public:
    // Begins with something of everything that policies refer to.
    RandomModel(Choices choices, model::Model& model) : choices_(choices), model_(model) {
        for (int i = 0; i < 4; ++i) {
            const std::string n = std::to_string(i);
            put_region(n);
            put(model_, control("s" + n));
            put(model_, service("v" + n));
            put(model_, zone("z" + n + ".test"));
            put(model_, check("c" + n, "192.0.2." + n + ":80"));
        }
    }

    bool more() const { return choices_.more(); }

    void step() {
        const std::string n = digit();
        const bool rarely = below(12) == 0, often = below(4) == 0;
        switch (below(12)) {
            case 0:
                return rarely ? remove(Kind::kRegion, "r" + n) : put_region(n);
            case 1:
            case 2:
                return rarely ? remove(Kind::kHealthCheck, "c" + n) : put_check(n);
            case 3:
                return rarely ? remove(Kind::kRoutingControl, "s" + n)
                              : put(model_, control("s" + n));
            case 4:
                return rarely ? remove(Kind::kService, "v" + n) : put(model_, service("v" + n));
            case 5:
            case 6:
                return often ? remove(Kind::kEndpointSlice, "e" + n) : put_slice(n);
            case 7:
                return rarely ? remove(Kind::kDnsZone, "zone-z" + n + ".test")
                              : put(model_, zone("z" + n + ".test"));
            default:
                return often ? remove(Kind::kTrafficPolicy, "p" + n) : put_policy(n);
        }
    }

  private:
    // tidy-allow: chooses test data
    std::uint64_t below(std::uint64_t n) { return choices_.below(n); }
    std::string digit() { return std::to_string(below(4)); }

    void remove(Kind kind, const std::string& name) {
        model_.remove({kind, model::kind_is_cluster_scoped(kind) ? "" : "default", name});
    }
    // The name of one that is declared, now and then of one that need not be.
    template <class T>
    std::string any(const char* prefix) {
        const auto n = below(4);
        const bool strict = below(24) != 0;
        for (std::uint64_t i = 0; strict && i < 4; ++i) {
            const std::string name = prefix + std::to_string((n + i) % 4);
            const std::string ns =
                model::kind_is_cluster_scoped(model::kKindOf<T>) ? "" : "default";
            if (model_.template find<T>(ns, name)) return name;
        }
        return prefix + std::to_string(n);
    }
    // One with one verdict, which a gate or a Calculated check may read.
    std::string any_verdict() {
        std::string name = any<model::HealthCheck>("c");
        for (int i = 0; i < 4; ++i) {
            const auto* found = model_.find<model::HealthCheck>("default", name);
            if (found && !found->target) break;
            name = "c" + std::to_string(i);
        }
        return name;
    }

    void put_region(const std::string& n) {
        auto r = region("r" + n);
        if (below(2)) r.coordinates = {{static_cast<double>(below(90)), 10}};
        if (below(2)) r.latency_ms[any<model::Region>("r")] = static_cast<double>(below(100));
        r.cidrs.push_back(*Cidr::parse("10." + n + ".0.0/16"));
        if (below(2)) r.cidrs.push_back(*Cidr::parse("10." + n + "." + digit() + ".0/24"));
        r.geo.push_back("country/C" + n);
        put(model_, r);
    }
    void put_check(const std::string& n) {
        auto c = check("c" + n, "192.0.2." + n + ":80");
        const auto form = below(6);
        if (form == 1) {
            c.address.reset();
            c.target = model::Ref{"", any<model::Service>("v"), {}};
        } else if (form == 2) {
            c.address.reset();
            c.type = model::CheckType::kCalculated;
            // Of later names, so that loops are rare.
            c.children = {{"", below(8) ? "c3" : any_verdict(), {}}};
        } else if (form == 3) {
            c.address.reset();
            c.type = model::CheckType::kRoutingControl;
            c.routing_control = model::Ref{"", any<model::RoutingControl>("s"), {}};
        }
        if (n == "3" && form < 3 && below(8)) c = check("c3", "192.0.2.3:80");
        if (below(3) == 0) c.from.push_back(any<model::Region>("r"));
        put(model_, c);
    }
    void put_slice(const std::string& n) {
        std::vector<std::string> addresses;
        for (auto i = below(4); i > 0; --i) {
            addresses.push_back("198.51.100." + std::to_string(below(6)));
        }
        auto s = slice("e" + n, any<model::Service>("v"), addresses,
                       below(2) ? any<model::Region>("r") : "");
        for (auto& e : s.endpoints) e.ready = below(4) != 0;
        put(model_, s);
    }
    model::PolicyNode any_leaf(const std::string& name) {
        auto node =
            below(2) ? leaf(name, {"192.0.2.7"}) : service_leaf(name, any<model::Service>("v"));
        if (below(3) == 0) node.gates.push_back(gate(Kind::kHealthCheck, any_verdict()));
        if (below(4) == 0) {
            node.gates.push_back(gate(Kind::kRoutingControl, any<model::RoutingControl>("s")));
        }
        if (below(3) == 0) node.region = any<model::Region>("r");
        return node;
    }
    void put_policy(const std::string& n) {
        static constexpr Op kOps[] = {Op::kUniform, Op::kPriority, Op::kWeight, Op::kProximity,
                                      Op::kMatch};
        const Op op = kOps[below(5)];
        std::vector<model::Child> kids{child("a"), child("b")};
        // Of later names, so that loops are rare.
        if (below(3) == 0 && (n != "3" || below(8) == 0)) {
            const std::string inner = below(8) ? "p3" : any<model::TrafficPolicy>("p");
            if (below(24) == 0 || model_.find<model::TrafficPolicy>("default", inner)) {
                kids.push_back(policy_child(inner));
            }
        }
        for (std::size_t i = 0; i < kids.size(); ++i) {
            kids[i].priority = static_cast<int>(i);
            kids[i].match = {"country/C" + std::to_string(i)};
            if (op == Op::kProximity) kids[i].region = any<model::Region>("r");
        }
        auto root = select("root", op, kids);
        root.select->non_preemptive = op == Op::kPriority && below(2);
        auto p = policy("p" + n, {root, any_leaf("a"), any_leaf("b")});
        if (below(2)) {
            p.hostnames = {(below(8) ? "www" + n : "www") + "." +
                           any<model::DnsZone>("zone-z").substr(5) + ".test"};
        }
        if (below(4) == 0) p.family = model::FamilyRule::kBefore;
        put(model_, p);
    }

    Choices choices_;
    model::Model& model_;
};

inline model::Changes all_keys(const model::Model& model) {
    model::Changes all;
    const auto add = [&](const auto& objects) {
        for (const auto& [name, object] : objects) all.insert(object->meta.key);
    };
    add(model.all<model::Region>());
    add(model.all<model::DnsZone>());
    add(model.all<model::TrafficPolicy>());
    add(model.all<model::HealthCheck>());
    add(model.all<model::RoutingControl>());
    add(model.all<model::Service>());
    add(model.all<model::EndpointSlice>());
    return all;
}

// Takes out whatever a fresh compile finds fault with, until it finds none.
inline void mend(model::Model& model) {
    for (bool clean = false; !clean;) {
        Compiler fresh;
        const model::Changes all = all_keys(model);
        fresh.update(model, all);
        clean = true;
        for (const auto& finding : fresh.diagnostics()) {
            if (finding.severity != model::Severity::kError) continue;
            clean = false;
            for (const model::ObjectKey& key : all) {
                if (key.text() == finding.object) model.remove(key);
            }
        }
    }
}

// Without what would be right: that names the nearest other object at the time of the finding.
inline std::string findings(const Compiler& compiler) {
    std::string said;
    for (model::Diagnostic d : compiler.diagnostics()) {
        d.right.clear();
        said += d.text() + "\n";
    }
    return said;
}

// What there is to see of a compile: the World and what is said of it.
inline std::string seen(const Compiler& compiler) {
    return dump(*compiler.world()) + findings(compiler);
}

inline std::string seen_fresh(const model::Model& model) {
    Compiler fresh;
    fresh.update(model, all_keys(model));
    return seen(fresh);
}

}  // namespace fairway::world::testing
