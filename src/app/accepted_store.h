// AcceptedStore: the last version of each manifest file that had no error, kept in the state
// folder, so that a bad document keeps its last good version over a restart too. Control thread.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/file_reader.h"
#include "model/diagnostic.h"

namespace fairway::app {

class AcceptedStore {
  public:
    AcceptedStore(std::filesystem::path folder, std::string directory)
        : folder_(std::move(folder)), directory_(std::move(directory)), reader_(directory_) {}

    // What was accepted last time. Unreadable files are left out, with a line in the log.
    std::vector<config::SourceFile> load() const;
    // After a reload: keeps what is new and without error, forgets what is gone.
    void update(const model::Diagnostics& diagnostics);

  private:
    bool keep(const std::string& path, const std::string& text) const;

    std::filesystem::path folder_;
    std::string directory_;
    config::FileReader reader_;
    std::set<std::string> held_back_;  // had errors when they were last read
};

}  // namespace fairway::app
