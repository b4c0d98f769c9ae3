#include "base/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "base/metrics.h"

namespace fairway {
namespace {

using Line = fmt::basic_memory_buffer<char, 1024>;

// Bytes from one thread to the drain: one producer, one consumer.
class Ring {
  public:
    bool push(std::string_view line) {
        const std::uint64_t head = head_.load(std::memory_order_relaxed);
        if (kLogRingBytes - (head - tail_.load(std::memory_order_acquire)) < line.size())
            return false;
        const std::size_t at = head % kLogRingBytes;
        const std::size_t first = std::min<std::size_t>(line.size(), kLogRingBytes - at);
        std::memcpy(bytes_.get() + at, line.data(), first);
        std::memcpy(bytes_.get(), line.data() + first, line.size() - first);
        head_.store(head + line.size(), std::memory_order_seq_cst);
        return true;
    }
    // Appends all that is there.
    bool pop(std::string* out) {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        const std::uint64_t head = head_.load(std::memory_order_seq_cst);
        if (head == tail) return false;
        const std::size_t size = head - tail, at = tail % kLogRingBytes;
        const std::size_t first = std::min<std::size_t>(size, kLogRingBytes - at);
        out->append(bytes_.get() + at, first);
        out->append(bytes_.get(), size - first);
        tail_.store(head, std::memory_order_release);
        return true;
    }
    std::atomic<bool> abandoned{false};  // its thread has ended

  private:
    std::unique_ptr<char[]> bytes_{new char[kLogRingBytes]};
    alignas(64) std::atomic<std::uint64_t> head_{0};
    alignas(64) std::atomic<std::uint64_t> tail_{0};
};

struct Drain {
    std::atomic<Level> level{Level::kInfo};
    std::atomic<int> fd{STDERR_FILENO};
    std::atomic<bool> threaded{false}, stop{false}, sleeping{false};
    int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    std::mutex mutex;  // of rings; taken once by each thread, and by the drain
    std::vector<std::shared_ptr<Ring>> rings;
    std::thread thread;

    void wake() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto n = ::write(wake_fd, &one, sizeof one);
    }
};

// Never destroyed: threads may log after main's statics are gone.
Drain& drain() {
    static auto* only = new Drain;
    return *only;
}

struct ThreadRing {
    std::shared_ptr<Ring> ring = std::make_shared<Ring>();
    ThreadRing() {
        const std::lock_guard lock(drain().mutex);
        drain().rings.push_back(ring);
    }
    ~ThreadRing() { ring->abandoned.store(true, std::memory_order_release); }
};

void write_all(std::string_view text) {
    const int fd = drain().fd.load(std::memory_order_relaxed);
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;  // nowhere to complain
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

void append_time(Line& line) {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    // The date changes once a second; breaking it down each time would cost more than the rest.
    thread_local time_t last_second = -1;
    thread_local char text[32];
    if (now.tv_sec != last_second) {
        tm parts;
        gmtime_r(&now.tv_sec, &parts);
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
        last_second = now.tv_sec;
    }
    fmt::format_to(fmt::appender(line), "time={}.{:03}Z", text, now.tv_nsec / 1'000'000);
}

bool plain(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7F;
    });
}

// Quoted when it is not one plain word; no byte of it can start a new line or end the quotes.
void append_text(Line& line, std::string_view text) {
    if (plain(text)) {
        line.append(text);
        return;
    }
    line.push_back('"');
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            line.push_back('\\');
            line.push_back(c);
        } else if (c == '\n') {
            line.append(std::string_view("\\n"));
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            fmt::format_to(fmt::appender(line), "\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            line.push_back(c);
        }
    }
    line.push_back('"');
}

void append_field(Line& line, const Field& field) {
    line.push_back(' ');
    line.append(field.key);
    line.push_back('=');
    const auto out = fmt::appender(line);
    switch (field.kind) {
        case Field::Kind::kText:
            append_text(line, field.text);
            return;
        case Field::Kind::kSigned:
            fmt::format_to(out, "{}", field.signed_number);
            return;
        case Field::Kind::kUnsigned:
            fmt::format_to(out, "{}", field.unsigned_number);
            return;
        case Field::Kind::kReal:
            fmt::format_to(out, "{}", field.real);
            return;
        case Field::Kind::kBool:
            fmt::format_to(out, "{}", field.truth);
            return;
    }
}

// Whether anything was there.
bool drain_once(std::string* out) {
    out->clear();
    Drain& d = drain();
    {
        const std::lock_guard lock(d.mutex);
        std::erase_if(d.rings, [&](const std::shared_ptr<Ring>& ring) {
            const bool last = ring->abandoned.load(std::memory_order_acquire);
            ring->pop(out);
            return last;
        });
    }
    if (out->empty()) return false;
    write_all(*out);
    return true;
}

void run_drain() {
    pthread_setname_np(pthread_self(), "log");
    Drain& d = drain();
    std::string out;
    for (;;) {
        const bool last = d.stop.load();
        if (drain_once(&out)) continue;
        if (last) return;
        d.sleeping.store(true, std::memory_order_seq_cst);
        // A line may have come before it was said that we sleep.
        if (!drain_once(&out) && !d.stop.load()) {
            pollfd waiting{.fd = d.wake_fd, .events = POLLIN, .revents = 0};
            ::poll(&waiting, 1, -1);
        }
        d.sleeping.store(false, std::memory_order_relaxed);
        std::uint64_t count;
        [[maybe_unused]] const auto n = ::read(d.wake_fd, &count, sizeof count);
    }
}

}  // namespace

const char* level_name(Level level) {
    static constexpr const char* kNames[] = {"debug", "info", "warn", "error"};
    return kNames[static_cast<std::size_t>(level)];
}

void set_log_level(Level level) {
    drain().level.store(level, std::memory_order_relaxed);
}
bool log_enabled(Level level) {
    return level >= drain().level.load(std::memory_order_relaxed);
}
void set_log_fd(int fd) {
    drain().fd.store(fd, std::memory_order_relaxed);
}

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!log_enabled(level)) return;
    Line line;
    append_time(line);
    fmt::format_to(fmt::appender(line), " level={} event={}", level_name(level), event);
    for (const Field& field : fields) append_field(line, field);
    if (line.size() >= kLogLineMax) {
        limit_hit(Limit::kLogLine);
        line.resize(kLogLineMax - 4);
        line.append(std::string_view("..."));
    }
    line.push_back('\n');
    const std::string_view text(line.data(), line.size());
    if (!drain().threaded.load(std::memory_order_acquire)) return write_all(text);
    thread_local const ThreadRing mine;
    if (!mine.ring->push(text)) return limit_hit(Limit::kLogQueue);
    if (drain().sleeping.exchange(false, std::memory_order_seq_cst)) drain().wake();
}

LogThread::LogThread() {
    drain().stop = false;
    drain().threaded = true;
    drain().thread = std::thread(run_drain);
}

LogThread::~LogThread() {
    drain().threaded = false;
    drain().stop = true;
    drain().wake();
    drain().thread.join();
}

}  // namespace fairway
