// Result<T>: how every fallible call off the hot path reports. Hot paths return small enums
// instead. The text of an Error tells the operator what to check next. Values are immutable; any
// thread.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace fairway {

enum class Code : std::uint8_t {
    kInvalid,      // outside input is malformed
    kNotFound,     // a name that nothing has
    kConflict,     // in use, or contradicts something that stands
    kUnavailable,  // a peer or the system cannot serve now
    kLimit,        // a named limit of base/limits.h was hit
    kSystem,       // a system call failed
};

// Whose fault it is: decides what is counted, logged and retried.
enum class Origin : std::uint8_t { kDownstream, kUpstream, kConfig, kSystem, kInternal };

enum class Retry : std::uint8_t { kNever, kLater };

struct Error {
    Code code = Code::kInvalid;
    Origin origin = Origin::kInternal;
    Retry retry = Retry::kNever;
    std::source_location where = std::source_location::current();
    std::string text;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Code code, Origin origin, std::string text,
                                  std::source_location where = std::source_location::current()) {
    return tl::unexpected<Error>(Error{code, origin, Retry::kNever, where, std::move(text)});
}

// errno as an Error: "bind 127.0.0.1:53: Permission denied".
tl::unexpected<Error> fail_errno(std::string what, int errno_value,
                                 std::source_location where = std::source_location::current());

}  // namespace fairway

#define FW_CONCAT_INNER(a, b) a##b
#define FW_CONCAT(a, b) FW_CONCAT_INNER(a, b)
#define FW_TRY_INNER(name, var, expr)                          \
    auto name = (expr);                                        \
    if (!name) return tl::unexpected(std::move(name).error()); \
    var = std::move(*name)
// FW_TRY(auto x, f()): x is f()'s value, or the enclosing function returns f()'s error.
#define FW_TRY(var, expr) FW_TRY_INNER(FW_CONCAT(fw_try_, __LINE__), var, expr)
// FW_TRY_VOID(f()): for Status.
#define FW_TRY_VOID(expr)                                        \
    do {                                                         \
        if (auto fw_status = (expr); !fw_status)                 \
            return tl::unexpected(std::move(fw_status).error()); \
    } while (false)
