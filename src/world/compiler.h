// Compiler: Model -> World. Owned by the control thread. Each update costs what changed and what
// reads it, and is total: an object with errors keeps its last good part, and no bad object keeps
// another from the World. No clock, no I/O but through ReadZoneFile.
#pragma once

#include <cstdint>
#include <memory>

#include "model/diagnostic.h"
#include "model/model.h"
#include "world/world.h"
#include "world/zone_source.h"

namespace fairway::world {

struct CompilerState;  // world/compile.h

class Compiler {
  public:
    // `read_zone_file` serves DNSZones that name a master file; without it they are in error.
    explicit Compiler(ReadZoneFile read_zone_file = {});
    ~Compiler();
    Compiler(const Compiler&) = delete;
    Compiler& operator=(const Compiler&) = delete;

    // The World of `model`, which differs by `changes` from what the last update saw. The same
    // World again if nothing changed.
    WorldChange update(const model::Model& model, const model::Changes& changes);

    const std::shared_ptr<const World>& world() const { return world_; }

    // Everything there is to say about the declared objects, by file and place.
    const model::Diagnostics& diagnostics() const;
    // Does an older part of this object serve, because its document has errors?
    bool serves_last_good(const model::ObjectKey& key) const;

    // No shard holds a World of this generation or an older one any more: their ids may serve anew.
    void retired(std::uint64_t generation);

  private:
    ReadZoneFile read_zone_file_;
    std::unique_ptr<CompilerState> state_;
    std::shared_ptr<const World> world_;
};

}  // namespace fairway::world
