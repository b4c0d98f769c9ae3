// WorldSlot: one shard's World. The shard reads a plain pointer; a request that outlives its turn
// of the loop pins the World by a count that only this shard touches. When the shard's last pin of
// an older World goes, the World is handed back, so that it is freed on the control thread and
// never on a shard. Owned by one shard; not shared.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/check.h"
#include "world/world.h"

namespace fairway::world {

class WorldSlot {
    struct Held {
        std::shared_ptr<const World> world;
        std::uint32_t pins = 0;  // the slot's own pin among them
        WorldSlot* slot = nullptr;
    };

  public:
    // Posts a World back to the control thread, who lets go of it.
    using Release = std::function<void(std::shared_ptr<const World>)>;

    // Keeps one World while it lives. Moves only; must not outlive the slot.
    class Pin {
      public:
        Pin() = default;
        Pin(Pin&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
        Pin& operator=(Pin&& other) noexcept {
            std::swap(held_, other.held_);
            return *this;
        }
        ~Pin() {
            if (held_) held_->slot->drop(held_);
        }
        const World& operator*() const { return *held_->world; }
        const World* operator->() const { return held_->world.get(); }
        explicit operator bool() const { return held_ != nullptr; }

      private:
        friend class WorldSlot;
        explicit Pin(Held* held) : held_(held) { ++held_->pins; }
        Held* held_ = nullptr;
    };

    explicit WorldSlot(Release release) : release_(std::move(release)) {}
    WorldSlot(const WorldSlot&) = delete;
    WorldSlot& operator=(const WorldSlot&) = delete;
    ~WorldSlot() {
        if (current_) drop(current_);
        FW_CHECK(held_count_ == 0);
    }

    // The newest World from now on.
    void set(std::shared_ptr<const World> world) {
        Held* before = current_;
        current_ = new Held{std::move(world), 1, this};
        ++held_count_;
        if (before) drop(before);
    }
    // For one turn of the loop. Null before the first set().
    const World* get() const { return current_ ? current_->world.get() : nullptr; }
    // For longer. Only after the first set().
    Pin pin() { return Pin(current_); }
    // Worlds that this shard still holds.
    std::uint32_t held() const { return held_count_; }

  private:
    void drop(Held* held) {
        if (--held->pins > 0) return;
        --held_count_;
        release_(std::move(held->world));
        delete held;
    }

    Release release_;
    Held* current_ = nullptr;
    std::uint32_t held_count_ = 0;
};

}  // namespace fairway::world
