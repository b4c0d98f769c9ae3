// FactKeeper: the first copy of the Facts, with where each comes from. Takes new Worlds, probe
// reports, switch moves and told verdicts; gives the flips that every shard must hear. Owned by the
// control thread. Time is passed in, never read. Known by name over restarts: ids may differ then.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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
    // A probed fact is stale when neither a report nor its place's digest came for so long.
    explicit FactKeeper(std::int64_t stale_after_ms = 30'000) : stale_after_ms_(stale_after_ms) {}

    // A new World: facts appear with what is remembered of them, else with their initial value.
    Flips on_world(const WorldChange& change, std::int64_t now_ms);
    Flips on_report(const ProbeReport& report, std::int64_t now_ms);
    // The probers of a place say that nothing else has changed there.
    void on_digest(const std::string& place, std::int64_t now_ms) { digests_[place] = now_ms; }
    // Nothing flips if a higher version was told before. Error: not a switch nor an External check.
    Result<Flips> tell(FactId id, const Told& told);
    // A non-preemptive node's kid was chosen. Kept by the kid's name.
    Flips choose(CurrentId id, std::uint32_t kid);

    const Facts& facts() const { return facts_; }
    // "HealthCheck/default/eu-web", "RoutingControl/default/eu-on"; unknown if there is none.
    FactId find(std::string_view name) const;
    FactStanding standing(FactId id, std::int64_t now_ms) const;

    // All that a restart must know, as JSON. Of load(): before the first on_world().
    std::string save() const;
    Status load(std::string_view json);

  private:
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

    std::int64_t stale_after_ms_;
    std::shared_ptr<const World> world_;
    Facts facts_;
    std::vector<Entry> entries_;           // by FactId
    std::vector<std::uint64_t> versions_;  // by FactId, over all names that had it
    std::vector<Current> currents_;        // by CurrentId
    std::vector<std::uint64_t> current_versions_;
    std::unordered_map<std::string, FactId> by_name_;
    std::unordered_map<std::string, std::int64_t> digests_;  // by place
    std::unordered_map<std::string, Entry> remembered_;      // by name, until it appears
    std::unordered_map<std::string, std::string> remembered_currents_;
};

}  // namespace fairway::world
