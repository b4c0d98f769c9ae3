// AcceptedStore: the last version of each manifest file that had no error, kept in the state
// folder, so that a bad document keeps its last good version over a restart too. Control thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/file_reader.h"
#include "model/diagnostic.h"

namespace fairway::app {

class AcceptedStore {
  public:
    explicit AcceptedStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // What was accepted last time. Unreadable files are left out, with a line in the log.
    std::vector<config::SourceFile> load();
    // After a reload that read `files`: keeps what is new and without error, forgets what is gone.
    // It judges the very text that was read, not what stands in the directory by now.
    void update(std::vector<config::SourceFile> files, const model::Diagnostics& diagnostics);

  private:
    void keep(const std::string& path, std::string text);

    std::filesystem::path folder_;
    std::map<std::string, std::uint64_t> kept_;     // hash of what is kept, by path
    std::map<std::string, std::string> held_back_;  // had errors, or could not be written
};

}  // namespace fairway::app
