#include "app/accepted_store.h"

#include <set>

#include "app/files.h"
#include "base/hash.h"
#include "base/log.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;

std::set<std::string> files_with_errors(const model::Diagnostics& diagnostics) {
    std::set<std::string> files;
    for (const auto& finding : diagnostics) {
        if (finding.severity == model::Severity::kError) files.insert(finding.file);
    }
    return files;
}

}  // namespace

std::vector<config::SourceFile> AcceptedStore::load() {
    std::vector<config::SourceFile> files;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder_, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code of_file;
        // Hidden: what a crash left half written.
        if (at->path().filename().string().starts_with('.') || !at->is_regular_file(of_file)) {
            continue;
        }
        auto text = read_file(at->path());
        if (!text) {
            log_error("state.unreadable", {{"file", at->path().string()},
                                           {"effect", "its last good version is not known"}});
            continue;
        }
        config::SourceFile file;
        file.path = at->path().lexically_relative(folder_).generic_string();
        kept_[file.path] = hash_text(*text);
        file.text = std::move(*text);
        files.push_back(std::move(file));
    }
    if (error && fs::exists(folder_)) {
        log_error("state.unreadable", {{"file", folder_.string()}, {"error", error.message()}});
    }
    return files;
}

void AcceptedStore::update(std::vector<config::SourceFile> files,
                           const model::Diagnostics& diagnostics) {
    const auto bad = files_with_errors(diagnostics);
    std::set<std::string, std::less<>> present;
    for (auto& file : files) {
        present.insert(file.path);
        if (!file.unread.empty()) continue;
        if (!file.same) held_back_.erase(file.path);
        if (bad.contains(file.path)) {
            if (!file.same) held_back_[file.path] = std::move(file.text);
        } else if (!file.same) {
            keep(file.path, std::move(file.text));
        } else if (auto held = held_back_.extract(file.path)) {
            keep(file.path, std::move(held.mapped()));
        }
    }
    std::erase_if(held_back_, [&](const auto& held) { return !present.contains(held.first); });
    std::erase_if(kept_, [&](const auto& kept) {
        std::error_code ignored;
        if (!present.contains(kept.first)) fs::remove(folder_ / kept.first, ignored);
        return !present.contains(kept.first);
    });
}

void AcceptedStore::keep(const std::string& path, std::string text) {
    const std::uint64_t hash = hash_text(text);
    if (const auto at = kept_.find(path); at != kept_.end() && at->second == hash) return;
    const fs::path target = folder_ / path;
    std::error_code ignored;
    fs::create_directories(target.parent_path(), ignored);
    if (const auto written = write_file(target, text); !written) {
        log_error("state.not_kept", {{"file", path}, {"error", written.error().text}});
        held_back_[path] = std::move(text);  // with the next reload, perhaps
        return;
    }
    kept_[path] = hash;
}

}  // namespace fairway::app
