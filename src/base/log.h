// The log: one line an event, "time=... level=info event=dns.listening address=127.0.0.1:53". Any
// thread writes into its own ring and never waits; one thread drains the rings to stderr. A full
// ring drops the line and counts it (limit log_queue). Without a LogThread lines are written at
// once: tests, CLI.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <type_traits>

namespace fairway {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError };
const char* level_name(Level level);

// Values are borrowed until log() returns.
struct Field {
    std::string_view key;
    enum class Kind : std::uint8_t { kText, kSigned, kUnsigned, kReal, kBool } kind;
    std::string_view text{};
    union {
        std::int64_t signed_number = 0;
        std::uint64_t unsigned_number;
        double real;
        bool truth;
    };
    Field(std::string_view k, std::string_view v) : key(k), kind(Kind::kText), text(v) {}
    Field(std::string_view k, const char* v) : Field(k, std::string_view(v)) {}
    Field(std::string_view k, bool v) : key(k), kind(Kind::kBool) { truth = v; }
    template <class T>
        requires std::is_arithmetic_v<T>
    Field(std::string_view k, T v) : key(k), kind(kind_of<T>()) {
        if constexpr (std::is_floating_point_v<T>) {
            real = static_cast<double>(v);
        } else if constexpr (std::is_signed_v<T>) {
            signed_number = v;
        } else {
            unsigned_number = v;
        }
    }

  private:
    template <class T>
    static constexpr Kind kind_of() {
        if (std::is_floating_point_v<T>) return Kind::kReal;
        return std::is_signed_v<T> ? Kind::kSigned : Kind::kUnsigned;
    }
};

// `event` is a constant word with dots: what a person greps for.
void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});
inline void log_debug(std::string_view event, std::initializer_list<Field> fields = {}) {
    log(Level::kDebug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<Field> fields = {}) {
    log(Level::kInfo, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<Field> fields = {}) {
    log(Level::kWarn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<Field> fields = {}) {
    log(Level::kError, event, fields);
}

// Lines below it cost one load. Default: info.
void set_log_level(Level level);
bool log_enabled(Level level);
// Where lines go; default 2. For tests, and set before any thread logs.
void set_log_fd(int fd);

// While it lives, lines go through the rings; its end writes out what is left. One, in main.
class LogThread {
  public:
    LogThread();
    ~LogThread();
    LogThread(const LogThread&) = delete;
    LogThread& operator=(const LogThread&) = delete;
};

}  // namespace fairway
