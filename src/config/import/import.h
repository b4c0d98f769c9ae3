// Importers: another system's real export → manifests. Pure: text in, text out; writing the folder
// is the command's work. Nothing is dropped silently: every field that we cannot honour, and every
// assumption, is a note, and the notes become IMPORT.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace fairway::config {

struct ImportFile {
    std::string name;  // as findings shall call it
    std::string text;
};

struct ImportNote {
    enum class Kind : std::uint8_t { kLost, kAssumed } kind = Kind::kLost;
    std::string object;  // of the source: "www.example.com. A eu-1"
    std::string what;
    auto operator<=>(const ImportNote&) const = default;
};

struct Imported {
    std::vector<ImportFile> files;  // manifests and master files; names relative to the folder
    std::vector<ImportNote> notes;
    std::vector<std::string> sources;  // "recordsets.json: 14 record sets of example.com"

    bool lossy() const;
    std::string report() const;  // IMPORT.md
};

// An error is a file that does not read, or is none of that system's; nothing is half imported.
// Its text names file, line and column.
Result<Imported> import_route53(std::span<const ImportFile> files);
Result<Imported> import_azure_traffic_manager(std::span<const ImportFile> files);
Result<Imported> import_alibaba_gtm(std::span<const ImportFile> files);
Result<Imported> import_alibaba_lines(std::span<const ImportFile> files);
Result<Imported> import_k8gb(std::span<const ImportFile> files);
Result<Imported> import_zonefile(std::span<const ImportFile> files);

// The same by the name of the system: "route53", "azure-traffic-manager", "alibaba-gtm",
// "alibaba-lines", "k8gb", "zonefile". nullptr: no such system.
using Importer = Result<Imported> (*)(std::span<const ImportFile>);
Importer find_importer(std::string_view system);

}  // namespace fairway::config
