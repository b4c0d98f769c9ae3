#include <cstdio>

#include "app/commands.h"
#include "app/offline.h"
#include "base/json_writer.h"

namespace fairway::app {
namespace {

void print_json(const model::Diagnostics& diagnostics) {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (const auto& finding : diagnostics) {
        json.begin_object();
        json.field("severity", finding.severity == model::Severity::kError ? "error" : "warning");
        json.field("file", finding.file)
            .field("line", finding.pos.line)
            .field("column", finding.pos.column);
        json.field("object", finding.object).field("field", finding.field);
        json.field("what", finding.what).field("right", finding.right).end_object();
    }
    json.end_array();
    std::printf("%s\n", out.c_str());
}

}  // namespace

int run_check(const CheckOptions& options) {
    const auto offline = load_offline(options.directory);
    if (!offline) {
        std::fprintf(stderr, "fairway check: %s\n", offline.error().text.c_str());
        return kExitCannotRun;
    }
    const auto& diagnostics = (*offline)->diagnostics;
    if (options.json) {
        print_json(diagnostics);
    } else {
        for (const auto& finding : diagnostics) std::printf("%s\n", finding.text().c_str());
    }
    return model::has_errors(diagnostics) ? kExitFindings : kExitFine;
}

}  // namespace fairway::app
