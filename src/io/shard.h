// Shard: one thread with its own epoll loop, timers and task queue; all state of a data path
// belongs to exactly one. Only post(), stop() and the counters may be used from other threads;
// everything else is checked, in release too, by FW_ON_SHARD.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/result.h"
#include "io/fd.h"
#include "io/task_queue.h"
#include "io/timer_wheel.h"

namespace fairway::io {

// Aborts unless it runs on the thread of this shard (or the shard does not run).
#define FW_ON_SHARD(shard) FW_CHECK((shard).here())

class Watch;

class Shard {
  public:
    struct Options {
        unsigned index = 0;
        int cpu = -1;                // core to pin to; -1 = none
        std::string name = "shard";  // of the thread, at most 15 bytes
        bool may_wait = false;       // the control thread's: may wait for room in others' queues
    };
    explicit Shard(Options options);
    ~Shard();  // stops and joins
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // Runs the loop on a new thread; or, with run(), on the caller's until stop().
    void start();
    void run();
    // Any thread, also within the loop. Tasks already posted are run first.
    void stop();
    void join();

    // Any thread: runs the task on this shard, in order of posting. False when the queue is full
    // (counted as limit shard_queue): the caller tells its peer, or drops what it may drop.
    [[nodiscard]] bool post(Task task);
    // Waits for room; from threads that are no shard or a shard that may_wait (control), on which
    // nobody waits. What it carries must not be lost.
    void post_or_wait(Task task);

    // The shard whose loop runs on this thread, or null.
    static Shard* current();
    bool here() const { return current() == this || !running_.load(std::memory_order_relaxed); }
    unsigned index() const { return options_.index; }
    // Monotonic, taken at the start of the turn.
    std::uint64_t now_ms() const { return now_ns_ / 1'000'000; }
    std::uint64_t now_ns() const { return now_ns_; }

    struct Counters {
        std::uint64_t turns, stalls, tasks, longest_turn_ns;
    };
    Counters counters() const;

  private:
    friend class Watch;
    friend class Timer;
    struct Slot {
        Watch* watch = nullptr;
        std::uint32_t generation = 0;
    };
    void turn();
    void run_tasks();
    void wait_and_dispatch();
    int wait_ms() const;
    void take_time();
    void end_of_turn(std::uint64_t began_ns);
    void wake();
    std::uint32_t take_slot(Watch* watch);
    void free_slot(std::uint32_t slot);

    Options options_;
    Fd epoll_, wake_;
    TaskQueue queue_;
    std::uint64_t now_ns_;
    TimerWheel wheel_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::vector<epoll_event> events_;
    std::thread thread_;
    std::atomic<bool> running_{false}, stop_{false};
    alignas(64) std::atomic<bool> sleeping_{false};
    // One writer: the shard.
    alignas(64) std::atomic<std::uint64_t> turns_{0};
    std::atomic<std::uint64_t> stalls_{0}, tasks_{0}, longest_turn_ns_{0};
};

// Watch: calls back on the shard while a descriptor is ready, until it is destroyed. It does not
// own the descriptor, which must stay open as long. The callback may destroy the Watch.
class Watch {
  public:
    using Callback = fairway::Callback<void(std::uint32_t events)>;
    // `events` as epoll takes them: EPOLLIN, EPOLLOUT, EPOLLET, EPOLLEXCLUSIVE...
    Watch(Shard& shard, int fd, std::uint32_t events, Callback callback);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void change(std::uint32_t events);
    std::uint32_t events() const { return events_; }
    // Watched sockets cost: the kernel wakes epoll for each datagram sent, to say that there is
    // room again, whether that was asked for or not. Between the two it does not; on resume() it
    // calls back if there is reason. A pair costs as much as it saves at some seven datagrams.
    void pause();
    void resume();

  private:
    friend class Shard;
    void add();
    Shard& shard_;
    int fd_;
    std::uint32_t slot_, events_;
    Callback callback_;
};

// Timer: calls back once after each arm(); destroying it cancels. Resolution 1 ms. The callback may
// arm it again or destroy it.
class Timer : private TimerWheel::Node {
  public:
    using Callback = fairway::Callback<void()>;
    Timer(Shard& shard, Callback callback);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void arm_in(std::uint64_t delay_ms) { arm_at(shard_.now_ms() + delay_ms); }
    void arm_at(std::uint64_t at_ms);
    void cancel();
    bool armed() const { return linked(); }

  private:
    Shard& shard_;
    Callback callback_;
};

}  // namespace fairway::io
