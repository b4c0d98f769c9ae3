#include "app/state_dir.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/hash.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kFormat = "fairway-state 1\n";

fs::path default_path(const std::string& directory) {
    if (const char* given = std::getenv("STATE_DIRECTORY"); given && *given) return given;
    fs::path base;
    if (const char* xdg = std::getenv("XDG_STATE_HOME"); xdg && *xdg) {
        base = xdg;
    } else if (::geteuid() == 0) {
        base = "/var/lib";  // root's home is closed to whom we become
    } else {
        const char* home = std::getenv("HOME");
        base = fs::path(home && *home ? home : "/tmp") / ".local/state";
    }
    std::error_code ignored;
    const fs::path full = fs::weakly_canonical(directory, ignored);
    char name[24];
    std::snprintf(
        name, sizeof name, "%016llx",
        static_cast<unsigned long long>(hash_text(full.empty() ? directory : full.string())));
    return base / "fairway" / name;
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

}  // namespace

Result<StateDir> StateDir::open(const std::string& wanted, const std::string& directory) {
    StateDir state;
    state.path_ = wanted.empty() ? default_path(directory) : fs::path(wanted);
    const std::string name = "--state " + state.path_.string();
    std::error_code error;
    fs::create_directories(state.path_, error);
    if (error) return fail(Code::kSystem, Origin::kSystem, name + ": " + error.message());
    if (::chmod(state.path_.c_str(), 0700) != 0) return fail_errno(name, errno);

    state.lock_ =
        io::Fd(::open((state.path_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!state.lock_) return fail_errno(name + "/lock", errno);
    if (::flock(state.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        return fail(Code::kConflict, Origin::kSystem,
                    name + ": another fairway uses this folder; stop it, or give another --state");
    }
    if (const auto format = state.read("format")) {
        if (*format != kFormat) {
            return fail(
                Code::kConflict, Origin::kSystem,
                name + ": written by another version (" + *format + "); give another --state");
        }
        return state;
    }
    FW_TRY_VOID(state.write("format", kFormat));
    return state;
}

std::optional<std::string> StateDir::read(std::string_view name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    if (!file) return {};
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

Status StateDir::write(std::string_view name, std::string_view text) const {
    const fs::path target = path_ / name;
    const fs::path beside = path_ / ("." + std::string(name) + ".new");
    const io::Fd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return fail_errno(beside.string(), errno);
    FW_TRY_VOID(write_all(fd.get(), text));
    if (::fdatasync(fd.get()) != 0) return fail_errno(beside.string(), errno);
    if (::rename(beside.c_str(), target.c_str()) != 0) return fail_errno(target.string(), errno);
    return {};
}

Status StateDir::give_to(const std::string& user) const {
    const passwd* entry = ::getpwnam(user.c_str());
    if (!entry) return fail(Code::kNotFound, Origin::kConfig, "--user " + user + ": no such user");
    std::error_code error;
    for (const auto& file : fs::recursive_directory_iterator(path_, error)) {
        if (::lchown(file.path().c_str(), entry->pw_uid, entry->pw_gid) != 0) {
            return fail_errno(file.path().string(), errno);
        }
    }
    if (::lchown(path_.c_str(), entry->pw_uid, entry->pw_gid) != 0) {
        return fail_errno(path_.string(), errno);
    }
    return {};
}

}  // namespace fairway::app
