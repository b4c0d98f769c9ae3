// --state: the folder of what must outlive a restart: accepted documents and Facts, never World.
// Mode 0700, locked by one process at a time, with a format file. Control thread.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "io/fd.h"

namespace fairway::app {

class StateDir {
  public:
    // `wanted` empty: $STATE_DIRECTORY, else $XDG_STATE_HOME/fairway/<hash of directory>, else
    // ~/.local/state/... An error (kConflict) when another process has it, or when it holds files
    // and none says that they are ours. A folder that has become read-only can be opened.
    static Result<StateDir> open(const std::string& wanted, const std::string& directory);

    const std::filesystem::path& path() const { return path_; }
    // Was it, or what open() would open, last used for this directory of manifests?
    bool is_of(const std::string& directory) const;
    static bool is_of(const std::string& wanted, const std::string& directory);
    // It is from now on.
    Status remember(const std::string& directory) const;
    // Before privileges go: the files become this user's.
    Status give_to(const std::string& user) const;

  private:
    std::filesystem::path path_;
    io::Fd lock_;
};

}  // namespace fairway::app
