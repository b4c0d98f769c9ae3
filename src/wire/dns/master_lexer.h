// Cuts a zone file into entries: the words of one record or directive, joined over parentheses,
// without comments (RFC 1035 §5.1). The words borrow the file's text. One thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "wire/dns/text.h"

namespace fairway::wire::dns {

class MasterLexer {
  public:
    enum class Got : std::uint8_t { kEntry, kFault, kEnd };
    struct Place {
        std::uint32_t line;    // from 1
        std::uint32_t column;  // from 1, in octets
    };

    explicit MasterLexer(std::string_view text);

    // The next entry with a word in it. After a fault it goes on at the next line.
    Got next(std::vector<Token>& words);
    // The entry's first line begins with a blank: the owner is that of the record before.
    bool owner_is_omitted() const { return owner_is_omitted_; }
    std::uint32_t line() const { return entry_line_; }
    // Where in the file `at` is; it points into the entry read last, or is null: the entry's start.
    Place place(const char* at) const;

    // Of the last fault: what is wrong; what would be right.
    const char* fault_text() const { return fault_text_; }
    const char* fault_at() const { return fault_at_; }

  private:
    Got read_entry(std::vector<Token>& words);
    bool read_word(std::vector<Token>& words);
    bool read_quoted(std::vector<Token>& words);
    Got fault(const char* text, const char* at);
    void skip_line();

    const char* at_;
    const char* const end_;
    const char* entry_start_;
    const char* fault_at_ = nullptr;
    const char* fault_text_ = "";
    const char* parenthesis_ = nullptr;  // the outermost one open
    std::uint32_t depth_ = 0;
    std::uint32_t line_ = 1;  // of at_
    std::uint32_t entry_line_ = 1;
    bool owner_is_omitted_ = false;
    bool after_word_ = false;  // no blank since the last word
};

}  // namespace fairway::wire::dns
