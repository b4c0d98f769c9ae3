// Clock: the time as an argument, so that tests set it. Shards have their own (Shard::now_ms); this
// is for control work and for what people read. Any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace fairway {

class Clock {
  public:
    virtual ~Clock() = default;
    virtual std::uint64_t monotonic_ms() const = 0;
    virtual std::int64_t unix_ms() const = 0;
};

class SystemClock final : public Clock {
  public:
    std::uint64_t monotonic_ms() const override {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    }
    std::int64_t unix_ms() const override {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    }
};

// Stands still until a test moves it; both times move together.
class FakeClock final : public Clock {
  public:
    explicit FakeClock(std::int64_t unix_start_ms = 1'000'000) : unix_start_ms_(unix_start_ms) {}
    void advance(std::uint64_t ms) { elapsed_ms_ += ms; }
    std::uint64_t monotonic_ms() const override { return elapsed_ms_; }
    std::int64_t unix_ms() const override {
        return unix_start_ms_ + static_cast<std::int64_t>(elapsed_ms_);
    }

  private:
    std::int64_t unix_start_ms_;
    std::uint64_t elapsed_ms_ = 0;
};

}  // namespace fairway
