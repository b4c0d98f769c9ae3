// `fairway vectors`: each file of worked cases in a folder, each case by its engine. Ends with
// `N passed, N failed`.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/commands.h"
#include "app/vector_case.h"
#include "config/json.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;

struct Tally {
    unsigned passed = 0, failed = 0;
};

void fail_case(const std::string& id, const std::string& expected, const std::string& got,
               Tally& tally) {
    ++tally.failed;
    std::printf("fail %s: expected %s; got %s\n", id.c_str(), expected.c_str(), got.c_str());
}

void show_native(const std::string& id, const vectors::Expanded& expanded) {
    for (const auto& file : expanded.files) {
        std::printf("# %s: fairway import %s %s\n%s\n", id.c_str(), expanded.system.c_str(),
                    file.name.c_str(), file.text.c_str());
    }
}

void run_vector(const std::string& stem, const config::Value& vector, bool native, Tally& tally) {
    const std::string id = stem + "/" + vector["id"].string("?");
    const std::string engine = vector["engine"].string();
    const auto expand = vectors::find_expand(engine);
    if (!expand) {
        // Named in tests/skips as long as the engine is not there.
        std::printf("skip vectors/%s: engine %s comes later\n", id.c_str(), engine.c_str());
        return;
    }
    const auto expanded = expand(vector);
    if (!expanded) return fail_case(id, "a case that can be run", expanded.error().text, tally);
    if (native) show_native(id, *expanded);
    const auto result = run_case(vector, *expanded);
    if (!result.passed) return fail_case(id, result.expected, result.got, tally);
    ++tally.passed;
}

int cannot_run(const std::string& why) {
    std::fprintf(stderr, "fairway vectors: %s\n", why.c_str());
    return kExitCannotRun;
}

}  // namespace

int run_vectors(const VectorsOptions& options) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(options.directory, error)) {
        const auto& path = entry.path();
        if (path.extension() != ".json") continue;
        if (options.system.empty() || path.stem() == options.system) files.push_back(path);
    }
    if (error) return cannot_run(options.directory + ": " + error.message());
    if (files.empty()) return cannot_run(options.directory + ": no such vectors here");
    std::sort(files.begin(), files.end());

    Tally tally;
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        const auto documents = config::parse_json(text.str(), path.string());
        if (!documents.findings.empty() || documents.all.empty()) {
            return cannot_run(documents.findings.empty() ? path.string() + ": empty"
                                                         : documents.findings.front().text());
        }
        for (const auto& vector : documents.all.front().root["vectors"].items()) {
            run_vector(path.stem().string(), vector, options.show_native, tally);
        }
    }
    std::printf("%u passed, %u failed\n", tally.passed, tally.failed);
    return tally.failed == 0 ? kExitFine : kExitFindings;
}

}  // namespace fairway::app
