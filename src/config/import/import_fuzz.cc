// All importers: the first byte says which, the rest is its one file. What an importer accepts must
// come out as manifests that read.
#include <cstdlib>

#include "config/import/import.h"
#include "config/yaml.h"

using namespace fairway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr const char* kSystems[][2] = {
        {"route53", "in.json"},     {"azure-traffic-manager", "in.json"},
        {"alibaba-gtm", "in.json"}, {"alibaba-lines", "in.json"},
        {"k8gb", "in.yaml"},        {"zonefile", "example.com.zone"}};
    if (size == 0) return 0;
    const auto& [system, name] = kSystems[data[0] % 6];
    const config::ImportFile file{name,
                                  std::string(reinterpret_cast<const char*>(data) + 1, size - 1)};
    const auto imported = config::find_importer(system)(std::span(&file, 1));
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
