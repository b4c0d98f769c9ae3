// Secret<T>: a value that must never be seen: it has no formatter and no comparison, is not copied,
// and is wiped when it dies. T is a std::string or a vector of bytes. Owner and thread: whoever
// holds it.
#pragma once

#include <string.h>

#include <utility>

namespace fairway {

template <class T>
class Secret {
  public:
    Secret() = default;
    explicit Secret(T value) : value_(std::move(value)) { wipe(value); }
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe(value_);
            value_ = std::move(other.value_);
            wipe(other.value_);
        }
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(value_); }

    Secret copy() const { return Secret(T(value_)); }
    // For the one who uses it up; the name is what reviews look for.
    const T& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

  private:
    // Short strings live inside the object: a moved-from one still holds its bytes.
    static void wipe(T& value) {
        value.resize(value.capacity());  // NOLINT(clang-analyzer-cplusplus.Move): on purpose
        if (!value.empty()) explicit_bzero(value.data(), value.size() * sizeof(value[0]));
        value.clear();
    }
    T value_;
};

}  // namespace fairway
