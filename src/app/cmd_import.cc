#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/commands.h"
#include "config/import/import.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;
using config::Imported;
using config::ImportFile;
constexpr const char* kReport = "IMPORT.md";

int cannot_run(const std::string& why) {
    std::fprintf(stderr, "fairway import: %s\n", why.c_str());
    return kExitCannotRun;
}

Result<std::vector<ImportFile>> read_files(const std::vector<std::string>& names) {
    std::vector<ImportFile> files;
    for (const auto& name : names) {
        std::ifstream file(name, std::ios::binary);
        if (!file || fs::is_directory(name)) {
            return fail(Code::kNotFound, Origin::kDownstream, name + ": cannot be read as a file");
        }
        std::ostringstream text;
        text << file.rdbuf();
        files.push_back({name, std::move(text).str()});
    }
    return files;
}

// New, empty, or an earlier import, whose files go first: nothing stale may stay.
Status prepare(const fs::path& folder) {
    std::error_code error;
    if (fs::exists(folder) && !fs::is_empty(folder, error) && !fs::exists(folder / kReport)) {
        return fail(Code::kConflict, Origin::kDownstream,
                    folder.string() +
                        ": is neither new nor empty nor an earlier import (it has no " + kReport +
                        "); give another -o");
    }
    for (const auto& entry : fs::directory_iterator(folder, error))
        fs::remove_all(entry.path(), error);
    fs::create_directories(folder, error);
    if (error)
        return fail(Code::kSystem, Origin::kSystem, folder.string() + ": " + error.message());
    return {};
}

Status write(const fs::path& path, const std::string& text) {
    std::error_code ignored;
    fs::create_directories(path.parent_path(), ignored);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return fail(Code::kSystem, Origin::kSystem, path.string() + ": cannot be written");
    return {};
}

Status write_all(const Imported& imported, const fs::path& folder) {
    FW_TRY_VOID(prepare(folder));
    for (const auto& file : imported.files) FW_TRY_VOID(write(folder / file.name, file.text));
    return write(folder / kReport, imported.report());
}

}  // namespace

int run_import(const ImportOptions& options) {
    const auto importer = config::find_importer(options.system);
    if (!importer) return cannot_run("no importer for " + options.system);
    const auto files = read_files(options.files);
    if (!files) return cannot_run(files.error().text);
    const auto imported = importer(*files);
    if (!imported) {
        std::fprintf(stderr, "fairway import: %s\nnothing was written\n",
                     imported.error().text.c_str());
        return kExitFindings;
    }
    if (const auto written = write_all(*imported, options.output); !written) {
        return cannot_run(written.error().text);
    }
    std::fprintf(stderr, "%s", imported->report().c_str());
    return options.strict && imported->lossy() ? kExitFindings : kExitFine;
}

}  // namespace fairway::app
