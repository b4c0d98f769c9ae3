// Domain names in wire form (RFC 1035 §3.1): labels with a length octet each, ended by the root's
// zero octet; at most 255 octets, labels at most 63. NameView borrows a whole, uncompressed name;
// Name holds one inline. Neither allocates. Equality, suffix tests and hashes ignore ASCII case
// (RFC 4343). Values; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"

namespace fairway::wire::dns {

inline constexpr std::size_t kNameMax = 255;
inline constexpr std::size_t kLabelMax = 63;
inline constexpr std::size_t kLabelsMax = 127;

// Why a text is no name.
enum class NameFault : std::uint8_t {
    kNone,
    kEmpty,
    kEmptyLabel,
    kLabelTooLong,
    kTooLong,
    kBadEscape
};
std::string_view name_fault_text(NameFault fault);

class NameView {
  public:
    // The root.
    constexpr NameView() = default;
    // `wire` is known to be exactly one well-formed name: from a Name, or checked before.
    static constexpr NameView trusted(Bytes wire) { return NameView(wire.data(), wire.size()); }
    // The uncompressed name at the start of `wire` (more bytes may follow), or nothing.
    static std::optional<NameView> read(Bytes wire);

    Bytes wire() const { return {data_, size_}; }
    const std::uint8_t* data() const { return data_; }
    std::size_t size() const { return size_; }
    bool is_root() const { return size_ == 1; }
    bool is_wildcard() const { return size_ >= 3 && data_[0] == 1 && data_[1] == '*'; }
    // Labels without the root's.
    unsigned label_count() const;
    // The leftmost label's octets; empty for the root.
    std::string_view label() const { return {reinterpret_cast<const char*>(data_) + 1, data_[0]}; }
    // The name without its leftmost label; the root's parent is the root.
    NameView parent() const {
        return is_root() ? *this : NameView(data_ + data_[0] + 1, size_ - data_[0] - 1u);
    }
    // The name's last `labels` labels; the whole name if it has no more.
    NameView last_labels(unsigned labels) const;
    bool is_at_or_below(NameView ancestor) const;
    bool is_below(NameView ancestor) const {
        return size_ > ancestor.size_ && is_at_or_below(ancestor);
    }
    // How many labels the two share, counted from the root.
    unsigned common_labels(NameView other) const;
    // hash_bytes() of the lower-cased wire form: the same as QueryView::qname_hash.
    std::uint64_t hash() const;
    // Absolute, with RFC 1035 §5.1 escapes: "www.example.com.", the root is ".".
    std::string text() const;
    // The same without the last dot (but "." for the root).
    std::string text_without_dot() const;

    friend bool operator==(NameView a, NameView b);

  private:
    constexpr NameView(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    static constexpr std::uint8_t kRoot[1] = {0};
    const std::uint8_t* data_ = kRoot;
    std::size_t size_ = 1;
};

// RFC 4034 §6.1: label by label from the root, lower-cased octets.
std::strong_ordering canonical_order(NameView a, NameView b);

class Name {
  public:
    Name() { wire_[0] = 0; }
    Name(NameView view) : size_(static_cast<std::uint8_t>(view.size())) {
        std::memcpy(wire_.data(), view.data(), view.size());
    }
    // A name that does not end with a dot is relative to `origin` (the root: "a.b" is "a.b."); "@"
    // is `origin`.
    static Result<Name> parse(std::string_view text, NameView origin = {});
    // The same without an Error: `out` is set only on kNone.
    static NameFault parse_into(std::string_view text, NameView origin, Name& out);
    // label.parent; nothing if the label is empty or too long or the whole would be too long.
    static std::optional<Name> child(std::string_view label, NameView parent);
    // DNAME substitution (RFC 6672 §2.2): `name` is below `from`; nothing if the result is too
    // long.
    static std::optional<Name> replace_suffix(NameView name, NameView from, NameView to);

    NameView view() const { return NameView::trusted({wire_.data(), size_}); }
    operator NameView() const { return view(); }
    Bytes wire() const { return {wire_.data(), size_}; }
    std::size_t size() const { return size_; }
    std::string text() const { return view().text(); }
    std::uint64_t hash() const { return view().hash(); }
    Name lowered() const;

    friend bool operator==(const Name& a, const Name& b) { return a.view() == b.view(); }
    friend bool operator==(const Name& a, NameView b) { return a.view() == b; }

  private:
    friend class NameBuilder;
    std::uint8_t size_ = 1;
    std::array<std::uint8_t, kNameMax> wire_;
};

// Eight octets at once, 'A'-'Z' to 'a'-'z'. Label lengths (at most 63) are below 'A' and so stay.
constexpr std::uint64_t lower8(std::uint64_t word) {
    constexpr std::uint64_t kOnes = 0x0101010101010101u;
    const std::uint64_t low = word & (kOnes * 0x7F);
    const std::uint64_t above_z = low + kOnes * (0x7F - 'Z');
    const std::uint64_t from_a = low + kOnes * (0x80 - 'A');
    const std::uint64_t upper = ~word & (kOnes * 0x80) & (from_a ^ above_z);
    return word | upper >> 2;
}
// Are the octets the same but for the case of ASCII letters?
bool same_octets(const std::uint8_t* a, const std::uint8_t* b, std::size_t size);
// Lower-cases `size` octets; `to` may be `from`.
void lower_copy(const std::uint8_t* from, std::size_t size, std::uint8_t* to);
// A name as somebody wrote it, perhaps none, in the form that is compared and shown: in small
// letters, without the last dot (but "." for the root).
std::string plain_name(std::string_view text);

}  // namespace fairway::wire::dns

template <>
struct std::hash<fairway::wire::dns::Name> {
    std::size_t operator()(const fairway::wire::dns::Name& name) const { return name.hash(); }
};
