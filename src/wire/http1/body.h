// BodyReader: takes a message's body out of its framing, piece by piece as bytes come. Sans I/O; no
// allocation; strict about chunks (RFC 9112 section 7.1): no extensions longer than a line's limit,
// trailers are read and dropped. One per message; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/http1/head.h"

namespace fairway::wire::http1 {

enum class BodyStatus : std::uint8_t { kMore, kDone, kBad };

class BodyReader {
  public:
    BodyReader() = default;
    explicit BodyReader(const Head& head);

    struct Step {
        BodyStatus status = BodyStatus::kMore;
        std::size_t used = 0;   // bytes of `bytes` that belong to this message
        std::string_view data;  // body bytes among them; more may follow in `bytes`
    };
    // Call again with the rest while a step used some and is kMore.
    Step feed(std::string_view bytes);
    // The connection ended: whether the body may end here.
    bool may_end() const { return framing_ == Framing::kUntilClose; }

  private:
    enum class Part : std::uint8_t { kSize, kData, kDataEnd, kTrailer };
    Step feed_chunked(std::string_view bytes);
    Step feed_line(std::string_view bytes);

    Framing framing_ = Framing::kNone;
    Part part_ = Part::kSize;
    std::uint64_t left_ = 0;  // of the body or the chunk
    std::size_t trailer_bytes_ = 0;
};

}  // namespace fairway::wire::http1
