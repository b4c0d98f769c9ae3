#include "why/given.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace fairway::why {
namespace {

tl::unexpected<Error> bad(const std::string& key, const std::string& value, const char* right) {
    return fail(Code::kInvalid, Origin::kDownstream, "--fact " + key + "=" + value + ": " + right);
}

std::optional<double> number(const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return {};
    return value;
}

// A key that no policy uses matches nothing: it is left out.
void add_key(const world::World& world, std::string text, std::string_view prefix,
             std::optional<std::vector<world::KeyId>>& keys) {
    if (!keys) keys.emplace();
    if (text.find('/') == std::string::npos && text != "*") text = std::string(prefix) + text;
    const auto& names = *world.keys;
    const auto at = std::find(names.begin(), names.end(), text);
    if (at != names.end()) keys->push_back(static_cast<world::KeyId>(at - names.begin()));
}

void end_in_any(std::optional<std::vector<world::KeyId>>& keys) {
    if (keys && (keys->empty() || keys->back() != world::kAnyKey)) keys->push_back(world::kAnyKey);
}

}  // namespace

Result<FactArguments> split_facts(const std::vector<std::string>& arguments) {
    FactArguments facts;
    for (const auto& argument : arguments) {
        const auto equals = argument.find('=');
        if (equals == std::string::npos || equals == 0) {
            return fail(Code::kInvalid, Origin::kDownstream,
                        "--fact " + argument + ": give KEY=VALUE, such as latency.us-east-1=20");
        }
        facts.emplace_back(argument.substr(0, equals), argument.substr(equals + 1));
    }
    return facts;
}

Result<GivenFacts> GivenFacts::parse(const world::World& world, const FactArguments& arguments) {
    GivenFacts given;
    for (const auto& [key, value] : arguments) {
        if (key.starts_with("latency.")) {
            const auto* region = world.regions->find(key.substr(8));
            const auto ms = number(value);
            if (!region) return bad(key, value, "there is no such Region");
            if (!ms) return bad(key, value, "the value must be milliseconds, such as 20");
            if (!given.latency_ms_) {
                given.latency_ms_.emplace(world.regions->regions.size(),
                                          std::numeric_limits<float>::quiet_NaN());
            }
            (*given.latency_ms_)[region->id.value] = static_cast<float>(*ms);
        } else if (key.starts_with("distance.")) {
            const auto km = number(value);
            if (!km) return bad(key, value, "the value must be kilometres, such as 120");
            given.named_km_.emplace_back(key.substr(9), *km);
        } else if (key == "geo") {
            // geo=none: a client that no database knows.
            if (value == "none") {
                given.geo_.emplace();
            } else {
                add_key(world, value, "", given.geo_);
            }
        } else if (key == "line") {
            add_key(world, value, "line/", given.lines_);
        } else {
            return bad(key, value, "known facts are latency.REGION, distance.NODE, geo and line");
        }
    }
    end_in_any(given.geo_);
    end_in_any(given.lines_);
    return given;
}

void GivenFacts::apply(steer::Query& query) const {
    if (latency_ms_) query.latency_ms = *latency_ms_;
    if (geo_) query.geo = *geo_;
    if (lines_) query.lines = *lines_;
    if (named_km_.empty()) return;
    distances_.clear();
    for (const auto& [node, km] : named_km_) distances_.push_back({node, km});
    query.distances = distances_;
}

}  // namespace fairway::why
