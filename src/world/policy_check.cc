// What of docs/steering.md section 8 shows in the documents: loops of nodes, ops without what they
// read, kids that claim the same, and the warnings.
#include <algorithm>

#include "wire/dns/types.h"
#include "world/policy_forest.h"

namespace fairway::world {
namespace {

using model::Child;
using model::Op;
using model::PolicyNode;
using model::Select;

class ForestChecker {
  public:
    ForestChecker(const Forest& forest, Findings& findings)
        : forest_(forest), policy_(*forest.docs[0].policy), findings_(findings) {}

    void errors() {
        find_loops();
        for (std::size_t n = 0; n < policy_.nodes.size(); ++n) {
            if (policy_.nodes[n].select) check_select(n);
        }
    }

    void warnings() {
        find_unreached();
        for (std::size_t n = 0; n < policy_.nodes.size(); ++n) {
            if (!policy_.nodes[n].select) continue;
            warn_weights(n);
            warn_places(n);
            warn_failover(n);
        }
    }

  private:
    const std::vector<ForestNode>& nodes() const { return forest_.docs[0].nodes; }

    // Depth first with the open path; the edge that comes back to it is told, with the path.
    void find_loops() {
        enum : char { kNew, kOpen, kDone };
        std::vector<char> color(nodes().size(), kNew);
        std::vector<std::pair<std::uint32_t, std::size_t>> path;  // node, next kid
        for (std::uint32_t start = 0; start < nodes().size(); ++start) {
            if (color[start] != kNew) continue;
            path.push_back({start, 0});
            color[start] = kOpen;
            while (!path.empty()) {
                auto& [node, next] = path.back();
                if (next == nodes()[node].kids.size()) {
                    color[node] = kDone;
                    path.pop_back();
                    continue;
                }
                const std::size_t c = next++;
                const ForestNode::Kid& kid = nodes()[node].kids[c];
                if (kid.doc != 0) continue;
                if (color[kid.node] == kOpen) tell_loop(path, node, c, kid.node);
                if (color[kid.node] == kNew) {
                    color[kid.node] = kOpen;
                    path.push_back({kid.node, 0});
                }
            }
        }
    }

    void tell_loop(const std::vector<std::pair<std::uint32_t, std::size_t>>& path,
                   std::uint32_t node, std::size_t c, std::uint32_t back_to) {
        std::string text;
        bool inside = false;
        for (const auto& [on_path, next] : path) {
            inside = inside || on_path == back_to;
            if (inside) text += policy_.nodes[on_path].name + " -> ";
        }
        findings_.error(policy_.nodes[node].children[c].target_pos, child_field(node, c) + ".node",
                        "the nodes form a loop: " + text + policy_.nodes[back_to].name,
                        "let no node reach itself");
    }

    void check_select(std::size_t n) {
        const PolicyNode& node = policy_.nodes[n];
        const Select& select = *node.select;
        if (node.children.empty()) {
            findings_.error(node.pos, node_field(n) + ".children", "a select without children",
                            "name at least one");
        }
        if (select.need.form == model::Need::Form::kPerFamily) {
            for (const std::uint16_t type : forest_.types) {
                if (type == 1 || type == 28) continue;
                findings_.error(select.pos, node_field(n) + ".select.need",
                                "need per family where the type is neither A nor AAAA",
                                "a count or a percentage");
            }
        }
        if (select.non_preemptive && select.op != Op::kPriority) {
            findings_.error(select.pos, node_field(n) + ".select.nonPreemptive",
                            "only op priority has a current choice", "take it out");
        }
        if (select.op == Op::kLatency || select.op == Op::kProximity) check_places(n);
        if (select.op == Op::kMatch) check_keys(n);
        if (select.op == Op::kCidr) check_cidrs(n);
        if (select.op == Op::kRange) check_ranges(n);
    }

    void check_places(std::size_t n) {
        const PolicyNode& node = policy_.nodes[n];
        const bool latency = node.select->op == Op::kLatency;
        for (std::size_t c = 0; c < node.children.size(); ++c) {
            const ForestNode::Kid& kid = nodes()[n].kids[c];
            if (kid.names_region || kid.doc == ForestNode::Kid::kUnknown) continue;
            if (!latency && node.children[c].coordinates) continue;
            findings_.error(
                node.children[c].pos, child_field(n, c) + ".region",
                latency ? "op latency without a region" : "op proximity without a place",
                latency ? "name the Region here or on the node"
                        : "give coordinates, or a region here or on the node");
        }
    }

    void check_keys(std::size_t n) {
        const PolicyNode& node = policy_.nodes[n];
        const bool lines = node.select->key == model::MatchKey::kLine;
        std::map<std::string, std::pair<std::size_t, std::string>> owner;  // and as it writes it
        for (std::size_t c = 0; c < node.children.size(); ++c) {
            const Child& child = node.children[c];
            if (child.match.empty()) {
                findings_.error(child.pos, child_field(n, c) + ".match",
                                "op match without a key: this kid is never taken",
                                "name its places; \"*\" is every place");
            }
            for (std::size_t m = 0; m < child.match.size(); ++m) {
                const std::string& key = child.match[m];
                const model::Pos pos = m < child.match_pos.size() ? child.match_pos[m] : child.pos;
                const std::string field = child_field(n, c) + ".match[" + std::to_string(m) + "]";
                check_key(key, lines, pos, field);
                const auto [at, first] =
                    owner.emplace(lines && key == "line/default" ? "*" : key, std::pair(c, key));
                const auto& [other, written] = at->second;
                if (first || other == c) continue;
                findings_.error(pos, field,
                                "\"" + key + "\" is claimed by " + child_field(n, other) +
                                    " already" + (written == key ? "" : ", as \"" + written + "\""),
                                "give each key to one kid");
            }
        }
    }

    void check_key(const std::string& key, bool lines, model::Pos pos, const std::string& field) {
        if (key == "*" || key.starts_with("line/") == lines) {
            const bool place = key == "*" || lines || key.starts_with("continent/") ||
                               key.starts_with("country/") || key.starts_with("subdivision/") ||
                               key.starts_with("group/");
            if (place) return;
        }
        findings_.error(pos, field, "\"" + key + "\" is no " + (lines ? "line" : "place"),
                        lines ? "line/NAME or \"*\""
                              : "continent/NA, country/US, subdivision/US-CA, group/NAME or \"*\"");
    }

    void check_cidrs(std::size_t n) {
        const PolicyNode& node = policy_.nodes[n];
        std::map<Cidr, std::size_t> owner;
        for (std::size_t c = 0; c < node.children.size(); ++c) {
            const Child& child = node.children[c];
            for (std::size_t i = 0; i < child.cidrs.size(); ++i) {
                const auto [at, first] = owner.emplace(child.cidrs[i], c);
                if (first || at->second == c) continue;
                findings_.error(i < child.cidr_pos.size() ? child.cidr_pos[i] : child.pos,
                                child_field(n, c) + ".cidrs[" + std::to_string(i) + "]",
                                child.cidrs[i].text() + " is claimed by " +
                                    child_field(n, at->second) + " already",
                                "give each prefix to one kid");
            }
        }
        check_some(n, !owner.empty(), "cidrs", "op cidr without any prefix");
    }

    void check_ranges(std::size_t n) {
        const PolicyNode& node = policy_.nodes[n];
        struct Claim {
            const model::AddressRange* range;
            std::size_t child, index;
        };
        std::vector<Claim> claims;
        for (std::size_t c = 0; c < node.children.size(); ++c) {
            const auto& ranges = node.children[c].ranges;
            for (std::size_t i = 0; i < ranges.size(); ++i) {
                claims.push_back({&ranges[i], c, i});
                if (ranges[i].last < ranges[i].first ||
                    ranges[i].first.family != ranges[i].last.family) {
                    findings_.error(ranges[i].pos,
                                    child_field(n, c) + ".ranges[" + std::to_string(i) + "]",
                                    "ends before it begins", "first and last of one family");
                }
            }
        }
        check_some(n, !claims.empty(), "ranges", "op range without any range");
        std::stable_sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
            return a.range->first < b.range->first;
        });
        // Of those that began before, the one that ends last overlaps if any does; of one kid's own
        // and others' ranges both ends are kept apart.
        const Claim* farthest = nullptr;
        const Claim* farthest_other = nullptr;  // of another child than `farthest`
        for (const Claim& claim : claims) {
            for (const Claim* before : {farthest, farthest_other}) {
                if (!before || before->child == claim.child) continue;
                if (before->range->last < claim.range->first) continue;
                findings_.error(
                    claim.range->pos,
                    child_field(n, claim.child) + ".ranges[" + std::to_string(claim.index) + "]",
                    "overlaps " + child_field(n, before->child) + ".ranges[" +
                        std::to_string(before->index) + "]",
                    "give each address to one kid");
                break;
            }
            if (!farthest || farthest->range->last < claim.range->last) {
                if (farthest && farthest->child != claim.child) farthest_other = farthest;
                farthest = &claim;
            } else if (claim.child != farthest->child &&
                       (!farthest_other || farthest_other->range->last < claim.range->last)) {
                farthest_other = &claim;
            }
        }
    }

    void check_some(std::size_t n, bool any, const char* what, const char* fault) {
        if (any || policy_.nodes[n].children.empty()) return;
        findings_.error(policy_.nodes[n].pos, node_field(n) + ".children", fault,
                        std::string("give at least one kid ") + what);
    }

    void find_unreached() {
        std::vector<bool> reached(nodes().size(), false);
        std::vector<std::uint32_t> open{forest_.docs[0].root};
        reached[open[0]] = true;
        while (!open.empty()) {
            const std::uint32_t node = open.back();
            open.pop_back();
            for (const ForestNode::Kid& kid : nodes()[node].kids) {
                if (kid.doc != 0 || reached[kid.node]) continue;
                reached[kid.node] = true;
                open.push_back(kid.node);
            }
        }
        for (std::size_t n = 0; n < reached.size(); ++n) {
            if (reached[n]) continue;
            findings_.warning(policy_.nodes[n].pos, node_field(n),
                              "node \"" + policy_.nodes[n].name + "\" is reached from nowhere",
                              "name it as a child, or take it out");
        }
    }

    void warn_weights(std::size_t n) {
        const PolicyNode& node = policy_.nodes[n];
        if (node.select->op != Op::kWeight || node.children.empty()) return;
        for (const Child& child : node.children) {
            if (child.weight != 0) return;
        }
        findings_.warning(
            node.pos, node_field(n) + ".children",
            "all weights are zero: " + std::string(node.select->zero == model::Zero::kNever
                                                       ? "no kid is ever taken"
                                                       : "the kids are drawn alike"),
            "give at least one a weight");
    }

    void warn_places(std::size_t n) {
        const PolicyNode& node = policy_.nodes[n];
        if (node.select->op != Op::kProximity) return;
        for (std::size_t c = 0; c < node.children.size(); ++c) {
            const Child& child = node.children[c];
            const ForestNode::Kid& kid = nodes()[n].kids[c];
            if (child.coordinates || kid.has_coordinates) continue;
            findings_.warning(child.region.empty() ? child.pos : child.region_pos,
                              child_field(n, c) + ".region",
                              "op proximity by a Region without coordinates: this kid comes last",
                              "give the Region coordinates, or the child");
        }
    }

    void warn_failover(std::size_t n) {
        const PolicyNode& node = policy_.nodes[n];
        if (node.select->op != Op::kPriority || node.children.empty()) return;
        std::int32_t last = node.children[0].priority;
        for (const Child& child : node.children) last = std::max(last, child.priority);
        for (std::size_t c = 0; c < node.children.size(); ++c) {
            const Child& child = node.children[c];
            const ForestNode::Kid& kid = nodes()[n].kids[c];
            if (child.priority == last || child.admin != model::Admin::kOn) continue;
            if (can_fail(kid.doc, kid.node)) continue;
            findings_.warning(child.pos, child_field(n, c),
                              "failover without a check: nothing tells when \"" +
                                  (child.node.empty() ? child.policy : child.node) + "\" is down",
                              "give it a HealthCheck or RoutingControl under gates");
        }
    }

    // May anything that is told make this node not live? Loops and depth were refused before.
    bool can_fail(std::uint32_t doc, std::uint32_t index) const {
        const PolicyNode& node = forest_.declared(doc, index);
        if (node.admin != model::Admin::kOn) return true;
        if (node.leaf && node.leaf->health != model::ForcedHealth::kNone) return true;
        if (!node.gates.empty()) return true;
        if (node.leaf) return node.leaf->service.has_value();
        if (node.select && !node.select->propagate) return false;
        const auto& kids = forest_.docs[doc].nodes[index].kids;
        return std::any_of(kids.begin(), kids.end(), [this](const ForestNode::Kid& kid) {
            return can_fail(kid.doc, kid.node);
        });
    }

    const Forest& forest_;
    const model::TrafficPolicy& policy_;
    Findings& findings_;
};

}  // namespace

void check_forest(const Forest& forest, Findings& findings) {
    ForestChecker(forest, findings).errors();
}

void warn_forest(const Forest& forest, Findings& findings) {
    ForestChecker(forest, findings).warnings();
}

}  // namespace fairway::world
