// BodyReader: takes a message's body out of its framing, piece by piece as bytes come. Sans I/O; no
// allocation; strict about chunks (RFC 9112 section 7.1): extensions are well formed, few, and
// dropped; trailers are read when their section is whole. One per message; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/http1/head.h"

namespace fairway::wire::http1 {

enum class BodyStatus : std::uint8_t { kMore, kDone, kBad };

// The trailers that may be sent on, one after the other; those that would change how the message is
// cut, routed or understood (RFC 9110 section 6.5.1) are left out. Views into the bytes that the
// last step was given.
class TrailerView {
  public:
    TrailerView() = default;
    // `section`: whole lines that were judged before.
    explicit TrailerView(std::string_view section) : rest_(section) {}
    // False when there is no more.
    bool next(Header* out);

  private:
    std::string_view rest_;
};

class BodyReader {
  public:
    BodyReader() = default;
    explicit BodyReader(const Head& head);

    struct Step {
        BodyStatus status = BodyStatus::kMore;
        std::size_t used = 0;   // bytes of `bytes` that belong to this message
        std::string_view data;  // body bytes among them; more may follow in `bytes`
    };
    // Call again with the rest while a step used some and is kMore. One that used none waits for
    // more behind the same bytes: at most kHttpTrailerBytesMax in all.
    Step feed(std::string_view bytes);
    // After kDone. None if Connection named fields of this hop: they might be among them.
    TrailerView trailers() const { return trailers_; }
    // The connection ended: whether the body may end here.
    bool may_end() const { return framing_ == Framing::kUntilClose; }

  private:
    enum class Part : std::uint8_t { kSize, kData, kDataEnd, kTrailers };
    Step feed_chunked(std::string_view bytes);
    Step feed_size(std::string_view bytes);
    Step feed_trailers(std::string_view bytes);

    Framing framing_ = Framing::kNone;
    Part part_ = Part::kSize;
    std::uint64_t left_ = 0;  // of the body or the chunk
    std::uint32_t extension_bytes_ = 0;
    bool keep_trailers_ = false;
    TrailerView trailers_;
};

}  // namespace fairway::wire::http1
