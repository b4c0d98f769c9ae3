#include "config/import/alibaba_line_order.h"

#include <algorithm>

namespace fairway::config {
namespace {

constexpr std::string_view kSearch[] = {"baidu", "google", "biying", "youdao", "yahoo"};
constexpr std::string_view kIsps[] = {"telecom", "unicom", "mobile", "edu",
                                      "drpeng",  "btvn",   "tietong"};

struct Area {
    std::string_view name;
    std::string_view provinces;  // each with a blank before and after
};
constexpr Area kAreas[] = {{"huabei", " beijing tianjin hebei shanxi neimenggu "},
                           {"dongbei", " liaoning jilin heilongjiang "},
                           {"huadong", " shanghai jiangsu zhejiang anhui fujian jiangxi shandong "},
                           {"huazhong", " henan hubei hunan "},
                           {"huanan", " guangdong guangxi hainan "},
                           {"xinan", " chongqing sichuan guizhou yunnan xizang "},
                           {"xibei", " shaanxi gansu qinghai ningxia xinjiang "}};

template <std::size_t N>
bool among(const std::string_view (&names)[N], std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// The area of a province; empty if it is none.
std::string_view area_of(std::string_view province) {
    const std::string wanted = " " + std::string(province) + " ";
    for (const auto& area : kAreas) {
        if (area.provinces.find(wanted) != std::string_view::npos) return area.name;
    }
    return {};
}

bool is_area(std::string_view name) {
    return std::any_of(std::begin(kAreas), std::end(kAreas),
                       [&](const Area& area) { return area.name == name; });
}

// "cn_telecom_shandong": the network and the place.
struct Parts {
    std::string_view network, place;
};
std::optional<Parts> split(std::string_view code) {
    if (!code.starts_with("cn_")) return {};
    const auto mark = code.find('_', 3);
    if (mark == std::string_view::npos) return {};
    return Parts{code.substr(3, mark - 3), code.substr(mark + 1)};
}

}  // namespace

LineCategory line_category(std::string_view name) {
    if (name == "custom") return LineCategory::kCustom;
    if (name == "search") return LineCategory::kSearch;
    if (name == "cloud") return LineCategory::kCloud;
    if (name == "isp") return LineCategory::kIsp;
    if (name == "region") return LineCategory::kRegion;
    return LineCategory::kDefault;
}

void sort_lines(std::vector<ClientLine>& lines) {
    std::stable_sort(lines.begin(), lines.end(), [](const ClientLine& a, const ClientLine& b) {
        return a.category != b.category ? a.category < b.category : a.depth > b.depth;
    });
}

std::optional<ClientLine> known_line(std::string_view code) {
    const auto line = [&](LineCategory category, int depth) {
        return ClientLine{std::string(code), category, depth};
    };
    if (code == "default") return line(LineCategory::kDefault, 0);
    if (code == "search") return line(LineCategory::kSearch, 0);
    if (among(kSearch, code)) return line(LineCategory::kSearch, 1);
    if (code == "aliyun") return line(LineCategory::kCloud, 0);
    if (code.starts_with("aliyun_")) return line(LineCategory::kCloud, 1);
    if (among(kIsps, code)) return line(LineCategory::kIsp, 0);
    if (code == "internal" || code == "oversea") return line(LineCategory::kRegion, 0);
    const auto parts = split(code);
    if (!parts || (parts->network != "region" && !among(kIsps, parts->network))) return {};
    const auto category = parts->network == "region" ? LineCategory::kRegion : LineCategory::kIsp;
    if (is_area(parts->place)) return line(category, 1);
    if (!area_of(parts->place).empty()) return line(category, 2);
    return {};
}

std::vector<std::string> line_chain(std::string_view code) {
    std::vector<std::string> chain{std::string(code)};
    if (among(kSearch, code)) chain.push_back("search");
    if (code.starts_with("aliyun_")) chain.push_back("aliyun");
    const auto parts = known_line(code) ? split(code) : std::nullopt;
    if (!parts) return chain;
    const std::string network(parts->network);
    if (const auto area = area_of(parts->place); !area.empty()) {
        chain.push_back("cn_" + network + "_" + std::string(area));
    }
    chain.push_back(network == "region" ? "internal" : network);
    return chain;
}

}  // namespace fairway::config
