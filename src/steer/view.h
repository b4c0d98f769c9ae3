// View: one tree as one query sees it under given Facts: who is live, present, in which tier, and
// which kids each select keeps (docs/steering.md sections 3 and 4.1-4.5). Read straight from Facts;
// the exact and the table form stand on it. Made on the stack for one question.
#pragma once

#include <vector>

#include "steer/exact.h"
#include "steer/measure.h"

namespace fairway::steer {

// What a select keeps for its draw.
struct Kept {
    std::vector<world::NodeIndex> kids;  // by name; empty: nothing is answered, with `rcode`
    bool last_resort = false;            // kept by `open` or `first`
    Outcome rcode = Outcome::kNoData;
};

inline Outcome outcome_of(model::Empty empty) {
    return empty == model::Empty::kNxDomain ? Outcome::kNxDomain : Outcome::kNoData;
}

// What a leaf may answer: values or endpoints, as Pick::value.
struct LeafPool {
    std::vector<std::uint32_t> values;  // of the query's family
    std::size_t drawn_from = 0;         // with those of the other family, which the draw may hit
    std::size_t draw = 0;               // how many are drawn from them
};

class View {
  public:
    View(const world::World& world, const world::Facts& facts, const world::PolicyPart& part,
         const Query& query);

    const std::vector<NodeTrace>& nodes() const { return nodes_; }
    const world::PolicyPart& part() const { return part_; }
    const world::World& world() const { return world_; }
    const Query& query() const { return query_; }
    const Kept& kept(world::NodeIndex node) const { return kept_[node]; }
    LeafPool pool(world::NodeIndex leaf) const;
    std::string text(const Pick& pick) const;

    // The first tier with a live kid, its live kids by name; used for current choices too.
    std::vector<world::NodeIndex> first_live_tier(world::NodeIndex node) const;

  private:
    void judge(world::NodeIndex index);
    void judge_kids(world::NodeIndex index);
    Reason reason_of_leaf(world::NodeIndex index) const;
    Reason reason_of_select(world::NodeIndex index) const;
    bool endpoint_live(const world::ServicePart& service, const world::EndpointPart& e) const;
    bool in_leaf(const world::Node& leaf, const world::EndpointPart& e) const;
    bool of_family(const world::EndpointPart& e) const;
    Kept keep(world::NodeIndex index) const;

    const world::World& world_;
    const world::Facts& facts_;
    const world::PolicyPart& part_;
    const Query& query_;
    std::vector<NodeTrace> nodes_;
    std::vector<Kept> kept_;
    std::vector<double> rank_;  // of each kid in its parent
    std::vector<std::uint8_t> applicable_;
};

}  // namespace fairway::steer
