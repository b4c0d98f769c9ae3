#include "config/directory.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/hash.h"
#include "base/limits.h"
#include "config/json.h"
#include "config/yaml.h"

namespace fairway::config {

namespace {

void put(model::Model& model, const AnyObject& object) {
    std::visit(
        [&](const auto& shared) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(shared)>, std::monostate>) {
                model.put(shared);
            }
        },
        object);
}

bool is_good(const Decoded& object) {
    return !std::holds_alternative<std::monostate>(object.object);
}

}  // namespace

Result<LoadReport> Directory::reload(model::Model& model) {
    FW_TRY(Scan scan, reader_.scan());
    for (const std::string& folder : scan.unread_folders) add_unread(folder, scan.files);
    LoadReport report = apply(std::move(scan.files), model);
    report.diagnostics.insert(report.diagnostics.end(), scan.findings.begin(), scan.findings.end());
    sort_by_place(report.diagnostics);
    return report;
}

// A folder that cannot be read now declares what it did before.
void Directory::add_unread(const std::string& folder, std::vector<SourceFile>& files) const {
    const std::string below = folder.empty() ? "" : folder + "/";
    for (auto at = files_.lower_bound(folder); at != files_.end(); ++at) {
        if (at->first != folder && !at->first.starts_with(below)) {
            if (at->first > below) break;
            continue;
        }
        files.push_back({at->first, {}, false, "is in a folder that is not readable"});
    }
}

LoadReport Directory::apply(std::vector<SourceFile> files, model::Model& model) {
    LoadReport report;
    report.files = files.size();
    Touched touched;
    std::set<std::string, std::less<>> present;
    for (const SourceFile& file : files) present.insert(file.path);
    for (auto at = files_.begin(); at != files_.end();) {
        if (present.contains(at->first)) {
            ++at;
            continue;
        }
        forget(at->first, at->second, touched);
        at = files_.erase(at);
    }
    for (const SourceFile& file : files) take_file(file, report, touched);
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (const model::ObjectKey& key : touched) settle(key, model, report);
    report.diagnostics = all_diagnostics();
    sort_by_place(report.diagnostics);
    report.sources = std::move(files);
    return report;
}

void Directory::take_file(const SourceFile& source, LoadReport& report, Touched& touched) {
    if (source.same && files_.contains(source.path)) return;
    File& file = files_[source.path];
    if (!source.unread.empty()) {
        file.unclear = true;
        file.hash.reset();  // whatever it holds when it reads again is new
        file.findings = {{model::Severity::kError,
                          source.path,
                          {1, 1},
                          "",
                          "",
                          source.unread,
                          "its objects stay as they were"}};
        return;
    }
    const std::uint64_t hash = hash_text(source.text);
    if (file.hash == hash) return;
    ++report.files_changed;
    File next;
    next.hash = hash;
    next.docs = file.docs;  // for parse(): what it need not decode again
    parse(source.path, source.text, next, report);
    forget(source.path, file, touched);
    file = std::move(next);
    index(files_.find(source.path)->first, file, touched);
}

void Directory::parse(std::string_view path, std::string_view text, File& file,
                      LoadReport& report) const {
    const Documents documents =
        path.ends_with(".json") ? parse_json(text, path) : parse_yaml(text, path);
    std::map<std::uint64_t, std::shared_ptr<const Doc>> known;
    for (auto& doc : std::exchange(file.docs, {})) known.emplace(doc->fingerprint, doc);
    std::vector<bool> in_document(documents.findings.size());
    for (const Document& document : documents.all) {
        std::fill(in_document.begin() + document.findings_first,
                  in_document.begin() + document.findings_end, true);
        if (const auto at = known.find(document.fingerprint); at != known.end()) {
            file.docs.push_back(at->second);
            continue;
        }
        auto doc = std::make_shared<Doc>();
        doc->fingerprint = document.fingerprint;
        for (std::uint32_t i = document.findings_first; i < document.findings_end; ++i) {
            doc->findings.push_back(documents.findings[i]);
            doc->findings.back().object = object_text(document.root);
        }
        for (const Value* root : objects_of(document.root)) {
            doc->objects.push_back(decode(*root, path));
            if (document.faulty) refuse(doc->objects.back(), doc->findings);
        }
        ++report.documents_decoded;
        file.docs.push_back(std::move(doc));
    }
    for (std::size_t i = 0; i < documents.findings.size(); ++i) {
        if (!in_document[i]) file.findings.push_back(documents.findings[i]);
    }
    file.unclear = documents.broken;
    for (const auto& doc : file.docs) {
        for (const Decoded& object : doc->objects) file.unclear = file.unclear || !object.key;
    }
}

void Directory::forget(std::string_view path, const File& file, Touched& touched) {
    for (const auto& doc : file.docs) {
        for (const Decoded& object : doc->objects) {
            if (!object.key) continue;
            touched.push_back(*object.key);
            auto& places = places_[*object.key];
            std::erase_if(places, [&](const Place& place) { return place.file == path; });
        }
    }
    // Objects that it declared before it became unclear stand in accepted_ only.
    if (!file.unclear) return;
    for (const auto& [key, before] : accepted_) {
        if (before.file == path) touched.push_back(key);
    }
}

void Directory::index(const std::string& path, const File& file, Touched& touched) {
    for (const auto& doc : file.docs) {
        for (const Decoded& object : doc->objects) {
            if (!object.key) continue;
            touched.push_back(*object.key);
            places_[*object.key].push_back({path, doc, &object});
        }
    }
}

const Directory::Place* Directory::choose(const std::vector<Place>& places,
                                          const Accepted* before) const {
    const Place* first = nullptr;
    for (const Place& place : places) {
        if (!is_good(*place.object)) continue;
        if (before != nullptr && place.file == before->file) return &place;
        if (first == nullptr || place.file < first->file) first = &place;
    }
    return first;
}

bool Directory::may_still_be_meant(const Accepted& before) const {
    const auto file = files_.find(before.file);
    return file != files_.end() && file->second.unclear;
}

// Decides which document speaks for `key` and brings the Model in line.
void Directory::settle(const model::ObjectKey& key, model::Model& model, LoadReport& report) {
    duplicates_.erase(key);
    const auto at = accepted_.find(key);
    const auto places_at = places_.find(key);
    if (places_at != places_.end() && places_at->second.empty()) places_.erase(places_at);
    const auto found = places_.find(key);
    if (found == places_.end()) {
        model.drop_draft(key);
        if (at == accepted_.end() || may_still_be_meant(at->second)) return;
        accepted_.erase(at);
        model.remove(key);
        ++report.objects_removed;
        return;
    }
    const Place* chosen = choose(found->second, at == accepted_.end() ? nullptr : &at->second);
    const Place* speaker = chosen != nullptr ? chosen : &found->second.front();
    for (const Place& place : found->second) {
        if (&place == speaker) continue;
        duplicates_[key].push_back({model::Severity::kError, std::string(place.file),
                                    place.object->pos, key.text(), "",
                                    "is declared in " + std::string(speaker->file) + ":" +
                                        std::to_string(speaker->object->pos.line) +
                                        (chosen != nullptr ? " too, which stands" : " too"),
                                    "keep one of the two"});
    }
    if (chosen == nullptr) {  // the last good version stays, if there is one
        return model.put_draft(key, speaker->object->draft);
    }
    model.drop_draft(key);
    if (at != accepted_.end() && at->second.object == chosen->object->object) {
        at->second.file = chosen->file;
        return;
    }
    put(model, chosen->object->object);
    accepted_[key] = {std::string(chosen->file), chosen->object->object};
    ++report.objects_put;
}

model::Diagnostics Directory::all_diagnostics() const {
    model::Diagnostics out;
    const auto add = [&](const model::Diagnostics& more) {
        out.insert(out.end(), more.begin(), more.end());
    };
    for (const auto& [path, file] : files_) {
        add(file.findings);
        for (const auto& doc : file.docs) {
            add(doc->findings);
            for (const Decoded& object : doc->objects) add(object.diagnostics);
        }
    }
    for (const auto& [key, duplicates] : duplicates_) add(duplicates);
    return out;
}

void sort_by_place(model::Diagnostics& diagnostics) {
    std::sort(diagnostics.begin(), diagnostics.end(), [](const auto& a, const auto& b) {
        return std::tie(a.file, a.pos, a.field, a.what, a.right, a.severity) <
               std::tie(b.file, b.pos, b.field, b.what, b.right, b.severity);
    });
}

}  // namespace fairway::config
