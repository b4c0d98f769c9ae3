#include "steer/current.h"

#include "steer/view.h"

namespace fairway::steer {

std::vector<world::CurrentChoice> next_currents(const world::World& world,
                                                const world::Facts& facts, world::PolicyId policy) {
    std::vector<world::CurrentChoice> out;
    const world::PolicyPart* part = world.policies.at(policy.value);
    if (!part) return out;
    // No query changes the health of kids below a current choice (checked at compile).
    const Query nobody;
    const View view(world, facts, *part, nobody);
    for (world::NodeIndex i = 0; i < part->nodes.size(); ++i) {
        const world::Node& node = part->nodes[i];
        if (node.is_leaf || !node.current.known()) continue;
        const std::uint32_t now = facts.current(node.current);
        if (now < node.kid_count && view.nodes()[node.first_kid + now].live) continue;
        const auto tier = view.first_live_tier(i);
        if (tier.empty()) continue;
        out.push_back({node.current, tier.front() - node.first_kid, 0});
    }
    return out;
}

}  // namespace fairway::steer
