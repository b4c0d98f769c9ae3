// Any bytes as request, response, target and body: no crash, nothing read outside, no step that
// stands still; bytes one at a time make the same body as all at once; a normal form is its own;
// what is written anew is read as the same.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>

#include "wire/http1/body.h"
#include "wire/http1/head.h"
#include "wire/http1/target.h"
#include "wire/http1/writer.h"

namespace {

using namespace fairway::wire::http1;

bool inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

void check(bool holds) {
    if (!holds) std::abort();
}

struct Body {
    BodyStatus status = BodyStatus::kMore;
    std::string data, trailers;
    bool operator==(const Body&) const = default;
};

// The bytes come `step` at a time; what was not used is shown again with more behind it.
Body read_body(const Head& head, std::string_view bytes, std::size_t step) {
    BodyReader reader(head);
    Body body;
    std::string held;
    for (std::size_t at = 0; body.status == BodyStatus::kMore && at < bytes.size(); at += step) {
        held += bytes.substr(at, step);
        for (;;) {
            const auto result = reader.feed(held);
            check(result.used <= held.size() && inside(result.data, held));
            body.status = result.status;
            body.data += result.data;
            TrailerView trailers = reader.trailers();
            for (Header header; body.status == BodyStatus::kDone && trailers.next(&header);) {
                check(inside(header.line(), held));
                body.trailers += header.line();
            }
            held.erase(0, result.used);
            if (body.status != BodyStatus::kMore || result.used == 0) break;
        }
        check(held.size() <= std::size_t{fairway::kHttpTrailerBytesMax} + step);
    }
    return body;
}

// What is written is read as the same message.
void write_anew(const RequestHead& head) {
    HeadParts parts;
    HeadWriter writer(parts, head.headers());
    writer.request_line(head.method, head.target);
    writer.upgrade(head.upgrade);
    if (head.headers().empty()) writer.add("Host: h\r\n");
    if (!writer.finish(head.framing, head.length, !head.keep_alive)) return;
    std::string text;
    for (const std::string_view part : parts.parts()) text += part;
    RequestHead second;
    std::size_t used = 0;
    const HeadStatus status = parse_request(text, &second, &used);
    // HTTP/1.0 is sent on as 1.1, which has more rules; a line more may be one too many.
    if (head.minor == 0 || status == HeadStatus::kTooLong || status == HeadStatus::kTooManyHeaders)
        return;
    check(status == HeadStatus::kDone && used == text.size());
    check(second.method == head.method && second.target == head.target &&
          second.host == head.host && second.framing == head.framing &&
          second.length == head.length && second.keep_alive == head.keep_alive &&
          second.upgrade == head.upgrade && second.expect_continue == head.expect_continue);
    for (const Header& header : second.headers()) {
        check(header.id != HeaderId::kKeepAlive && header.id != HeaderId::kProxyConnection);
    }
}

// The normal form of a path is its own, and no server reads it in another way.
void read_path(const RequestHead& head) {
    static char scratch[fairway::kHttpTargetMax + fairway::kHttpHeadMax];
    Target target;
    const TargetStatus status = read_target(head, scratch, &target);
    check(status != TargetStatus::kTooLong && !target_status_text(status).empty());
    if (status != TargetStatus::kOk) return check(refusal_status(status) >= 400);
    const std::string path(target.path), host(target.host);
    check(path == "*" || path.starts_with('/'));
    for (const char* const part : {"/./", "/../", "\\", "%2e", "%2E", "%00", "#", "?", "/..;"}) {
        check(path.find(part) == std::string::npos);
    }
    check(!path.ends_with("/.") && !path.ends_with("/.."));
    check(path.size() <= std::max<std::size_t>(head.target.size(), 1));
    const std::string again =
        std::string(head.method) + " " + path + " HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
    RequestHead second;
    std::size_t used = 0;
    check(parse_request(again, &second, &used) == HeadStatus::kDone);
    check(read_target(second, scratch, &target) == TargetStatus::kOk);
    check(target.path == path && !target.rewritten);
}

template <class H, class Parse>
void read_message(std::string_view bytes, Parse parse) {
    H head;
    std::size_t used = 0;
    const HeadStatus status = parse(bytes, &head, &used);
    check(!head_status_text(status).empty());
    if (status != HeadStatus::kDone) {
        if constexpr (std::is_same_v<H, RequestHead>) {
            check(status == HeadStatus::kMore || refusal_status(status) >= 400);
        }
        return;
    }
    check(used <= bytes.size());
    for (const Header& header : head.headers()) {
        check(inside(header.line(), bytes) && inside(header.value, header.line()));
        check(header_id(header.name) == header.id && is_token(header.name));
        check(head.find(header.name).has_value() && head.find(header.id).has_value());
        check(header.value.find_first_of("\r\n") == std::string_view::npos);
    }
    // What is whole is whole: no shorter input gives a whole head.
    H shorter;
    std::size_t shorter_used = 0;
    check(parse(bytes.substr(0, used - 1), &shorter, &shorter_used) == HeadStatus::kMore);
    const std::string_view rest = bytes.substr(used);
    check(read_body(head, rest, 1) == read_body(head, rest, std::max<std::size_t>(rest.size(), 1)));
    if constexpr (std::is_same_v<H, RequestHead>) {
        read_path(head);
        write_anew(head);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_message<RequestHead>(bytes, parse_request);
    for (const bool to_head : {false, true}) {
        read_message<ResponseHead>(
            bytes, [&](std::string_view text, ResponseHead* head, std::size_t* used) {
                return parse_response(text, to_head, head, used);
            });
    }
    return 0;
}
