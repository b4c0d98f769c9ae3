#include "config/emit.h"

#include <algorithm>
#include <charconv>

namespace fairway::config {

Tree::Tree(double value) : Tree(Form::kPlain, {}) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    text_.assign(digits, end.ptr);
}

Tree Tree::copy(const Value& value) {
    if (value.is_map()) {
        Tree out = map();
        for (const Member& member : value.members()) {
            out.set(std::string(member.key), copy(member.value));
        }
        return out;
    }
    if (value.is_sequence()) {
        Tree out = sequence();
        for (const Value& item : value.items()) out.add(copy(item));
        return out;
    }
    if (!value) return Tree();
    const Scalar kind = value.scalar_kind();
    const bool text =
        kind == Scalar::kText || kind == Scalar::kOldBool || kind == Scalar::kOldNumber;
    return Tree(text ? Form::kText : Form::kPlain, value.text());
}

Tree& Tree::set(std::string key, Tree value) {
    kids_.emplace_back(std::move(key), std::move(value));
    return *this;
}

Tree& Tree::add(Tree value) {
    kids_.emplace_back(std::string(), std::move(value));
    return *this;
}

Tree& Tree::comment(std::string text) {
    comment_ = std::move(text);
    return *this;
}

Tree* Tree::find(std::string_view key) {
    for (auto& [name, kid] : kids_) {
        if (form_ == Form::kMap && name == key) return &kid;
    }
    return nullptr;
}

Tree manifest(std::string_view api_version, std::string_view kind, std::string_view name,
              std::string_view ns) {
    Tree metadata = Tree::map();
    metadata.set("name", name);
    if (!ns.empty()) metadata.set("namespace", ns);
    Tree out = Tree::map();
    out.set("apiVersion", api_version).set("kind", kind).set("metadata", std::move(metadata));
    return out;
}

namespace {

constexpr std::size_t kLineMax = 100;  // a map or list that fits in a line is written in one

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '/' || c == '-' || c == ':' || c == '+' || c == '=' || c == '$';
}

// Plain only what no YAML reader takes for anything else, in block and flow style alike.
bool may_be_plain(std::string_view text) {
    if (text.empty() || plain_scalar(text) != Scalar::kText) return false;
    const char first = text.front();
    if (first == '-' || first == ':' || first == '=' || first == '.') return false;
    if (text.back() == ':' || text.back() == ' ') return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ') {
            if (i == 0 || text[i - 1] == ':') return false;
        } else if (!is_word_char(text[i])) {
            return false;
        }
    }
    return true;
}

// Characters that YAML readers refuse or take for line breaks: controls, NEL and no-break space,
// the line and paragraph separators, the byte order mark and the non-characters. The octets that
// `at` stands before are one of them: its code point; else 0.
unsigned must_escape(std::string_view text, std::size_t at, std::size_t& octets) {
    const auto octet = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    const unsigned c = octet(0);
    octets = 1;
    if (c < 0x20 || c == 0x7F) return c == 0 ? 0x110000 : c;
    octets = 2;
    if (c == 0xC2 && octet(1) <= 0xA0) return octet(1);
    octets = 3;
    if (c != 0xE2 && c != 0xEF) return 0;
    const unsigned point = (c & 15) << 12 | (octet(1) & 63) << 6 | (octet(2) & 63);
    return point == 0x2028 || point == 0x2029 || point == 0xFEFF || point >= 0xFFFE ? point : 0;
}

void append_quoted(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        std::size_t octets = 1;
        if (const unsigned point = must_escape(text, i, octets); point == '\n') {
            out += "\\n";
        } else if (point == '\t') {
            out += "\\t";
        } else if (point != 0) {
            out += "\\u";
            for (int shift = 12; shift >= 0; shift -= 4) out += kHex[point >> shift & 15];
        } else {
            if (text[i] == '"' || text[i] == '\\') out += '\\';
            out += text[i];
            octets = 1;
        }
        i += octets;
    }
    out += '"';
}

void append_text(std::string& out, std::string_view text) {
    if (may_be_plain(text)) {
        out += text;
    } else {
        append_quoted(out, text);
    }
}

}  // namespace

class Emitter {
  public:
    std::string run(const Tree& tree) {
        comment(tree, 0);
        if (is_block(tree, 0)) {
            block(tree, 0);
        } else {
            inline_value(tree);
            out_ += '\n';
        }
        return std::move(out_);
    }

  private:
    void comment(const Tree& tree, std::size_t indent) {
        std::string_view rest = tree.comment_;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            out_.append(indent, ' ');
            out_ += "# ";
            out_ += rest.substr(0, end);
            out_ += '\n';
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }

    // Is there room for it in this line? Takes the room. Three levels deep is no longer readable.
    static bool fits(const Tree& tree, std::size_t depth, std::size_t& room) {
        const std::size_t own = tree.text_.size() + 2;
        if (!tree.comment_.empty() || own > room || depth > 2) return false;
        room -= own;
        for (const auto& [key, kid] : tree.kids_) {
            if (key.size() + 2 > room) return false;
            room -= key.size() + 2;
            if (!fits(kid, depth + 1, room)) return false;
        }
        return true;
    }
    // The root and its direct maps are always in block style, so that a manifest looks like one.
    static bool is_block(const Tree& tree, std::size_t depth) {
        if (tree.kids_.empty()) return false;
        if (depth == 0) return true;
        std::size_t room = kLineMax > depth * 4 ? kLineMax - depth * 4 : 0;
        for (const auto& [key, kid] : tree.kids_) {
            std::size_t own = room;
            if (!kid.comment_.empty() || !fits(kid, 0, own)) return true;
            const std::size_t used = room - own + key.size() + 2;
            if (used > room) return true;
            room -= used;
        }
        return false;
    }

    void block(const Tree& tree, std::size_t depth, bool first_in_line = false) {
        const std::size_t indent = depth * 2;
        const bool is_map = tree.form_ == Tree::Form::kMap;
        for (const auto& [key, kid] : tree.kids_) {
            if (!first_in_line) {
                comment(kid, indent);
                out_.append(indent, ' ');
            }
            first_in_line = false;
            if (is_map) {
                block_key(key, indent);
            } else {
                out_ += '-';
            }
            if (!is_block(kid, depth + 1)) {
                out_ += ' ';
                inline_value(kid);
                out_ += '\n';
            } else if (!is_map && kid.kids_.front().second.comment_.empty()) {
                out_ += ' ';
                block(kid, depth + 1, true);
            } else {
                out_ += '\n';
                block(kid, depth + 1);
            }
        }
    }

    // YAML takes `key:` only up to 1,024 characters.
    void block_key(const std::string& key, std::size_t indent) {
        std::string text;
        append_text(text, key);
        if (text.size() > 1000) {
            out_ += "? " + text + '\n';
            out_.append(indent, ' ');
        } else {
            out_ += text;
        }
        out_ += ':';
    }

    void inline_value(const Tree& tree) {
        switch (tree.form_) {
            case Tree::Form::kPlain:
                out_ += tree.text_;
                return;
            case Tree::Form::kText:
                append_text(out_, tree.text_);
                return;
            case Tree::Form::kMap:
            case Tree::Form::kSequence:
                break;
        }
        const bool is_map = tree.form_ == Tree::Form::kMap;
        out_ += is_map ? '{' : '[';
        bool first = true;
        for (const auto& [key, kid] : tree.kids_) {
            if (!first) out_ += ", ";
            first = false;
            if (is_map) {
                append_text(out_, key);
                out_ += ": ";
            }
            inline_value(kid);
        }
        out_ += is_map ? '}' : ']';
    }

    std::string out_;
};

std::string emit_yaml(const Tree& tree) {
    return Emitter().run(tree);
}

}  // namespace fairway::config
