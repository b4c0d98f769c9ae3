// Target: where a request goes, in one normal form. The path that routes are matched on is the path
// that is sent on; one that others could read in another way is refused (docs of the rules:
// http1_test.cc; RFC 3986 section 6.2.2, RFC 9112 section 3.2). Borrows; any thread.
#pragma once

#include <span>

#include "wire/http1/head.h"

namespace fairway::wire::http1 {

enum class TargetStatus : std::uint8_t {
    kOk,
    kBadForm,           // none of the forms that the method may have, or with a "#"
    kBadPath,           // no normal form: a bad "%", NUL, "\", above the root
    kTooLong,           // for `scratch`
    kConnect,           // a tunnel is asked for: 405
    kAuthorityDiffers,  // an absolute target and another Host
};
std::string_view target_status_text(TargetStatus status);
// What a server answers to a request so refused: 400, 405 or 414.
std::uint16_t refusal_status(TargetStatus status);

struct Target {
    std::string_view scheme;     // "http"
    std::string_view authority;  // as written: of an absolute target, else of Host
    std::string_view host;       // lower case, no port, no final dot; may be empty
    std::string_view path;       // normal form, or "*"
    std::string_view query;      // as written, without its "?"
    std::uint16_t port = 0;      // 0: none
    bool has_query = false;
    bool rewritten = false;  // the target to send differs from the one that came
};

// `scratch` takes what had to be changed; kHttpTargetMax + kHttpHeadMax bytes are always enough. It
// must live as long as `out` is used.
TargetStatus read_target(const RequestHead& head, std::span<char> scratch, Target* out);

}  // namespace fairway::wire::http1
