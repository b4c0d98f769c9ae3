// Field lines of a head or a trailer section, one after the other. For head.cc and body.cc alone.
// Pure; any thread.
#pragma once

#include <memory>

#include "wire/http1/chars.h"
#include "wire/http1/head.h"

namespace fairway::wire::http1 {

// What is left to read.
struct Scan {
    const char* at;
    const char* end;
    bool empty() const { return at == end; }
    std::string_view since(const char* begin) const {
        return {begin, static_cast<std::size_t>(at - begin)};
    }
};

// "Content_Length": some turn it into the name with "-", CGI among them.
inline bool looks_like_framing(std::string_view name) {
    for (const HeaderId id : {HeaderId::kContentLength, HeaderId::kTransferEncoding}) {
        const std::string_view framing = header_name(id);
        if (name.size() != framing.size()) continue;
        if (std::equal(name.begin(), name.end(), framing.begin(), [](char written, char c) {
                return (written == '_' ? '-' : lower(written)) == c;
            })) {
            return true;
        }
    }
    return false;
}

// A CRLF; `bad` if something else stands there.
inline HeadStatus take_line_end(Scan* scan, HeadStatus bad) {
    if (scan->empty()) return HeadStatus::kMore;
    if (*scan->at != '\r') return bad;
    if (scan->end - scan->at < 2) return HeadStatus::kMore;
    if (scan->at[1] != '\n') return bad;
    scan->at += 2;
    return HeadStatus::kDone;
}

// A whole line "name: value"; the scan stands behind it then.
[[gnu::always_inline]] inline HeadStatus take_field(Scan* scan, Header* out) {
    const char* const begin = scan->at;
    const char* const end = scan->end;
    const char* at = skip_name(begin, end);
    if (at != end && *at != ':') at = skip(at, end, kTokenChar);
    if (at == end) return HeadStatus::kMore;
    if (*at != ':' || at == begin) return HeadStatus::kBadHeader;
    const std::string_view name(begin, static_cast<std::size_t>(at - begin));
    ++at;
    while (at != end && is_blank(*at)) ++at;
    const char* const value = at;
    at = skip_value(at, end);
    scan->at = at;
    while (at != value && is_blank(at[-1])) --at;
    const HeadStatus status = take_line_end(scan, HeadStatus::kBadHeader);
    if (status != HeadStatus::kDone) return status;
    const HeaderId id = header_id(name);
    if (id == HeaderId::kOther && looks_like_framing(name)) return HeadStatus::kBadHeader;
    std::construct_at(out, Header{.name = name,
                                  .value = {value, static_cast<std::size_t>(at - value)},
                                  .id = id,
                                  .line_size = static_cast<std::uint16_t>(scan->at - begin)});
    return HeadStatus::kDone;
}

}  // namespace fairway::wire::http1
