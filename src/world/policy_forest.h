// A TrafficPolicy and the policies that stand in it, with every name resolved: what a tree is
// expanded from. Internal to the compile of policies.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "world/compile.h"

namespace fairway::world {

struct ForestNode {
    struct Kid {
        static constexpr std::uint32_t kUnknown = 0xFFFFFFFFu;
        std::uint32_t doc = kUnknown, node = 0;  // whom the child entry names
        RegionId region;                         // as the entry's op sees it
        bool names_region = false;               // known or not
        bool has_coordinates = false;            // that Region
    };
    RegionId region;
    std::vector<FactId> gates;
    ServiceId service;
    RegionId service_region;
    AnswerSet answers;      // of a leaf with values or a hostname; `types` filled in
    std::vector<Kid> kids;  // as the document's children
};

struct Doc {
    UnitIndex unit = 0;
    std::shared_ptr<const model::TrafficPolicy> policy;
    std::uint32_t root = 0;
    std::vector<ForestNode> nodes;  // as the document's nodes
};

struct Forest {
    std::vector<Doc> docs;  // [0] is the policy itself
    std::vector<UnitIndex> uses;
    std::vector<std::uint16_t> types;  // query types: one part each

    const model::PolicyNode& declared(std::uint32_t doc, std::uint32_t node) const {
        return docs[doc].policy->nodes[node];
    }
};

// "spec.nodes[2]", "spec.nodes[2].children[0]"
std::string node_field(std::size_t node);
std::string child_field(std::size_t node, std::size_t child);

// Reads `policy` with all that it names. Errors are in `findings`; the forest is then not whole.
Forest read_forest(CompilerState& state, const model::Model& model, UnitIndex unit,
                   std::shared_ptr<const model::TrafficPolicy> policy, Findings& findings);

// What of docs/steering.md section 8 the forest shows without a tree.
void check_forest(const Forest& forest, Findings& findings);

// The warnings: of a forest that could be expanded.
void warn_forest(const Forest& forest, Findings& findings);

// The tree for one query type; no CurrentIds yet, they are in `currents` by name. Null after an
// error.
struct Expanded {
    std::shared_ptr<PolicyPart> part;
    std::vector<std::pair<NodeIndex, std::string>> currents;
};
Expanded expand_forest(CompilerState& state, const Forest& forest, std::uint16_t qtype,
                       Findings& findings);

}  // namespace fairway::world
