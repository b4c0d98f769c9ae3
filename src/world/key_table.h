// Interns match keys over all Worlds: "country/US" -> KeyId; 0 = "*". Keys are never taken out:
// there are few places. Control thread only; World carries a shared copy of the names.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "world/id_registry.h"
#include "world/policy.h"

namespace fairway::world {

class KeyTable {
  public:
    KeyTable();
    // `line/default` is `*`.
    KeyId intern(std::string_view key);
    // The same object until a key is new.
    std::shared_ptr<const std::vector<std::string>> names();

  private:
    std::unordered_map<std::string, KeyId, TextHash, std::equal_to<>> ids_;
    std::vector<std::string> names_;
    std::shared_ptr<const std::vector<std::string>> shared_;
};

}  // namespace fairway::world
