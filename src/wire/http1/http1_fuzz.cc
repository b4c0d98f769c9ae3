// Any bytes as request, response and body: no crash, nothing read outside, no step that stands
// still.
#include <cstdlib>
#include <string_view>

#include "wire/http1/body.h"
#include "wire/http1/head.h"

namespace {

using namespace fairway::wire::http1;

bool inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

void check(bool holds) {
    if (!holds) std::abort();
}

void read_body(const Head& head, std::string_view bytes) {
    BodyReader reader(head);
    for (;;) {
        const auto step = reader.feed(bytes);
        check(step.used <= bytes.size() && inside(step.data, bytes));
        if (step.status != BodyStatus::kMore || step.used == 0) return;
        bytes.remove_prefix(step.used);
    }
}

template <class H, class Parse>
void read_message(std::string_view bytes, Parse parse) {
    H head;
    std::size_t used = 0;
    if (parse(bytes, &head, &used) != HeadStatus::kDone) return;
    check(used <= bytes.size());
    for (const Header& header : head.headers()) {
        check(inside(header.name, bytes) && inside(header.value, bytes));
        check(header.value.find_first_of("\r\n") == std::string_view::npos);
    }
    // What is whole is whole: no shorter input gives a whole head.
    H shorter;
    std::size_t shorter_used = 0;
    check(parse(bytes.substr(0, used - 1), &shorter, &shorter_used) == HeadStatus::kMore);
    read_body(head, bytes.substr(used));
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
