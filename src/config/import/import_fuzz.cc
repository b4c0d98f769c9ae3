// All importers, with samples as test_sample.h says. What an importer accepts must come out as
// manifests that read.
#include <cstdlib>

#include "config/import/test_sample.h"
#include "config/yaml.h"

using namespace fairway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto imported = config::import_sample({reinterpret_cast<const char*>(data), size});
    if (!imported) {
        if (imported.error().text.empty()) std::abort();
        return 0;
    }
    for (const auto& written : imported->files) {
        if (!written.name.ends_with(".yaml") || written.name.starts_with("zones/")) continue;
        if (!config::parse_yaml(written.text, written.name).findings.empty()) std::abort();
    }
    if (imported->report().empty()) std::abort();
    return 0;
}
