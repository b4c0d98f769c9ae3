#include "world/steered_names.h"

#include <algorithm>
#include <map>

namespace fairway::world {

using wire::dns::Name;
using wire::dns::NameView;
using wire::dns::Type;

SteeredNames::SteeredNames(std::vector<Entry> entries) {
    // By name, so that each name's types lie together.
    std::map<std::uint32_t, std::vector<SteeredType>> types;
    for (const Entry& entry : entries) {
        auto& mine = types[add_name(entry.host)];
        const auto same = [&](const SteeredType& t) { return t.type == entry.type.type; };
        if (std::none_of(mine.begin(), mine.end(), same)) mine.push_back(entry.type);
    }
    for (const auto& [name, mine] : types) {
        nodes_[name].types_at = static_cast<std::uint32_t>(types_.size());
        nodes_[name].types_size = static_cast<std::uint32_t>(mine.size());
        types_.insert(types_.end(), mine.begin(), mine.end());
    }
}

// With all its ancestors: they exist too (RFC 4592 section 2.2.2).
std::uint32_t SteeredNames::add_name(NameView name) {
    if (const std::uint32_t old = names_.find(name); old != NameTable::kNone) return old;
    const std::uint32_t parent = name.is_root() ? NameTable::kNone : add_name(name.parent());
    const std::uint32_t index = names_.add(name);
    nodes_.emplace_back();
    if (name.is_wildcard()) nodes_[parent].wildcard = index;
    return index;
}

std::shared_ptr<const SteeredNames> build_steered_names(const Parts<PolicyPart>& policies,
                                                        model::Diagnostics& diagnostics) {
    std::vector<const PolicyPart*> parts;
    for (std::uint32_t id = 0; id < policies.bound(); ++id) {
        if (const PolicyPart* part = policies.at(id)) parts.push_back(part);
    }
    std::sort(parts.begin(), parts.end(), [](const PolicyPart* a, const PolicyPart* b) {
        return std::tie(a->name, a->qtype) < std::tie(b->name, b->qtype);
    });
    std::map<std::pair<std::string, std::uint16_t>, const PolicyPart*> taken;
    std::vector<SteeredNames::Entry> entries;
    for (const PolicyPart* part : parts) {
        for (const std::string& host : part->hostnames) {
            const auto name = Name::parse(host.empty() ? "." : host);
            if (!name) continue;  // told where the document is checked
            const auto [at, is_new] =
                taken.try_emplace({name->lowered().text(), part->qtype}, part);
            if (is_new) {
                entries.push_back({*name, {static_cast<Type>(part->qtype), part->id}});
            } else if (at->second->name != part->name) {
                diagnostics.push_back(
                    {model::Severity::kError,
                     "",
                     {},
                     "TrafficPolicy/" + part->name,
                     "spec.hostnames",
                     "\"" + host + "\" is already answered by TrafficPolicy/" + at->second->name,
                     "one policy for a name and type"});
            }
        }
    }
    return std::make_shared<const SteeredNames>(std::move(entries));
}

std::shared_ptr<const ZoneIndex> build_zone_index(const Parts<ZonePart>& zones) {
    std::vector<std::pair<Name, ZoneId>> origins;
    for (std::uint32_t id = 0; id < zones.bound(); ++id) {
        if (const ZonePart* zone = zones.at(id)) origins.emplace_back(zone->origin(), ZoneId{id});
    }
    return std::make_shared<const ZoneIndex>(origins);
}

namespace {

struct Fault {
    std::string what, right;
};

bool answers_cname(const model::TrafficPolicy& policy) {
    return policy.type == "CNAME" ||
           std::any_of(policy.nodes.begin(), policy.nodes.end(), [](const model::PolicyNode& n) {
               return n.leaf && !n.leaf->hostname.empty();
           });
}

// A family rule other than separate serves both address types.
bool serves(const model::TrafficPolicy& policy, Type type) {
    if (policy.family != model::FamilyRule::kSeparate)
        return type == Type::kA || type == Type::kAaaa;
    return wire::dns::type_from_text(policy.type) == type;
}

std::optional<Fault> check_above(const ZonePart& zone, NameView host) {
    for (NameView name = host; name.is_at_or_below(zone.origin()); name = name.parent()) {
        const ZoneName* node = zone.find(name);
        if (node && (node->delegation || (node->dname && name.size() < host.size())))
            return Fault{"lies at or below " + name.text() +
                             (node->delegation ? ", which is delegated away"
                                               : ", which is renamed by a DNAME"),
                         "a name of which this zone is the authority"};
        if (name.is_root()) break;
    }
    return {};
}

// No zone that serves holds it.
Fault outside(const std::string& text, NameView host, const BrokenZones& broken) {
    for (const auto& [zone, origin] : broken) {
        const auto name = Name::parse(origin.empty() ? "." : origin);
        if (!name || !host.is_at_or_below(*name)) continue;
        return {"\"" + text + "\" lies in DNSZone " + zone + ", which has errors", "mend that one"};
    }
    return {"\"" + text + "\" lies outside every DNSZone", "a DNSZone whose origin ends the name"};
}

std::optional<Fault> check_host(const model::TrafficPolicy& policy, const ZonePart& zone,
                                NameView host) {
    if (auto fault = check_above(zone, host)) return fault;
    const ZoneName* node = zone.find(host);
    if (!node || node->rrset_count == 0) return {};
    if (host == zone.origin() && answers_cname(policy))
        return Fault{"a CNAME answer at the apex of a zone", "addresses, or a name below the apex"};
    for (const ZoneRrset& set : zone.rrsets(*node)) {
        if (serves(policy, set.type))
            return Fault{"the zone " + zone.origin().text() + " has a static " +
                             wire::dns::type_text(set.type) + " record of this name",
                         "the record or the policy, not both"};
        if (set.type == Type::kCname || answers_cname(policy))
            return Fault{
                "a CNAME beside other records of this name in the zone " + zone.origin().text(),
                "a CNAME alone (RFC 1034)"};
    }
    return {};
}

}  // namespace

model::Diagnostics check_steered(const model::TrafficPolicy& policy, const ZoneIndex& index,
                                 const Parts<ZonePart>& zones, const BrokenZones& broken) {
    model::Diagnostics out;
    for (std::size_t i = 0; i < policy.hostnames.size(); ++i) {
        const std::string& text = policy.hostnames[i];
        const auto host = Name::parse(text.empty() ? "." : text);
        std::optional<Fault> fault;
        if (!host) {
            fault = Fault{host.error().text, "an absolute domain name"};
        } else if (const ZoneId id = index.find(*host); !id.known()) {
            fault = outside(text, *host, broken);
        } else {
            fault = check_host(policy, *zones.at(id.value), *host);
        }
        if (!fault) continue;
        out.push_back({model::Severity::kError, policy.meta.file,
                       i < policy.hostname_pos.size() ? policy.hostname_pos[i] : policy.meta.pos,
                       policy.meta.key.text(), "spec.hostnames[" + std::to_string(i) + "]",
                       std::move(fault->what), std::move(fault->right)});
    }
    return out;
}

}  // namespace fairway::world
