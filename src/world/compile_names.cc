// The names that policies claim: each inside a DNSZone, beside no static record that it would
// contradict, and claimed once. Looks again only at the names that a change can reach.
#include <algorithm>

#include "wire/dns/types.h"
#include "world/compile.h"
#include "world/steered_names.h"

namespace fairway::world {
namespace {

namespace dns = wire::dns;
constexpr auto kCname = static_cast<std::uint16_t>(dns::Type::kCname);

// "www.example.com" -> "com.example.www"
std::string turned(std::string_view name) {
    std::string out;
    while (!name.empty()) {
        const std::size_t dot = name.rfind('.');
        const std::size_t from = dot == std::string_view::npos ? 0 : dot + 1;
        if (!out.empty()) out += '.';
        out += name.substr(from);
        name = name.substr(0, dot == std::string_view::npos ? 0 : dot);
    }
    return out;
}

// May both stand at one name?
bool contradict(std::uint16_t a, std::uint16_t b) {
    return a == b || a == kCname || b == kCname;
}

std::vector<std::uint16_t> served_types(const model::TrafficPolicy& policy) {
    if (policy.family != model::FamilyRule::kSeparate) {
        return {static_cast<std::uint16_t>(dns::Type::kA),
                static_cast<std::uint16_t>(dns::Type::kAaaa)};
    }
    const auto type = dns::type_from_text(policy.type);
    if (!type) return {};
    return {static_cast<std::uint16_t>(*type)};
}

class NameCompiler {
  public:
    NameCompiler(CompilerState& state, const model::Model& model) : state_(state), model_(model) {}

    void run() {
        for (const std::string& origin : std::exchange(state_.changed_origins, {})) {
            touch_below(origin);
        }
        for (const UnitIndex policy : state_.dirty_policies) update_claims(policy);
        for (const UnitIndex policy : again_) {
            const auto declared = share<model::TrafficPolicy>(model_, state_.catalog[policy].key);
            if (!declared) continue;
            model::Diagnostics findings;
            check(policy, *declared, findings);
            PolicyState& entry = state_.policies[policy];
            if (entry.claim_findings == findings) continue;
            entry.claim_findings = std::move(findings);
            state_.mark_dirty(policy);
        }
    }

  private:
    // All that claim a name at or below `origin` are looked at again.
    void touch_below(const std::string& origin) {
        const std::string prefix = turned(origin);
        for (auto it = state_.claims.lower_bound(prefix); it != state_.claims.end(); ++it) {
            const std::string& name = it->first;
            if (!name.starts_with(prefix)) break;
            if (prefix.empty() || name.size() == prefix.size() || name[prefix.size()] == '.') {
                again_.insert(it->second.begin(), it->second.end());
            }
        }
    }

    void update_claims(UnitIndex unit) {
        const auto policy = share<model::TrafficPolicy>(model_, state_.catalog[unit].key);
        PolicyState& entry = state_.policies[unit];
        std::vector<std::string> names = policy ? policy->hostnames : std::vector<std::string>();
        std::vector<std::uint16_t> types =
            policy ? served_types(*policy) : std::vector<std::uint16_t>();
        again_.insert(unit);
        if (names == entry.hostnames && types == entry.types) return;
        for (const std::string& name : entry.hostnames) {
            const auto at = state_.claims.find(turned(name));
            if (at == state_.claims.end()) continue;
            at->second.erase(unit);
            again_.insert(at->second.begin(), at->second.end());
            if (at->second.empty()) state_.claims.erase(at);
        }
        for (const std::string& name : names) {
            auto& claimants = state_.claims[turned(name)];
            again_.insert(claimants.begin(), claimants.end());
            claimants.insert(unit);
        }
        entry.hostnames = std::move(names);
        entry.types = std::move(types);
    }

    void check(UnitIndex unit, const model::TrafficPolicy& policy, model::Diagnostics& findings) {
        findings =
            check_steered(policy, *state_.next.zone_index, state_.next.zones, state_.broken_zones);
        Findings claims(policy.meta);
        for (std::size_t i = 0; i < policy.hostnames.size(); ++i) {
            check_claims(unit, policy.hostnames[i], state_.policies[unit].types,
                         i < policy.hostname_pos.size() ? policy.hostname_pos[i] : model::Pos{},
                         "spec.hostnames[" + std::to_string(i) + "]", claims);
        }
        findings.insert(findings.end(), claims.list().begin(), claims.list().end());
    }

    // Of two policies that claim one name the first by namespace and name keeps it.
    void check_claims(UnitIndex unit, const std::string& name,
                      const std::vector<std::uint16_t>& types, model::Pos pos,
                      const std::string& field, Findings& findings) {
        const model::ObjectKey& own = state_.catalog[unit].key;
        const auto claimants = state_.claims.find(turned(name));
        if (claimants == state_.claims.end()) return;
        for (const UnitIndex other : claimants->second) {
            if (other == unit || !(state_.catalog[other].key < own)) continue;
            for (const std::uint16_t type : state_.policies[other].types) {
                const bool clash = std::any_of(types.begin(), types.end(), [&](std::uint16_t t) {
                    return contradict(t, type);
                });
                if (!clash) continue;
                findings.error(
                    pos, field,
                    name + " is answered by " + state_.catalog[other].key.text() + " already",
                    "let one policy have the name");
                return;
            }
        }
    }

    CompilerState& state_;
    const model::Model& model_;
    std::set<UnitIndex> again_;
};

}  // namespace

void compile_names(CompilerState& state, const model::Model& model) {
    NameCompiler(state, model).run();
}

}  // namespace fairway::world
