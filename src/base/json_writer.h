// JsonWriter: appends JSON to a string as it is told, with right escapes and no tree in between:
// for status, logs and explain. The caller keeps the order begin/key/value/end. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fairway {

// Appends `text` quoted and escaped. Bytes that are not UTF-8 become U+FFFD: the output always
// parses.
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(bool truth) { return raw(truth ? "true" : "false"); }
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(std::uint64_t number);
    JsonWriter& value(std::int32_t number) { return value(static_cast<std::int64_t>(number)); }
    JsonWriter& value(std::uint32_t number) { return value(static_cast<std::uint64_t>(number)); }
    JsonWriter& value(double number);  // not a number and infinity: null
    JsonWriter& null() { return raw("null"); }
    // Text that is JSON already.
    JsonWriter& raw(std::string_view json);

    template <class T>
    JsonWriter& field(std::string_view name, const T& v) {
        return key(name).value(v);
    }

  private:
    void separate();
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    std::string& out_;
    bool need_comma_ = false;
};

}  // namespace fairway
