#include "wire/dns/name.h"

#include "wire/dns/text.h"

namespace fairway::wire::dns {
namespace {

// Offsets of the labels of a name, the root's left out.
struct Labels {
    std::array<std::uint8_t, kLabelsMax> at;
    unsigned count = 0;

    explicit Labels(NameView name) {
        const std::uint8_t* wire = name.data();
        for (std::size_t i = 0; wire[i] != 0; i += wire[i] + 1u) {
            at[count++] = static_cast<std::uint8_t>(i);
        }
    }
};

std::uint8_t lower(std::uint8_t c) {
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

std::strong_ordering order_labels(const std::uint8_t* a, const std::uint8_t* b) {
    const unsigned shorter = std::min(a[0], b[0]);
    for (unsigned i = 1; i <= shorter; ++i) {
        if (const auto order = lower(a[i]) <=> lower(b[i]); order != 0) return order;
    }
    return a[0] <=> b[0];
}

void append_label(std::string& out, std::string_view label) {
    for (const char c : label) {
        if (c == ' ' || std::string_view("\".;\\()@$").find(c) == std::string_view::npos) {
            append_escaped(out, static_cast<std::uint8_t>(c), c == ' ');
        } else {
            out += '\\';
            out += c;
        }
    }
}

}  // namespace

std::string_view name_fault_text(NameFault fault) {
    switch (fault) {
        case NameFault::kNone:
            return "a domain name";
        case NameFault::kEmpty:
            return "the name is empty; write @ for the origin or . for the root";
        case NameFault::kEmptyLabel:
            return "two dots with nothing between; each label needs 1 to 63 octets";
        case NameFault::kLabelTooLong:
            return "a label is longer than 63 octets";
        case NameFault::kTooLong:
            return "the name is longer than 255 octets, its origin included";
        case NameFault::kBadEscape:
            return "bad escape; write \\DDD with DDD from 000 to 255, or \\X";
    }
    return {};
}

bool same_octets(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
    for (; size >= 8; a += 8, b += 8, size -= 8) {
        std::uint64_t x, y;
        std::memcpy(&x, a, 8);
        std::memcpy(&y, b, 8);
        if (x != y && lower8(x) != lower8(y)) return false;
    }
    for (; size > 0; ++a, ++b, --size) {
        if (lower(*a) != lower(*b)) return false;
    }
    return true;
}

void lower_copy(const std::uint8_t* from, std::size_t size, std::uint8_t* to) {
    for (; size >= 8; from += 8, to += 8, size -= 8) {
        std::uint64_t word;
        std::memcpy(&word, from, 8);
        word = lower8(word);
        std::memcpy(to, &word, 8);
    }
    for (; size > 0; --size) *to++ = lower(*from++);
}

std::string plain_name(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(lower(static_cast<std::uint8_t>(c)));
    if (out.size() > 1 && out.back() == '.') out.pop_back();
    return out;
}

std::optional<NameView> NameView::read(Bytes wire) {
    std::size_t at = 0;
    while (at < wire.size() && wire[at] != 0) {
        if (wire[at] > kLabelMax) return {};
        at += wire[at] + 1u;
    }
    if (at >= wire.size() || at >= kNameMax) return {};
    return NameView(wire.data(), at + 1);
}

unsigned NameView::label_count() const {
    unsigned count = 0;
    for (std::size_t i = 0; data_[i] != 0; i += data_[i] + 1u) ++count;
    return count;
}

NameView NameView::last_labels(unsigned labels) const {
    NameView name = *this;
    for (unsigned have = label_count(); have > labels; --have) name = name.parent();
    return name;
}

bool NameView::is_at_or_below(NameView ancestor) const {
    NameView name = *this;
    while (name.size_ > ancestor.size_) name = name.parent();
    return name == ancestor;
}

unsigned NameView::common_labels(NameView other) const {
    const Labels mine(*this), theirs(other);
    unsigned common = 0;
    while (common < mine.count && common < theirs.count &&
           order_labels(data_ + mine.at[mine.count - 1 - common],
                        other.data_ + theirs.at[theirs.count - 1 - common]) == 0) {
        ++common;
    }
    return common;
}

std::uint64_t NameView::hash() const {
    std::uint8_t lowered[kNameMax];
    lower_copy(data_, size_, lowered);
    return hash_bytes({lowered, size_});
}

std::string NameView::text_without_dot() const {
    std::string out;
    out.reserve(size_);
    for (NameView name = *this; !name.is_root(); name = name.parent()) {
        if (!out.empty()) out += '.';
        append_label(out, name.label());
    }
    return out.empty() ? "." : out;
}

std::string NameView::text() const {
    return is_root() ? "." : text_without_dot() + ".";
}

bool operator==(NameView a, NameView b) {
    return a.size_ == b.size_ && same_octets(a.data_, b.data_, a.size_);
}

std::strong_ordering canonical_order(NameView a, NameView b) {
    const Labels mine(a), theirs(b);
    for (unsigned i = 1; i <= mine.count && i <= theirs.count; ++i) {
        const auto order = order_labels(a.data() + mine.at[mine.count - i],
                                        b.data() + theirs.at[theirs.count - i]);
        if (order != 0) return order;
    }
    return mine.count <=> theirs.count;
}

// Grows a name label by label. Octets past kNameMax are counted but not stored.
class NameBuilder {
  public:
    explicit NameBuilder(Name& out) : wire_(out.wire_.data()), out_(out) {}
    void octet(std::uint8_t c) {
        if (at_ < kNameMax) wire_[at_] = c;
        ++at_;
    }
    bool label_is_empty() const { return at_ == start_ + 1; }
    NameFault end_label() {
        if (label_is_empty()) return NameFault::kEmptyLabel;
        if (at_ - start_ - 1 > kLabelMax) return NameFault::kLabelTooLong;
        if (at_ >= kNameMax) return NameFault::kTooLong;
        wire_[start_] = static_cast<std::uint8_t>(at_ - start_ - 1);
        start_ = at_++;
        return NameFault::kNone;
    }
    // Call after end_label(): the suffix takes the place of the label just begun.
    NameFault end_name(NameView suffix) {
        if (start_ + suffix.size() > kNameMax) return NameFault::kTooLong;
        std::memmove(wire_ + start_, suffix.data(), suffix.size());
        out_.size_ = static_cast<std::uint8_t>(start_ + suffix.size());
        return NameFault::kNone;
    }

  private:
    std::uint8_t* wire_;
    Name& out_;
    std::size_t start_ = 0;  // of the label being built
    std::size_t at_ = 1;
};

NameFault Name::parse_into(std::string_view text, NameView origin, Name& out) {
    if (text.empty()) return NameFault::kEmpty;
    if (text == "@") return out = origin, NameFault::kNone;
    if (text == ".") return out = Name(), NameFault::kNone;
    Name built;
    NameBuilder builder(built);
    bool absolute = false;
    for (std::size_t at = 0; at < text.size();) {
        absolute = text[at] == '.';
        if (absolute) {
            if (const auto fault = builder.end_label(); fault != NameFault::kNone) return fault;
            ++at;
            continue;
        }
        std::uint8_t octet;
        if (!next_octet(text, at, octet)) return NameFault::kBadEscape;
        builder.octet(octet);
    }
    if (!absolute) {
        if (const auto fault = builder.end_label(); fault != NameFault::kNone) return fault;
    }
    const auto fault = builder.end_name(absolute ? NameView() : origin);
    if (fault == NameFault::kNone) out = built.view();
    return fault;
}

Result<Name> Name::parse(std::string_view text, NameView origin) {
    Name name;
    const NameFault fault = parse_into(text, origin, name);
    if (fault == NameFault::kNone) return name;
    return fail(
        Code::kInvalid, Origin::kConfig,
        "\"" + std::string(text) + "\" is no domain name: " + std::string(name_fault_text(fault)));
}

std::optional<Name> Name::child(std::string_view label, NameView parent) {
    Name name;
    NameBuilder builder(name);
    for (const char c : label) builder.octet(static_cast<std::uint8_t>(c));
    if (builder.end_label() != NameFault::kNone) return {};
    if (builder.end_name(parent) != NameFault::kNone) return {};
    return name;
}

std::optional<Name> Name::replace_suffix(NameView name, NameView from, NameView to) {
    const std::size_t kept = name.size() - from.size();
    if (kept + to.size() > kNameMax) return {};
    Name out;
    std::memcpy(out.wire_.data(), name.data(), kept);
    std::memcpy(out.wire_.data() + kept, to.data(), to.size());
    out.size_ = static_cast<std::uint8_t>(kept + to.size());
    return out;
}

Name Name::lowered() const {
    Name out;
    lower_copy(wire_.data(), size_, out.wire_.data());
    out.size_ = size_;
    return out;
}

}  // namespace fairway::wire::dns
