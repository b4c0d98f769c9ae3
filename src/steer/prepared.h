// What a shard prepares for deciding: live flags and counts up each tree, kept kids and weight sums
// of the nodes that no query changes, lookups for those that one does. Owned by State; one shard.
#pragma once

#include <memory>
#include <vector>

#include "steer/decide.h"
#include "steer/lookup.h"
#include "steer/measure.h"

namespace fairway::steer {

// The endpoints of one service that leaves of one region and family may answer.
struct ServiceView {
    world::RegionId region;  // unknown: every region
    bool v4 = true, v6 = true;
    std::vector<std::uint32_t> live, open;  // live; all that are not terminating. By endpoint index
    bool takes(const world::EndpointPart& e) const {
        if (region.known() && e.region != region) return false;
        return e.address.is_v4() ? v4 : v6;
    }
    std::vector<std::uint32_t>& drawn_from() { return live.empty() ? open : live; }
};

class ServiceState {
  public:
    void publish(std::shared_ptr<const world::ServicePart> part, const world::Facts& facts);
    // Judges one endpoint anew; true if some view began or ceased to have live ones.
    bool refresh(std::uint32_t endpoint, const world::Facts& facts);
    void refresh_all(const world::Facts& facts);
    ServiceView* view(world::RegionId region, bool v4, bool v6);
    const world::ServicePart* part() const { return part_.get(); }

  private:
    void fill(ServiceView& view) const;
    bool judge(const world::EndpointPart& e, const world::Facts& facts) const;

    std::shared_ptr<const world::ServicePart> part_;
    std::vector<std::uint8_t> live_;
    std::vector<std::unique_ptr<ServiceView>> views_;
};

// How a select comes to its kept kids.
enum class Plan : std::uint8_t {
    kLeaf,
    kKept,    // no query changes it: prepared
    kGroups,  // latency, proximity over kids whose health no query changes: live lists by place
    kAsked,   // worked out for each query
};

struct NodeState {
    double rank = 0;  // as a kid, where no query changes it
    std::uint32_t weight = 1;
    std::uint32_t down = 0;       // own gates that are down, and the region
    std::uint32_t live_kids = 0;  // of those whose health no query changes
    std::uint32_t kids = 0;       // present, of the same
    std::uint32_t kept_size = 0;  // Plan::kKept
    std::uint32_t lookup = 0;     // in groups, keys or spans; of a leaf: in leaves
    std::uint32_t group = 0;      // as a kid: in its parent's groups
    Plan plan = Plan::kLeaf;
    bool asked = false;   // live() depends on the query
    bool present = true;  // as far as no query changes it
    bool stopped = false;
    bool live = false;                 // if not `asked`; false if not present
    bool last_resort = false;          // Plan::kKept
    Outcome rcode = Outcome::kNoData;  // with no kid kept
};

struct LeafState {
    std::uint32_t values_at = 0, values_size = 0;  // in PolicyState::values
    ServiceView* service = nullptr;
};

// Kids of a latency or proximity node that stand at one place, so always in one tier.
struct Group {
    std::uint32_t at = 0, size = 0;  // in `order`; the live ones in `kept`, from the same place
    std::uint32_t live = 0;
};
struct GroupPlan {
    std::vector<Group> groups;
    // For each Region of clients: the groups in order, and their ranks. Empty: too many to hold.
    std::vector<std::uint32_t> sorted;
    std::vector<double> ranks;
};

// One policy as one shard sees it.
class PolicyState {
  public:
    using Services = std::vector<std::unique_ptr<ServiceState>>;

    PolicyState(std::shared_ptr<const world::PolicyPart> part, const world::World& world,
                const world::Facts& facts, Services& services);

    // Something that this node reads has changed: judges it anew and then up the tree.
    void refresh(world::NodeIndex node, const world::Facts& facts);
    void refresh_all(const world::Facts& facts);
    // Chooses the kept kids of one node anew (its current choice has changed).
    void keep(world::NodeIndex node, const world::Facts& facts);
    bool reads_regions() const { return reads_regions_; }

    const world::PolicyPart& part() const { return *part_; }

    std::vector<NodeState> nodes;
    std::vector<world::NodeIndex> order;     // kids of each node by name, from its first_kid
    std::vector<world::NodeIndex> kept;      // kept kids of each node, from its first_kid
    std::vector<std::uint64_t> sums;         // of their weights
    std::vector<std::uint64_t> name_hashes;  // if some node hashes
    std::vector<std::uint32_t> values;       // of leaves, of the query's family
    std::vector<LeafState> leaves;
    std::vector<GroupPlan> groups;
    std::vector<KeyIndex> keys;
    std::vector<SpanIndex> spans;
    Edges edges;
    bool needs_region = false;  // ECS scope: the bits that told the Region
    bool needs_client = false;  // ECS scope: all bits
    bool may_repeat = false;    // two draws may give the same answer

  private:
    void prepare(world::NodeIndex index, const world::World& world, Services& services);
    void prepare_leaf(world::NodeIndex index, Services& services);
    void prepare_groups(world::NodeIndex index, const world::World& world);
    void sort_groups(GroupPlan& plan, const world::Node& node, const world::World& world);
    void find_repeats();
    bool judge(world::NodeIndex index, const world::Facts& facts);
    void regroup(world::NodeIndex node, std::uint32_t group);

    std::shared_ptr<const world::PolicyPart> part_;
    bool reads_regions_ = false;
};

struct State::Prepared {
    std::shared_ptr<const world::World> world;
    world::Facts facts;
    std::vector<std::uint64_t> versions;                   // by FactId
    std::vector<std::uint64_t> current_versions;           // by CurrentId
    std::vector<world::FactUsers::NodeUse> current_users;  // by CurrentId
    std::vector<std::unique_ptr<PolicyState>> policies;
    PolicyState::Services services;

    // Room to work for one decision, as large as the largest policy and service need.
    mutable std::vector<world::NodeIndex> asked;  // kids under consideration, from first_kid
    mutable std::vector<double> asked_ranks;
    mutable std::vector<world::NodeIndex> asked_kept;  // kids kept for this query
    mutable std::vector<std::uint32_t> undo;
    mutable std::vector<std::uint8_t> drawn;  // ordered: kids that have had their turn

    PolicyState* policy(world::PolicyId id) const {
        return id.value < policies.size() ? policies[id.value].get() : nullptr;
    }
};

}  // namespace fairway::steer
