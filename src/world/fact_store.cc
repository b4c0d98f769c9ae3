// FactKeeper's memory over restarts: JSON text, facts by name.
#include "base/json.h"
#include "base/json_writer.h"
#include "world/fact_keeper.h"

namespace fairway::world {
namespace {

constexpr int kFormat = 1;

std::string text(const Json& json, const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

template <class T>
T number(const Json& json, const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_number_integer() ? at->get<T>() : T{};
}

Health health(const Json& json, const char* key) {
    const std::string name = text(json, key);
    for (const Health h : {Health::kDown, Health::kChecking, Health::kUnmonitored}) {
        if (name == health_name(h)) return h;
    }
    return Health::kUp;
}

const Json& list(const Json& json, const char* key) {
    static const Json kEmpty = Json::array();
    const auto at = json.find(key);
    return at != json.end() && at->is_array() ? *at : kEmpty;
}

}  // namespace

std::string FactKeeper::save() const {
    std::string out;
    JsonWriter json(out);
    const auto write = [&](const Entry& entry) {
        json.begin_object().field("name", entry.name).field("health", health_name(entry.health));
        json.field("since", entry.since_ms).field("by", entry.by).field("detail", entry.detail);
        if (entry.told) {
            json.key("told").begin_object().field("value", health_name(entry.told->value));
            json.field("who", entry.told->who).field("why", entry.told->why);
            json.field("version", entry.told->version).field("at", entry.told->at_unix_ms);
            json.end_object();
        }
        json.key("places").begin_array();
        for (const auto& [name, place] : entry.places) {
            json.begin_object().field("place", name).field("healthy", place.report.healthy);
            json.field("total", place.report.total).field("detail", place.report.detail);
            json.field("since", place.report.since_unix_ms).field("heard", place.heard_ms);
            json.end_object();
        }
        json.end_array().end_object();
    };
    json.begin_object().field("format", kFormat).key("facts").begin_array();
    for (const Entry& entry : entries_) {
        if (!entry.name.empty()) write(entry);
    }
    for (const auto& [name, entry] : remembered_) write(entry);
    json.end_array().key("currents").begin_array();
    const auto write_current = [&](const std::string& name, const std::string& kid) {
        if (name.empty() || kid.empty()) return;
        json.begin_object().field("name", name).field("kid", kid).end_object();
    };
    for (const Current& current : currents_) write_current(current.name, current.kid);
    for (const auto& [name, kid] : remembered_currents_) write_current(name, kid);
    json.end_array().end_object();
    return out;
}

Status FactKeeper::load(std::string_view saved) {
    FW_TRY(const Json json, parse_json(saved));
    if (!json.is_object() || number<int>(json, "format") != kFormat) {
        return fail(Code::kInvalid, Origin::kSystem, "facts are in a format that is not ours");
    }
    for (const Json& fact : list(json, "facts")) {
        if (!fact.is_object() || text(fact, "name").empty()) continue;
        Entry entry;
        entry.name = text(fact, "name");
        entry.health = health(fact, "health");
        entry.since_ms = number<std::int64_t>(fact, "since");
        entry.by = text(fact, "by");
        entry.detail = text(fact, "detail");
        if (const auto told = fact.find("told"); told != fact.end() && told->is_object()) {
            entry.told =
                Told{health(*told, "value"), text(*told, "who"), text(*told, "why"),
                     number<std::uint64_t>(*told, "version"), number<std::int64_t>(*told, "at")};
        }
        for (const Json& place : list(fact, "places")) {
            if (!place.is_object()) continue;
            Place& slot = entry.places[text(place, "place")];
            slot.report.place = text(place, "place");
            slot.report.healthy = number<std::uint32_t>(place, "healthy");
            slot.report.total = number<std::uint32_t>(place, "total");
            slot.report.detail = text(place, "detail");
            slot.report.since_unix_ms = number<std::int64_t>(place, "since");
            slot.heard_ms = number<std::int64_t>(place, "heard");
        }
        std::string name = entry.name;
        remembered_[std::move(name)] = std::move(entry);
    }
    for (const Json& current : list(json, "currents")) {
        if (!current.is_object()) continue;
        remembered_currents_[text(current, "name")] = text(current, "kid");
    }
    return {};
}

}  // namespace fairway::world
