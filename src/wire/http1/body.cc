#include "wire/http1/body.h"

#include <algorithm>

#include "wire/http1/chars.h"
#include "wire/http1/fields.h"

namespace fairway::wire::http1 {
namespace {

constexpr BodyReader::Step kBad{BodyStatus::kBad, 0, {}};

constexpr HeaderSet kNoTrailers(HeaderId::kHost, HeaderId::kConnection, HeaderId::kContentLength,
                                HeaderId::kTransferEncoding, HeaderId::kTe, HeaderId::kTrailer,
                                HeaderId::kUpgrade, HeaderId::kExpect, HeaderId::kKeepAlive,
                                HeaderId::kProxyConnection, HeaderId::kVia, HeaderId::kForwardedFor,
                                HeaderId::kForwardedProto, HeaderId::kForwardedHost,
                                HeaderId::kForwardedPort, HeaderId::kIdempotencyKey,
                                HeaderId::kCookie, HeaderId::kSetCookie, HeaderId::kAuthorization,
                                HeaderId::kLocation, HeaderId::kContentType, HeaderId::kMaxForwards,
                                HeaderId::kCacheControl, HeaderId::kContentEncoding,
                                HeaderId::kContentRange);

// At most `max` bytes of them are looked at.
Scan scan_of(std::string_view bytes, std::size_t max) {
    return {bytes.data(), bytes.data() + std::min(bytes.size(), max)};
}

// What a line's or a section's status means for the body when `bytes` may be at most `max`.
BodyReader::Step step_of(HeadStatus status, const Scan& scan, std::string_view bytes,
                         std::size_t max) {
    if (status == HeadStatus::kDone) {
        return {BodyStatus::kMore, scan.since(bytes.data()).size(), {}};
    }
    const bool wait = status == HeadStatus::kMore && bytes.size() < max;
    return wait ? BodyReader::Step{} : kBad;
}

HeadStatus take_token(Scan* scan) {
    const char* const begin = scan->at;
    scan->at = skip(begin, scan->end, kTokenChar);
    if (scan->empty()) return HeadStatus::kMore;
    return scan->at == begin ? HeadStatus::kBadHeader : HeadStatus::kDone;
}

HeadStatus take_quoted(Scan* scan) {
    for (++scan->at; !scan->empty() && is(*scan->at, kValueChar); ++scan->at) {
        if (*scan->at == '"') {
            ++scan->at;
            return HeadStatus::kDone;
        }
        if (*scan->at != '\\') continue;
        if (++scan->at == scan->end) return HeadStatus::kMore;
        if (!is(*scan->at, kValueChar)) return HeadStatus::kBadHeader;
    }
    return scan->empty() ? HeadStatus::kMore : HeadStatus::kBadHeader;
}

// ";name", ";name=value" or ";name="value"", any number. Blanks, which others skip in other
// places, are refused.
HeadStatus take_extensions(Scan* scan) {
    while (!scan->empty() && *scan->at == ';') {
        ++scan->at;
        HeadStatus status = take_token(scan);
        if (status != HeadStatus::kDone) return status;
        if (*scan->at != '=') continue;
        ++scan->at;
        if (scan->empty()) return HeadStatus::kMore;
        status = *scan->at == '"' ? take_quoted(scan) : take_token(scan);
        if (status != HeadStatus::kDone) return status;
    }
    return scan->empty() ? HeadStatus::kMore : HeadStatus::kDone;
}

// A size below 2^60.
HeadStatus take_chunk_size(Scan* scan, std::uint64_t* out) {
    *out = 0;
    const char* const begin = scan->at;
    for (; !scan->empty() && is(*scan->at, kHexChar); ++scan->at) {
        if (scan->at - begin == 15) return HeadStatus::kBadHeader;
        *out = *out << 4 | hex_value(*scan->at);
    }
    if (scan->empty()) return HeadStatus::kMore;
    return scan->at == begin ? HeadStatus::kBadHeader : HeadStatus::kDone;
}

HeadStatus take_trailers(Scan* scan) {
    for (unsigned count = 0;; ++count) {
        if (scan->empty()) return HeadStatus::kMore;
        if (*scan->at == '\r') return take_line_end(scan, HeadStatus::kBadHeader);
        if (count == kHttpTrailersMax) return HeadStatus::kTooManyHeaders;
        Header ignored;
        const HeadStatus status = take_field(scan, &ignored);
        if (status != HeadStatus::kDone) return status;
    }
}

}  // namespace

bool TrailerView::next(Header* out) {
    while (!rest_.empty()) {
        Scan scan = scan_of(rest_, rest_.size());
        if (take_field(&scan, out) != HeadStatus::kDone) return false;
        rest_.remove_prefix(out->line_size);
        if (!kNoTrailers.has(out->id)) return true;
    }
    return false;
}

BodyReader::BodyReader(const Head& head)
    : framing_(head.framing), keep_trailers_(!head.names_fields) {
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
    if (part_ == Part::kSize) return feed_size(bytes);
    if (part_ == Part::kTrailers) return feed_trailers(bytes);
    if (part_ == Part::kDataEnd) {
        Scan scan = scan_of(bytes, 2);
        const Step step = step_of(take_line_end(&scan, HeadStatus::kBadHeader), scan, bytes, 2);
        if (step.used != 0) part_ = Part::kSize;
        return step;
    }
    const std::size_t size = std::min<std::uint64_t>(left_, bytes.size());
    left_ -= size;
    if (left_ == 0) part_ = Part::kDataEnd;
    return {BodyStatus::kMore, size, bytes.substr(0, size)};
}

BodyReader::Step BodyReader::feed_size(std::string_view bytes) {
    Scan scan = scan_of(bytes, kHttpChunkLineMax);
    HeadStatus status = take_chunk_size(&scan, &left_);
    const char* const extensions = scan.at;
    if (status == HeadStatus::kDone) status = take_extensions(&scan);
    const auto size = static_cast<std::uint32_t>(scan.since(extensions).size());
    if (status == HeadStatus::kDone) status = take_line_end(&scan, HeadStatus::kBadHeader);
    const Step step = step_of(status, scan, bytes, kHttpChunkLineMax);
    if (step.used == 0) return step;
    part_ = left_ == 0 ? Part::kTrailers : Part::kData;
    extension_bytes_ += size;
    return extension_bytes_ > kHttpChunkExtensionsMax ? kBad : step;
}

BodyReader::Step BodyReader::feed_trailers(std::string_view bytes) {
    Scan scan = scan_of(bytes, kHttpTrailerBytesMax);
    Step step = step_of(take_trailers(&scan), scan, bytes, kHttpTrailerBytesMax);
    if (step.used == 0) return step;
    step.status = BodyStatus::kDone;
    if (keep_trailers_) trailers_ = TrailerView(bytes.substr(0, step.used - 2));
    return step;
}

}  // namespace fairway::wire::http1
