#include "config/file_reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

#include "base/limits.h"
#include "base/metrics.h"

namespace fairway::config {

namespace {

std::int64_t ns_of(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return ns_of(now);
}

bool is_manifest(std::string_view name) {
    return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

// Up to `most` bytes; false with errno on failure, EFBIG if there are more.
bool read_all(int fd, std::size_t expected, std::size_t most, std::string& out) {
    out.resize(std::min(expected, most) + 1);
    std::size_t have = 0;
    for (;;) {
        if (have == out.size()) {
            if (have > most) {
                errno = EFBIG;
                return false;
            }
            out.resize(std::min(most + 1, have * 2));
        }
        const ssize_t got = read(fd, out.data() + have, out.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    if (have > most) {
        errno = EFBIG;
        return false;
    }
    out.resize(have);
    return true;
}

std::string real_path(const std::string& path) {
    std::unique_ptr<char, void (*)(void*)> resolved(realpath(path.c_str(), nullptr), std::free);
    return resolved == nullptr ? std::string() : std::string(resolved.get());
}

}  // namespace

struct FileReader::Walk {
    Scan out;
    std::map<std::string, Signature> seen;
    std::string real_root;
    std::size_t bytes = 0;
    bool full = false;  // a limit of the whole folder was hit

    void finding(const std::string& path, std::string what, std::string right) {
        out.findings.push_back(
            {model::Severity::kError, path, {1, 1}, "", "", std::move(what), std::move(right)});
    }
};

Result<Scan> FileReader::scan() {
    Walk state;
    state.real_root = real_path(root_);
    if (state.real_root.empty()) return fail_errno(root_, errno);
    const Descriptor folder(open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) return fail_errno(root_, errno);
    walk(state, "", 0);
    seen_ = std::move(state.seen);
    std::sort(state.out.files.begin(), state.out.files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return std::move(state.out);
}

void FileReader::walk(Walk& state, const std::string& folder, unsigned depth) {
    if (depth > kManifestFolderDepthMax) {
        limit_hit(Limit::kManifestDepth);
        return state.finding(
            folder, "folders more than " + std::to_string(kManifestFolderDepthMax) + " deep",
            "put manifests higher up");
    }
    const std::string full_path = folder.empty() ? root_ : root_ + "/" + folder;
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(full_path.c_str()), closedir);
    if (dir == nullptr) {
        if (errno == ENOENT && !folder.empty()) return;  // gone again
        state.finding(folder, std::string("folder is not readable: ") + std::strerror(errno),
                      "what it declared stays as it was");
        state.out.unread_folders.push_back(folder);
        return;
    }
    std::vector<std::string> folders;
    while (const dirent* entry = readdir(dir.get())) {
        const std::string name = entry->d_name;
        if (name.starts_with('.')) continue;
        const std::string path = folder.empty() ? name : folder + "/" + name;
        struct stat info{};
        if (lstat((root_ + "/" + path).c_str(), &info) != 0) {
            if (errno == ENOENT) continue;  // gone again
            state.finding(path, std::string("is not readable: ") + std::strerror(errno),
                          "what it declared stays as it was");
            state.out.unread_folders.push_back(path);
            continue;
        }
        if (S_ISDIR(info.st_mode)) {
            folders.push_back(path);
        } else if (is_manifest(name)) {
            take(state, path, S_ISLNK(info.st_mode));
        }
    }
    std::sort(folders.begin(), folders.end());
    for (const std::string& path : folders) walk(state, path, depth + 1);
}

void FileReader::take(Walk& state, const std::string& path, bool is_link) {
    SourceFile file{path, {}, false, {}};
    const auto unread = [&](std::string why) {
        file.unread = std::move(why);
        state.out.files.push_back(std::move(file));
    };
    const std::string full_path = root_ + "/" + path;
    if (is_link && !real_path(full_path).starts_with(state.real_root + "/")) {
        return unread("is a symbolic link that leads nowhere or out of the folder");
    }
    // Without O_NONBLOCK a FIFO of this name would hold us for ever.
    const Descriptor fd(open(full_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info{};
    if (fd.get() < 0 || fstat(fd.get(), &info) != 0) {
        if (errno == ENOENT) return;  // gone again
        return unread(std::string("is not readable: ") + std::strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) return unread("is not a regular file");
    if (state.out.files.size() >= kManifestFilesMax) {
        limit_hit(Limit::kManifestFiles);
        if (!state.full) {
            state.finding(path, "more than " + std::to_string(kManifestFilesMax) + " manifests",
                          "fewer files");
        }
        state.full = true;
        return unread("is one file too many");
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    Signature now{static_cast<std::uint64_t>(info.st_dev),
                  static_cast<std::uint64_t>(info.st_ino),
                  size,
                  ns_of(info.st_mtim),
                  ns_of(info.st_ctim),
                  true};
    now.settled = now_ns() - std::max(now.modified_ns, now.changed_ns) >= settle_ns_;
    const auto before = seen_.find(path);
    state.bytes += size;
    if (before != seen_.end() && before->second.settled && before->second == now) {
        file.same = true;
    } else if (state.bytes > kManifestBytesMax) {
        limit_hit(Limit::kManifestBytes);
        return unread("is beyond " + std::to_string(kManifestBytesMax >> 20) +
                      " MiB of manifests in all");
    } else if (!read_all(fd.get(), size, kManifestFileMax, file.text)) {
        if (errno == EFBIG) limit_hit(Limit::kManifestBytes);
        return unread(errno == EFBIG
                          ? "is larger than " + std::to_string(kManifestFileMax >> 20) + " MiB"
                          : std::string("is not readable: ") + std::strerror(errno));
    }
    state.seen[path] = now;
    state.out.files.push_back(std::move(file));
}

}  // namespace fairway::config
