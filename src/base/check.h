// The three tiers of bug handling. Never used on outside input: that is an Error or a Verdict.
#pragma once

namespace fairway {
// Prints the condition and place to stderr, then aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
// Counts the bug (fairway_bugs_total) and logs it; aborts in builds without NDEBUG.
void bug_found(const char* what, const char* file, int line);
}  // namespace fairway

// Holds in release too: going on would be worse than stopping.
#define FW_CHECK(condition)                 \
    (static_cast<bool>(condition) ? void(0) \
                                  : ::fairway::check_failed(#condition, __FILE__, __LINE__))
// A bug that the caller can survive.
#define FW_BUG(what) ::fairway::bug_found(what, __FILE__, __LINE__)
#ifdef NDEBUG
#define FW_DCHECK(condition) void(0)
#else
#define FW_DCHECK(condition) FW_CHECK(condition)
#endif
