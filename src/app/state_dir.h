// --state: the folder of what must outlive a restart: accepted documents and Facts, never World.
// Mode 0700, locked by one process at a time, with a format file. Control thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/fd.h"

namespace fairway::app {

class StateDir {
  public:
    // `wanted` empty: $STATE_DIRECTORY, else $XDG_STATE_HOME/fairway/<hash of directory>, else
    // ~/.local/state/... An error (kConflict) when another process has it.
    static Result<StateDir> open(const std::string& wanted, const std::string& directory);

    const std::filesystem::path& path() const { return path_; }
    // nullopt: there is none yet.
    std::optional<std::string> read(std::string_view name) const;
    // Whole or not at all: written beside, synced, renamed.
    Status write(std::string_view name, std::string_view text) const;
    // Before privileges go: the files become this user's.
    Status give_to(const std::string& user) const;

  private:
    std::filesystem::path path_;
    io::Fd lock_;
};

}  // namespace fairway::app
