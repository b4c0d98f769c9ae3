#include "base/check.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"

namespace fairway {

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "fairway: bug: check failed: %s at %s:%d\n", condition, file, line);
    std::abort();
}

void bug_found(const char* what, const char* file, int line) {
    static ShardedCounter& bugs =
        metrics().counter("fairway_bugs_total", "Bugs survived; each is logged.");
    bugs.add();
    log_error("bug", {{"what", what}, {"file", file}, {"line", line}});
#ifndef NDEBUG
    std::abort();
#endif
}

tl::unexpected<Error> fail_errno(std::string what, int errno_value, std::source_location where) {
    what += ": ";
    what += std::strerror(errno_value);
    return fail(Code::kSystem, Origin::kSystem, std::move(what), where);
}

}  // namespace fairway
