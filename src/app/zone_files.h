// ZoneFiles: reads the master files that DNSZones name, below the document's own folder only, and
// notices when one of them changed, which no document shows. Control thread.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "model/model.h"
#include "world/zone_source.h"

namespace fairway::app {

class ZoneFiles {
  public:
    explicit ZoneFiles(std::string directory) : directory_(std::move(directory)) {}
    ZoneFiles(const ZoneFiles&) = delete;
    ZoneFiles& operator=(const ZoneFiles&) = delete;

    // For world::Compiler; borrows this.
    world::ReadZoneFile reader();
    // Marks every DNSZone of the Model whose files changed since they were read.
    bool mark_changed(model::Model& model);

  private:
    struct Signature {
        std::filesystem::file_time_type modified;
        std::uintmax_t size = 0;
        bool operator==(const Signature&) const = default;
    };
    static Signature signature_of(const std::filesystem::path& path);
    Result<wire::dns::IncludedFile> read(const model::DnsZone& zone, std::string_view path,
                                         std::string_view from);

    std::string directory_;
    std::map<std::filesystem::path, Signature> seen_;
    std::map<model::ObjectKey, std::set<std::filesystem::path>> files_;  // of each zone
};

}  // namespace fairway::app
