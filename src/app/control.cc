#include "app/control.h"

#include <algorithm>
#include <set>

#include "base/json_writer.h"
#include "base/log.h"
#include "steer/current.h"

namespace fairway::app {
namespace {

constexpr std::uint64_t kSaveDelayMs = 20;    // one write for the flips of a moment
constexpr std::uint64_t kSaveAgainMs = 1000;  // after an error

std::string line_of(const model::Diagnostic& finding) {
    return finding.text();
}

void write_diagnostic(JsonWriter& json, const model::Diagnostic& finding) {
    json.begin_object();
    json.field("severity", finding.severity == model::Severity::kError ? "error" : "warning");
    json.field("object", finding.object).field("text", line_of(finding)).end_object();
}

void write_fact(JsonWriter& json, const why::FactStory& fact) {
    json.begin_object().field("name", fact.name).field("health", world::health_name(fact.health));
    json.field("sinceUnixMs", fact.since_ms).field("by", fact.by).field("detail", fact.detail);
    json.field("stale", fact.stale).end_object();
}

// Policies that may have to choose anew after these flips.
std::set<world::PolicyId> touched_policies(const world::World& world,
                                           const world::WorldChange& change,
                                           const std::vector<world::Flip>& flips) {
    std::set<world::PolicyId> policies(change.policies.begin(), change.policies.end());
    const auto add_nodes = [&](const std::vector<world::FactUsers::NodeUse>& nodes) {
        for (const auto& use : nodes) policies.insert(use.policy);
    };
    const auto add_leaves_of = [&](world::ServiceId id) {
        if (const auto* service = world.service_users.at(id.value)) add_nodes(service->nodes);
    };
    for (const auto id : change.services) add_leaves_of(id);
    for (const auto& flip : flips) {
        const auto* users = world.fact_users.at(flip.id.value);
        if (!users) continue;
        add_nodes(users->nodes);
        for (const auto& use : users->endpoints) add_leaves_of(use.service);
    }
    return policies;
}

template <class Parts>
std::size_t held(const Parts& parts) {
    std::size_t count = 0;
    for (std::uint32_t id = 0; id < parts.bound(); ++id) count += parts.at(id) != nullptr ? 1 : 0;
    return count;
}

}  // namespace

Control::Control(std::string directory, io::Shard& shard, StateDir state, const Clock& clock)
    : directory_path_(directory),
      shard_(shard),
      state_(std::move(state)),
      clock_(clock),
      accepted_(state_.path() / "accepted"),
      fact_log_(state_.path()),
      directory_(directory),
      zone_files_(directory),
      compiler_(zone_files_.reader()),
      save_timer_(shard, [this] { save_now(); }) {
    metrics_ = metrics().collect([this](MetricWriter& out) { expose(out); });
}

Status Control::start(std::vector<ServingShard*> serving, OnWorld on_world) {
    serving_ = std::move(serving);
    on_world_ = std::move(on_world);
    for (auto* one : serving_) one->on_applied([this] { retire(); });
    load_saved();
    ++reloads_;
    if (auto report = directory_.reload(model_)) {
        take(std::move(*report));
        if (const auto kept = state_.remember(directory_path_); !kept) {
            log_error("state.not_saved", {{"error", kept.error().text}});
        }
    } else {
        if (!world_ || !state_.is_of(directory_path_)) return tl::unexpected(report.error());
        ++reloads_failed_;
        log_error("config.unreadable",
                  {{"error", report.error().text},
                   {"effect", "serving what was accepted last, from " + state_.path().string()}});
    }
    if (!world_) publish(compiler_.update(model_, model_.take_changes()), {});
    return {};
}

// What served last time comes first, so that a document that has gone bad since keeps its last good
// version.
void Control::load_saved() {
    if (const std::size_t unreadable = keeper_.load(fact_log_.load()); unreadable > 0) {
        fact_log_.set_aside();
        log_error("state.facts_damaged",
                  {{"lines", unreadable},
                   {"effect", "these facts start anew; a switch that was told may stand wrong"},
                   {"kept", (state_.path() / "facts*.damaged").string()}});
    }
    auto files = accepted_.load();
    if (files.empty()) return;
    directory_.apply(std::move(files), model_);
    publish(compiler_.update(model_, model_.take_changes()), {});
}

void Control::reload() {
    ++reloads_;
    auto report = directory_.reload(model_);
    if (!report) {
        ++reloads_failed_;
        log_error("config.unreadable",
                  {{"error", report.error().text}, {"effect", "what serves goes on serving"}});
        return;
    }
    const bool zones_changed = zone_files_.mark_changed(model_);
    if (report->files_changed == 0 && report->objects_put == 0 && report->objects_removed == 0 &&
        report->diagnostics == findings_of_reading_ && !zones_changed) {
        return;
    }
    take(std::move(*report));
}

void Control::take(config::LoadReport report) {
    const std::uint64_t start = clock_.monotonic_ms();
    const auto change = compiler_.update(model_, model_.take_changes());
    last_compile_s_ = static_cast<double>(clock_.monotonic_ms() - start) / 1000;
    findings_of_reading_ = report.diagnostics;
    model::Diagnostics before = std::exchange(diagnostics_, std::move(report.diagnostics));
    const auto& compiled = compiler_.diagnostics();
    diagnostics_.insert(diagnostics_.end(), compiled.begin(), compiled.end());
    config::sort_by_place(diagnostics_);
    if (change.world != world_) publish(change, {});
    log_news(std::move(before));
    accepted_.update(std::move(report.sources), diagnostics_);
    if (model::has_errors(diagnostics_)) ++reloads_failed_;
    log_info("config.applied", {{"generation", world_ ? world_->generation : 0},
                                {"files", report.files},
                                {"changed", report.files_changed},
                                {"findings", diagnostics_.size()}});
}

void Control::publish(const world::WorldChange& change, std::vector<world::Flip> flips) {
    auto publication = std::make_shared<Publication>();
    if (change.world) {
        world_ = change.world;
        world::Flips more = keeper_.on_world(change, clock_.unix_ms());
        flips.insert(flips.end(), more.facts.begin(), more.facts.end());
        publication->currents = std::move(more.currents);
    }
    follow_currents(change, flips, publication->currents);
    publication->change = change;
    publication->flips = std::move(flips);
    for (auto* one : serving_) one->publish(publication);
    if (change.world && on_world_) on_world_(change);
    save_soon();
}

// A non-preemptive node keeps its choice until that dies: each new choice is a fact of its own.
void Control::follow_currents(const world::WorldChange& change,
                              const std::vector<world::Flip>& flips,
                              std::vector<world::CurrentChoice>& out) {
    for (const auto policy : touched_policies(*world_, change, flips)) {
        const auto* part = world_->policies.at(policy.value);
        if (!part || !part->has_current) continue;
        for (const auto& choice : steer::next_currents(*world_, keeper_.facts(), policy)) {
            const auto chosen = keeper_.choose(choice.id, choice.kid);
            out.insert(out.end(), chosen.currents.begin(), chosen.currents.end());
        }
    }
}

// Ids serve anew only when no shard holds a World that knew them by another name.
void Control::retire() {
    std::uint64_t oldest = world_->generation;
    for (const auto* one : serving_) oldest = std::min(oldest, one->generation());
    if (oldest > 0) compiler_.retired(oldest - 1);
}

void Control::on_reports(const std::vector<world::ProbeReport>& reports) {
    std::vector<world::Flip> flips;
    for (const auto& report : reports) {
        const auto of_report = keeper_.on_report(report, clock_.unix_ms()).facts;
        flips.insert(flips.end(), of_report.begin(), of_report.end());
    }
    if (flips.empty()) return save_soon();
    publish({}, flips);
    for (const auto& flip : flips) log_flip(flip);  // the shards need not wait for it
}

void Control::log_flip(const world::Flip& flip) const {
    const auto story = keeper_.standing(flip.id, clock_.unix_ms());
    log_info("health.flip", {{"fact", story.name},
                             {"health", world::health_name(flip.value)},
                             {"detail", story.detail},
                             {"by", story.by}});
}

void Control::on_heartbeat(const std::string& place, std::int64_t unix_ms) {
    auto flips = keeper_.on_heartbeat(place, unix_ms);
    if (!flips.empty()) publish({}, std::move(flips.facts));
}

Status Control::tell(std::string_view kind, std::string_view ns, std::string_view name,
                     const ToldFact& told) {
    const std::string full = std::string(kind) + "/" + std::string(ns) + "/" + std::string(name);
    const auto id = keeper_.find(full);
    if (!id.known())
        return fail(Code::kNotFound, Origin::kDownstream, full + ": there is no such fact");
    world::Told move;
    const bool is_switch = kind == "RoutingControl";
    const std::string& word = is_switch ? told.state : told.health;
    const char* up = is_switch ? "On" : "up";
    const char* down = is_switch ? "Off" : "down";
    if (word != up && word != down) {
        return fail(Code::kInvalid, Origin::kDownstream,
                    full + ": " + (is_switch ? "state" : "health") + " must be \"" + up +
                        "\" or \"" + down + "\"");
    }
    move.value = word == up ? world::Health::kUp : world::Health::kDown;
    move.who = told.by;
    move.why = told.why;
    move.at_unix_ms = clock_.unix_ms();
    FW_TRY(world::Flips flips, keeper_.tell(id, move));
    log_info("facts.told", {{"fact", full}, {"value", word}, {"by", told.by}, {"why", told.why}});
    publish({}, std::move(flips.facts));
    // The answer to the caller says that it is kept.
    if (const auto saved = save(true); !saved) {
        return fail(Code::kUnavailable, Origin::kSystem,
                    full + ": holds now, but would not outlive a restart: " + saved.error().text);
    }
    return {};
}

why::FactStory Control::story(world::FactId id) const {
    return why::story_of(keeper_, id, clock_.unix_ms());
}

std::string Control::status_json() const {
    std::string out;
    JsonWriter json(out);
    json.begin_object().field("generation", world_ ? world_->generation : 0);
    json.field("directory", directory_path_).field("reloads", reloads_);
    json.field("ready", world_ != nullptr);
    json.key("shards").begin_array();
    for (const auto* one : serving_) json.value(one->generation());
    json.end_array().key("diagnostics").begin_array();
    for (const auto& finding : diagnostics_) {
        if (finding.severity == model::Severity::kError) write_diagnostic(json, finding);
    }
    json.end_array().key("warnings").begin_array();
    for (const auto& finding : diagnostics_) {
        if (finding.severity == model::Severity::kWarning) write_diagnostic(json, finding);
    }
    json.end_array().end_object();
    return out + "\n";
}

std::string Control::facts_json() const {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (std::uint32_t id = 0; world_ && id < world_->checks.bound(); ++id) {
        if (world_->checks.at(id)) write_fact(json, story({id}));
    }
    json.end_array();
    return out + "\n";
}

void Control::log_news(model::Diagnostics before) const {
    std::sort(before.begin(), before.end());
    for (const auto& finding : diagnostics_) {
        if (std::binary_search(before.begin(), before.end(), finding)) continue;
        const bool error = finding.severity == model::Severity::kError;
        log(error ? Level::kError : Level::kWarn, "config.finding",
            {{"finding", line_of(finding)}});
    }
}

void Control::save_soon() {
    if (!save_timer_.armed()) save_timer_.arm_in(kSaveDelayMs);
}

void Control::save_now() {
    (void)save(false);
}

Status Control::save(bool sync) {
    save_timer_.cancel();
    unsaved_ += keeper_.take_changes();
    const auto saved = fact_log_.append(unsaved_, sync);
    if (saved) {
        unsaved_.clear();
        if (std::exchange(save_failed_, false)) log_info("state.saved_again");
    } else {
        if (!std::exchange(save_failed_, true))
            log_error("state.not_saved", {{"error", saved.error().text},
                                          {"effect", "a restart would not know the newest facts"}});
        save_timer_.arm_in(kSaveAgainMs);
        if (unsaved_.size() > unsaved_bytes_max_) {
            unsaved_ = FactLog::newest(unsaved_, false);
            unsaved_bytes_max_ = std::max(unsaved_bytes_max_, 2 * unsaved_.size());
        }
    }
    return saved;
}

// Runs on the control thread: the API asks.
void Control::expose(MetricWriter& out) const {
    out.family("fairway_world_generation", "Generation of the World that is published.", "gauge");
    out.sample({}, world_ ? static_cast<double>(world_->generation) : 0);
    const auto declared = [&](const char* kind, std::size_t count) {
        out.sample({{"kind", kind}}, static_cast<double>(count));
    };
    out.family("fairway_world_objects", "What the World holds, by kind.", "gauge");
    if (world_) {
        declared("Region", world_->regions ? world_->regions->by_name.size() : 0);
        declared("DNSZone", held(world_->zones));
        declared("TrafficPolicy", world_->policy_ids ? world_->policy_ids->size() : 0);
        declared("Service", held(world_->services));
        declared("fact", held(world_->checks));
    }
    std::set<std::string> bad;
    for (const auto& finding : diagnostics_) {
        if (finding.severity == model::Severity::kError)
            bad.insert(finding.file + " " + finding.object);
    }
    out.family("fairway_config_objects",
               "Objects with errors, which keep their last good version if they had one.", "gauge");
    out.sample({{"state", "last-good"}}, static_cast<double>(bad.size()));
    out.family("fairway_config_reloads_total", "Reloads of the directory.", "counter");
    out.sample({{"result", "clean"}},
               static_cast<double>(reloads_ - std::min(reloads_, reloads_failed_)));
    out.sample({{"result", "findings"}}, static_cast<double>(reloads_failed_));
    out.family("fairway_config_compile_seconds", "How long the last compile took.", "gauge");
    out.sample({}, last_compile_s_);
    out.family("fairway_fact_up", "Verdict of a check or position of a switch: 1 up or On.",
               "gauge");
    std::size_t stale = 0;
    for (std::uint32_t id = 0; world_ && id < world_->checks.bound(); ++id) {
        if (!world_->checks.at(id)) continue;
        const auto fact = story({id});
        out.sample({{"fact", fact.name}}, world::counts_as_up(fact.health) ? 1 : 0);
        stale += fact.stale ? 1 : 0;
    }
    out.family("fairway_facts_stale",
               "Facts of which nothing was heard for too long; they are used all the same.",
               "gauge");
    out.sample({}, static_cast<double>(stale));
}

}  // namespace fairway::app
