// FactLog: the facts' lines on disk (FactKeeper tells which): each save appends what changed, so a
// flip costs what flipped, however many facts there are. When the log has grown as large as what
// stands, a thread of its own makes one of the two, from the files alone. Control thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "io/fd.h"

namespace fairway::app {

class FactLog {
  public:
    explicit FactLog(std::filesystem::path folder, std::uint64_t log_bytes_min = 1 << 20)
        : folder_(std::move(folder)), log_bytes_min_(log_bytes_min) {}
    ~FactLog();
    FactLog(const FactLog&) = delete;
    FactLog& operator=(const FactLog&) = delete;

    // All lines, oldest first.
    std::string load() const;
    // Puts damaged files aside, under names that end in ".damaged", where the operator finds them.
    void set_aside() const;
    // Whole lines, after all before them; with `sync` they are on the disk when it returns. After
    // an error none of them is, and the next save may succeed.
    Status append(std::string_view lines, bool sync);

    // Of whole lines of one name the last (their form: world/fact_store.cc); without those that say
    // that a name is gone, if nothing older is left to forget.
    static std::string newest(std::string_view lines, bool forget_gone);

  private:
    std::filesystem::path base() const { return folder_ / "facts"; }
    std::filesystem::path old_log() const { return folder_ / "facts.old"; }
    std::filesystem::path log() const { return folder_ / "facts.log"; }
    void compact_soon();
    void compact() const;

    std::filesystem::path folder_;
    std::uint64_t log_bytes_min_;
    io::Fd fd_;
    std::uint64_t size_ = 0;  // of the log
    std::thread compacting_;
    std::atomic<bool> compacted_{true};
};

}  // namespace fairway::app
