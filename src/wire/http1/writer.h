// HeadWriter: a message's head as it is sent on by a proxy: fields of one hop left out, framing
// written anew, all else as it came. Ground of the gateway. Lines that are kept are views of the
// bytes read, neighbours as one; no allocation. One thread.
#pragma once

#include <array>
#include <initializer_list>

#include "wire/http1/head.h"

namespace fairway::wire::http1 {

// Pieces to send one behind the other, and room for those that are made here. Not to be copied:
// some pieces lie in it.
class HeadParts {
  public:
    static constexpr std::size_t kMax = 24, kRoom = 1'024;
    HeadParts() = default;
    HeadParts(const HeadParts&) = delete;
    HeadParts& operator=(const HeadParts&) = delete;

    void clear() { count_ = used_ = 0; }
    std::span<const std::string_view> parts() const { return {parts_.data(), count_}; }
    std::size_t size() const;
    // False: too many. Pieces that touch become one.
    bool add(std::string_view piece);
    // Into the room, as one; no piece yet. Empty if it is full.
    std::string_view keep(std::initializer_list<std::string_view> texts);

  private:
    std::array<std::string_view, kMax> parts_;
    std::array<char, kRoom> room_;
    std::size_t count_ = 0, used_ = 0;
};

class HeadWriter {
  public:
    // `headers` are those that came; they and their bytes live until the head is sent.
    HeadWriter(HeadParts& out, std::span<const Header> headers);

    void request_line(std::string_view method, std::string_view target);
    void status_line(std::uint16_t status, std::string_view reason);
    void drop(HeaderId id) { dropped_.insert(id); }
    void drop(std::string_view name);  // in any case
    // Whole lines with their CRLF, that live until the head is sent; or made of pieces here.
    void add(std::string_view line);
    void add(std::initializer_list<std::string_view> pieces);
    void replace(HeaderId id, std::string_view line) {
        drop(id);
        add(line);
    }
    // "Connection: upgrade" and the protocol.
    void upgrade(std::string_view protocol) { protocol_ = protocol; }
    // What follows is framed so; `close`: the connection ends with it. False: it does not fit.
    bool finish(Framing framing, std::uint64_t length, bool close);

  private:
    void drop_fields_of_this_hop();
    void add_framing(Framing framing, std::uint64_t length);
    void add_connection(bool close);

    HeadParts& out_;
    std::span<const Header> headers_;
    HeaderSet dropped_;
    std::uint64_t dropped_lines_ = 0;  // by index
    std::array<std::string_view, 16> added_;
    std::size_t added_count_ = 0;
    std::string_view first_line_, protocol_;
    std::uint16_t status_ = 0;
    bool takes_trailers_ = false, fits_ = true;
};
static_assert(kHttpHeadersMax <= 64);

}  // namespace fairway::wire::http1
