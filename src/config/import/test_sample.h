// What a file of tests/corpus/import means, for the fuzz target and the tests: its first byte says
// which importer, the rest is the importer's files, a zero byte between two. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/import/import.h"

namespace fairway::config {

// System, and what its first file is called.
inline constexpr std::string_view kImportSystems[][2] = {
    {"route53", "in.json"},     {"azure-traffic-manager", "in.json"},
    {"alibaba-gtm", "in.json"}, {"alibaba-lines", "in.json"},
    {"k8gb", "in.yaml"},        {"zonefile", "example.com.zone"}};

// bytes: at least one. The other files are 2.json, 3.json…
inline Result<Imported> import_sample(std::string_view bytes) {
    const auto& [system, name] = kImportSystems[static_cast<unsigned char>(bytes[0]) % 6];
    std::vector<ImportFile> files;
    for (std::size_t at = 1; at <= bytes.size();) {
        const auto end = std::min(bytes.find('\0', at), bytes.size());
        const auto number = std::to_string(files.size() + 1);
        files.push_back(
            {files.empty() ? std::string(name) : number + std::string(name.substr(name.rfind('.'))),
             std::string(bytes.substr(at, end - at))});
        at = end + 1;
    }
    return find_importer(system)(files);
}

}  // namespace fairway::config
