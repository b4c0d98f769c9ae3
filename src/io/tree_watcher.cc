#include "io/tree_watcher.h"

#include <sys/inotify.h>

#include <cerrno>

#include "base/limits.h"
#include "base/metrics.h"

namespace fairway::io {
namespace {
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
namespace fs = std::filesystem;
}  // namespace

Result<std::unique_ptr<TreeWatcher>> TreeWatcher::open(Shard& shard, fs::path root,
                                                       std::uint32_t delay_ms,
                                                       std::function<void()> changed) {
    Fd fd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!fd) return fail_errno("inotify (see fs.inotify.max_user_instances)", errno);
    std::unique_ptr<TreeWatcher> watcher(
        new TreeWatcher(shard, std::move(fd), std::move(root), delay_ms, std::move(changed)));
    watcher->watch_parent();
    watcher->add_tree(watcher->root_);
    if (watcher->paths_.empty() && watcher->parent_ < 0) {
        return fail_errno(
            "inotify " + watcher->root_.string() + " (see fs.inotify.max_user_watches)", errno);
    }
    return watcher;
}

TreeWatcher::TreeWatcher(Shard& shard, Fd fd, fs::path root, std::uint32_t delay_ms,
                         std::function<void()> changed)
    : fd_(std::move(fd)),
      root_(std::move(root)),
      delay_ms_(delay_ms),
      changed_(std::move(changed)),
      timer_(shard,
             [this] {
                 // What was made while nobody watched it is found now.
                 add_tree(root_);
                 changed_();
             }),
      watch_(shard, fd_.get(), EPOLLIN, [this](std::uint32_t) { on_events(); }) {}

void TreeWatcher::watch_parent() {
    std::error_code error;
    root_ = fs::absolute(root_, error).lexically_normal();
    if (!root_.has_filename()) root_ = root_.parent_path();  // was "dir/"
    if (root_ == root_.root_path()) return;
    parent_ = inotify_add_watch(fd_.get(), root_.parent_path().c_str(),
                                IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
}

// Of what happens beside the root only what bears its name.
bool TreeWatcher::concerns_us(int id, const char* name) const {
    return id != parent_ || root_.filename() == name;
}

void TreeWatcher::add_tree(const fs::path& directory) {
    if (paths_.size() >= kWatchedDirectoriesMax) {
        limit_hit(Limit::kWatchedDirectories);
        return;
    }
    const int id = inotify_add_watch(fd_.get(), directory.c_str(), kEvents | IN_ONLYDIR);
    if (id < 0) return;
    // Links are followed; the same directory again (a loop) has the same id and ends the walk, but
    // for the walk that looks for new ones, which goes down each path once.
    const auto [at, added] = paths_.try_emplace(id, directory);
    if (!added && at->second != directory) return;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code of_entry;
        if (entry->is_directory(of_entry)) add_tree(entry->path());
    }
}

void TreeWatcher::on_events() {
    alignas(inotify_event) char buffer[16'384];
    bool concerned = false;
    for (;;) {
        const ssize_t size = ::read(fd_.get(), buffer, sizeof buffer);
        if (size <= 0) break;
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
            if (event->mask & IN_IGNORED) paths_.erase(event->wd);
            concerned |= concerns_us(event->wd, event->len > 0 ? event->name : "");
            at += static_cast<ssize_t>(sizeof *event + event->len);
        }
    }
    if (concerned && !timer_.armed()) timer_.arm_in(delay_ms_);
}

}  // namespace fairway::io
