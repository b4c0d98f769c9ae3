#include "config/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "base/limits.h"
#include "config/tree_builder.h"

namespace fairway::config {

namespace {

using Stream = rapidjson::MemoryStream;

// rapidjson decodes a lone \uDC00 into bytes that are no UTF-8.
bool has_surrogate(std::string_view text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (static_cast<unsigned char>(text[i]) == 0xED &&
            static_cast<unsigned char>(text[i + 1]) >= 0xA0) {
            return true;
        }
    }
    return false;
}

// rapidjson calls these after each token; it tells where a token ends but not where it began. The
// beginning is the first character after the token before that is no blank, comma or colon.
class Handler {
  public:
    using Ch = char;
    Handler(std::string_view text, const Stream& stream, TreeBuilder& builder)
        : text_(text), stream_(stream), builder_(builder) {}

    bool Null() { return scalar("null", Style::kPlain); }
    bool Bool(bool value) { return scalar(value ? "true" : "false", Style::kPlain); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        return scalar({text, size}, Style::kPlain);
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return scalar({text, size}, Style::kQuoted);
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        return scalar({text, size}, Style::kQuoted);
    }
    bool StartObject() { return open(Type::kMap); }
    bool StartArray() { return open(Type::kSequence); }
    bool EndObject(rapidjson::SizeType) { return close(); }
    bool EndArray(rapidjson::SizeType) { return close(); }
    // Numbers come as RawNumber; the reader's template still wants these.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    Pos pos_at(std::size_t offset);
    std::size_t token_start() const;

  private:
    bool scalar(std::string_view text, Style style) {
        const Pos at = pos_at(token_start());
        end_ = stream_.Tell();
        if (style == Style::kQuoted && has_surrogate(text)) {
            builder_.fault(at, "half a surrogate pair (\\uD800 to \\uDFFF) is no character",
                           "write both halves, or the character itself");
            return false;
        }
        builder_.scalar(text, style, at);
        return true;
    }
    bool open(Type type) {
        const std::size_t start = token_start();
        end_ = start + 1;
        return builder_.open(type, pos_at(start));
    }
    bool close() {
        end_ = token_start() + 1;
        builder_.close();
        return true;
    }

    std::string_view text_;
    const Stream& stream_;
    TreeBuilder& builder_;
    std::size_t end_ = 0;  // of the token before
    // pos_at's memory: it only goes forward.
    std::size_t seen_ = 0;
    Pos seen_pos_{1, 1};
};

std::size_t Handler::token_start() const {
    const std::size_t at = text_.find_first_not_of(" \t\r\n,:", end_);
    return at == std::string_view::npos ? text_.size() : at;
}

Pos Handler::pos_at(std::size_t offset) {
    for (; seen_ < offset && seen_ < text_.size(); ++seen_) {
        const auto c = static_cast<unsigned char>(text_[seen_]);
        if (c == '\n') {
            ++seen_pos_.line;
            seen_pos_.column = 1;
        } else if ((c & 0xC0) != 0x80) {  // columns count characters
            ++seen_pos_.column;
        }
    }
    return seen_pos_;
}

}  // namespace

Documents parse_json(std::string_view text, std::string_view file) {
    Documents out;
    TreeBuilder builder(out, file);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return out;
    Stream stream(text.data(), text.size());
    Handler handler(text, stream, builder);
    rapidjson::Reader reader;
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                                rapidjson::kParseValidateEncodingFlag |
                                rapidjson::kParseNumbersAsStringsFlag;
    const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
    if (!result.IsError()) {
        builder.finish_document();
        return out;
    }
    if (result.Code() != rapidjson::kParseErrorTermination) {
        builder.fault(
            handler.pos_at(result.Offset()),
            std::string("not readable as JSON: ") + rapidjson::GetParseError_En(result.Code()),
            "check commas, quotes and brackets here");
    }
    builder.drop_document();
    return out;
}

}  // namespace fairway::config
