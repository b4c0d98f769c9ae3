#include "io/shard.h"

#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "base/metrics.h"

namespace fairway::io {
namespace {

thread_local Shard* current_shard = nullptr;

constexpr std::uint64_t kWakeTag = ~0ull;

std::uint64_t monotonic_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(now.tv_nsec);
}

// One writer, so no read-modify-write instruction is needed.
void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

void enter_thread(const std::string& name, int cpu) {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    if (cpu < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(cpu), &set);
    // A core taken away since the count: run unpinned.
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

}  // namespace

Shard::Shard(Options options)
    : options_(std::move(options)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      now_ns_(monotonic_ns()),
      wheel_(now_ns_ / 1'000'000),
      events_(kShardEventsPerTurn) {
    FW_CHECK(epoll_ && wake_);
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = kWakeTag}};
    FW_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
}

Shard::~Shard() {
    stop();
    join();
}

void Shard::start() {
    FW_CHECK(!thread_.joinable());
    running_ = true;
    thread_ = std::thread([this] {
        enter_thread(options_.name, options_.cpu);
        run();
    });
}

void Shard::run() {
    FW_CHECK(current_shard == nullptr);
    current_shard = this;
    running_ = true;
    take_time();
    while (!stop_.load(std::memory_order_acquire)) turn();
    while (!queue_.empty()) run_tasks();
    current_shard = nullptr;
    running_ = false;
}

void Shard::stop() {
    stop_.store(true, std::memory_order_release);
    wake();
}

void Shard::join() {
    if (thread_.joinable()) thread_.join();
}

bool Shard::post(Task task) {
    if (!queue_.push(task)) {
        limit_hit(Limit::kShardQueue);
        return false;
    }
    // The consumer says that it sleeps and then looks at the queue; we fill the queue and then look
    // whether it sleeps. In one total order one of us sees the other.
    if (sleeping_.load(std::memory_order_seq_cst)) wake();
    return true;
}

void Shard::post_or_wait(Task task) {
    FW_CHECK(current_shard == nullptr || current_shard == this || current_shard->options_.may_wait);
    while (!queue_.push(task)) {
        limit_hit(Limit::kShardQueue);
        if (current_shard == this) {
            run_tasks();
        } else {
            wake();
            std::this_thread::yield();
        }
    }
    if (sleeping_.load(std::memory_order_seq_cst)) wake();
}

void Shard::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

Shard* Shard::current() {
    return current_shard;
}

Shard::Counters Shard::counters() const {
    return {turns_.load(std::memory_order_relaxed), stalls_.load(std::memory_order_relaxed),
            tasks_.load(std::memory_order_relaxed),
            longest_turn_ns_.load(std::memory_order_relaxed)};
}

void Shard::turn() {
    // Events, then what they posted, then timers: one turn runs from wake-up to the next wait.
    wait_and_dispatch();
    const std::uint64_t began_ns = now_ns_;
    run_tasks();
    wheel_.advance(now_ms());
    end_of_turn(began_ns);
}

void Shard::wait_and_dispatch() {
    sleeping_.store(true, std::memory_order_seq_cst);
    const bool may_sleep = queue_.empty() && !stop_.load(std::memory_order_seq_cst);
    const int count = epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                 may_sleep ? wait_ms() : 0);
    sleeping_.store(false, std::memory_order_relaxed);
    take_time();
    for (int i = 0; i < count; ++i) {
        const std::uint64_t tag = events_[static_cast<std::size_t>(i)].data.u64;
        if (tag == kWakeTag) continue;  // edge-triggered: needs no read
        // A slot freed or taken again within this batch has another generation.
        const Slot& slot = slots_[tag & 0xFFFFFFFFu];
        if (slot.watch == nullptr || slot.generation != tag >> 32) continue;
        slot.watch->callback_(events_[static_cast<std::size_t>(i)].events);
    }
}

int Shard::wait_ms() const {
    const auto next = wheel_.next_ms();
    if (!next) return -1;
    const std::uint64_t now = monotonic_ns() / 1'000'000;
    if (*next <= now) return 0;
    return static_cast<int>(std::min<std::uint64_t>(*next - now, 3'600'000));
}

void Shard::take_time() {
    now_ns_ = monotonic_ns();
}

void Shard::run_tasks() {
    Task task;
    std::uint32_t count = 0;
    while (count < kShardTasksPerTurn && queue_.pop(&task)) {
        ++count;
        task();
        task.reset();
    }
    if (count != 0) bump(tasks_, count);
}

void Shard::end_of_turn(std::uint64_t began_ns) {
    const std::uint64_t took_ns = monotonic_ns() - began_ns;
    bump(turns_, 1);
    if (took_ns > kShardStallMs * 1'000'000ull) bump(stalls_, 1);
    if (took_ns > longest_turn_ns_.load(std::memory_order_relaxed)) {
        longest_turn_ns_.store(took_ns, std::memory_order_relaxed);
    }
}

std::uint32_t Shard::take_slot(Watch* watch) {
    if (free_slots_.empty()) {
        free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    slots_[slot].watch = watch;
    return slot;
}

void Shard::free_slot(std::uint32_t slot) {
    slots_[slot].watch = nullptr;
    slots_[slot].generation = (slots_[slot].generation + 1) & 0x7FFFFFFF;  // never kWakeTag
    free_slots_.push_back(slot);
}

Watch::Watch(Shard& shard, int fd, std::uint32_t events, Callback callback)
    : shard_(shard), fd_(fd), events_(events), callback_(std::move(callback)) {
    FW_ON_SHARD(shard_);
    slot_ = shard_.take_slot(this);
    add();
}

void Watch::add() {
    const std::uint64_t generation = shard_.slots_[slot_].generation;
    epoll_event event{.events = events_, .data = {.u64 = generation << 32 | slot_}};
    FW_CHECK(epoll_ctl(shard_.epoll_.get(), EPOLL_CTL_ADD, fd_, &event) == 0);
}

Watch::~Watch() {
    FW_ON_SHARD(shard_);
    epoll_ctl(shard_.epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
    shard_.free_slot(slot_);
}

void Watch::change(std::uint32_t events) {
    FW_ON_SHARD(shard_);
    if (events == events_) return;
    events_ = events;
    const std::uint64_t generation = shard_.slots_[slot_].generation;
    epoll_event event{.events = events, .data = {.u64 = generation << 32 | slot_}};
    FW_CHECK(epoll_ctl(shard_.epoll_.get(), EPOLL_CTL_MOD, fd_, &event) == 0);
}

void Watch::pause() {
    FW_ON_SHARD(shard_);
    epoll_ctl(shard_.epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
}

void Watch::resume() {
    FW_ON_SHARD(shard_);
    add();
}

Timer::Timer(Shard& shard, Callback callback) : shard_(shard), callback_(std::move(callback)) {
    fire = [](Node* node) { static_cast<Timer*>(node)->callback_(); };
}

Timer::~Timer() {
    cancel();
}

void Timer::arm_at(std::uint64_t at_ms) {
    FW_ON_SHARD(shard_);
    shard_.wheel_.remove(this);
    shard_.wheel_.add(this, at_ms);
}

void Timer::cancel() {
    if (!linked()) return;
    FW_ON_SHARD(shard_);
    shard_.wheel_.remove(this);
}

}  // namespace fairway::io
