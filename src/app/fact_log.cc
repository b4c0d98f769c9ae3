#include "app/fact_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <map>

#include "app/files.h"
#include "base/log.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;

// A line that a crash has torn was never confirmed.
std::string whole_lines(const fs::path& path) {
    std::string text = read_file(path).value_or("");
    text.resize(text.rfind('\n') + 1);
    return text;
}

}  // namespace

std::string FactLog::newest(std::string_view lines, bool forget_gone) {
    std::map<std::string_view, std::string_view> by_name;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        const std::string_view line = lines.substr(0, end + 1);
        lines.remove_prefix(line.size());
        const std::size_t tab = line.find('\t');
        const bool whole = tab != std::string_view::npos && line.size() >= tab + 3 &&
                           line[line.size() - 2] == '\t';
        if (whole) by_name[line.substr(0, tab)] = line;
    }
    std::string out;
    for (const auto& [name, line] : by_name) {
        const bool gone = line.size() == name.size() + 3;
        if (!gone || !forget_gone) out += line;
    }
    return out;
}

FactLog::~FactLog() {
    if (compacting_.joinable()) compacting_.join();
}

std::string FactLog::load() const {
    std::string lines;
    for (const auto& path : {base(), old_log(), log()}) lines += whole_lines(path);
    return lines;
}

void FactLog::set_aside() const {
    std::error_code error;
    for (const auto& path : {base(), old_log(), log()}) {
        fs::copy_file(path, path.string() + ".damaged", fs::copy_options::overwrite_existing,
                      error);
    }
}

Status FactLog::append(std::string_view lines, bool sync) {
    if (lines.empty() && !sync) return {};
    if (!fd_) {
        fd_ = io::Fd(::open(log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        if (!fd_) return fail_errno(log().string(), errno);
        size_ = whole_lines(log()).size();
        if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) {
            const int error = errno;
            fd_.reset();
            return fail_errno(log().string(), error);
        }
    }
    const auto written = write_all(fd_.get(), lines);
    if (!written || (sync && ::fdatasync(fd_.get()) != 0)) {
        const int error = errno;
        const std::string why = written ? std::string() : written.error().text;
        (void)!::ftruncate(fd_.get(), static_cast<off_t>(size_));
        if (!written) return fail(Code::kSystem, Origin::kSystem, log().string() + ": " + why);
        return fail_errno(log().string(), error);
    }
    size_ += lines.size();
    if (size_ >= log_bytes_min_) compact_soon();
    return {};
}

// The log begins anew beside the old one; a reader takes both, so a crash at any point loses
// nothing.
void FactLog::compact_soon() {
    if (!compacted_) return;
    std::error_code error;
    const auto stands = fs::file_size(base(), error);
    if (!error && size_ < stands) return;
    if (compacting_.joinable()) compacting_.join();
    if (fs::exists(old_log(), error)) {
        // The one before could not be finished, by a crash or a full disk: try that one again.
    } else {
        fs::rename(log(), old_log(), error);
        if (error) return;
        fd_.reset();
        size_ = 0;
    }
    compacted_ = false;
    compacting_ = std::thread([this] {  // tidy-allow: rare, and the shards must not wait for it
        compact();
        compacted_ = true;
    });
}

void FactLog::compact() const {
    const auto written =
        write_file(base(), newest(whole_lines(base()) + whole_lines(old_log()), true));
    if (!written) {
        log_error("state.not_compacted", {{"error", written.error().text}});
        return;
    }
    std::error_code ignored;
    fs::remove(old_log(), ignored);
}

}  // namespace fairway::app
