// FactKeeper's memory over restarts: lines of a name, a tab, JSON (nothing: forget it) and a tab,
// which a line that a crash has torn lacks.
#include "base/json.h"
#include "base/json_writer.h"
#include "world/fact_keeper.h"

namespace fairway::world {
namespace {

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

void write_line(std::string& out, std::string_view name, std::string_view json) {
    append_json_string(out, name);
    out.append("\t").append(json).append("\t\n");
}

template <class Entry>
std::string json_of(const Entry& entry) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().field("health", health_name(entry.health)).field("since", entry.since_ms);
    json.field("by", entry.by).field("detail", entry.detail);
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
    return out;
}

}  // namespace

std::string FactKeeper::take_changes() {
    std::string out;
    // What goes first: a name may have come back since.
    for (const std::string& name : std::exchange(gone_, {})) write_line(out, name, "");
    for (const FactId id : std::exchange(unsaved_, {})) {
        Entry& entry = entries_[id.value];
        entry.unsaved = false;
        if (entry.name.empty()) continue;
        entry.kept = true;
        write_line(out, entry.name, json_of(entry));
    }
    for (const CurrentId id : std::exchange(unsaved_currents_, {})) {
        const Current& current = currents_[id.value];
        std::string kid;
        JsonWriter(kid).begin_object().field("kid", current.kid).end_object();
        write_line(out, kCurrentPrefix + current.name, kid);
    }
    return out;
}

std::size_t FactKeeper::load(std::string_view lines) {
    std::size_t unreadable = 0;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (line.empty()) continue;
        const std::size_t tab = line.find('\t');
        const bool whole =
            tab != std::string_view::npos && tab + 1 < line.size() && line.back() == '\t';
        const auto name = parse_json(line.substr(0, tab));
        const std::string_view rest =
            whole ? line.substr(tab + 1, line.size() - tab - 2) : std::string_view();
        const auto json = rest.empty() ? Result<Json>(Json::object()) : parse_json(rest);
        if (!whole || !name || !name->is_string() || !json || !json->is_object()) {
            ++unreadable;
            continue;
        }
        load_fact(name->get<std::string>(), *json);
    }
    return unreadable;
}

void FactKeeper::load_fact(const std::string& name, const Json& json) {
    if (name.starts_with(kCurrentPrefix)) {
        remembered_currents_[name.substr(std::string_view(kCurrentPrefix).size())] =
            text(json, "kid");
        return;
    }
    remembered_.erase(name);
    if (json.empty()) return;
    Entry entry;
    entry.name = name;
    entry.kept = true;
    entry.health = health(json, "health");
    entry.since_ms = number<std::int64_t>(json, "since");
    entry.by = text(json, "by");
    entry.detail = text(json, "detail");
    if (const auto told = json.find("told"); told != json.end() && told->is_object()) {
        entry.told =
            Told{health(*told, "value"), text(*told, "who"), text(*told, "why"),
                 number<std::uint64_t>(*told, "version"), number<std::int64_t>(*told, "at")};
    }
    for (const Json& place : list(json, "places")) {
        if (!place.is_object()) continue;
        Place& slot = entry.places[text(place, "place")];
        slot.report.place = text(place, "place");
        slot.report.healthy = number<std::uint32_t>(place, "healthy");
        slot.report.total = number<std::uint32_t>(place, "total");
        slot.report.detail = text(place, "detail");
        slot.report.since_unix_ms = number<std::int64_t>(place, "since");
        slot.heard_ms = number<std::int64_t>(place, "heard");
        std::int64_t& heard = heartbeats_[slot.report.place];
        heard = std::max(heard, slot.heard_ms);
    }
    remembered_[name] = std::move(entry);
}

}  // namespace fairway::world
