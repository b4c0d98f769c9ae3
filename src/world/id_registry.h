// Gives names their dense ids: a name keeps its id while it is declared; an id is given to another
// name only after every World that knew it is gone. Control thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "world/ids.h"

namespace fairway::world {

// Lets maps with string keys be asked with a string_view.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

template <class IdType>
class IdRegistry {
  public:
    // The name's id; a new one if it has none.
    IdType acquire(std::string_view name) {
        const auto at = ids_.find(name);
        if (at != ids_.end()) {
            at->second.held = true;
            return at->second.id;
        }
        const IdType id = fresh();
        ids_.emplace(std::string(name), Entry{id, true});
        return id;
    }
    // Unknown if the name has none.
    IdType find(std::string_view name) const {
        const auto at = ids_.find(name);
        return at == ids_.end() ? IdType{} : at->second.id;
    }
    // `generation`: the last World that may know the id.
    void release(std::string_view name, std::uint64_t generation) {
        const auto at = ids_.find(name);
        if (at == ids_.end() || !at->second.held) return;
        at->second.held = false;
        at->second.generation = generation;
        leaving_.push_back({std::string(name), generation});
    }
    // Worlds up to `generation` are gone.
    void retired(std::uint64_t generation) { retired_ = generation; }

  private:
    struct Entry {
        IdType id;
        bool held;
        std::uint64_t generation = 0;  // of its last release
    };
    struct Leaving {
        std::string name;
        std::uint64_t generation;
    };
    IdType fresh() {
        while (!leaving_.empty() && leaving_.front().generation <= retired_) {
            const Leaving gone = std::move(leaving_.front());
            leaving_.pop_front();
            const auto at = ids_.find(gone.name);
            // Declared again meanwhile, or released again later: not this entry's to give away.
            if (at == ids_.end() || at->second.held) continue;
            if (at->second.generation > gone.generation) continue;
            const IdType id = at->second.id;
            ids_.erase(at);
            return id;
        }
        return IdType{next_++};
    }

    std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> ids_;
    std::deque<Leaving> leaving_;
    std::uint64_t retired_ = 0;
    std::uint32_t next_ = 0;
};

}  // namespace fairway::world
