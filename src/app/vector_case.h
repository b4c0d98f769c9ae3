// One worked case (tests/vectors): its expected answer against what the product decides, exactly
// and by 20,000 draws. Everything between the export and the answer is the product's own: importer,
// manifests, Directory, Compiler, FactKeeper, both forms of the evaluator. One thread.
#pragma once

#include <string>

// tidy-allow: what makes exports of the cases stands beside them, in tests/vectors
#include "expand/expand.h"

namespace fairway::app {

struct CaseResult {
    bool passed = false;
    std::string expected, got;  // if it did not pass
};

CaseResult run_case(const config::Value& vector, const vectors::Expanded& expanded);

// The manifests that the case's export becomes.
Result<config::Imported> import_case(const vectors::Expanded& expanded);

}  // namespace fairway::app
