// Catalog: everything that is declared or referred to, by name, with who refers to whom. It is what
// makes a compile O(changed): a change marks its users, nobody else. Control thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/diagnostic.h"
#include "model/model.h"
#include "world/id_registry.h"

namespace fairway::world {

using UnitIndex = std::uint32_t;

enum class Presence : std::uint8_t {
    kNone,   // nobody declares it
    kDraft,  // its document has errors, and there never was a good one
    kGood,   // in the Model
};

// One name. It exists as soon as somebody refers to it, declared or not.
struct Unit {
    static constexpr std::uint32_t kNoId = 0xFFFFFFFFu;

    model::ObjectKey key;
    Presence presence = Presence::kNone;
    bool dirty = false;  // waits to be compiled
    bool stale = false;  // its document has errors and an older part of it serves
    // The RegionId, ServiceId, or FactId (of a check with one verdict) that references resolve to.
    std::uint32_t id = kNoId;
    std::vector<UnitIndex> uses;  // sorted
    std::unordered_set<UnitIndex> users;
};

class Catalog {
  public:
    UnitIndex at(model::Kind kind, std::string_view ns, std::string_view name);
    UnitIndex at(const model::ObjectKey& key) { return at(key.kind, key.ns, key.name); }
    Unit& operator[](UnitIndex index) { return units_[index]; }
    const Unit& operator[](UnitIndex index) const { return units_[index]; }
    std::size_t size() const { return units_.size(); }

    // Replaces what `user` refers to.
    void set_uses(UnitIndex user, std::vector<UnitIndex> uses);

    // Replaces what there is to say about an object; an empty list when all is well.
    void set_findings(UnitIndex index, model::Diagnostics findings);
    const model::Diagnostics* findings(UnitIndex index) const;
    // What there is to say about all documents that do not decode. Nothing is said any more about
    // the older versions that stand for them: nobody can see those.
    void set_draft_findings(std::map<UnitIndex, model::Diagnostics> findings);
    // All findings, by file and place.
    const model::Diagnostics& diagnostics() const;

  private:
    std::deque<Unit> units_;
    std::unordered_map<std::string, UnitIndex, TextHash, std::equal_to<>> by_name_;
    std::string scratch_;
    std::unordered_map<UnitIndex, model::Diagnostics> findings_;
    std::map<UnitIndex, model::Diagnostics> of_drafts_;
    mutable model::Diagnostics all_;
    mutable bool all_fresh_ = true;
};

// "; did you mean X" as a whole clause: the candidate nearest to `name`, or nothing if none is
// near.
class Nearest {
  public:
    explicit Nearest(std::string_view name) : name_(name) {}
    void offer(std::string_view candidate);
    // `otherwise` if nothing was near.
    std::string text(std::string otherwise) const;

  private:
    static constexpr unsigned kOffersMax = 4096;  // an error must not cost a scan of a million
    std::string_view name_;
    std::string best_;
    unsigned best_distance_ = ~0u;
    unsigned offers_ = 0;
};

// The same over all objects of T in a namespace.
template <class T>
std::string nearest_object(const model::Model& model, std::string_view ns, std::string_view name,
                           std::string otherwise) {
    Nearest nearest(name);
    const auto& all = model.all<T>();
    for (auto it = all.lower_bound({std::string(ns), ""}); it != all.end() && it->first.first == ns;
         ++it) {
        nearest.offer(it->first.second);
    }
    return nearest.text(std::move(otherwise));
}

// A loop of references by name: `start`, those on the way from it to `last`, `start` again.
std::vector<std::string> path_back(const std::string& start, const std::string& last,
                                   const std::map<std::string, std::string>& came_from);
std::string path_text(const std::vector<std::string>& path);  // "a -> b -> a"

template <class T>
std::shared_ptr<const T> share(const model::Model& model, const model::ObjectKey& key) {
    const auto& all = model.all<T>();
    const auto at = all.find({key.ns, key.name});
    return at == all.end() ? nullptr : at->second;
}

// Collects what is to be said about one object. Of a draft only what its references are told is
// kept, where they read: anything else may follow from what is not there to read.
class Findings {
  public:
    explicit Findings(const model::Meta& meta, const model::Draft* draft = nullptr)
        : meta_(meta), draft_(draft) {}
    void error(model::Pos pos, std::string field, std::string what, std::string right) {
        if (draft_ == nullptr) reference(pos, std::move(field), std::move(what), std::move(right));
        failed_ = true;
    }
    // An error in whom the object names.
    void reference(model::Pos pos, std::string field, std::string what, std::string right) {
        add(model::Severity::kError, pos, std::move(field), std::move(what), std::move(right));
        failed_ = true;
    }
    void warning(model::Pos pos, std::string field, std::string what, std::string right = {}) {
        add(model::Severity::kWarning, pos, std::move(field), std::move(what), std::move(right));
    }
    bool failed() const { return failed_; }
    bool of_draft() const { return draft_ != nullptr; }
    const model::Diagnostics& list() const { return list_; }
    model::Diagnostics take() { return std::move(list_); }

  private:
    void add(model::Severity severity, model::Pos pos, std::string field, std::string what,
             std::string right);

    const model::Meta& meta_;
    const model::Draft* draft_;
    model::Diagnostics list_;
    bool failed_ = false;
};

}  // namespace fairway::world
