#include "wire/http1/target.h"

#include <algorithm>

#include "wire/http1/chars.h"

namespace fairway::wire::http1 {
namespace {

// What is left of the caller's room.
class Scratch {
  public:
    explicit Scratch(std::span<char> room) : at_(room.data()), left_(room.size()) {}
    char* take(std::size_t size) {
        if (size > left_) return nullptr;
        char* const out = at_;
        at_ += size;
        left_ -= size;
        return out;
    }

  private:
    char* at_;
    std::size_t left_;
};

// "." or ".."; with parameters ("..;a"), as some servers read them, too.
bool is_dots(std::string_view segment) {
    const std::string_view name = segment.substr(0, segment.find(';'));
    return name == "." || name == "..";
}

// Whether the path is its own normal form: no "%", no "\", no segment of dots.
bool is_normal(std::string_view path) {
    const char* const end = path.data() + path.size();
    for (const char* at = path.data(); (at = skip(at, end, kPathChar)) != end; ++at) {
        if (*at != '.' || at[-1] == '/') return false;  // the first byte is "/"
    }
    return true;
}

// "%41" is "A"; what is reserved stays encoded, its digits in upper case. Null: malformed.
char* copy_decoded(std::string_view path, char* out) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        const char c = path[i];
        if (c == '\\') return nullptr;
        if (c != '%') {
            *out++ = c;
            continue;
        }
        if (path.size() - i < 3 || !is(path[i + 1], kHexChar) || !is(path[i + 2], kHexChar)) {
            return nullptr;
        }
        const auto octet = static_cast<char>(hex_value(path[i + 1]) << 4 | hex_value(path[i + 2]));
        if (octet == '\0') return nullptr;
        if (is(octet, kUnreserved)) {
            *out++ = octet;
        } else {
            *out++ = '%';
            *out++ = upper(path[i + 1]);
            *out++ = upper(path[i + 2]);
        }
        i += 2;
    }
    return out;
}

// RFC 3986 section 5.2.4, in place; 0 if it climbs above the root or a dot has parameters.
std::size_t remove_dots(char* path, std::size_t size) {
    std::size_t kept = 0;  // of the result, which ends before a "/"
    for (std::size_t at = 0; at < size;) {
        std::size_t end = at + 1;
        while (end < size && path[end] != '/') ++end;
        const std::string_view segment(path + at + 1, end - at - 1);
        if (!is_dots(segment)) {
            std::copy(path + at, path + end, path + kept);
            kept += end - at;
        } else {
            if (segment.find(';') != std::string_view::npos) return 0;
            if (segment == "..") {
                if (kept == 0) return 0;
                while (path[--kept] != '/') {
                }
            }
            if (end == size) path[kept++] = '/';
        }
        at = end;
    }
    return kept;
}

TargetStatus read_path(std::string_view path, Scratch* scratch, Target* out) {
    out->path = path;
    if (is_normal(path)) return TargetStatus::kOk;
    char* const room = scratch->take(path.size());
    if (room == nullptr) return TargetStatus::kTooLong;
    const char* const end = copy_decoded(path, room);
    if (end == nullptr) return TargetStatus::kBadPath;
    const std::size_t size = remove_dots(room, static_cast<std::size_t>(end - room));
    if (size == 0) return TargetStatus::kBadPath;
    out->path = {room, size};
    out->rewritten = out->rewritten || out->path != path;
    return TargetStatus::kOk;
}

TargetStatus read_host(const Authority& authority, Scratch* scratch, Target* out) {
    std::string_view host = authority.host;
    if (host.ends_with('.')) host.remove_suffix(1);
    out->port = authority.port;
    out->host = host;
    if (std::all_of(host.begin(), host.end(), [](char c) { return lower(c) == c; })) {
        return TargetStatus::kOk;
    }
    char* const room = scratch->take(host.size());
    if (room == nullptr) return TargetStatus::kTooLong;
    std::transform(host.begin(), host.end(), room, lower);
    out->host = {room, host.size()};
    return TargetStatus::kOk;
}

bool same_authority(const Authority& a, const Authority& b) {
    const auto port = [](const Authority& authority) {
        return authority.port == 0 ? 80 : authority.port;
    };
    return equal_ignoring_case(a.host, b.host) && port(a) == port(b);
}

constexpr std::string_view kScheme = "http";

// "http://authority/path?query": cuts scheme and authority off.
TargetStatus read_absolute(const RequestHead& head, std::string_view* rest, Target* out,
                           Authority* authority) {
    const std::size_t colon = rest->find("://");
    if (colon == std::string_view::npos || !equal_ignoring_case(rest->substr(0, colon), kScheme)) {
        return TargetStatus::kBadForm;
    }
    rest->remove_prefix(colon + 3);
    out->authority = rest->substr(0, rest->find_first_of("/?"));
    rest->remove_prefix(out->authority.size());
    if (!parse_authority(out->authority, authority) || authority->host.empty()) {
        return TargetStatus::kBadForm;
    }
    out->rewritten = true;
    const bool has_host = head.host.data() != nullptr;
    return !has_host || same_authority(*authority, head.authority)
               ? TargetStatus::kOk
               : TargetStatus::kAuthorityDiffers;
}

}  // namespace

std::string_view target_status_text(TargetStatus status) {
    switch (status) {
        case TargetStatus::kOk:
            return "good";
        case TargetStatus::kBadForm:
            return "the target is no path and no http:// URL";
        case TargetStatus::kBadPath:
            return "the path has no normal form";
        case TargetStatus::kTooLong:
            return "target too long";
        case TargetStatus::kConnect:
            return "no tunnels are opened here";
        case TargetStatus::kAuthorityDiffers:
            return "the target's authority is not that of Host";
    }
    return "";
}

std::uint16_t refusal_status(TargetStatus status) {
    if (status == TargetStatus::kConnect) return 405;
    return status == TargetStatus::kTooLong ? 414 : 400;
}

TargetStatus read_target(const RequestHead& head, std::span<char> scratch, Target* out) {
    *out = {.scheme = kScheme, .authority = head.host};
    if (head.method == "CONNECT") return TargetStatus::kConnect;
    std::string_view rest = head.target;
    if (rest.find('#') != std::string_view::npos) return TargetStatus::kBadForm;
    Scratch room(scratch);
    Authority authority = head.authority;
    const bool options = head.method == "OPTIONS";
    if (!rest.starts_with('/') && rest != "*") {
        const TargetStatus status = read_absolute(head, &rest, out, &authority);
        if (status != TargetStatus::kOk) return status;
        if (rest.empty()) rest = options ? "*" : "/";  // RFC 9112 section 3.2.4
    } else if (rest == "*" && !options) {
        return TargetStatus::kBadForm;
    }
    const TargetStatus status = read_host(authority, &room, out);
    if (status != TargetStatus::kOk) return status;
    const std::size_t mark = std::min(rest.find('?'), rest.size());
    out->has_query = mark != rest.size();
    out->query = rest.substr(std::min(mark + 1, rest.size()));
    out->path = rest.substr(0, mark);
    if (out->path.empty()) out->path = "/";
    return out->path == "*" ? TargetStatus::kOk : read_path(out->path, &room, out);
}

}  // namespace fairway::wire::http1
