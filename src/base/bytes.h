// Big-endian numbers: bounds-checked reading over borrowed memory, and writing. A read past the end
// returns zero and makes ok() false for good, so a codec checks once at its end. No throw.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fairway {

using Bytes = std::span<const std::uint8_t>;

class ByteReader {
  public:
    explicit ByteReader(Bytes bytes, std::size_t at = 0) : bytes_(bytes), at_(at) {
        if (at_ > bytes_.size()) broken();
    }
    bool ok() const { return ok_; }
    std::size_t at() const { return at_; }
    std::size_t left() const { return bytes_.size() - at_; }

    std::uint8_t u8() { return need(1) ? bytes_[at_++] : 0; }
    std::uint16_t u16() {
        if (!need(2)) return 0;
        const auto v = static_cast<std::uint16_t>(bytes_[at_] << 8 | bytes_[at_ + 1]);
        at_ += 2;
        return v;
    }
    std::uint32_t u32() {
        const std::uint32_t high = u16();
        return high << 16 | u16();
    }
    Bytes take(std::size_t n) {
        if (!need(n)) return {};
        const Bytes out = bytes_.subspan(at_, n);
        at_ += n;
        return out;
    }
    void skip(std::size_t n) { take(n); }

  private:
    bool need(std::size_t n) {
        if (n <= bytes_.size() - at_) return true;
        broken();
        return false;
    }
    void broken() {
        ok_ = false;
        at_ = bytes_.size();
    }
    Bytes bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

// Two and four octets to where there is room for them.
inline void put_u16(std::uint8_t* to, std::uint16_t v) {
    to[0] = static_cast<std::uint8_t>(v >> 8);
    to[1] = static_cast<std::uint8_t>(v);
}
inline void put_u32(std::uint8_t* to, std::uint32_t v) {
    put_u16(to, static_cast<std::uint16_t>(v >> 16));
    put_u16(to + 2, static_cast<std::uint16_t>(v));
}

inline void append_u16(std::vector<std::uint8_t>& out, std::uint16_t v) {
    out.push_back(static_cast<std::uint8_t>(v >> 8));
    out.push_back(static_cast<std::uint8_t>(v));
}
inline void append_u32(std::vector<std::uint8_t>& out, std::uint32_t v) {
    append_u16(out, static_cast<std::uint16_t>(v >> 16));
    append_u16(out, static_cast<std::uint16_t>(v));
}

}  // namespace fairway
