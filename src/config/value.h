// A parsed document as a tree of values with the place of each in its file: what the YAML and JSON
// readers make, and what the schemas check, the decoders and the importers read. Values are small,
// trivially copyable and point into the Arena of their Documents, which must outlive them.
// Immutable once built; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/diagnostic.h"
#include "model/object.h"

namespace fairway::config {

using model::Pos;

enum class Type : std::uint8_t { kMissing, kScalar, kMap, kSequence };
// A quoted (or block) scalar is text whatever it looks like; so is every JSON string.
enum class Style : std::uint8_t { kPlain, kQuoted };
// What a scalar says: quoted ones are text; plain ones as YAML 1.2's core schema reads them.
// kOldBool: yes, no, on, off, y, n, True… which YAML 1.1 takes for booleans. kOldNumber: 010, 0x1F,
// 1_000, which readers disagree about.
enum class Scalar : std::uint8_t { kNull, kBool, kInteger, kNumber, kText, kOldBool, kOldNumber };

// The meaning of a plain scalar's text.
Scalar plain_scalar(std::string_view text);

struct Member;

class Value {
  public:
    Value() = default;  // missing
    static Value scalar(std::string_view text, Style style, Pos pos);
    static Value map(const Member* members, std::uint32_t size, Pos pos);
    static Value sequence(const Value* items, std::uint32_t size, Pos pos);

    Type type() const { return type_; }
    Style style() const { return style_; }
    Pos pos() const { return {line_, column_}; }
    bool is_missing() const { return type_ == Type::kMissing; }
    bool is_scalar() const { return type_ == Type::kScalar; }
    bool is_map() const { return type_ == Type::kMap; }
    bool is_sequence() const { return type_ == Type::kSequence; }
    bool is_null() const { return is_scalar() && scalar_kind() == Scalar::kNull; }
    Scalar scalar_kind() const {
        return style_ == Style::kQuoted ? Scalar::kText : plain_scalar(text());
    }
    // Neither missing nor null.
    explicit operator bool() const { return !is_missing() && !is_null(); }

    // Map: members in file order; sequence: items. Empty for every other type.
    struct Members;
    struct Items {
        const Value* first;
        std::uint32_t count;
        const Value* begin() const { return first; }
        const Value* end() const { return first + count; }
        std::size_t size() const { return count; }
        bool empty() const { return count == 0; }
    };
    Members members() const;
    Items items() const { return {is_sequence() ? items_ : nullptr, is_sequence() ? size_ : 0}; }
    std::size_t size() const { return is_scalar() ? 0 : size_; }

    const Member* find(std::string_view key) const;  // nullptr: no such member, or no map
    // Chains over what is not there: value["spec"]["nodes"][3]; missing if anything on the way is.
    const Value& operator[](std::string_view key) const;
    const Value& operator[](std::size_t index) const;

    // A scalar's characters whatever they mean; empty for the other types.
    std::string_view text() const {
        return is_scalar() ? std::string_view(text_, size_) : std::string_view();
    }
    std::string string(std::string_view otherwise = {}) const {
        return std::string(is_scalar() ? text() : otherwise);
    }
    // What the scalar says, if it is plain and of that kind (an integer is a number too). Quoted
    // digits are text: use text() and parse where an export writes numbers in quotes.
    std::optional<bool> boolean() const;
    std::optional<std::int64_t> integer() const;
    std::optional<double> number() const;

  private:
    Type type_ = Type::kMissing;
    Style style_ = Style::kPlain;
    std::uint32_t line_ = 0, column_ = 0;
    std::uint32_t size_ = 0;
    union {
        const char* text_ = nullptr;
        const Member* members_;
        const Value* items_;
    };
};

struct Member {
    std::string_view key;
    Style key_style = Style::kPlain;
    Pos key_pos;
    Value value;
};

struct Value::Members {
    const Member* first;
    std::uint32_t count;
    const Member* begin() const { return first; }
    const Member* end() const { return first + count; }
    std::size_t size() const { return count; }
    bool empty() const { return count == 0; }
};
inline Value::Members Value::members() const {
    return {is_map() ? members_ : nullptr, is_map() ? size_ : 0};
}

// Memory that is given back as a whole. Owned by Documents.
class Arena {
  public:
    void* take(std::size_t size, std::size_t align);
    std::string_view copy(std::string_view text);
    template <class T>
    const T* copy(const T* from, std::size_t count);

  private:
    std::vector<std::unique_ptr<char[]>> chunks_;
    char* at_ = nullptr;
    std::size_t left_ = 0;
    std::size_t chunk_size_ = 4096;
};

struct Document {
    Value root;
    // Over structure, text and positions: equal means that nothing in it changed or moved.
    std::uint64_t fingerprint = 0;
    // It reads, but not as its writer meant (a key twice, a tag): findings [first, end).
    bool faulty = false;
    std::uint32_t findings_first = 0, findings_end = 0;
};

// What one file holds, what is wrong with it as text, and the memory behind it.
struct Documents {
    std::vector<Document> all;
    bool broken = false;  // something could not be read: `all` is what came through whole
    model::Diagnostics findings;
    Arena arena;
};

template <class T>
const T* Arena::copy(const T* from, std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (count == 0) return nullptr;
    auto* to = static_cast<T*>(take(count * sizeof(T), alignof(T)));
    std::uninitialized_copy_n(from, count, to);
    return to;
}

}  // namespace fairway::config
