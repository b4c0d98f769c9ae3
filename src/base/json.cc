#include "base/json.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "base/limits.h"

namespace fairway {
namespace {

// "3:14" of a byte offset.
std::string place_of(std::string_view text, std::size_t offset) {
    std::size_t line = 1, column = 1;
    for (const char c : text.substr(0, offset)) {
        column = c == '\n' ? 1 : column + 1;
        if (c == '\n') ++line;
    }
    return fmt::format("{}:{}", line, column);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
    std::vector<std::set<std::string>> seen;  // keys of each object that is open
    std::string fault;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (event == Json::parse_event_t::object_start ||
            event == Json::parse_event_t::array_start) {
            if (depth >= static_cast<int>(kJsonDepthMax)) throw std::length_error("too deep");
            seen.emplace_back();
        } else if (event == Json::parse_event_t::object_end ||
                   event == Json::parse_event_t::array_end) {
            seen.pop_back();
        } else if (event == Json::parse_event_t::key) {
            if (!seen.back().insert(parsed.get<std::string>()).second) {
                throw std::invalid_argument(parsed.get<std::string>());
            }
        }
        return true;
    };
    try {
        return Json::parse(text, watch);
    } catch (const Json::parse_error& error) {
        const std::size_t at = error.byte == 0 ? 0 : error.byte - 1;
        fault = place_of(text, at) + ": not JSON";
    } catch (const std::invalid_argument& error) {
        fault = fmt::format("key \"{}\" twice in one object", error.what());
    } catch (const std::length_error&) {
        fault = fmt::format("nested deeper than {}", kJsonDepthMax);
    } catch (const Json::exception& error) {  // a number out of range
        fault = error.what();
    }
    return fail(Code::kInvalid, Origin::kConfig, std::move(fault));
}

}  // namespace fairway
