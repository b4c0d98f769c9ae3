// From a worked case (tests/vectors/*.json) to what Fairway is really given: the export of the
// system as its own tools print it, the state that the export has no field for, and the question.
// Renaming and nesting only: what any of it means is for the importer and the evaluator to say.
// One pure function an engine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/import/import.h"
#include "config/value.h"

namespace fairway::vectors {

using config::Value;

enum class Told : std::uint8_t { kUp, kDown, kChecking };

struct Tally {
    std::string check;
    std::uint64_t healthy = 0, total = 0;
};

struct Expanded {
    std::string system;  // as `fairway import` names it
    std::vector<config::ImportFile> files;
    // State, by the names of the manifests.
    std::vector<std::pair<std::string, Told>> told;             // External checks
    std::vector<Tally> tallies;                                 // of probed checks
    std::vector<std::pair<std::string, std::string>> currents;  // node → the kid in use
    // The question.
    std::string host, type = "A";
    std::string policy;  // asked by its name instead: one without host names
    std::string check;   // {value}: the verdict of this check is asked for
    std::string client;  // address or prefix
    std::vector<std::pair<std::string, std::string>> facts;  // as explain's --fact
    std::uint64_t nth = 0;
    std::map<std::string, std::vector<std::string>> groups;  // of first_group: its addresses
};

using Expand = Result<Expanded> (*)(const Value& vector);
// nullptr: no such engine, or one that comes later.
Expand find_expand(std::string_view engine);

Result<Expanded> expand_route53(const Value& vector);
Result<Expanded> expand_route53_health(const Value& vector);
Result<Expanded> expand_azure_tm(const Value& vector);
Result<Expanded> expand_ali_line(const Value& vector);
Result<Expanded> expand_gtm3(const Value& vector);
Result<Expanded> expand_k8gb(const Value& vector);

}  // namespace fairway::vectors
