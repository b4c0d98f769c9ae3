// Replaces the program's operator new by one that counts, for tests that must show that a path
// allocates nothing. Include in one source file of a test program only.
#pragma once

#include <cstdlib>
#include <new>

namespace fairway::test {
/// Calls of operator new since the program began, over all threads that do not race.
inline std::size_t allocations = 0;
}  // namespace fairway::test

// Not inlined, or g++ takes free() for a mismatch. The nothrow forms too, or AddressSanitizer's own
// would allocate what ours frees.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++fairway::test::allocations;
    return std::malloc(size ? size : 1);
}
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (void* at = operator new(size, std::nothrow)) return at;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* at) noexcept {
    std::free(at);
}
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept {
    std::free(at);
}
[[gnu::noinline]] void operator delete(void* at, const std::nothrow_t&) noexcept {
    std::free(at);
}
