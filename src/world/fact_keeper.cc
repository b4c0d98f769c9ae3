#include "world/fact_keeper.h"

#include <algorithm>

#include "world/judge.h"

namespace fairway::world {
namespace {

std::string by_place(const std::string& place) {
    return place.empty() ? "prober" : "prober " + place;
}

bool probes_from(const model::HealthCheck& check, const std::string& place) {
    return check.from.empty() ||
           std::find(check.from.begin(), check.from.end(), place) != check.from.end();
}

bool is_probed(const CheckPart& part) {
    return part.check && part.check->type != model::CheckType::kCalculated &&
           part.check->type != model::CheckType::kRoutingControl &&
           part.check->type != model::CheckType::kExternal;
}

// Why a check turned that is judged by another fact: which, and for a switch who moved it and why.
std::string consequence(const CheckPart& part, const std::string& first, const std::string& by,
                        const std::string& detail) {
    if (!part.children.empty()) return "counts " + first;
    return detail.empty() ? by : by + ": " + detail;
}

}  // namespace

Flips FactKeeper::on_world(const WorldChange& change, std::int64_t now_ms) {
    Flips flips;
    world_ = change.world;
    for (const FactId id : change.checks) {
        if (id.value >= entries_.size()) {
            entries_.resize(id.value + 1);
            versions_.resize(id.value + 1);
        }
        const CheckPart* now = part(id);
        Entry& entry = entries_[id.value];
        if (!entry.name.empty() && (!now || entry.name != fact_name(*now))) {
            by_name_.erase(entry.name);
            if (entry.kept) gone_.push_back(entry.name);
            entry = {};
        }
        if (now) appear(*now);
    }
    // All that appeared stands before any is judged: a Calculated check counts the others.
    for (const FactId id : change.checks) {
        if (!part(id)) continue;
        Entry& entry = entries_[id.value];
        flip(id, entry.health, flips);
        settle(id, now_ms, "declared", "", flips);
    }
    for (const CurrentId id : change.currents) {
        if (id.value >= currents_.size()) {
            currents_.resize(id.value + 1);
            current_versions_.resize(id.value + 1);
        }
        if (const CurrentPart* now = world_->currents.at(id.value)) settle_current(*now, flips);
    }
    return flips;
}

void FactKeeper::appear(const CheckPart& now) {
    Entry& entry = entries_[now.id.value];
    if (entry.name.empty()) {
        const std::string name = fact_name(now);
        if (const auto at = remembered_.find(name); at != remembered_.end()) {
            entry = std::move(at->second);
            remembered_.erase(at);
        } else {
            entry.name = name;
            entry.health = verdict_of(now, entry);
        }
        by_name_[name] = now.id;
        for (auto& [place, told] : entry.places) told.report.id = now.id;
    }
    if (now.check) {
        std::erase_if(entry.places,
                      [&](const auto& place) { return !probes_from(*now.check, place.first); });
    }
}

Health FactKeeper::verdict_of(const CheckPart& now, const Entry& entry) const {
    if (now.control) {
        if (entry.told) return entry.told->value;
        return now.control->initial_on ? Health::kUp : Health::kDown;
    }
    Evidence evidence;
    for (const auto& [name, place] : entry.places) {
        if (!counts(entry, name)) continue;
        evidence.healthy += place.report.healthy;
        evidence.total += place.report.total;
    }
    for (const FactId child : now.children) evidence.children_up += facts_.up(child);
    if (now.routing_control.known()) evidence.routing_control = facts_.health(now.routing_control);
    if (entry.told) evidence.told = entry.told->value;
    return judge(*now.check, evidence);
}

// A silent place counts only where none that speaks does.
bool FactKeeper::counts(const Entry& entry, const std::string& place) const {
    if (!silent_.contains(place)) return true;
    return std::all_of(entry.places.begin(), entry.places.end(),
                       [&](const auto& other) { return silent_.contains(other.first); });
}

std::int64_t FactKeeper::heard_ms(const std::string& name, const Place& place) const {
    const auto heartbeat = heartbeats_.find(name);
    return heartbeat == heartbeats_.end() ? place.heard_ms
                                          : std::max(place.heard_ms, heartbeat->second);
}

// Few places, so all are looked at; facts only when a place falls silent or speaks again.
Flips FactKeeper::on_heartbeat(const std::string& place, std::int64_t now_ms) {
    Flips flips;
    heartbeats_[place] = now_ms;
    std::set<std::string> silent;
    for (const auto& [name, heard] : heartbeats_) {
        if (now_ms - heard > stale_after_ms_) silent.insert(name);
    }
    if (silent == silent_) return flips;
    const std::set<std::string> before = std::exchange(silent_, std::move(silent));
    for (std::uint32_t id = 0; id < entries_.size(); ++id) {
        const bool concerned = std::any_of(
            entries_[id].places.begin(), entries_[id].places.end(), [&](const auto& of) {
                return before.contains(of.first) != silent_.contains(of.first);
            });
        if (concerned) settle({id}, now_ms, by_place(place), "another place fell silent", flips);
    }
    return flips;
}

void FactKeeper::mark_unsaved(FactId id) {
    if (!std::exchange(entries_[id.value].unsaved, true)) unsaved_.push_back(id);
}

// Judges a fact again, and after a change those that count it. Checks do not form loops; a bound
// holds should parts of different ages ever do.
void FactKeeper::settle(FactId first, std::int64_t at_ms, const std::string& by,
                        const std::string& detail, Flips& flips) {
    std::vector<FactId> open{first};
    for (std::size_t i = 0; i < open.size() && i < 65'536; ++i) {
        const CheckPart* now = part(open[i]);
        if (!now || open[i].value >= entries_.size()) continue;
        Entry& entry = entries_[open[i].value];
        const Health verdict = verdict_of(*now, entry);
        if (verdict == entry.health && facts_.health(open[i]) == verdict) continue;
        entry.health = verdict;
        entry.since_ms = at_ms;
        entry.by = i == 0 ? by : entries_[first.value].name;
        entry.detail = i == 0 ? detail : consequence(*now, entries_[first.value].name, by, detail);
        mark_unsaved(open[i]);
        flip(open[i], verdict, flips);
        if (const FactUsers* users = world_->fact_users.at(open[i].value)) {
            open.insert(open.end(), users->calculated.begin(), users->calculated.end());
        }
    }
}

void FactKeeper::flip(FactId id, Health value, Flips& flips) {
    if (facts_.health(id) == value) return;
    facts_.set(id, value);
    flips.facts.push_back({id, value, ++versions_[id.value]});
}

Flips FactKeeper::on_report(const ProbeReport& report, std::int64_t now_ms) {
    Flips flips;
    const CheckPart* now = part(report.id);
    if (!now || !is_probed(*now) || !probes_from(*now->check, report.place)) return flips;
    // Told of who had this id before: the report was under way while the World changed.
    if (!report.check.empty() && report.check != now->name) return flips;
    Entry& entry = entries_[report.id.value];
    Place& place = entry.places[report.place];
    std::int64_t& heard = heartbeats_[report.place];
    heard = std::max(heard, now_ms);
    mark_unsaved(report.id);
    place.report = report;
    place.heard_ms = now_ms;
    if (entry.health == verdict_of(*now, entry)) {
        // What was seen last is worth telling even while the verdict stands.
        if (entry.since_ms == 0) entry.since_ms = report.since_unix_ms;
        entry.by = by_place(report.place);
        entry.detail = report.detail;
        return flips;
    }
    settle(report.id, report.since_unix_ms, by_place(report.place), report.detail, flips);
    return flips;
}

Result<Flips> FactKeeper::tell(FactId id, const Told& told) {
    const CheckPart* now = part(id);
    if (!now) return fail(Code::kNotFound, Origin::kDownstream, "no such check or switch");
    if (!now->control && now->check->type != model::CheckType::kExternal) {
        return fail(Code::kConflict, Origin::kDownstream,
                    fact_name(*now) + " is not told: only RoutingControls and External checks are");
    }
    Flips flips;
    Entry& entry = entries_[id.value];
    const std::uint64_t stands = entry.told ? entry.told->version : 0;
    if (told.version != 0 && told.version <= stands) return flips;
    const Health before = entry.health;
    entry.told = told;
    mark_unsaved(id);
    if (told.version == 0) entry.told->version = stands + 1;
    const std::string by = (now->control ? "switch by " : "told by ") + told.who;
    settle(id, told.at_unix_ms, by, told.why, flips);
    if (entry.health == before) {
        entry.by = by;
        entry.detail = told.why;
        if (entry.since_ms == 0) entry.since_ms = told.at_unix_ms;
    }
    return flips;
}

const Node* FactKeeper::current_node(const CurrentPart& current) const {
    const PolicyPart* policy = world_->policies.at(current.policy.value);
    return policy && current.node < policy->nodes.size() ? &policy->nodes[current.node] : nullptr;
}

Flips FactKeeper::choose(CurrentId id, std::uint32_t kid) {
    Flips flips;
    const CurrentPart* current = world_ ? world_->currents.at(id.value) : nullptr;
    const Node* node = current ? current_node(*current) : nullptr;
    if (!node || kid >= node->kid_count) return flips;
    const PolicyPart& policy = *world_->policies.at(current->policy.value);
    currents_[id.value].kid = policy.names[policy.nodes[node->first_kid + kid].name];
    unsaved_currents_.push_back(id);
    if (facts_.current(id) == kid) return flips;
    facts_.set_current(id, kid);
    flips.currents.push_back({id, kid, ++current_versions_[id.value]});
    return flips;
}

// The kid keeps its name over Worlds, not its place.
void FactKeeper::settle_current(const CurrentPart& now, Flips& flips) {
    Current& current = currents_[now.id.value];
    if (current.name != now.name) {
        if (!current.kid.empty()) gone_.push_back(kCurrentPrefix + current.name);
        current = {now.name, ""};
        if (const auto at = remembered_currents_.find(now.name); at != remembered_currents_.end()) {
            current.kid = std::move(at->second);
            remembered_currents_.erase(at);
        }
    }
    std::uint32_t kid = kNoCurrent;
    if (const Node* node = current_node(now); node && !current.kid.empty()) {
        const PolicyPart& policy = *world_->policies.at(now.policy.value);
        for (std::uint32_t k = 0; k < node->kid_count && kid == kNoCurrent; ++k) {
            if (policy.names[policy.nodes[node->first_kid + k].name] == current.kid) kid = k;
        }
    }
    if (facts_.current(now.id) == kid) return;
    facts_.set_current(now.id, kid);
    flips.currents.push_back({now.id, kid, ++current_versions_[now.id.value]});
}

FactId FactKeeper::find(std::string_view name) const {
    const auto at = by_name_.find(std::string(name));
    return at == by_name_.end() ? FactId{} : at->second;
}

FactStanding FactKeeper::standing(FactId id, std::int64_t now_ms) const {
    FactStanding out;
    const CheckPart* now = part(id);
    if (!now || id.value >= entries_.size()) return out;
    const Entry& entry = entries_[id.value];
    out.name = entry.name;
    out.health = entry.health;
    out.version = versions_[id.value];
    out.since_unix_ms = entry.since_ms;
    out.by = entry.by;
    out.detail = entry.detail;
    for (const auto& [name, place] : entry.places) {
        if (!counts(entry, name)) continue;
        out.stale = out.stale || now_ms - heard_ms(name, place) > stale_after_ms_;
        out.places.push_back(place.report);
    }
    return out;
}

}  // namespace fairway::world
