// TaskQueue: bounded queue of many producers and one consumer, without locks or allocation
// (Vyukov's sequence per cell). Any thread pushes; the shard that owns it pops.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/inline_function.h"
#include "base/limits.h"

namespace fairway::io {

using Task = InlineFunction<void()>;

class TaskQueue {
    static_assert((kShardQueueMax & (kShardQueueMax - 1)) == 0);
    struct alignas(64) Cell {
        std::atomic<std::uint64_t> turn{0};
        Task task;
    };

  public:
    TaskQueue() : cells_(std::make_unique<Cell[]>(kShardQueueMax)) {
        for (std::uint64_t i = 0; i < kShardQueueMax; ++i) cells_[i].turn.store(i);
    }

    // False when full; then `task` is untouched.
    bool push(Task& task) {
        std::uint64_t at = tail_.load(std::memory_order_relaxed);
        for (;;) {
            Cell& cell = cells_[at & kMask];
            const std::uint64_t turn = cell.turn.load(std::memory_order_acquire);
            if (turn == at) {
                if (tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
                    cell.task = std::move(task);
                    // Total order with the consumer's word that it sleeps: see Shard::post.
                    cell.turn.store(at + 1, std::memory_order_seq_cst);
                    return true;
                }
            } else if (turn < at) {
                return false;
            } else {
                at = tail_.load(std::memory_order_relaxed);
            }
        }
    }
    bool pop(Task* out) {
        Cell& cell = cells_[head_ & kMask];
        if (cell.turn.load(std::memory_order_acquire) != head_ + 1) return false;
        *out = std::move(cell.task);
        cell.task.reset();
        cell.turn.store(head_ + kShardQueueMax, std::memory_order_release);
        ++head_;
        return true;
    }
    bool empty() const {
        return cells_[head_ & kMask].turn.load(std::memory_order_seq_cst) != head_ + 1;
    }

  private:
    static constexpr std::uint64_t kMask = kShardQueueMax - 1;
    std::unique_ptr<Cell[]> cells_;
    alignas(64) std::atomic<std::uint64_t> tail_{0};
    alignas(64) std::uint64_t head_ = 0;  // consumer only
};

}  // namespace fairway::io
