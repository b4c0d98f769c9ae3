#include "wire/http1/body.h"

#include <algorithm>

namespace fairway::wire::http1 {
namespace {

constexpr std::size_t kChunkLineMax = 256;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// "1A3" or "1A3;name=value"; false if it is not a size below 2^60.
bool parse_chunk_size(std::string_view line, std::uint64_t* out) {
    const std::string_view size = line.substr(0, line.find(';'));
    if (size.empty() || size.size() > 15) return false;
    *out = 0;
    for (const char c : size) {
        const int value = hex_value(c);
        if (value < 0) return false;
        *out = *out << 4 | static_cast<std::uint64_t>(value);
    }
    return std::all_of(line.begin(), line.end(),
                       [](char c) { return c == '\t' || (c >= 0x20 && c != 0x7F); });
}

}  // namespace

BodyReader::BodyReader(const Head& head) : framing_(head.framing) {
    if (framing_ == Framing::kLength) left_ = head.length;
}

BodyReader::Step BodyReader::feed(std::string_view bytes) {
    switch (framing_) {
        case Framing::kNone:
            return {BodyStatus::kDone, 0, {}};
        case Framing::kUntilClose:
            return {BodyStatus::kMore, bytes.size(), bytes};
        case Framing::kChunked:
            return feed_chunked(bytes);
        case Framing::kLength:
            break;
    }
    const std::size_t size = std::min<std::uint64_t>(left_, bytes.size());
    left_ -= size;
    return {left_ == 0 ? BodyStatus::kDone : BodyStatus::kMore, size, bytes.substr(0, size)};
}

BodyReader::Step BodyReader::feed_chunked(std::string_view bytes) {
    if (part_ != Part::kData) return feed_line(bytes);
    const std::size_t size = std::min<std::uint64_t>(left_, bytes.size());
    left_ -= size;
    if (left_ == 0) part_ = Part::kDataEnd;
    return {BodyStatus::kMore, size, bytes.substr(0, size)};
}

// The lines between chunks: a size, the end of a chunk's data, a trailer.
BodyReader::Step BodyReader::feed_line(std::string_view bytes) {
    constexpr Step kBad{BodyStatus::kBad, 0, {}};
    const std::size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos) return bytes.size() > kChunkLineMax ? kBad : Step{};
    const std::string_view line = bytes.substr(0, end);
    Step step{BodyStatus::kMore, end + 2, {}};
    if (line.size() > kChunkLineMax) return kBad;
    if (part_ == Part::kDataEnd) {
        if (!line.empty()) return kBad;
        part_ = Part::kSize;
    } else if (part_ == Part::kSize) {
        if (!parse_chunk_size(line, &left_)) return kBad;
        part_ = left_ == 0 ? Part::kTrailer : Part::kData;
    } else if (line.empty()) {
        step.status = BodyStatus::kDone;
    } else {
        trailer_bytes_ += step.used;
        if (trailer_bytes_ > kHttpHeadMax || line.find(':') == std::string_view::npos) return kBad;
    }
    return step;
}

}  // namespace fairway::wire::http1
