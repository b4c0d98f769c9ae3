// Alibaba Cloud DNS's resolution lines: which of a client's lines is asked first, and what is known
// of the codes. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::config {

// In the order that they are asked.
enum class LineCategory : std::uint8_t { kCustom, kSearch, kCloud, kIsp, kRegion, kDefault };

// "custom", "search", "cloud", "isp", "region"; anything else is the default's.
LineCategory line_category(std::string_view name);

struct ClientLine {
    std::string code;
    LineCategory category = LineCategory::kDefault;
    int depth = 0;  // greater is more specific: "telecom" 0, "cn_telecom_shandong" 2
};

// As a client's lines are asked: by category, within one the more specific first.
void sort_lines(std::vector<ClientLine>& lines);

// A line's place by its code, for codes of the public enumeration.
std::optional<ClientLine> known_line(std::string_view code);
// The line and those that contain it: cn_telecom_shandong, cn_telecom_huadong, telecom. Of a code
// that is not known, itself.
std::vector<std::string> line_chain(std::string_view code);

}  // namespace fairway::config
