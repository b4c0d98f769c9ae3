#include "app/accepted_store.h"

#include <fstream>
#include <sstream>

#include "base/log.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_text(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return {};
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::set<std::string> files_with_errors(const model::Diagnostics& diagnostics) {
    std::set<std::string> files;
    for (const auto& finding : diagnostics) {
        if (finding.severity == model::Severity::kError) files.insert(finding.file);
    }
    return files;
}

}  // namespace

std::vector<config::SourceFile> AcceptedStore::load() const {
    std::vector<config::SourceFile> files;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(folder_, error)) {
        if (!entry.is_regular_file()) continue;
        auto text = read_text(entry.path());
        if (!text) {
            log_warn("state.unreadable", {{"file", entry.path().string()}});
            continue;
        }
        config::SourceFile file;
        file.path = entry.path().lexically_relative(folder_).generic_string();
        file.text = std::move(*text);
        files.push_back(std::move(file));
    }
    return files;
}

void AcceptedStore::update(const model::Diagnostics& diagnostics) {
    auto scan = reader_.scan();
    if (!scan) return;  // the reload has said so
    const auto bad = files_with_errors(diagnostics);
    std::set<std::string> present;
    for (auto& file : scan->files) {
        present.insert(file.path);
        if (!file.unread.empty()) continue;
        if (bad.contains(file.path)) {
            held_back_.insert(file.path);
            continue;
        }
        const bool was_held_back = held_back_.erase(file.path) > 0;
        if (file.same && !was_held_back) continue;
        auto text = file.same ? read_text(fs::path(directory_) / file.path) : std::move(file.text);
        if (!text || !keep(file.path, *text)) {
            log_warn("state.not_kept", {{"file", file.path}});
            held_back_.insert(file.path);
        }
    }
    for (const auto& old : load()) {
        std::error_code ignored;
        if (!present.contains(old.path)) fs::remove(folder_ / old.path, ignored);
    }
}

bool AcceptedStore::keep(const std::string& path, const std::string& text) const {
    const fs::path target = folder_ / path;
    const fs::path beside = target.string() + ".new";
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return false;
    fs::rename(beside, target, error);
    return !error;
}

}  // namespace fairway::app
