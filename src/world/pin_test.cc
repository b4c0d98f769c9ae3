#include "world/pin.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace fairway::world {
namespace {

std::shared_ptr<const World> numbered(std::uint64_t generation) {
    auto world = std::make_shared<World>();
    world->generation = generation;
    return world;
}

TEST(WorldSlot, APinKeepsItsWorldAndTheLastDropHandsItBack) {
    std::vector<std::uint64_t> released;
    WorldSlot slot([&](auto world) { released.push_back(world->generation); });
    EXPECT_EQ(slot.get(), nullptr);
    slot.set(numbered(1));
    {
        const WorldSlot::Pin first = slot.pin();
        const WorldSlot::Pin second = slot.pin();
        slot.set(numbered(2));
        EXPECT_EQ(slot.get()->generation, 2u);
        EXPECT_EQ(first->generation, 1u);
        EXPECT_TRUE(released.empty());
        EXPECT_EQ(slot.held(), 2u);
    }
    EXPECT_EQ(released, std::vector<std::uint64_t>{1});
    slot.set(numbered(3));
    EXPECT_EQ(released, (std::vector<std::uint64_t>{1, 2}));
}

// One shard's thread and its mailboxes, as the real ones: Worlds come by message and go back by
// message; readers touch nothing but the pointer and their pins.
class Mailbox {
  public:
    void push(std::shared_ptr<const World> world) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return box_.size() < kMost; });
        box_.push_back(std::move(world));
        if (box_.size() == 1) news_.notify_one();
    }
    // Waits for the first one; empty at the end.
    std::vector<std::shared_ptr<const World>> take() {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [&] { return ended_ || !box_.empty(); });
        room_.notify_one();
        return std::exchange(box_, {});
    }
    void end() {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        news_.notify_one();
    }

  private:
    static constexpr std::size_t kMost = 256;
    std::mutex mutex_;
    std::condition_variable news_, room_;
    std::vector<std::shared_ptr<const World>> box_;
    bool ended_ = false;
};

// What shards hand back: taken from time to time, never waited for.
class Returns {
  public:
    void push(std::shared_ptr<const World> world) {
        const std::lock_guard lock(mutex_);
        box_.push_back(std::move(world));
    }
    std::size_t drop() {
        std::vector<std::shared_ptr<const World>> box;
        const std::lock_guard lock(mutex_);
        box.swap(box_);
        return box.size();
    }

  private:
    std::mutex mutex_;
    std::vector<std::shared_ptr<const World>> box_;
};

TEST(WorldSlot, AMillionWorldsSwappedUnderReaders) {
    constexpr std::uint64_t kWorlds = 1'000'000;
    constexpr int kShards = 2;
    Mailbox inbox[kShards];
    Returns outbox[kShards];
    std::atomic<std::uint64_t> wrong{0};
    std::vector<std::thread> shards;
    for (int i = 0; i < kShards; ++i) {
        shards.emplace_back([&, i] {
            WorldSlot slot([&](auto world) { outbox[i].push(std::move(world)); });
            std::optional<WorldSlot::Pin> pins[7];  // requests that last over several Worlds
            std::uint64_t pinned[7] = {}, turn = 0, newest = 0;
            for (;;) {
                auto worlds = inbox[i].take();
                if (worlds.empty()) break;
                for (auto& world : worlds) {
                    slot.set(std::move(world));
                    const std::uint64_t now = slot.get()->generation;
                    if (now <= newest) ++wrong;
                    newest = now;
                    auto& pin = pins[turn % 7];
                    if (pin && (*pin)->generation != pinned[turn % 7]) ++wrong;
                    pin.reset();
                    pin.emplace(slot.pin());
                    pinned[turn++ % 7] = now;
                }
            }
            if (newest != kWorlds) ++wrong;
        });
    }
    // The World's tail is shared with its neighbours, and freed only here.
    World next;
    std::uint64_t freed = 0;
    for (std::uint64_t g = 1; g <= kWorlds; ++g) {
        next.generation = g;
        auto part = std::make_shared<ServicePart>();
        part->name = "service";
        next.services.set(static_cast<std::uint32_t>(g % 64), std::move(part));
        const auto world = std::make_shared<const World>(next);
        for (auto& box : inbox) box.push(world);
        if (g % 1024 == 0) {
            for (auto& box : outbox) freed += box.drop();
        }
    }
    for (auto& box : inbox) box.end();
    for (auto& shard : shards) shard.join();
    for (auto& box : outbox) freed += box.drop();
    EXPECT_EQ(wrong.load(), 0u);
    EXPECT_EQ(freed, kWorlds * kShards);
}

}  // namespace
}  // namespace fairway::world
