// FactKeeper: the first copy of the Facts, with where each comes from. Takes new Worlds, probe
// reports, switch moves and told verdicts; gives the flips that every shard must hear. Owned by the
// control thread. Time is passed in, never read. Known by name over restarts: ids may differ then.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json_fwd.h"
#include "base/result.h"
#include "world/facts.h"
#include "world/verdict.h"
#include "world/world.h"

namespace fairway::world {

// A switch moved, or the verdict of an External check.
struct Told {
    Health value = Health::kUp;  // a switch: up = On
    std::string who, why;
    std::uint64_t version = 0;  // the highest wins; 0: whatever is next
    std::int64_t at_unix_ms = 0;
};

// What shards must hear.
struct Flips {
    std::vector<Flip> facts;
    std::vector<CurrentChoice> currents;
    bool empty() const { return facts.empty() && currents.empty(); }
};

// What is known of one fact.
struct FactStanding {
    std::string name;  // "HealthCheck/default/eu-web"
    Health health = Health::kUp;
    std::uint64_t version = 0;
    std::int64_t since_unix_ms = 0;  // 0: never told, the declared initial value
    std::string by;                  // "prober eu", "switch by alice", "declared"
    std::string detail;              // what the probe saw, why the switch was moved
    bool stale = false;              // not heard of for too long; used all the same
    std::vector<ProbeReport> places;
};

class FactKeeper {
  public:
    // A probed fact is stale when neither a report nor its place's heartbeat came for so long.
    explicit FactKeeper(std::int64_t stale_after_ms = 30'000) : stale_after_ms_(stale_after_ms) {}

    // A new World: facts appear with what is remembered of them, else with their initial value.
    Flips on_world(const WorldChange& change, std::int64_t now_ms);
    Flips on_report(const ProbeReport& report, std::int64_t now_ms);
    // The probers of a place say that nothing else has changed there. A place that nobody has heard
    // of for too long (its probers moved, or were given another name) does not count any more where
    // another place's do; what it said last stands only where nobody else speaks.
    Flips on_heartbeat(const std::string& place, std::int64_t now_ms);
    // Nothing flips if a higher version was told before. Error: not a switch nor an External check.
    Result<Flips> tell(FactId id, const Told& told);
    // A non-preemptive node's kid was chosen. Kept by the kid's name.
    Flips choose(CurrentId id, std::uint32_t kid);

    const Facts& facts() const { return facts_; }
    // "HealthCheck/default/eu-web", "RoutingControl/default/eu-on"; unknown if there is none.
    FactId find(std::string_view name) const;
    FactStanding standing(FactId id, std::int64_t now_ms) const;

    // What a restart must know, one line a fact (its form: fact_store.cc). Of lines of one
    // name the last holds. take_changes() gives what changed since it was called last;
    // its cost is what changed.
    std::string take_changes();
    // Before the first on_world(). Returns how many lines could not be read; they are left out.
    std::size_t load(std::string_view lines);

  private:
    static constexpr const char* kCurrentPrefix = "current ";  // of a saved line's name
    struct Place {
        ProbeReport report;
        std::int64_t heard_ms = 0;
    };
    struct Entry {
        std::string name;  // empty: no such fact
        Health health = Health::kUp;
        std::int64_t since_ms = 0;
        std::string by = "declared", detail;
        std::map<std::string, Place> places;
        std::optional<Told> told;
        bool kept = false, unsaved = false;  // in some saved line; in unsaved_
    };
    struct Current {
        std::string name;
        std::string kid;
    };
    const CheckPart* part(FactId id) const {
        return world_ ? world_->checks.at(id.value) : nullptr;
    }
    void appear(const CheckPart& part);
    Health verdict_of(const CheckPart& part, const Entry& entry) const;
    void settle(FactId id, std::int64_t at_ms, const std::string& by, const std::string& detail,
                Flips& flips);
    void flip(FactId id, Health value, Flips& flips);
    void settle_current(const CurrentPart& part, Flips& flips);
    const Node* current_node(const CurrentPart& part) const;
    bool counts(const Entry& entry, const std::string& place) const;
    std::int64_t heard_ms(const std::string& name, const Place& place) const;
    void mark_unsaved(FactId id);
    void load_fact(const std::string& name, const Json& json);

    std::int64_t stale_after_ms_;
    std::shared_ptr<const World> world_;
    Facts facts_;
    std::vector<Entry> entries_;           // by FactId
    std::vector<std::uint64_t> versions_;  // by FactId, over all names that had it
    std::vector<Current> currents_;        // by CurrentId
    std::vector<std::uint64_t> current_versions_;
    std::unordered_map<std::string, FactId> by_name_;
    std::unordered_map<std::string, std::int64_t> heartbeats_;  // by place: heard of last
    std::set<std::string> silent_;                       // places; only while some place is not
    std::unordered_map<std::string, Entry> remembered_;  // by name, until it appears
    std::unordered_map<std::string, std::string> remembered_currents_;
    std::vector<FactId> unsaved_;
    std::vector<CurrentId> unsaved_currents_;
    std::vector<std::string> gone_;  // names whose saved lines must go
};

}  // namespace fairway::world
