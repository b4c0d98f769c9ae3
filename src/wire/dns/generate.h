// BIND's $GENERATE: the range and the text templates with $, $$ and ${offset,width,base}. Pure;
// any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::wire::dns {

struct GenerateRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t step = 1;

    std::uint64_t count() const { return (last - first) / step + std::uint64_t{1}; }
};

// "1-10", "0-254/2": first <= last < 2^31, step > 0.
std::optional<GenerateRange> generate_range(std::string_view text);

// Appends `form` with every $ replaced. Returns what is wrong with it, or nothing. `\$` stays as it
// is (a name's escape), `$$` gives one $.
std::optional<std::string> generate_text(std::string_view form, std::uint32_t value,
                                         std::string& out);

}  // namespace fairway::wire::dns
