#include "world/policy_forest.h"

#include <algorithm>

#include "base/limits.h"
#include "base/metrics.h"
#include "wire/dns/rdata.h"
#include "wire/dns/types.h"

namespace fairway::world {
namespace {

namespace dns = wire::dns;
using model::FamilyRule;
using model::PolicyNode;
using model::TrafficPolicy;

constexpr auto kA = static_cast<std::uint16_t>(dns::Type::kA);
constexpr auto kAaaa = static_cast<std::uint16_t>(dns::Type::kAaaa);
constexpr auto kCname = static_cast<std::uint16_t>(dns::Type::kCname);

class ForestReader {
  public:
    ForestReader(CompilerState& state, const model::Model& model) : state_(state), model_(model) {}

    Forest take() { return std::move(forest_); }

    bool read_types(const TrafficPolicy& policy, Findings& findings) {
        const auto type = dns::type_from_text(policy.type);
        if (!type || dns::is_meta_type(*type)) {
            findings.error({}, "spec.type", "\"" + policy.type + "\" is no record type",
                           "A, AAAA, CNAME, MX, TXT, SRV or another type of records");
            return false;
        }
        type_ = static_cast<std::uint16_t>(*type);
        both_ = policy.family != FamilyRule::kSeparate;
        if (both_ && type_ != kA && type_ != kAaaa) {
            findings.error(
                {}, "spec.family",
                "family after and before choose between A and AAAA, the type is " + policy.type,
                "type A, or family separate");
            return false;
        }
        forest_.types =
            both_ ? std::vector<std::uint16_t>{kA, kAaaa} : std::vector<std::uint16_t>{type_};
        return true;
    }

    // Reads a document and those it names; its place in the forest.
    std::uint32_t read(UnitIndex unit, std::shared_ptr<const TrafficPolicy> policy,
                       Findings& findings) {
        const auto at = static_cast<std::uint32_t>(forest_.docs.size());
        forest_.docs.push_back({unit, policy, 0, {}});
        open_.push_back(unit);
        std::unordered_map<std::string_view, std::uint32_t> by_name;
        for (std::uint32_t n = 0; n < policy->nodes.size(); ++n) {
            const PolicyNode& node = policy->nodes[n];
            if (!by_name.emplace(node.name, n).second) {
                findings.error(node.pos, node_field(n), "a second node \"" + node.name + "\"",
                               "give each node its own name");
            }
        }
        const std::optional<std::uint32_t> root =
            find_node(by_name, policy->root, policy->root_pos, "spec.root", findings);
        std::vector<ForestNode> nodes(policy->nodes.size());
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            read_node(*policy, n, at, by_name, nodes[n], findings);
        }
        forest_.docs[at].root = root.value_or(0);
        forest_.docs[at].nodes = std::move(nodes);
        open_.pop_back();
        return at;
    }

  private:
    using Names = std::unordered_map<std::string_view, std::uint32_t>;

    std::optional<std::uint32_t> find_node(const Names& names, const std::string& name,
                                           model::Pos pos, const std::string& field,
                                           Findings& findings) {
        if (const auto at = names.find(name); at != names.end()) return at->second;
        std::vector<std::string_view> sorted;
        for (const auto& [known, index] : names) sorted.push_back(known);
        std::sort(sorted.begin(), sorted.end());
        Nearest nearest(name);
        for (const std::string_view known : sorted) nearest.offer(known);
        findings.error(pos, field, "unknown node \"" + name + "\"",
                       nearest.text("name one of spec.nodes"));
        return {};
    }

    void read_node(const TrafficPolicy& policy, std::uint32_t n, std::uint32_t doc,
                   const Names& names, ForestNode& out, Findings& findings) {
        const PolicyNode& node = policy.nodes[n];
        if (!node.region.empty()) {
            out.region = resolve_region(state_, model_, node.region, node.region_pos,
                                        node_field(n) + ".region", findings, forest_.uses);
        }
        for (std::size_t g = 0; g < node.gates.size(); ++g) {
            read_gate(policy, n, g, out, findings);
        }
        if (node.leaf) read_leaf(policy, n, out, findings);
        if (node.leaf.has_value() == node.select.has_value()) {
            findings.error(node.pos, node_field(n),
                           node.leaf ? "both leaf and select" : "neither leaf nor select",
                           "give one of them");
        }
        for (std::size_t c = 0; c < node.children.size(); ++c) {
            read_child(policy, n, c, doc, names, out, findings);
        }
    }

    void read_gate(const TrafficPolicy& policy, std::uint32_t n, std::size_t g, ForestNode& out,
                   Findings& findings) {
        const model::Gate& gate = policy.nodes[n].gates[g];
        const std::string field = node_field(n) + ".gates[" + std::to_string(g) + "].name";
        const std::string& ns = policy.meta.key.ns;
        const bool is_check = gate.kind == model::Kind::kHealthCheck;
        const Target target = is_check
                                  ? resolve<model::HealthCheck>(state_, model_, gate.ref, ns, field,
                                                                findings, forest_.uses)
                                  : resolve<model::RoutingControl>(state_, model_, gate.ref, ns,
                                                                   field, findings, forest_.uses);
        if (!target.declared) return;
        const FactId fact{state_.catalog[target.unit].id};
        if (fact.known()) {
            out.gates.push_back(fact);
            return;
        }
        const std::string what = std::string(model::kind_name(gate.kind)) + " " + target.text;
        const auto check = state_.checks.find(target.unit);
        if (is_check && check != state_.checks.end() && check->second.good->target) {
            findings.reference(
                gate.ref.pos, field, what + " has a verdict for each endpoint, not one",
                "name a check with an address; endpoints of a serviceRef heed it anyway");
        } else {
            findings.reference(gate.ref.pos, field, what + " has errors", "mend that one");
        }
    }

    void read_leaf(const TrafficPolicy& policy, std::uint32_t n, ForestNode& out,
                   Findings& findings) {
        const model::Leaf& leaf = *policy.nodes[n].leaf;
        const std::string field = node_field(n) + ".leaf";
        const int forms = !leaf.values.empty() + !leaf.hostname.empty() + leaf.service.has_value();
        if (forms != 1) {
            findings.error(policy.nodes[n].pos, field, forms ? "more than one answer" : "no answer",
                           "exactly one of values, hostname, serviceRef");
            return;
        }
        if (leaf.service) {
            read_service(policy, n, out, findings);
        } else if (!leaf.hostname.empty()) {
            out.answers.type = kCname;
            add_value(
                kCname, leaf.hostname, policy.nodes[n].pos, [&] { return field + ".hostname"; },
                out.answers, findings);
        } else {
            read_values(policy, n, out.answers, findings);
        }
    }

    void read_service(const TrafficPolicy& policy, std::uint32_t n, ForestNode& out,
                      Findings& findings) {
        const model::ServiceLeaf& leaf = *policy.nodes[n].leaf->service;
        const std::string field = node_field(n) + ".leaf.serviceRef";
        const Target service =
            resolve<model::Service>(state_, model_, leaf.service, policy.meta.key.ns,
                                    field + ".name", findings, forest_.uses);
        if (service.declared) out.service = ServiceId{state_.catalog[service.unit].id};
        out.service_region = resolve_region(state_, model_, leaf.region, leaf.region_pos,
                                            field + ".region", findings, forest_.uses);
        if (type_ != kA && type_ != kAaaa) {
            findings.error(leaf.service.pos, field,
                           "endpoints are addresses, the type is " +
                               dns::type_text(static_cast<dns::Type>(type_)),
                           "type A or AAAA");
        }
    }

    void read_values(const TrafficPolicy& policy, std::uint32_t n, AnswerSet& out,
                     Findings& findings) {
        const model::Leaf& leaf = *policy.nodes[n].leaf;
        // A policy of CNAMEs may stand in one of another type: a CNAME answers every type.
        const bool cname = dns::type_from_text(policy.type) == dns::Type::kCname;
        out.type = cname ? kCname : type_;
        out.rdata.reserve(leaf.values.size());
        out.text.reserve(leaf.values.size());
        for (std::size_t v = 0; v < leaf.values.size(); ++v) {
            const std::string& text = leaf.values[v];
            std::uint16_t type = out.type;
            if (both_ && !cname) type = text.find(':') == std::string::npos ? kA : kAaaa;
            if (both_ && !cname) out.types.push_back(type);
            add_value(
                type, text, v < leaf.value_pos.size() ? leaf.value_pos[v] : policy.nodes[n].pos,
                [&] { return node_field(n) + ".leaf.values[" + std::to_string(v) + "]"; }, out,
                findings);
        }
    }

    template <class Field>  // the field's name, made only when it is told
    void add_value(std::uint16_t type, const std::string& text, model::Pos pos, const Field& field,
                   AnswerSet& out, Findings& findings) {
        auto rdata = dns::rdata_from_text(static_cast<dns::Type>(type), text);
        if (!rdata) {
            findings.error(
                pos, field(),
                "\"" + text + "\" is not of type " + dns::type_text(static_cast<dns::Type>(type)),
                rdata.error().text);
            return;
        }
        out.rdata.push_back(std::move(*rdata));
        out.text.push_back(text);
    }

    void read_child(const TrafficPolicy& policy, std::uint32_t n, std::size_t c, std::uint32_t doc,
                    const Names& names, ForestNode& out, Findings& findings) {
        const model::Child& child = policy.nodes[n].children[c];
        const std::string field = child_field(n, c);
        out.kids.emplace_back();  // stays unknown after an error
        ForestNode::Kid& kid = out.kids.back();
        if (child.node.empty() == child.policy.empty()) {
            findings.error(child.pos, field, child.node.empty() ? "names nobody" : "names two",
                           "exactly one of node and policy");
            return;
        }
        std::string region = child.region;
        if (!child.policy.empty()) {
            const auto inner = read_policy(policy, child, field + ".policy", findings);
            if (!inner) return;
            const Doc& target = forest_.docs[*inner];
            if (region.empty()) region = target.policy->nodes[target.root].region;
            kid.node = target.root;
            kid.doc = *inner;
        } else {
            const auto node =
                find_node(names, child.node, child.target_pos, field + ".node", findings);
            if (!node) return;
            if (region.empty()) region = policy.nodes[*node].region;
            kid.node = *node;
            kid.doc = doc;
        }
        kid.names_region = !region.empty();
        kid.region = resolve_region(state_, model_, region,
                                    child.region.empty() ? child.target_pos : child.region_pos,
                                    field + ".region", findings, forest_.uses);
        const auto& regions = state_.next.regions->regions;
        kid.has_coordinates = kid.region.known() && regions[kid.region.value].coordinates;
    }

    // The place of another policy's last good document.
    std::optional<std::uint32_t> read_policy(const TrafficPolicy& policy, const model::Child& child,
                                             const std::string& field, Findings& findings) {
        const model::Ref ref{{}, child.policy, child.target_pos};
        const Target target = resolve<TrafficPolicy>(state_, model_, ref, policy.meta.key.ns, field,
                                                     findings, forest_.uses);
        if (!target.declared) return {};
        if (const auto at = read_.find(target.unit); at != read_.end()) return at->second;
        const auto known = state_.policies.find(target.unit);
        if (known == state_.policies.end() || !known->second.good) {
            findings.reference(ref.pos, field, "TrafficPolicy " + target.text + " has errors",
                               "mend that one");
            return {};
        }
        if (std::find(open_.begin(), open_.end(), target.unit) != open_.end()) {
            findings.error(ref.pos, field, "the policies form a loop",
                           "let no policy reach itself");
            return {};
        }
        if (open_.size() > kPolicyDepthMax) {
            limit_hit(Limit::kPolicyDepth);
            findings.error(ref.pos, field, "more than 10 levels deep", "flatten the tree");
            return {};
        }
        const auto good = known->second.good;
        Findings inner(good->meta);
        const std::uint32_t at = read(target.unit, good, inner);
        if (inner.failed()) {
            const model::Diagnostic& first = inner.list().front();
            findings.error(ref.pos, field,
                           "TrafficPolicy " + target.text + " cannot stand here: " + first.field +
                               ": " + first.what,
                           first.right);
            return {};
        }
        read_[target.unit] = at;
        return at;
    }

    CompilerState& state_;
    const model::Model& model_;
    Forest forest_;
    std::vector<UnitIndex> open_;                        // documents being read: a chain
    std::unordered_map<UnitIndex, std::uint32_t> read_;  // documents read, by policy
    std::uint16_t type_ = kA;
    bool both_ = false;
};

// The path by which the declared policies lead from `from` back to it; empty if they do not. Notes
// all on the way in `uses`, so that a change of any of them is heard.
std::vector<std::string> find_loop(CompilerState& state, const model::Model& model,
                                   const TrafficPolicy& from, std::vector<UnitIndex>& uses) {
    const std::string& ns = from.meta.key.ns;
    const std::string& start = from.meta.key.name;
    std::map<std::string, std::string> came_from;
    std::vector<std::string> open{start};
    std::vector<std::string> loop;
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        const TrafficPolicy* policy = name == start ? &from : model.find<TrafficPolicy>(ns, name);
        if (!policy) continue;
        for (const PolicyNode& node : policy->nodes) {
            for (const model::Child& child : node.children) {
                if (child.policy.empty()) continue;
                uses.push_back(state.catalog.at(model::Kind::kTrafficPolicy, ns, child.policy));
                if (child.policy == start) {
                    if (loop.empty()) loop = path_back(start, name, came_from);
                } else if (came_from.emplace(child.policy, name).second) {
                    open.push_back(child.policy);
                }
            }
        }
    }
    std::erase(uses, state.catalog.at(from.meta.key));
    return loop;
}

// Told where the loop leaves the document.
void tell_loop(const TrafficPolicy& policy, const std::vector<std::string>& loop,
               Findings& findings) {
    for (std::size_t n = 0; n < policy.nodes.size(); ++n) {
        for (std::size_t c = 0; c < policy.nodes[n].children.size(); ++c) {
            const model::Child& child = policy.nodes[n].children[c];
            if (child.policy != loop[1]) continue;
            findings.reference(child.target_pos, child_field(n, c) + ".policy",
                               "the policies form a loop: " + path_text(loop),
                               "let no policy reach itself");
            return;
        }
    }
}

}  // namespace

std::string node_field(std::size_t node) {
    return "spec.nodes[" + std::to_string(node) + "]";
}

std::string child_field(std::size_t node, std::size_t child) {
    return node_field(node) + ".children[" + std::to_string(child) + "]";
}

Forest read_forest(CompilerState& state, const model::Model& model, UnitIndex unit,
                   std::shared_ptr<const TrafficPolicy> policy, Findings& findings) {
    ForestReader reader(state, model);
    std::vector<UnitIndex> uses;
    const std::vector<std::string> loop = find_loop(state, model, *policy, uses);
    if (!loop.empty()) {
        tell_loop(*policy, loop, findings);
    } else if (reader.read_types(*policy, findings) || findings.of_draft()) {
        reader.read(unit, std::move(policy), findings);
    }
    Forest forest = reader.take();
    forest.uses.insert(forest.uses.end(), uses.begin(), uses.end());
    return forest;
}

}  // namespace fairway::world
