// Authority: `host [":" port]` of a Host field or an absolute target, taken apart. Stricter than
// RFC 3986: no user information, no "%", no ",", which others read in other ways. Borrows; any
// thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace fairway::wire::http1 {

struct Authority {
    std::string_view host;   // as written; an IPv6 address in its brackets; may be empty
    std::uint16_t port = 0;  // 0: none
};

bool parse_authority(std::string_view text, Authority* out);

}  // namespace fairway::wire::http1
