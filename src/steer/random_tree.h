// Random trees, facts and clients for the property tests: every op, draw, admin state and last
// rule, gates, services, nesting, both families. Test code only.
#pragma once

#include "base/choices.h"
#include "steer/test_world.h"

namespace fairway::steer::test {

class RandomTree {
  public:
    // Out of a seed, or out of a fuzzer's bytes.
    explicit RandomTree(Choices choices) : choices_(choices) {
        // Latencies with ties and unknowns; Regions on a small map.
        std::vector<std::vector<float>> ms(kRegions, std::vector<float>(kRegions));
        for (auto& row : ms) {
            for (float& m : row) m = below(6) == 0 ? NAN : static_cast<float>(below(4) * 10);
        }
        w.set_latency(ms);
        for (auto& region : w.regions->regions) {
            if (below(4) != 0) {
                region.coordinates = {static_cast<double>(below(5)) * 10,
                                      static_cast<double>(below(3)) * 20};
            }
        }
        for (const char* key : {"country/US", "country/DE", "continent/EU", "line/telecom"}) {
            w.intern(key);
        }
        w.add_service(0, {"10.9.0.1", "10.9.0.2", "2001:db8:9::3", "10.9.0.4"}, {20, 21, 22, 23});
        w.add_service(1, {"10.8.0.1", "10.8.0.2", "10.8.0.3"});
        after_ = below(5) == 0;
        Spec root = tree(0);
        root.n.admin = below(12) == 0 ? any_admin() : Admin::kOn;
        if (root.n.is_leaf) root = select("root", Op::kUniform, {std::move(root)});
        spec = root;
        const bool after = after_;
        id = w.add(
            root, after ? +[](world::PolicyPart& p) { p.filter_family = true; }
                        : +[](world::PolicyPart&) {});
        flip_all();
    }

    std::uint64_t below(std::uint64_t n) { return choices_.below(n); }

    void flip_all() {
        const std::uint64_t bad = below(4);
        for (std::uint32_t f = 0; f < kFacts; ++f) {
            w.facts.set({f}, below(4) < bad  ? Health::kDown
                             : below(5) == 0 ? Health::kChecking
                                             : Health::kUp);
        }
        for (std::uint32_t r = 0; r < kRegions; ++r) w.facts.set_region({r}, below(8) != 0);
        for (std::uint32_t c = 0; c < w.next_current; ++c) {
            w.facts.set_current(
                {c}, below(2) ? world::kNoCurrent : static_cast<std::uint32_t>(below(4)));
        }
    }

    // A client: often inside the spans that the trees use.
    Query query() {
        static const char* const kClients[] = {
            "198.51.100.7",      "198.51.100.0/24", "198.51.0.0/16",   "203.0.113.9",
            "198.51.101.128/25", "2001:db8::1",     "2001:db8:7::/48", "0.0.0.0/0"};
        Query q;
        const auto region = below(kRegions + 1);
        if (region < kRegions) {
            q = seen_from(w.world, w.regions->regions[region]);
            q.region_scope = static_cast<std::uint8_t>(below(24));
        }
        q.client = *Cidr::parse(kClients[below(std::size(kClients))]);
        geo_ = {1 + static_cast<world::KeyId>(below(2)), 3, 0};
        if (below(3) == 0) geo_ = {0};
        q.geo = geo_;
        lines_ = {4, 0};
        if (below(2)) lines_ = {0};
        q.lines = lines_;
        q.nth = below(7);
        if (below(6) == 0) {
            given_ = {{"n1", static_cast<double>(below(3)) * 100}, {"n2", 100}};
            q.distances = given_;
        }
        return q;
    }

    TestWorld w;
    Spec spec;
    world::PolicyId id;
    static constexpr std::uint32_t kFacts = 24, kRegions = 4;

  private:
    Admin any_admin() { return below(2) ? Admin::kOff : Admin::kStopped; }

    void common(Spec& s) {
        while (below(3) == 0) s.gate_ids.push_back(static_cast<std::uint32_t>(below(20)));
        if (below(4) == 0) s.n.region.value = static_cast<std::uint32_t>(below(kRegions));
        if (below(4) != 0) s.n.kid_region.value = static_cast<std::uint32_t>(below(kRegions));
        if (below(10) == 0) s.n.admin = any_admin();
        if (below(3) == 0) s.n.ttl = static_cast<std::uint32_t>(10 + below(5) * 10);
    }

    // Attributes that the parent's op reads.
    void as_kid(Spec& s, Op op, std::size_t nth) {
        static const char* const kCidrs[] = {"198.51.0.0/16", "198.51.100.0/24", "198.51.101.0/24",
                                             "0.0.0.0/0",     "2001:db8::/32",   "2001:db8:7::/48"};
        s.n.weight = static_cast<std::uint32_t>(below(4) == 0 ? 0 : below(5));
        s.n.priority = static_cast<std::int32_t>(below(3)) - 1;
        if (op == Op::kProximity) {
            s.n.bias = static_cast<std::int16_t>(static_cast<int>(below(3)) * 30 - 30);
            if (below(2)) s.place = {static_cast<double>(below(4)) * 10, 20};
        }
        if (op == Op::kMatch) {
            static const char* const kKeys[] = {"*", "country/US", "country/DE", "continent/EU",
                                                "line/telecom"};
            s.keys.push_back(kKeys[below(5)]);
            if (below(3) == 0) s.keys.push_back(kKeys[below(5)]);
        }
        const std::size_t spans = below(3);
        for (std::size_t i = 0; i < spans && op == Op::kCidr; ++i) {
            s = std::move(s).cidr(kCidrs[below(std::size(kCidrs))]);
        }
        if (op == Op::kRange && below(4) != 0) {
            const auto from = static_cast<std::uint32_t>(0xC6336400 + (nth % 2) * 64 + below(4));
            const auto to = from + static_cast<std::uint32_t>(below(100));
            s.spans.push_back({IpAddr::v4(from), IpAddr::v4(to), 0});
        }
    }

    Spec make_leaf() {
        const auto number = names_++;
        const std::string name = "n" + std::to_string(number);
        Spec s;
        if (below(6) == 0) {
            s = service_leaf(name, static_cast<std::uint32_t>(below(2)),
                             static_cast<std::uint32_t>(1 + below(3)));
        } else {
            std::vector<std::string> values;
            for (std::uint64_t i = 0, n = 1 + (below(4) == 0 ? below(3) : 0); i < n; ++i) {
                // Some addresses come twice in a tree.
                values.push_back("192.0.2." + std::to_string(below(8) == 0 ? 1 : number * 4 + i));
            }
            s = leaf(name, std::move(values));
            for (std::size_t i = 0; after_ && i < s.values.size(); ++i) {
                s.types.push_back(below(3) ? 1 : 28);
            }
        }
        if (below(8) == 0) s.n.forced = below(2) ? ForcedHealth::kUp : ForcedHealth::kDown;
        common(s);
        return s;
    }

    Spec tree(int depth) {
        if (depth >= 3 || names_ > 24 || (depth > 0 && below(5) < 2)) return make_leaf();
        const auto op = static_cast<Op>(below(9));
        std::vector<Spec> kids;
        const std::string name = "n" + std::to_string(names_++);
        for (std::size_t i = 0, n = 1 + below(4); i < n; ++i) {
            kids.push_back(tree(depth + 1));
            as_kid(kids.back(), op, i);
        }
        Spec s = select(name, op, std::move(kids));
        common(s);
        s.n.draw = below(2) ? Draw::kOne : static_cast<Draw>(below(5));
        s.n.k = static_cast<std::uint32_t>(1 + below(3));
        s.n.key = below(3) ? model::MatchKey::kGeo : model::MatchKey::kLine;
        s.n.zero = static_cast<Zero>(below(3));
        s.n.last = static_cast<Last>(below(3));
        s.n.empty = static_cast<Empty>(below(2));
        s.n.no_match = static_cast<Empty>(below(2));
        s.n.pinned = below(6) == 0;
        s.n.propagate = below(6) != 0;
        s.n.need_percent = below(4) == 0;
        s.n.need = static_cast<std::uint32_t>(s.n.need_percent ? below(4) * 33 : below(3));
        s.non_preemptive = op == Op::kPriority && below(3) == 0;
        return s;
    }

    Choices choices_;
    bool after_ = false;
    std::uint32_t names_ = 1;
    std::vector<world::KeyId> geo_, lines_;
    std::vector<NamedDistance> given_;
};

}  // namespace fairway::steer::test
