// From the forest to the flat tree of one query type: breadth first, so that kids are contiguous.
#include <algorithm>

#include "base/limits.h"
#include "base/metrics.h"
#include "wire/dns/types.h"
#include "world/policy_forest.h"

namespace fairway::world {
namespace {

using model::Admin;
using model::Child;
using model::FamilyRule;
using model::Op;
using model::PolicyNode;

constexpr auto kAaaa = static_cast<std::uint16_t>(wire::dns::Type::kAaaa);
constexpr std::uint32_t kNone = 0xFFFFFFFFu;

unsigned bits_of(const Cidr& cidr) {
    return cidr.mapped_length();
}

class Expander {
  public:
    Expander(CompilerState& state, const Forest& forest, std::uint16_t qtype, Findings& findings)
        : state_(state), forest_(forest), findings_(findings) {
        const model::TrafficPolicy& policy = *forest.docs[0].policy;
        before_ = policy.family == FamilyRule::kBefore;
        part_->policy_ns = policy.meta.key.ns;
        part_->policy_name = policy.meta.key.name;
        part_->name = part_->policy_ns + "/" + part_->policy_name;
        part_->qtype = qtype;
        part_->filter_family = policy.family == FamilyRule::kAfter;
        part_->stickiness = policy.stickiness;
        part_->ttl = policy.ttl;
        part_->hostnames = policy.hostnames;
        for (const Doc& doc : forest.docs) placed_.emplace_back(doc.nodes.size());
    }

    Expanded run() {
        const Doc& outer = forest_.docs[0];
        add_node({0, outer.root, 0}, outer.policy->root);
        for (NodeIndex n = 0; n < part_->nodes.size(); ++n) {
            if (!part_->nodes[n].is_leaf && !add_kids(n)) return {};
        }
        for (NodeIndex n = static_cast<NodeIndex>(part_->nodes.size()); n-- > 1;) {
            Node& parent = part_->nodes[part_->nodes[n].parent];
            parent.query_dependent |= part_->nodes[n].query_dependent;
        }
        if (!check_currents()) return {};
        return {part_, std::move(currents_)};
    }

  private:
    struct Origin {
        std::uint32_t doc, node, depth;
    };
    // What of a declared node is in the part already.
    struct Placed {
        std::uint32_t gates_at = kNone, answers = kNone;
    };

    bool has_family(const ForestNode& node) const {
        if (node.answers.types.empty()) return true;
        return std::find(node.answers.types.begin(), node.answers.types.end(), part_->qtype) !=
               node.answers.types.end();
    }

    bool add_kids(NodeIndex at) {
        const Origin origin = origins_[at];
        const PolicyNode& declared = forest_.declared(origin.doc, origin.node);
        const auto& kids = forest_.docs[origin.doc].nodes[origin.node].kids;
        part_->nodes[at].first_kid = static_cast<NodeIndex>(part_->nodes.size());
        for (std::size_t c = 0; c < kids.size(); ++c) {
            const Child& child = declared.children[c];
            const ForestNode& target = forest_.docs[kids[c].doc].nodes[kids[c].node];
            if (before_ && forest_.declared(kids[c].doc, kids[c].node).leaf &&
                !has_family(target)) {
                continue;
            }
            if (!within_limits(at, child)) return false;
            const NodeIndex kid = add_node({kids[c].doc, kids[c].node, origin.depth + 1},
                                           child.node.empty() ? child.policy : child.node);
            add_entry(at, kid, child, kids[c].region, declared.select->op);
        }
        part_->nodes[at].kid_count =
            static_cast<std::uint32_t>(part_->nodes.size()) - part_->nodes[at].first_kid;
        return true;
    }

    // Of the entry `child` of the node `at`; inside another policy, of the entry that names that
    // one.
    model::Pos place_of(NodeIndex at, const Child& child) const {
        if (origins_[at].doc == 0) return child.pos;
        NodeIndex below = at;
        for (; origins_[at].doc != 0; at = part_->nodes[at].parent) below = at;
        for (const Child& outer : forest_.declared(0, origins_[at].node).children) {
            if (outer.policy == part_->names[part_->nodes[below].name]) return outer.target_pos;
        }
        return {};
    }

    bool within_limits(NodeIndex at, const Child& child) {
        if (origins_[at].depth >= kPolicyDepthMax) {
            limit_hit(Limit::kPolicyDepth);
            findings_.error(place_of(at, child), "spec.nodes",
                            "deeper than " + std::to_string(kPolicyDepthMax) + " levels",
                            "flatten the tree");
            return false;
        }
        if (part_->nodes.size() >= kPolicyNodesMax) {
            limit_hit(Limit::kPolicyNodes);
            findings_.error({}, "spec.nodes",
                            "more than " + std::to_string(kPolicyNodesMax) +
                                " nodes when every shared node stands where it is named",
                            "share fewer nodes");
            return false;
        }
        return true;
    }

    NodeIndex add_node(const Origin& origin, const std::string& name) {
        const PolicyNode& declared = forest_.declared(origin.doc, origin.node);
        const ForestNode& resolved = forest_.docs[origin.doc].nodes[origin.node];
        Placed& placed = placed_[origin.doc][origin.node];
        Node node;
        node.admin = declared.admin;
        node.region = resolved.region;
        node.kid_region = resolved.region;
        if (declared.ttl) node.ttl = *declared.ttl;
        node.name = place_name(name);
        if (placed.gates_at == kNone) {
            placed.gates_at = static_cast<std::uint32_t>(part_->gates.size());
            part_->gates.insert(part_->gates.end(), resolved.gates.begin(), resolved.gates.end());
        }
        node.gates_at = placed.gates_at;
        node.gates_size = static_cast<std::uint32_t>(resolved.gates.size());
        if (declared.leaf) {
            fill_leaf(node, *declared.leaf, resolved, placed);
        } else {
            fill_select(node, *declared.select);
        }
        const auto at = static_cast<NodeIndex>(part_->nodes.size());
        part_->nodes.push_back(node);
        origins_.push_back(origin);
        return at;
    }

    void fill_leaf(Node& node, const model::Leaf& leaf, const ForestNode& resolved,
                   Placed& placed) {
        node.is_leaf = true;
        node.forced = leaf.health;
        if (leaf.service) {
            node.service = resolved.service;
            node.service_region = resolved.service_region;
            node.max_answers = leaf.service->max_answers;
            return;
        }
        if (placed.answers == kNone) {
            placed.answers = static_cast<std::uint32_t>(part_->answers.size());
            part_->answers.push_back(answers_of(resolved.answers));
        }
        node.answers = placed.answers;
    }

    AnswerSet answers_of(const AnswerSet& declared) const {
        if (declared.types.empty() || part_->filter_family) return declared;
        AnswerSet out;
        out.type = part_->qtype;
        for (std::size_t i = 0; i < declared.rdata.size(); ++i) {
            if (declared.types[i] != part_->qtype) continue;
            out.rdata.push_back(declared.rdata[i]);
            out.text.push_back(declared.text[i]);
        }
        return out;
    }

    void fill_select(Node& node, const model::Select& select) {
        node.op = select.op;
        node.draw = select.draw;
        node.key = select.key;
        node.zero = select.zero;
        node.last = select.last;
        node.empty = select.empty;
        node.no_match = select.no_match;
        node.pinned = select.pinned;
        node.propagate = select.propagate;
        node.k = select.k;
        switch (select.need.form) {
            case model::Need::Form::kCount:
                node.need = select.need.count;
                break;
            case model::Need::Form::kPercent:
                node.need_percent = true;
                node.need = select.need.percent;
                break;
            case model::Need::Form::kPerFamily:
                node.need = part_->qtype == kAaaa ? select.need.ipv6 : select.need.ipv4;
                break;
        }
        const Op op = select.op;
        node.query_dependent = op == Op::kMatch || op == Op::kCidr || op == Op::kRange;
        part_->location_dependent |=
            node.query_dependent || op == Op::kLatency || op == Op::kProximity || op == Op::kHash;
    }

    // What the child entry says of its kid.
    void add_entry(NodeIndex parent, NodeIndex at, const Child& child, RegionId region, Op op) {
        Node& node = part_->nodes[at];
        node.parent = parent;
        node.ttl = std::min(node.ttl, part_->nodes[parent].ttl);
        node.admin = stricter(node.admin, child.admin);
        node.weight = child.weight;
        node.priority = child.priority;
        node.bias = static_cast<std::int16_t>(child.bias);
        node.kid_region = region;
        if (op == Op::kProximity) {
            place_coordinates(node, child, region);
        } else if (op == Op::kMatch) {
            node.keys_at = static_cast<std::uint32_t>(part_->keys.size());
            for (const std::string& key : child.match)
                part_->keys.push_back(state_.keys.intern(key));
            node.keys_size = static_cast<std::uint32_t>(child.match.size());
        } else if (op == Op::kCidr || op == Op::kRange) {
            node.spans_at = static_cast<std::uint32_t>(part_->spans.size());
            for (const Cidr& cidr : child.cidrs) {
                if (op != Op::kCidr) break;
                part_->spans.push_back(
                    {cidr.base, cidr.last(), static_cast<std::uint8_t>(bits_of(cidr))});
            }
            for (const model::AddressRange& range : child.ranges) {
                if (op != Op::kRange) break;
                part_->spans.push_back({range.first, range.last, 0});
            }
            node.spans_size = static_cast<std::uint32_t>(part_->spans.size()) - node.spans_at;
        }
    }

    void place_coordinates(Node& node, const Child& child, RegionId region) {
        std::optional<model::Coordinates> place = child.coordinates;
        if (!place && region.known())
            place = state_.next.regions->regions[region.value].coordinates;
        if (!place) return;
        node.coordinates = static_cast<std::uint32_t>(part_->coordinates.size());
        part_->coordinates.push_back(*place);
    }

    static Admin stricter(Admin a, Admin b) {
        if (a == Admin::kOff || b == Admin::kOff) return Admin::kOff;
        return a == Admin::kStopped || b == Admin::kStopped ? Admin::kStopped : Admin::kOn;
    }

    std::uint32_t place_name(const std::string& name) {
        const auto [at, fresh] =
            names_.emplace(name, static_cast<std::uint32_t>(part_->names.size()));
        if (fresh) part_->names.push_back(name);
        return at->second;
    }

    bool check_currents() {
        for (NodeIndex n = 0; n < part_->nodes.size(); ++n) {
            const PolicyNode& declared = forest_.declared(origins_[n].doc, origins_[n].node);
            if (!declared.select || !declared.select->non_preemptive) continue;
            const Node& node = part_->nodes[n];
            if (node.query_dependent) {
                findings_.error(origins_[n].doc == 0 ? declared.select->pos : model::Pos{},
                                origins_[n].doc == 0
                                    ? node_field(origins_[n].node) + ".select.nonPreemptive"
                                    : "spec.nodes",
                                "one current choice for all clients, over kids whose health "
                                "depends on the client",
                                "no match, cidr or range below a nonPreemptive node");
                return false;
            }
            currents_.push_back({n, path_of(n)});
        }
        return true;
    }

    // Stays while the nodes on the way keep their names.
    std::string path_of(NodeIndex n) const {
        std::string path;
        for (NodeIndex at = n; at != kNoNode; at = part_->nodes[at].parent) {
            const Node& node = part_->nodes[at];
            std::string step = part_->names[node.name];
            if (node.parent != kNoNode) {
                const NodeIndex first = part_->nodes[node.parent].first_kid;
                const auto twins =
                    std::count_if(part_->nodes.begin() + first, part_->nodes.begin() + at,
                                  [&](const Node& twin) { return twin.name == node.name; });
                if (twins > 0) step += "#" + std::to_string(twins + 1);
            }
            path = path.empty() ? step : step + "/" + path;
        }
        return part_->name + " " +
               wire::dns::type_text(static_cast<wire::dns::Type>(part_->qtype)) + " " + path;
    }

    CompilerState& state_;
    const Forest& forest_;
    Findings& findings_;
    bool before_ = false;
    std::shared_ptr<PolicyPart> part_ = std::make_shared<PolicyPart>();
    std::vector<Origin> origins_;  // of part_->nodes
    std::vector<std::vector<Placed>> placed_;
    std::unordered_map<std::string, std::uint32_t> names_;
    std::vector<std::pair<NodeIndex, std::string>> currents_;
};

}  // namespace

Expanded expand_forest(CompilerState& state, const Forest& forest, std::uint16_t qtype,
                       Findings& findings) {
    return Expander(state, forest, qtype, findings).run();
}

}  // namespace fairway::world
