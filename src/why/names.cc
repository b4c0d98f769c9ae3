#include "why/names.h"

#include "wire/dns/name.h"
#include "wire/dns/rdata.h"
#include "world/steered_names.h"
#include "world/zone.h"

namespace fairway::why {
namespace {

using wire::dns::NameView;
using wire::dns::Type;
using world::SteeredName;
using world::ZoneName;
using world::ZonePart;

// What both tables have at one name; either may have nothing.
struct Found {
    const ZoneName* fixed = nullptr;
    const SteeredName* steered = nullptr;
    explicit operator bool() const { return fixed || steered; }
};

class LookUp {
  public:
    LookUp(const world::World& world, const ZonePart& zone, Type type)
        : steered_(world.steered_names.get()), zone_(zone), type_(type) {}

    NameStanding run(NameView name) {
        standing_.zone = zone_.origin().text_without_dot();
        standing_.owner = name.text_without_dot();
        Found found = at(name);
        if (!found) {
            NameView encloser = name;
            while (!found && encloser.size() > zone_.origin().size()) {
                encloser = encloser.parent();
                found = at(encloser);
            }
            if (is_cut(found)) return done(NameStanding::Kind::kDelegated);
            found = wildcard_of(found);
            if (!found) return done(NameStanding::Kind::kNxDomain);
            standing_.owner = "*." + encloser.text_without_dot();
        } else if (found.fixed &&
                   (found.fixed->cut != ZoneName::kNone || found.fixed->delegation)) {
            return done(NameStanding::Kind::kDelegated);
        }
        return tell(found);
    }

  private:
    Found at(NameView name) const {
        return {zone_.find(name), steered_ ? steered_->find(name) : nullptr};
    }
    static bool is_cut(const Found& found) {
        return found.fixed && (found.fixed->delegation || found.fixed->dname ||
                               found.fixed->cut != ZoneName::kNone);
    }
    Found wildcard_of(const Found& found) const {
        Found below;
        if (found.fixed && found.fixed->wildcard != ZoneName::kNone) {
            below.fixed = &zone_.at(found.fixed->wildcard);
        }
        if (found.steered && found.steered->wildcard != world::NameTable::kNone) {
            below.steered = &steered_->at(found.steered->wildcard);
        }
        return below;
    }
    NameStanding done(NameStanding::Kind kind) {
        standing_.kind = kind;
        return std::move(standing_);
    }

    NameStanding tell(const Found& found) {
        if (found.steered) {
            for (const auto& entry : steered_->types(*found.steered)) {
                if (entry.type != type_) continue;
                standing_.policy = entry.policy;
                return done(NameStanding::Kind::kSteered);
            }
        }
        if (!found.fixed) return done(NameStanding::Kind::kNoData);
        const bool alias = found.fixed->cname && type_ != Type::kCname;
        const auto* set = zone_.rrset(*found.fixed, alias ? Type::kCname : type_);
        if (!set) return done(NameStanding::Kind::kNoData);
        for (const Bytes rdata : zone_.rdata(*set)) {
            standing_.records.push_back({wire::dns::type_text(set->type), set->ttl,
                                         wire::dns::rdata_text(set->type, rdata)});
        }
        if (!alias) return done(NameStanding::Kind::kStatic);
        standing_.target = standing_.records.front().value;
        return done(NameStanding::Kind::kAlias);
    }

    const world::SteeredNames* steered_;
    const ZonePart& zone_;
    Type type_;
    NameStanding standing_;
};

}  // namespace

NameStanding look_up(const world::World& world, std::string_view name, std::uint16_t qtype) {
    const auto wire = wire::dns::Name::parse(name);
    if (!wire || !world.zone_index) return {};
    const auto id = world.zone_index->find(wire->view());
    const ZonePart* zone = id.known() ? world.zones.at(id.value) : nullptr;
    if (!zone) return {};
    return LookUp(world, *zone, Type{qtype}).run(wire->view());
}

const char* standing_text(NameStanding::Kind kind) {
    switch (kind) {
        case NameStanding::Kind::kOutside:
            return "outside every DNSZone (REFUSED)";
        case NameStanding::Kind::kSteered:
            return "steered";
        case NameStanding::Kind::kStatic:
            return "static";
        case NameStanding::Kind::kAlias:
            return "an alias";
        case NameStanding::Kind::kNoData:
            return "the name is there, this type is not (NODATA)";
        case NameStanding::Kind::kNxDomain:
            return "no such name (NXDOMAIN)";
        case NameStanding::Kind::kDelegated:
            return "below a delegation or DNAME of the zone";
    }
    return "";
}

}  // namespace fairway::why
