#include "app/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "io/fd.h"

namespace fairway::app {

std::optional<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return {};
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

Status write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_errno("write", errno);
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Status write_file(const std::filesystem::path& path, std::string_view text) {
    const auto beside = path.parent_path() / ("." + path.filename().string() + ".new");
    const io::Fd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return fail_errno(beside.string(), errno);
    FW_TRY_VOID(write_all(fd.get(), text));
    if (::fdatasync(fd.get()) != 0) return fail_errno(beside.string(), errno);
    if (::rename(beside.c_str(), path.c_str()) != 0) return fail_errno(path.string(), errno);
    return {};
}

}  // namespace fairway::app
