// Small files of the state folder, read and written whole. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fairway::app {

// nullopt: there is none, or it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& path);
Status write_all(int fd, std::string_view text);
// Whole or not at all: written beside (as ".NAME.new"), synced, renamed.
Status write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace fairway::app
