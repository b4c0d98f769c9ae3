// Bounds-checked big-endian reading and writing over borrowed memory. A read past the end returns
// zero and makes ok() false for good, so a codec checks once at its end. No allocation, no throw.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

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

// Writes into a caller's buffer; what does not fit makes ok() false and is dropped.
class ByteWriter {
  public:
    explicit ByteWriter(std::span<std::uint8_t> buffer) : buffer_(buffer) {}
    bool ok() const { return ok_; }
    std::size_t size() const { return at_; }
    Bytes written() const { return buffer_.first(at_); }
    void rewind(std::size_t at) {
        at_ = at;
        ok_ = true;
    }

    void u8(std::uint8_t v) {
        if (need(1)) buffer_[at_++] = v;
    }
    void u16(std::uint16_t v) {
        if (!need(2)) return;
        buffer_[at_++] = static_cast<std::uint8_t>(v >> 8);
        buffer_[at_++] = static_cast<std::uint8_t>(v);
    }
    void u32(std::uint32_t v) {
        u16(static_cast<std::uint16_t>(v >> 16));
        u16(static_cast<std::uint16_t>(v));
    }
    void bytes(Bytes v) {
        if (!need(v.size())) return;
        if (!v.empty()) std::memcpy(buffer_.data() + at_, v.data(), v.size());
        at_ += v.size();
    }
    // Overwrites two bytes already written.
    void patch_u16(std::size_t at, std::uint16_t v) {
        buffer_[at] = static_cast<std::uint8_t>(v >> 8);
        buffer_[at + 1] = static_cast<std::uint8_t>(v);
    }

  private:
    bool need(std::size_t n) {
        if (n <= buffer_.size() - at_) return true;
        ok_ = false;
        return false;
    }
    std::span<std::uint8_t> buffer_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

}  // namespace fairway
