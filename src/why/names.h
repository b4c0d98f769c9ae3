// What stands at a name: a policy, static records, an alias, or nothing; as the DNS role looks it
// up (wildcards included), told without choosing anything. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "world/world.h"

namespace fairway::why {

struct StaticRecord {
    std::string type;
    std::uint32_t ttl = 0;
    std::string value;  // presentation form
};

struct NameStanding {
    enum class Kind : std::uint8_t {
        kOutside,  // of every zone: REFUSED
        kSteered,  // `policy` answers
        kStatic,   // `records` answer
        kAlias,    // `records` holds the CNAME, `target` its target
        kNoData,   // the name is there, the type is not
        kNxDomain,
        kDelegated,  // below a delegation or a DNAME of the zone
    } kind = Kind::kOutside;
    std::string zone;   // its origin
    std::string owner;  // the name, or the wildcard that covers it
    world::PolicyId policy;
    std::vector<StaticRecord> records;
    std::string target;
};

NameStanding look_up(const world::World& world, std::string_view name, std::uint16_t qtype);
const char* standing_text(NameStanding::Kind kind);  // "no such name (NXDOMAIN)"

}  // namespace fairway::why
