// SteeredNames: which policy answers for a name and type. Apart from the zones, so that a changed
// policy never rebuilds zone contents; both are asked whether a name exists. Also what `check` says
// of a policy's host names. Built on the control thread, then immutable; every shard reads it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "model/diagnostic.h"
#include "model/traffic_policy.h"
#include "wire/dns/name.h"
#include "wire/dns/types.h"
#include "world/ids.h"
#include "world/name_table.h"
#include "world/world.h"
#include "world/zone.h"

namespace fairway::world {

struct SteeredType {
    wire::dns::Type type{};
    PolicyId policy;
};

struct SteeredName {
    std::uint32_t types_at = 0, types_size = 0;  // none: an ancestor of a steered name
    std::uint32_t wildcard = NameTable::kNone;   // the child "*"
};

class SteeredNames {
  public:
    struct Entry {
        wire::dns::Name host;
        SteeredType type;
    };
    // Of entries with equal host and type the first counts.
    explicit SteeredNames(std::vector<Entry> entries);

    bool empty() const { return names_.empty(); }
    const SteeredName* find(wire::dns::NameView name, std::uint64_t hash) const {
        const std::uint32_t index = names_.find(name, hash);
        return index == NameTable::kNone ? nullptr : &nodes_[index];
    }
    const SteeredName* find(wire::dns::NameView name) const {
        const std::uint32_t index = names_.find(name);
        return index == NameTable::kNone ? nullptr : &nodes_[index];
    }
    const SteeredName& at(std::uint32_t index) const { return nodes_[index]; }
    std::span<const SteeredType> types(const SteeredName& node) const {
        return {types_.data() + node.types_at, node.types_size};
    }

  private:
    std::uint32_t add_name(wire::dns::NameView name);
    NameTable names_;
    std::vector<SteeredName> nodes_;
    std::vector<SteeredType> types_;
};

// From every policy's hostnames. Two policies for one name and type: an error, the first by name
// counts.
std::shared_ptr<const SteeredNames> build_steered_names(const Parts<PolicyPart>& policies,
                                                        model::Diagnostics& diagnostics);
std::shared_ptr<const ZoneIndex> build_zone_index(const Parts<ZonePart>& zones);

// The origins of zones that have errors and of which no older version serves, by "NAMESPACE/NAME".
using BrokenZones = std::map<std::string, std::string>;

// A hostname outside every zone, below a delegation, beside a static record of its type or a CNAME;
// a CNAME answer at an apex or beside other records.
model::Diagnostics check_steered(const model::TrafficPolicy& policy, const ZoneIndex& index,
                                 const Parts<ZonePart>& zones, const BrokenZones& broken = {});

}  // namespace fairway::world
