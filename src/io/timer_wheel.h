// TimerWheel: seven levels of 64 slots of 1 ms, 64 ms, ... (139 years): arm and cancel are O(1), a
// timer moves down at most six times. Knows no clock: its owner advances it. Used by one shard's
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace fairway::io {

class TimerWheel {
  public:
    // One timer, part of its owner's memory; it must outlive its time in the wheel.
    struct Node {
        Node* prev = nullptr;
        Node* next = nullptr;
        std::uint64_t when_ms = 0;
        std::uint8_t level = 0, slot = 0;
        void (*fire)(Node*) = nullptr;
        bool linked() const { return next != nullptr; }
    };

    explicit TimerWheel(std::uint64_t now_ms);
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    // A time that has passed fires at the next millisecond.
    void add(Node* node, std::uint64_t when_ms);
    void remove(Node* node);
    // Fires all that are due; each may add and remove any timer, itself too.
    void advance(std::uint64_t now_ms);
    // No timer is due before this time; none = the wheel is empty.
    std::optional<std::uint64_t> next_ms() const;

  private:
    static constexpr unsigned kLevels = 7;
    static constexpr std::uint8_t kFiring = 0xFF;
    struct Due {
        unsigned level, slot;
        std::uint64_t at_ms;
    };
    std::optional<Due> next_slot() const;
    void place(Node* node);
    void fire_all();

    std::uint64_t now_ms_;
    std::array<std::uint64_t, kLevels> used_{};  // a bit for each slot that holds timers
    std::array<std::array<Node, 64>, kLevels> slots_;
    Node firing_;
};

}  // namespace fairway::io
