#include "steer/exact.h"

#include <algorithm>

#include "steer/first.h"
#include "steer/outcomes.h"
#include "steer/view.h"

namespace fairway::steer {
namespace {

using world::Node;
using world::NodeIndex;

// What a node answers nothing with, and how likely that is.
struct Emptiness {
    Fraction no_data, nx_domain;
    Fraction all() const { return no_data + nx_domain; }
    void add(Outcome outcome, const Fraction& p) {
        (outcome == Outcome::kNxDomain ? nx_domain : no_data) += p;
    }
};

// Walks the kids that are kept, from the root down.
class Walk {
  public:
    Walk(const View& view, Distribution& out) : view_(view), part_(view.part()), out_(out) {
        turn_.resize(part_.nodes.size());
        empty_.resize(part_.nodes.size());
    }

    void run() {
        const Node& root = part_.nodes[0];
        if (root.admin != model::Admin::kOn) {
            out_.nx_domain = Fraction(root.admin == model::Admin::kOff ? 1 : 0);
            out_.no_data = Fraction(root.admin == model::Admin::kOff ? 0 : 1);
            return;
        }
        visit(0);
        out_.no_data = empty_[0].no_data;
        out_.nx_domain = empty_[0].nx_domain;
        spread(0, Fraction(1), part_.ttl);
    }

  private:
    void visit(NodeIndex index);
    void visit_leaf(NodeIndex index);
    void spread(NodeIndex index, const Fraction& reach, std::uint32_t ttl);
    void spread_leaf(NodeIndex index, const Fraction& reach, std::uint32_t ttl);

    const View& view_;
    const world::PolicyPart& part_;
    Distribution& out_;
    std::vector<Fraction> turn_;  // of a kept kid: its chance that its answer would come first
    std::vector<Emptiness> empty_;
};

// Bottom up: each node's chance to answer nothing, each kept kid's turn.
void Walk::visit(NodeIndex index) {
    const Node& node = part_.nodes[index];
    if (node.is_leaf) return visit_leaf(index);
    const Kept& kept = view_.kept(index);
    if (kept.kids.empty()) return empty_[index].add(kept.rcode, Fraction(1));
    std::vector<Fraction> empty;
    for (NodeIndex k : kept.kids) {
        if (part_.nodes[k].admin == model::Admin::kStopped) {
            empty_[k].add(Outcome::kNoData, Fraction(1));
        } else {
            visit(k);
        }
        empty.push_back(empty_[k].all());
    }
    const FirstChances first = first_chances(view_, index, empty);
    out_.approximate |= first.approximate;
    for (std::size_t i = 0; i < kept.kids.size(); ++i) turn_[kept.kids[i]] = first.turn[i];
    if (draws_several(node, kept.kids.size())) {
        return empty_[index].add(outcome_of(part_.nodes[0].empty), first.nobody);
    }
    for (std::size_t i = 0; i < kept.kids.size(); ++i) {
        empty_[index].no_data += first.turn[i] * empty_[kept.kids[i]].no_data;
        empty_[index].nx_domain += first.turn[i] * empty_[kept.kids[i]].nx_domain;
    }
}

void Walk::visit_leaf(NodeIndex index) {
    const LeafPool pool = view_.pool(index);
    if (pool.values.empty()) return empty_[index].add(Outcome::kNoData, Fraction(1));
    // With family: after, the draw may hit only endpoints of the other family.
    Fraction none(1);
    const std::size_t others = pool.drawn_from - pool.values.size();
    for (std::size_t i = 0; i < pool.draw && !none.is_zero(); ++i) {
        none *= Fraction(others > i ? others - i : 0, pool.drawn_from - i);
    }
    empty_[index].add(Outcome::kNoData, none);
}

// Top down: shares are the products of the turns.
void Walk::spread(NodeIndex index, const Fraction& reach, std::uint32_t ttl) {
    const Node& node = part_.nodes[index];
    out_.nodes[index].share = reach * (Fraction(1) - empty_[index].all());
    ttl = std::min(ttl, node.ttl);
    if (node.is_leaf) return spread_leaf(index, reach, ttl);
    const Kept& kept = view_.kept(index);
    out_.last_resort |= kept.last_resort;
    for (NodeIndex k : kept.kids) {
        const bool drawn = !turn_[k].is_zero() || draws_several(node, kept.kids.size());
        if (drawn && part_.nodes[k].admin != model::Admin::kStopped) {
            spread(k, reach * turn_[k], ttl);
        }
    }
}

void Walk::spread_leaf(NodeIndex index, const Fraction& reach, std::uint32_t ttl) {
    const LeafPool pool = view_.pool(index);
    const Fraction share = out_.nodes[index].share;
    if (share.is_zero()) return;
    const Fraction each = share / Fraction(pool.values.size());
    (void)reach;
    for (std::uint32_t value : pool.values) {
        out_.approximate |= each.approximate();
        out_.shares.push_back({index, value, view_.text({index, value}), each, ttl});
    }
}

}  // namespace

const char* reason_text(Reason reason) {
    switch (reason) {
        case Reason::kLive:
            return "live";
        case Reason::kOff:
            return "off";
        case Reason::kStopped:
            return "stopped";
        case Reason::kNotMatched:
            return "not for this client";
        case Reason::kForcedDown:
            return "declared down";
        case Reason::kRegionDown:
            return "region down";
        case Reason::kGateDown:
            return "check or switch down";
        case Reason::kTooFewKids:
            return "too few live children";
        case Reason::kNoEndpoint:
            return "no live endpoint";
        case Reason::kZeroNever:
            return "weight 0";
    }
    return "?";
}

Distribution distribute(const world::World& world, const world::Facts& facts,
                        world::PolicyId policy, const Query& query) {
    Distribution out;
    const world::PolicyPart* part = world.policies.at(policy.value);
    if (!part || part->nodes.empty()) {
        out.no_data = Fraction(1);
        return out;
    }
    const View view(world, facts, *part, query);
    out.nodes = view.nodes();
    out.scope = scope_of(*part, query);
    Walk(view, out).run();
    list_outcomes(view, out);
    out.approximate |= out.no_data.approximate() || out.nx_domain.approximate();
    return out;
}

}  // namespace fairway::steer
