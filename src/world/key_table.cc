#include "world/key_table.h"

namespace fairway::world {

KeyTable::KeyTable() {
    intern("*");
    ids_.emplace("line/default", kAnyKey);
}

KeyId KeyTable::intern(std::string_view key) {
    if (const auto at = ids_.find(key); at != ids_.end()) return at->second;
    const auto id = static_cast<KeyId>(names_.size());
    names_.emplace_back(key);
    ids_.emplace(names_.back(), id);
    shared_.reset();
    return id;
}

std::shared_ptr<const std::vector<std::string>> KeyTable::names() {
    if (!shared_) shared_ = std::make_shared<const std::vector<std::string>>(names_);
    return shared_;
}

}  // namespace fairway::world
