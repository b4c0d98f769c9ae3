// The one law of the compiler: however a Model came to be, its World is the World of a fresh
// compile, as long as nothing in it is in error.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "world/compiler.h"
#include "world/dump.h"
#include "world/test_model.h"

namespace fairway::world {
namespace {

using namespace testing;  // NOLINT: builders
using model::Kind;
using model::Op;

// Small name spaces, so that things meet; each object is drawn anew whenever it is put.
class Chaos {
  public:
    explicit Chaos(std::uint64_t seed) : rng_(seed) {}

    void step(model::Model& model) {
        const std::string n = std::to_string(rng_.below(4));
        const bool remove = rng_.below(4) == 0;
        switch (rng_.below(8)) {
            case 0:
                return remove ? model.remove({Kind::kRegion, "", "r" + n}) : put_region(model, n);
            case 1:
                return remove ? model.remove({Kind::kHealthCheck, "default", "c" + n})
                              : put_check(model, n);
            case 2:
                return remove ? model.remove({Kind::kRoutingControl, "default", "s" + n})
                              : put(model, control("s" + n));
            case 3:
                return remove ? model.remove({Kind::kService, "default", "v" + n})
                              : put(model, service("v" + n));
            case 4:
                return remove ? model.remove({Kind::kEndpointSlice, "default", "e" + n})
                              : put_slice(model, n);
            case 5:
                return remove ? model.remove(zone("z" + n + ".test").meta.key)
                              : put(model, zone("z" + n + ".test"));
            default:
                return remove ? model.remove({Kind::kTrafficPolicy, "default", "p" + n})
                              : put_policy(model, n);
        }
    }

  private:
    std::string any(const char* prefix) { return prefix + std::to_string(rng_.below(4)); }

    void put_region(model::Model& model, const std::string& n) {
        auto r = region("r" + n);
        if (rng_.below(2)) r.coordinates = {{static_cast<double>(rng_.below(90)), 10}};
        if (rng_.below(2)) r.latency_ms[any("r")] = static_cast<double>(rng_.below(100));
        r.cidrs.push_back(*Cidr::parse("10." + n + ".0.0/16"));
        r.geo.push_back("country/C" + n);
        put(model, r);
    }
    void put_check(model::Model& model, const std::string& n) {
        auto c = check("c" + n, "192.0.2." + n + ":80");
        const auto form = rng_.below(4);
        if (form == 1) {
            c.address.reset();
            c.target = model::Ref{"", any("v"), {}};
        } else if (form == 2) {
            c.address.reset();
            c.type = model::CheckType::kCalculated;
            c.children = {{"", any("c"), {}}, {"", any("c"), {}}};
        } else if (form == 3) {
            c.address.reset();
            c.type = model::CheckType::kRoutingControl;
            c.routing_control = model::Ref{"", any("s"), {}};
        }
        if (rng_.below(3) == 0) c.from.push_back(any("r"));
        put(model, c);
    }
    void put_slice(model::Model& model, const std::string& n) {
        std::vector<std::string> addresses;
        for (auto i = rng_.below(4); i > 0; --i) {
            addresses.push_back("198.51.100." + std::to_string(rng_.below(6)));
        }
        auto s = slice("e" + n, any("v"), addresses, rng_.below(2) ? any("r") : "");
        for (auto& e : s.endpoints) e.ready = rng_.below(4) != 0;
        put(model, s);
    }
    model::PolicyNode any_leaf(const std::string& name) {
        auto node = rng_.below(2) ? leaf(name, {"192.0.2.7"}) : service_leaf(name, any("v"));
        if (rng_.below(3) == 0) node.gates.push_back(gate(Kind::kHealthCheck, any("c")));
        if (rng_.below(4) == 0) node.gates.push_back(gate(Kind::kRoutingControl, any("s")));
        if (rng_.below(3) == 0) node.region = any("r");
        return node;
    }
    void put_policy(model::Model& model, const std::string& n) {
        static constexpr Op kOps[] = {Op::kUniform, Op::kPriority, Op::kWeight, Op::kProximity,
                                      Op::kMatch};
        const Op op = kOps[rng_.below(5)];
        std::vector<model::Child> kids{child("a"), child("b")};
        if (rng_.below(3) == 0) kids.push_back(policy_child(any("p")));
        for (std::size_t i = 0; i < kids.size(); ++i) {
            kids[i].priority = static_cast<int>(i);
            kids[i].match = {"country/C" + std::to_string(i)};
            if (op == Op::kProximity) kids[i].region = any("r");
        }
        auto root = select("root", op, kids);
        root.select->non_preemptive = op == Op::kPriority && rng_.below(2);
        auto p = policy("p" + n, {root, any_leaf("a"), any_leaf("b")});
        if (rng_.below(2)) p.hostnames = {"www." + any("z") + ".test"};
        if (rng_.below(4) == 0) p.family = model::FamilyRule::kBefore;
        put(model, p);
    }
    Rng rng_;
};

// Takes out whatever a fresh compile finds fault with, until it finds none.
void mend(model::Model& model) {
    for (;;) {
        Compiler fresh;
        model::Model copy = model;
        model::Changes all;
        const auto add = [&](const auto& objects) {
            for (const auto& [name, object] : objects) all.insert(object->meta.key);
        };
        add(copy.all<model::Region>());
        add(copy.all<model::DnsZone>());
        add(copy.all<model::TrafficPolicy>());
        add(copy.all<model::HealthCheck>());
        add(copy.all<model::RoutingControl>());
        add(copy.all<model::Service>());
        add(copy.all<model::EndpointSlice>());
        fresh.update(copy, all);
        bool clean = true;
        for (const auto& finding : fresh.diagnostics()) {
            if (finding.severity != model::Severity::kError) continue;
            clean = false;
            for (const model::ObjectKey& key : all) {
                if (key.text() == finding.object) model.remove(key);
            }
        }
        if (clean) return;
    }
}

// Without what would be right: that names the nearest other object at the time of the finding.
std::string findings(const Compiler& compiler) {
    std::string said;
    for (model::Diagnostic d : compiler.diagnostics()) {
        d.right.clear();
        said += d.text() + "\n";
    }
    return said;
}

std::string fresh_dump(const model::Model& model, std::string& said) {
    Compiler fresh;
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
    fresh.update(model, all);
    said = findings(fresh);
    return dump(*fresh.world());
}

TEST(Incremental, EqualsAFreshCompile) {
    std::size_t policies = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        model::Model model;
        Compiler compiler;
        Chaos chaos(seed);
        for (int batch = 0; batch < 12; ++batch) {
            for (int i = 0; i < 5; ++i) chaos.step(model);
            compiler.update(model, model.take_changes());
            if (batch % 3 == 0) compiler.retired(compiler.world()->generation - 1);
            if (batch % 4 != 3) continue;
            mend(model);
            compiler.update(model, model.take_changes());
            std::string expected_said;
            const std::string expected = fresh_dump(model, expected_said);
            ASSERT_EQ(dump(*compiler.world()), expected) << "seed " << seed << " batch " << batch;
            ASSERT_EQ(findings(compiler), expected_said) << "seed " << seed << " batch " << batch;
            policies += compiler.world()->policy_ids->size();
        }
    }
    EXPECT_GT(policies, 400u);  // the mending leaves something to compare
}

}  // namespace
}  // namespace fairway::world
