// What every importer writes into: manifests with names that Kubernetes accepts, one file an
// object, and the notes on what could not be carried over. Control thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "config/emit.h"
#include "config/import/import.h"
#include "config/value.h"

namespace fairway::config {

// ASCII letters only, as names of the DNS compare.
std::string lower(std::string_view text);
// "*.Example.COM." → "wildcard-example-com": a DNS-1123 label, at most 63 long, never empty.
std::string manifest_name(std::string_view text);

// Of any number that an export gives for seconds, a TTL, a port: what may not be stays beyond its
// bounds, so that `fairway check` names it; a weight becomes the largest there is.
std::int64_t milliseconds(std::int64_t seconds);
std::uint32_t count32(std::int64_t number);
std::string address_text(const IpAddr& ip, std::int64_t port);

// `file:line:column: what`, as an Error of a file that cannot be imported.
tl::unexpected<Error> cannot_import(std::string_view file, Pos pos, std::string_view what);

// Reads JSON (or YAML, where the system writes it); any finding is an error.
Result<Documents> read_import_json(const ImportFile& file);
Result<Documents> read_import_yaml(const ImportFile& file);

class ManifestSet {
  public:
    // A name for `text` that no other object of this kind has: "www", "www-2".
    std::string unique_name(std::string_view kind, std::string_view text);
    // `spec` under kind and name, as one file kind-name.yaml. The name comes from unique_name().
    void add(std::string_view kind, const std::string& name, Tree spec, std::string comment = {});
    // The Region of that name, made once, with coordinates if we know the cloud's region.
    void add_region(const std::string& name);
    // An External check: its verdict is told from outside. Made once.
    void add_external_check(const std::string& name, std::string_view initial = "up");
    // A DNSZone with a SOA and a name server of ours, for systems that name no zone. Made once.
    void add_zone(const std::string& origin, std::string_view why, Tree records = Tree::sequence());
    void add_file(std::string name, std::string text);

    void lost(std::string_view object, std::string_view what);
    void assumed(std::string_view object, std::string_view what);
    void source(std::string text) { imported_.sources.push_back(std::move(text)); }
    // A note for every member of `map` whose key is not in `known`.
    void lost_members(const Value& map, std::initializer_list<std::string_view> known,
                      std::string_view object);

    Imported take();

  private:
    Imported imported_;
    using KindAndName = std::pair<std::string, std::string>;
    std::set<KindAndName> names_;
    std::map<KindAndName, int> suffixes_;  // the last one given, so that n alike cost n
    std::set<std::string> regions_, zones_;
};

inline constexpr std::string_view kImportNamespace = "default";

}  // namespace fairway::config
