#include "config/import/manifest_set.h"

#include <algorithm>
#include <limits>

#include "config/import/cloud_regions.h"
#include "config/json.h"
#include "config/yaml.h"

namespace fairway::config {
namespace {

constexpr std::string_view kApiVersion = "fairway.dev/v1alpha1";
constexpr std::size_t kNameMax = 63;

Result<Documents> checked(Documents documents, const ImportFile& file) {
    if (!documents.findings.empty()) {
        const auto& first = documents.findings.front();
        return cannot_import(file.name, first.pos,
                             first.right.empty() ? first.what : first.what + "; " + first.right);
    }
    if (documents.all.empty()) return cannot_import(file.name, {1, 1}, "the file is empty");
    return documents;
}

void write_notes(const std::vector<ImportNote>& notes, ImportNote::Kind kind,
                 std::string_view title, std::string& out) {
    bool any = false;
    for (const auto& note : notes) {
        if (note.kind != kind) continue;
        if (!any) out += "\n## " + std::string(title) + "\n";
        any = true;
        out += "* " + note.object + ": " + note.what + "\n";
    }
}

}  // namespace

Importer find_importer(std::string_view system) {
    static constexpr std::pair<std::string_view, Importer> kImporters[] = {
        {"route53", import_route53},
        {"azure-traffic-manager", import_azure_traffic_manager},
        {"alibaba-gtm", import_alibaba_gtm},
        {"alibaba-lines", import_alibaba_lines},
        {"k8gb", import_k8gb},
        {"zonefile", import_zonefile}};
    for (const auto& [name, importer] : kImporters) {
        if (name == system) return importer;
    }
    return nullptr;
}

bool Imported::lossy() const {
    return std::any_of(notes.begin(), notes.end(),
                       [](const ImportNote& n) { return n.kind == ImportNote::Kind::kLost; });
}

std::string Imported::report() const {
    std::string out = "# Import\n\nRead:\n";
    for (const auto& source : sources) out += "* " + source + "\n";
    out += "\nWritten: " + std::to_string(files.size()) + " files.\n";
    write_notes(notes, ImportNote::Kind::kLost, "Not carried over", out);
    write_notes(notes, ImportNote::Kind::kAssumed, "Assumed", out);
    if (notes.empty()) out += "\nEverything was carried over.\n";
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return out;
}

std::string manifest_name(std::string_view text) {
    std::string out;
    for (const char c : lower(text)) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            out += c;
        } else if (c == '*') {
            out += "wildcard";
        } else if (!out.empty() && out.back() != '-') {
            out += '-';
        }
    }
    if (out.size() > kNameMax) out.resize(kNameMax);
    while (!out.empty() && out.back() == '-') out.pop_back();
    return out.empty() ? "unnamed" : out;
}

std::int64_t milliseconds(std::int64_t seconds) {
    constexpr std::int64_t kTooMany = 1'000'000'000;
    return std::clamp<std::int64_t>(seconds, -1, kTooMany) * 1000;
}

std::uint32_t count32(std::int64_t number) {
    constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
    return number < 0 || number > kMost ? kMost : static_cast<std::uint32_t>(number);
}

std::string address_text(const IpAddr& ip, std::int64_t port) {
    const std::string address = SockAddr{ip, 0}.text();
    return address.substr(0, address.size() - 1) + std::to_string(port);
}

tl::unexpected<Error> cannot_import(std::string_view file, Pos pos, std::string_view what) {
    return fail(Code::kInvalid, Origin::kDownstream,
                std::string(file) + ":" + std::to_string(pos.line) + ":" +
                    std::to_string(pos.column) + ": " + std::string(what));
}

Result<Documents> read_import_json(const ImportFile& file) {
    return checked(parse_json(file.text, file.name), file);
}

Result<Documents> read_import_yaml(const ImportFile& file) {
    return checked(parse_yaml(file.text, file.name), file);
}

std::string ManifestSet::unique_name(std::string_view kind, std::string_view text) {
    const std::string base = manifest_name(text);
    std::string name = base;
    int& last = suffixes_.try_emplace({std::string(kind), base}, 1).first->second;
    while (!names_.emplace(kind, name).second) {
        const std::string suffix = "-" + std::to_string(++last);
        name = base.substr(0, kNameMax - suffix.size()) + suffix;
    }
    return name;
}

void ManifestSet::add(std::string_view kind, const std::string& name, Tree spec,
                      std::string comment) {
    const bool cluster_scoped = kind == "Region" || kind == "Cluster";
    Tree document = manifest(kApiVersion, kind, name, cluster_scoped ? "" : kImportNamespace);
    document.set("spec", std::move(spec));
    if (!comment.empty()) document.comment(std::move(comment));
    add_file(lower(kind) + "-" + name + ".yaml", emit_yaml(document));
}

void ManifestSet::add_region(const std::string& name) {
    if (!regions_.insert(name).second) return;
    Tree spec = Tree::map();
    if (const auto* place = find_cloud_region(name)) {
        Tree coordinates = Tree::map();
        coordinates.set("latitude", place->latitude).set("longitude", place->longitude);
        spec.set("coordinates", std::move(coordinates));
        assumed("Region " + name,
                "the export holds no latencies: 1 ms per 100 km from public coordinates; declare "
                "spec.latency and spec.cidrs to do better");
    } else {
        lost("Region " + name,
             "its place is not known to us: declare spec.coordinates or "
             "spec.latency, until then it counts as farthest");
    }
    add("Region", name, std::move(spec));
}

void ManifestSet::add_external_check(const std::string& name, std::string_view initial) {
    if (!names_.emplace("HealthCheck", name).second) return;
    Tree spec = Tree::map();
    spec.set("type", "External").set("initial", initial);
    add("HealthCheck", name, std::move(spec));
}

void ManifestSet::add_zone(const std::string& origin, std::string_view why, Tree records) {
    if (!zones_.insert(origin).second) return;
    Tree soa = Tree::map(), servers = Tree::sequence(), spec = Tree::map();
    soa.set("primary", "ns." + origin).set("contact", "hostmaster." + origin);
    servers.add("ns." + origin);
    spec.set("origin", origin).set("soa", std::move(soa)).set("nameServers", std::move(servers));
    if (!records.empty()) spec.set("records", std::move(records));
    add("DNSZone", unique_name("DNSZone", origin), std::move(spec));
    assumed("zone " + origin, why);
}

void ManifestSet::add_file(std::string name, std::string text) {
    imported_.files.push_back({std::move(name), std::move(text)});
}

void ManifestSet::lost(std::string_view object, std::string_view what) {
    imported_.notes.push_back({ImportNote::Kind::kLost, std::string(object), std::string(what)});
}

void ManifestSet::assumed(std::string_view object, std::string_view what) {
    imported_.notes.push_back({ImportNote::Kind::kAssumed, std::string(object), std::string(what)});
}

void ManifestSet::lost_members(const Value& map, std::initializer_list<std::string_view> known,
                               std::string_view object) {
    for (const auto& member : map.members()) {
        if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
        lost(object, "field " + std::string(member.key) + " is not one that we know");
    }
}

Imported ManifestSet::take() {
    auto& notes = imported_.notes;
    std::sort(notes.begin(), notes.end());
    notes.erase(std::unique(notes.begin(), notes.end()), notes.end());
    std::sort(imported_.files.begin(), imported_.files.end(),
              [](const ImportFile& a, const ImportFile& b) { return a.name < b.name; });
    return std::move(imported_);
}

}  // namespace fairway::config
