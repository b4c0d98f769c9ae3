// Master files → a DNSZone each, with the file itself beside it: records are never turned into
// documents. Reads each file as the server will, so that what is written is known to load.
#include <map>
#include <set>

#include "config/import/manifest_set.h"
#include "wire/dns/master_file.h"

namespace fairway::config {
namespace {

using wire::dns::MasterDiagnostic;
using wire::dns::MasterRecord;

// "a/./b/../c" → "a/c"; nothing if it leads above where it starts.
std::optional<std::string> normal_path(std::string_view path) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    while (at <= path.size()) {
        const auto end = std::min(path.find('/', at), path.size());
        const std::string part(path.substr(at, end - at));
        at = end + 1;
        if (part.empty() || part == ".") continue;
        if (part == ".." && !parts.empty() && parts.back() != "..") {
            parts.pop_back();
        } else {
            parts.push_back(part);
        }
    }
    std::string out = path.starts_with('/') ? "/" : "";
    for (const auto& part : parts) out += (out.empty() || out == "/" ? "" : "/") + part;
    return out;
}

std::string folder_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash + 1));
}

// "db.example.com", "example.com.zone" → "example.com".
std::string origin_by_name(std::string_view path) {
    std::string name(path.substr(folder_of(path).size()));
    if (name.starts_with("db.")) name.erase(0, 3);
    for (const char* tail : {".zone", ".db", ".txt", ".master"}) {
        if (name.ends_with(tail)) name.resize(name.size() - std::string_view(tail).size());
    }
    return name;
}

struct ZoneFile {
    std::string origin;
    std::set<std::string> included;  // names of files
    std::map<std::string, std::size_t> counts;
    std::optional<MasterDiagnostic> fault;
};

class ZoneImporter {
  public:
    explicit ZoneImporter(std::span<const ImportFile> files) {
        for (const auto& file : files) files_[*normal_path(file.name)] = &file;
    }

    Result<Imported> run() {
        std::map<std::string, ZoneFile> zones;
        std::set<std::string> included;
        for (const auto& [path, file] : files_) {
            zones[path] = read(path, *file);
            included.insert(zones[path].included.begin(), zones[path].included.end());
        }
        // A file that does not read comes before one that is merely no zone: it may be why.
        for (const auto& [path, zone] : zones) {
            if (!zone.fault || included.contains(path)) continue;
            const auto& fault = *zone.fault;
            return cannot_import(fault.file, {fault.line, fault.column}, fault.message);
        }
        for (const auto& [path, zone] : zones) {
            if (included.contains(path)) continue;  // part of another
            FW_TRY_VOID(write(path, zone));
        }
        return out_.take();
    }

  private:
    ZoneFile read(const std::string& path, const ImportFile& file) const;
    Status write(const std::string& path, const ZoneFile& zone);

    std::map<std::string, const ImportFile*> files_;
    ManifestSet out_;
    std::set<std::string> origins_;
};

ZoneFile ZoneImporter::read(const std::string& path, const ImportFile& file) const {
    ZoneFile zone;
    wire::dns::MasterOptions options;
    const auto named = wire::dns::Name::parse(origin_by_name(path));
    if (named) options.origin = *named;
    options.default_ttl = 3600;
    options.include = [&](std::string_view wanted,
                          std::string_view from) -> Result<wire::dns::IncludedFile> {
        const auto target = normal_path(folder_of(from) + std::string(wanted));
        const auto at = files_.find(*target);
        if (wanted.starts_with('/') || !target->starts_with(folder_of(path)) ||
            at == files_.end()) {
            return fail(Code::kNotFound, Origin::kDownstream,
                        std::string(wanted) + " is not among the files given, at or below " +
                            (folder_of(path).empty() ? "." : folder_of(path)) + "; name it too");
        }
        zone.included.insert(*target);
        return wire::dns::IncludedFile{*target, at->second->text};
    };
    const auto on_record = [&](const MasterRecord& record) {
        if (record.type == wire::dns::Type::kSoa && zone.origin.empty())
            zone.origin = record.owner.text();
        ++zone.counts[wire::dns::type_text(record.type)];
    };
    const auto on_fault = [&](MasterDiagnostic fault) {
        if (!zone.fault) zone.fault = std::move(fault);
    };
    wire::dns::parse_master_file(file.text, path, options, on_record, on_fault);
    return zone;
}

Status ZoneImporter::write(const std::string& path, const ZoneFile& zone) {
    if (zone.origin.empty()) {
        return cannot_import(path, {1, 1}, "no SOA record is in it: the whole zone file is needed");
    }
    std::string origin = zone.origin;
    if (origin.size() > 1 && origin.back() == '.') origin.pop_back();
    if (!origins_.insert(origin).second) {
        return cannot_import(path, {1, 1}, "another of the files holds zone " + origin + " too");
    }
    const std::string name = out_.unique_name("DNSZone", origin);
    // Each zone's files keep their places to each other, in a folder of its own.
    const std::string base = folder_of(path), folder = "zones/" + name + "/";
    out_.add_file(folder + path.substr(base.size()), files_.at(path)->text);
    for (const auto& other : zone.included) {
        out_.add_file(folder + other.substr(base.size()), files_.at(other)->text);
    }
    Tree spec = Tree::map();
    spec.set("origin", origin).set("file", folder + path.substr(base.size()));
    out_.add("DNSZone", name, std::move(spec));

    std::string counts;
    for (const auto& [type, count] : zone.counts)
        counts += " " + std::to_string(count) + " " + type + ",";
    if (!counts.empty()) counts.back() = ';';
    out_.source(path + ": zone " + origin + ":" + counts + " " +
                std::to_string(zone.included.size()) + " files included");
    for (const char* type : {"RRSIG", "NSEC", "NSEC3", "NSEC3PARAM"}) {
        if (zone.counts.contains(type)) {
            out_.lost("zone " + origin, std::string(type) +
                                            " records are served as plain records: nothing "
                                            "is signed anew, and signatures run out");
        }
    }
    return {};
}

}  // namespace

Result<Imported> import_zonefile(std::span<const ImportFile> files) {
    return ZoneImporter(files).run();
}

}  // namespace fairway::config
