#include "app/zone_files.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/limits.h"
#include "base/metrics.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> bad(std::string text) {
    return fail(Code::kInvalid, Origin::kConfig, std::move(text));
}

bool is_below(const fs::path& path, const fs::path& folder) {
    const fs::path relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

world::ReadZoneFile ZoneFiles::reader() {
    return [this](const model::DnsZone& zone, std::string_view path, std::string_view from) {
        return read(zone, path, from);
    };
}

ZoneFiles::Signature ZoneFiles::signature_of(const fs::path& path) {
    std::error_code error;
    Signature signature;
    signature.size = fs::file_size(path, error);
    signature.modified = fs::last_write_time(path, error);
    return error ? Signature{} : signature;
}

Result<wire::dns::IncludedFile> ZoneFiles::read(const model::DnsZone& zone, std::string_view path,
                                                std::string_view from) {
    std::error_code error;
    const fs::path root = fs::canonical(directory_, error);
    const fs::path folder = fs::weakly_canonical(root / zone.meta.file, error).parent_path();
    // $INCLUDE counts from the including file, as `name` below tells it.
    const fs::path base = from.empty() ? folder : fs::path(root / from).parent_path();
    const fs::path full = fs::weakly_canonical(base / path, error);
    if (error || !is_below(full, folder)) {
        return bad(std::string(path) +
                   " is outside of the document's folder; name a file below it");
    }
    files_[zone.meta.key].insert(full);
    const Signature signature = signature_of(full);
    seen_[full] = signature;
    if (signature.size > kZoneFileBytesMax) {
        limit_hit(Limit::kZoneFileBytes);
        return bad(std::string(path) + " is larger than " + std::to_string(kZoneFileBytesMax) +
                   " bytes");
    }
    // Asked before it is opened: a FIFO would hold us for ever.
    std::ifstream file;
    if (fs::is_regular_file(full, error)) file.open(full, std::ios::binary);
    if (!file.is_open()) {
        return bad(std::string(path) + " cannot be read; is the name right?");
    }
    std::ostringstream text;
    text << file.rdbuf();
    return wire::dns::IncludedFile{full.lexically_relative(root).generic_string(),
                                   std::move(text).str()};
}

bool ZoneFiles::mark_changed(model::Model& model) {
    bool any = false;
    for (auto at = files_.begin(); at != files_.end();) {
        const auto& zones = model.all<model::DnsZone>();
        const auto zone = zones.find({at->first.ns, at->first.name});
        const bool changed =
            std::any_of(at->second.begin(), at->second.end(),
                        [&](const fs::path& file) { return !(signature_of(file) == seen_[file]); });
        if (zone == zones.end() || changed) {
            if (zone != zones.end()) {
                // A copy: equal pointers mean "unchanged".
                model.put(std::make_shared<const model::DnsZone>(*zone->second));
                any = true;
            }
            at = files_.erase(at);  // its next compile names its files anew
        } else {
            ++at;
        }
    }
    return any;
}

}  // namespace fairway::app
