#include "wire/http1/writer.h"

#include <charconv>
#include <cstring>

#include "wire/http1/chars.h"

namespace fairway::wire::http1 {
namespace {

// RFC 9110 section 7.6.1; what is needed of them is written anew.
constexpr HeaderSet kOfOneHop(HeaderId::kConnection, HeaderId::kKeepAlive,
                              HeaderId::kProxyConnection, HeaderId::kTe, HeaderId::kUpgrade,
                              HeaderId::kTransferEncoding);

struct Number {
    explicit Number(std::uint64_t value) {
        end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    }
    std::string_view text() const {
        return {digits.data(), static_cast<std::size_t>(end - digits.data())};
    }
    std::array<char, 20> digits;
    char* end;
};

}  // namespace

std::size_t HeadParts::size() const {
    std::size_t size = 0;
    for (const std::string_view part : parts()) size += part.size();
    return size;
}

bool HeadParts::add(std::string_view piece) {
    if (piece.empty()) return true;
    if (count_ != 0) {
        std::string_view& last = parts_[count_ - 1];
        if (last.data() + last.size() == piece.data()) {
            last = {last.data(), last.size() + piece.size()};
            return true;
        }
    }
    if (count_ == kMax) return false;
    parts_[count_++] = piece;
    return true;
}

std::string_view HeadParts::keep(std::initializer_list<std::string_view> texts) {
    char* const begin = room_.data() + used_;
    std::size_t size = 0;
    for (const std::string_view text : texts) {
        if (text.size() > kRoom - used_ - size) return {};
        if (!text.empty()) std::memcpy(begin + size, text.data(), text.size());
        size += text.size();
    }
    used_ += size;
    return {begin, size};
}

HeadWriter::HeadWriter(HeadParts& out, std::span<const Header> headers)
    : out_(out), headers_(headers) {
    out.clear();
}

void HeadWriter::request_line(std::string_view method, std::string_view target) {
    // A long target stays where it is.
    if (target.size() <= HeadParts::kRoom / 4) {
        first_line_ = out_.keep({method, " ", target, " HTTP/1.1\r\n"});
        fits_ = fits_ && !first_line_.empty() && out_.add(first_line_);
        return;
    }
    fits_ = fits_ && out_.add(out_.keep({method, " "})) && out_.add(target) &&
            out_.add(" HTTP/1.1\r\n");
}

void HeadWriter::status_line(std::uint16_t status, std::string_view reason) {
    status_ = status;
    first_line_ = out_.keep({"HTTP/1.1 ", Number(status).text(), " ", reason, "\r\n"});
    fits_ = fits_ && !first_line_.empty() && out_.add(first_line_);
}

void HeadWriter::drop(std::string_view name) {
    for (std::size_t i = 0; i < headers_.size(); ++i) {
        if (equal_ignoring_case(headers_[i].name, name)) dropped_lines_ |= std::uint64_t{1} << i;
    }
}

void HeadWriter::add(std::string_view line) {
    fits_ = fits_ && !line.empty() && added_count_ < added_.size();
    if (fits_) added_[added_count_++] = line;
}

void HeadWriter::add(std::initializer_list<std::string_view> pieces) {
    add(out_.keep(pieces));
}

void HeadWriter::drop_fields_of_this_hop() {
    for (const Header& header : headers_) {
        if (header.id == HeaderId::kTe) {
            each_element(header.value, [&](std::string_view coding) {
                takes_trailers_ = takes_trailers_ || equal_ignoring_case(coding, "trailers");
            });
        }
        if (header.id != HeaderId::kConnection) continue;
        each_element(header.value, [&](std::string_view option) { drop(option); });
    }
    dropped_.insert(kOfOneHop);
}

void HeadWriter::add_framing(Framing framing, std::uint64_t length) {
    // A response without a body may tell the length that it would have had; these may not.
    const bool never = status_ != 0 && (status_ < 200 || status_ == 204);
    if (framing != Framing::kNone || never || status_ == 0) drop(HeaderId::kContentLength);
    if (framing != Framing::kChunked) drop(HeaderId::kTrailer);
    if (framing == Framing::kLength) add({"Content-Length: ", Number(length).text(), "\r\n"});
    if (framing == Framing::kChunked) add("Transfer-Encoding: chunked\r\n");
}

void HeadWriter::add_connection(bool close) {
    const bool te = takes_trailers_ && status_ == 0;
    if (te) add("TE: trailers\r\n");
    if (!protocol_.empty()) add({"Upgrade: ", protocol_, "\r\n"});
    const std::string_view first = close                ? "close"
                                   : !protocol_.empty() ? "upgrade"
                                   : te                 ? "TE"
                                                        : "";
    if (first.empty()) return;
    const bool also_upgrade = close && !protocol_.empty();
    const bool also_te = te && first != "TE";
    add({"Connection: ", first, also_upgrade ? ", upgrade" : "", also_te ? ", TE" : "", "\r\n"});
}

bool HeadWriter::finish(Framing framing, std::uint64_t length, bool close) {
    drop_fields_of_this_hop();
    add_framing(framing, length);
    add_connection(close || framing == Framing::kUntilClose);
    for (std::size_t i = 0; fits_ && i < headers_.size(); ++i) {
        const bool kept = !dropped_.has(headers_[i].id) && (dropped_lines_ >> i & 1) == 0;
        if (kept) fits_ = out_.add(headers_[i].line());
    }
    for (std::size_t i = 0; fits_ && i < added_count_; ++i) fits_ = out_.add(added_[i]);
    return fits_ && out_.add("\r\n");
}

}  // namespace fairway::wire::http1
