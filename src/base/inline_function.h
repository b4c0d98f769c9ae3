// InlineFunction: a move-only callable that never allocates: what does not fit does not compile.
// For callbacks and posted tasks of a shard. Not thread-safe; whoever holds it calls it.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace fairway {

template <class Signature, std::size_t kBytes = 48>
class InlineFunction;

template <class R, class... Args, std::size_t kBytes>
class InlineFunction<R(Args...), kBytes> {
  public:
    InlineFunction() = default;
    template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, InlineFunction>>>
    InlineFunction(F&& function) {  // NOLINT: implicit, as std::function
        using Stored = std::decay_t<F>;
        static_assert(sizeof(Stored) <= kBytes, "capture less, or capture a pointer");
        static_assert(alignof(Stored) <= alignof(std::max_align_t));
        static_assert(std::is_nothrow_move_constructible_v<Stored>);
        new (bytes_) Stored(std::forward<F>(function));
        call_ = [](void* at, Args... args) -> R {
            return (*static_cast<Stored*>(at))(std::forward<Args>(args)...);
        };
        move_ = [](void* from, void* to) {
            if (to) new (to) Stored(std::move(*static_cast<Stored*>(from)));
            static_cast<Stored*>(from)->~Stored();
        };
    }
    InlineFunction(InlineFunction&& other) noexcept { take(other); }
    InlineFunction& operator=(InlineFunction&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    ~InlineFunction() { reset(); }

    explicit operator bool() const { return call_ != nullptr; }
    R operator()(Args... args) { return call_(bytes_, std::forward<Args>(args)...); }
    void reset() {
        if (call_) move_(bytes_, nullptr);
        call_ = nullptr;
    }

  private:
    void take(InlineFunction& other) {
        if (!other.call_) return;
        other.move_(other.bytes_, bytes_);
        call_ = std::exchange(other.call_, nullptr);
        move_ = other.move_;
    }
    R (*call_)(void*, Args...) = nullptr;
    void (*move_)(void*, void*) = nullptr;  // to null: destroy only
    alignas(std::max_align_t) std::byte bytes_[kBytes];
};

// Callback: an InlineFunction whose holder, and so itself, may be destroyed by the very call: what
// the function captured stays valid until it returns. It is not called within its own call.
template <class Signature>
class Callback;

template <class... Args>
class Callback<void(Args...)> {
  public:
    template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Callback>>>
    Callback(F&& function) : function_(std::forward<F>(function)) {}  // NOLINT: implicit
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;
    Callback(Callback&& other) noexcept : function_(std::move(other.function_)) {}
    ~Callback() {
        if (died_) *died_ = true;
    }

    void operator()(Args... args) {
        bool died = false;
        died_ = &died;
        InlineFunction<void(Args...)> running(std::move(function_));
        running(std::forward<Args>(args)...);
        if (died) return;
        died_ = nullptr;
        function_ = std::move(running);
    }

  private:
    InlineFunction<void(Args...)> function_;
    bool* died_ = nullptr;
};

}  // namespace fairway
