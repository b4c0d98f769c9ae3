// Any bytes as a folder of manifests, loaded three times: whole, with one file less, whole again. A
// Model never holds an object that a document of the folder does not name, and findings are lines.
#include <cstdlib>

#include "config/directory.h"

namespace {

using namespace fairway::config;

std::vector<SourceFile> split(std::string_view text) {
    std::vector<SourceFile> out;
    for (std::size_t n = 0; n < 8; ++n) {
        const std::size_t end = text.find("\n===\n");
        const std::string_view part = text.substr(0, end);
        const bool json = part.starts_with('{');
        out.push_back(
            {std::to_string(n) + (json ? ".json" : ".yaml"), std::string(part), false, {}});
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 5);
    }
    return out;
}

void check(const LoadReport& report) {
    for (const auto& finding : report.diagnostics) {
        if (finding.text().find('\n') != std::string::npos) std::abort();
        if (finding.file.empty() || finding.pos.line == 0) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto files = split({reinterpret_cast<const char*>(data), size});
    fairway::model::Model model;
    Directory directory;
    check(directory.apply(files, model));
    if (directory.apply(files, model).files_changed != 0) std::abort();
    auto fewer = files;
    fewer.erase(fewer.begin());
    check(directory.apply(fewer, model));
    check(directory.apply(files, model));
    directory.apply({}, model);
    if (!model.all<fairway::model::TrafficPolicy>().empty()) std::abort();
    if (!model.all<fairway::model::Region>().empty()) std::abort();
    return 0;
}
