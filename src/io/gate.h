// Gate: counts what is under way in a component, so that it can drain: after close() nobody enters,
// and when the last Hold is gone the owner is told. One per component and shard; its thread only.
#pragma once

#include <cstdint>
#include <utility>

#include "base/check.h"
#include "base/inline_function.h"

namespace fairway::io {

class Gate {
  public:
    class Hold {
      public:
        Hold() = default;
        Hold(Hold&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
        Hold& operator=(Hold&& other) noexcept {
            std::swap(gate_, other.gate_);
            return *this;
        }
        ~Hold() {
            if (gate_) gate_->leave();
        }
        explicit operator bool() const { return gate_ != nullptr; }

      private:
        friend class Gate;
        explicit Hold(Gate* gate) : gate_(gate) {}
        Gate* gate_ = nullptr;
    };

    Gate() = default;
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate() { FW_CHECK(count_ == 0); }

    // An empty Hold once it is closed.
    Hold enter() {
        if (closed_) return {};
        ++count_;
        return Hold(this);
    }
    // `drained` is called when nothing is under way, maybe at once.
    void close(InlineFunction<void()> drained) {
        closed_ = true;
        drained_ = std::move(drained);
        if (count_ == 0) tell();
    }
    bool closed() const { return closed_; }
    std::uint64_t count() const { return count_; }

  private:
    void leave() {
        if (--count_ == 0 && closed_) tell();
    }
    void tell() {
        auto drained = std::move(drained_);
        if (drained) drained();
    }
    std::uint64_t count_ = 0;
    bool closed_ = false;
    InlineFunction<void()> drained_;
};

}  // namespace fairway::io
