#include "app/state_dir.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "app/files.h"
#include "base/hash.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kFormat = "fairway-state 1\n";

std::string real_name(const std::string& directory) {
    std::error_code ignored;
    const fs::path full = fs::weakly_canonical(directory, ignored);
    if (full.empty()) return directory;
    return (full.has_filename() ? full : full.parent_path()).string();  // "dir/" is gone: as "dir"
}

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
    char name[24];
    std::snprintf(name, sizeof name, "%016llx",
                  static_cast<unsigned long long>(hash_text(real_name(directory))));
    return base / "fairway" / name;
}

// Whether the folder is ours to lock, to close to others and to give away: a mistyped --state must
// not take somebody's home.
bool is_ours(const fs::path& folder) {
    std::error_code error;
    if (fs::exists(folder / "format", error)) return true;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (name != "lost+found" && name != "lock" && name != ".format.new") return false;
    }
    return !error;
}

}  // namespace

Result<StateDir> StateDir::open(const std::string& wanted, const std::string& directory) {
    StateDir state;
    state.path_ = wanted.empty() ? default_path(directory) : fs::path(wanted);
    const std::string name = "--state " + state.path_.string();
    std::error_code error;
    fs::create_directories(state.path_, error);
    if (error) return fail(Code::kSystem, Origin::kSystem, name + ": " + error.message());
    if (!is_ours(state.path_)) {
        return fail(Code::kConflict, Origin::kConfig,
                    name + ": holds files that are not Fairway's; give an empty or a new folder");
    }
    if (::chmod(state.path_.c_str(), 0700) != 0 && errno != EROFS) return fail_errno(name, errno);

    const auto lock = state.path_ / "lock";
    state.lock_ = io::Fd(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    // A disk that went read-only must not keep us from serving what is on it.
    if (!state.lock_ && errno == EROFS) {
        state.lock_ = io::Fd(::open(lock.c_str(), O_RDONLY | O_CLOEXEC));
    }
    if (!state.lock_) return fail_errno(name + "/lock", errno);
    if (::flock(state.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        return fail(Code::kConflict, Origin::kSystem,
                    name + ": another fairway uses this folder; stop it, or give another --state");
    }
    if (const auto format = read_file(state.path_ / "format")) {
        if (*format != kFormat) {
            return fail(
                Code::kConflict, Origin::kSystem,
                name + ": written by another version (" + *format + "); give another --state");
        }
        return state;
    }
    FW_TRY_VOID(write_file(state.path_ / "format", kFormat));
    return state;
}

bool StateDir::is_of(const std::string& directory) const {
    return is_of(path_.string(), directory);
}

bool StateDir::is_of(const std::string& wanted, const std::string& directory) {
    const fs::path folder = wanted.empty() ? default_path(directory) : fs::path(wanted);
    return read_file(folder / "directory") == real_name(directory);
}

Status StateDir::remember(const std::string& directory) const {
    if (is_of(directory)) return {};
    return write_file(path_ / "directory", real_name(directory));
}

Status StateDir::give_to(const std::string& user) const {
    const passwd* entry = ::getpwnam(user.c_str());
    if (!entry) return fail(Code::kNotFound, Origin::kConfig, "--user " + user + ": no such user");
    const auto give = [&](const fs::path& file) -> Status {
        if (::lchown(file.c_str(), entry->pw_uid, entry->pw_gid) == 0 || errno == EROFS) return {};
        return fail_errno(file.string(), errno);
    };
    std::error_code error;
    for (fs::recursive_directory_iterator at(path_, error), end; !error && at != end;
         at.increment(error)) {
        FW_TRY_VOID(give(at->path()));
    }
    FW_TRY_VOID(give(path_));
    return {};
}

}  // namespace fairway::app
