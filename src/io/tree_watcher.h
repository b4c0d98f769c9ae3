// TreeWatcher: calls back when anything below a directory changed (inotify), once for each burst:
// the delay runs from the first event, so a stream of events cannot put it off. Also when the
// directory itself is put in place of another (renamed, or a link to it turned). On its shard's
// thread.
#pragma once

#include <filesystem>
#include <functional>
#include <unordered_map>

#include "base/result.h"
#include "io/fd.h"
#include "io/shard.h"

namespace fairway::io {

class TreeWatcher {
  public:
    // An error if inotify is not to be had; then reload by signal still works.
    static Result<std::unique_ptr<TreeWatcher>> open(Shard& shard, std::filesystem::path root,
                                                     std::uint32_t delay_ms,
                                                     std::function<void()> changed);
    std::size_t directories() const { return paths_.size(); }

  private:
    TreeWatcher(Shard& shard, Fd fd, std::filesystem::path root, std::uint32_t delay_ms,
                std::function<void()> changed);
    void add_tree(const std::filesystem::path& directory);
    void watch_parent();
    bool concerns_us(int id, const char* name) const;
    void on_events();

    Fd fd_;
    std::filesystem::path root_;
    std::uint32_t delay_ms_;
    std::function<void()> changed_;
    std::unordered_map<int, std::filesystem::path> paths_;  // by watch descriptor
    int parent_ = -1;  // watch of the folder that the root stands in
    Timer timer_;
    Watch watch_;
};

}  // namespace fairway::io
