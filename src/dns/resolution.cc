#include "dns/resolution.h"

#include <algorithm>

#include "base/metrics.h"

namespace fairway::dns {

using wire::dns::Name;
using wire::dns::NameView;
using wire::dns::Rcode;
using wire::dns::Section;
using wire::dns::Type;
using wire::dns::WhenFull;
using world::SteeredName;
using world::ZoneName;
using world::ZoneRrset;

namespace {

// RFC 8482 section 4.2: "RFC8482" and an empty string.
constexpr std::uint8_t kAnyHinfo[] = {7, 'R', 'F', 'C', '8', '4', '8', '2', 0};
constexpr std::uint32_t kAnyHinfoTtl = 3600;

// Of a name that is in lower case already.
std::uint64_t hash_of(NameView lowered) {
    return hash_bytes(lowered.wire());
}

}  // namespace

Resolution::Resolution(Engine& engine, const steer::State& state, const Client& client,
                       wire::dns::ResponseWriter& writer)
    : engine_(engine),
      state_(state),
      world_(state.world()),
      client_(client),
      writer_(writer),
      query_(engine.query_),
      qtype_(engine.query_.qtype),
      name_(engine.query_.qname_lowered()),
      owner_(engine.query_.qname_lowered()),
      hash_(engine.query_.qname_hash) {}

void Resolution::run() {
    // Before the first World nobody knows what is ours.
    if (!world_.zone_index) return writer_.set_rcode(Rcode::kServFail);
    if (!find_zone()) return writer_.set_rcode(Rcode::kRefused);
    writer_.set_authoritative();
    seen_[0] = hash_;
    for (;;) {
        following_ = false;
        resolve_name();
        // An alias out of our zones ends the answer: the resolver goes on (RFC 1034 section 4.3.2).
        if (!following_ || writer_.truncated() || !find_zone()) break;
    }
    if (query_.has_client_subnet) writer_.set_client_subnet_scope(scope_);
}

// The zone with the longest origin. The parent's side of a zone cut answers for DS (RFC 4035
// section 3.1.4.1).
bool Resolution::find_zone() {
    const world::ZoneIndex* index = world_.zone_index.get();
    const world::ZonePart* child = nullptr;
    has_child_ = false;
    NameView suffix = name_;
    for (unsigned labels = suffix.label_count();; --labels, suffix = suffix.parent()) {
        if (index->has_depth(labels)) {
            const std::uint64_t hash = suffix.size() == name_.size() ? hash_ : hash_of(suffix);
            const world::ZoneId id = index->exact(suffix, hash);
            if (id.known()) {
                zone_ = world_.zones.at(id.value);
                if (qtype_ != Type::kDs || suffix.size() != name_.size()) return true;
                child = zone_;
                has_child_ = true;
            }
        }
        if (labels == 0) break;
    }
    zone_ = child;
    return zone_ != nullptr;
}

Resolution::Place Resolution::find(NameView name, std::uint64_t hash) const {
    Place place{zone_->find(name, hash), nullptr};
    const world::SteeredNames* steered = world_.steered_names.get();
    if (steered && !steered->empty()) place.steered = steered->find(name, hash);
    return place;
}

void Resolution::resolve_name() {
    const Place place = find(name_, hash_);
    if (!place.zone) return resolve_missing(place.steered);
    if (place.zone->cut != ZoneName::kNone) {
        const ZoneName& cut = zone_->at(place.zone->cut);
        return cut.dname ? rename(cut) : refer(cut);
    }
    if (place.zone->delegation && qtype_ != Type::kDs) return refer(*place.zone);
    answer_place(place);
}

// A name that the zone does not have. The closest encloser tells what lies above (a cut) and which
// wildcard may stand in; a steered name's ancestors exist as well, so it may be one of them.
void Resolution::resolve_missing(const SteeredName* steered) {
    Place encloser;
    NameView above = name_;
    const ZoneName* in_zone = nullptr;
    do {
        above = above.parent();
        const Place place = find(above, hash_of(above));
        if (!encloser) encloser = place;
        in_zone = place.zone;
    } while (!in_zone);  // ends at the apex at the latest
    const ZoneName& cut = in_zone->cut != ZoneName::kNone ? zone_->at(in_zone->cut) : *in_zone;
    if (cut.dname) return rename(cut);
    if (cut.delegation) return refer(cut);
    if (steered) return answer_place({nullptr, steered});
    Place wildcard;
    if (encloser.zone && encloser.zone->wildcard != ZoneName::kNone)
        wildcard.zone = &zone_->at(encloser.zone->wildcard);
    if (encloser.steered && encloser.steered->wildcard != ZoneName::kNone)
        wildcard.steered = &world_.steered_names->at(encloser.steered->wildcard);
    // A zone of ours begins here though its parent does not delegate it: the name exists.
    if (!wildcard) return negative(has_child_ ? Rcode::kNoError : Rcode::kNxDomain);
    answer_place(wildcard);
}

void Resolution::answer_place(Place place) {
    if (qtype_ == Type::kAny) return answer_any(place);
    if (place.steered && answer_steered(place)) return;
    if (place.zone) {
        if (const ZoneRrset* set = zone_->rrset(*place.zone, qtype_)) return answer_set(*set);
        if (place.zone->cname) {
            const ZoneRrset* cname = zone_->rrset(*place.zone, Type::kCname);
            answer_set(*cname);
            return follow(NameView::trusted(zone_->only_rdata(*cname)));
        }
    }
    negative(Rcode::kNoError);
}

// False: no policy speaks for this type.
bool Resolution::answer_steered(Place place) {
    for (const world::SteeredType& type : world_.steered_names->types(*place.steered)) {
        if (type.type != qtype_ && type.type != Type::kCname) continue;
        if (!world_.policies.at(type.policy.value)) continue;
        answer_policy(place, type.policy);
        return true;
    }
    return false;
}

// RFC 8482: one record set; for a name with none of its own, a HINFO that says why.
void Resolution::answer_any(Place place) {
    if (place.zone && place.zone->rrset_count > 0) return answer_set(zone_->rrsets(*place.zone)[0]);
    if (!place.steered || place.steered->types_size == 0) return negative(Rcode::kNoError);
    writer_.add_one(Section::kAnswer, owner_, Type::kHinfo, kAnyHinfoTtl, kAnyHinfo);
}

void Resolution::answer_set(const ZoneRrset& set) {
    if (!writer_.add(Section::kAnswer, owner_, set.type, set.ttl, zone_->rdata(set))) return;
    if (set.extras_size > 0) add_extras(set);
}

void Resolution::answer_policy(Place place, world::PolicyId id) {
    const world::PolicyPart& policy = *world_.policies.at(id.value);
    decide(policy);
    const steer::Decision& decision = engine_.decision_;
    if (decision.outcome == steer::Outcome::kAnswer && decision.size > 0) return add_picks(policy);
    ++engine_.counts_.policies[id.value].empty;
    // A name that has records exists, whatever its policy says.
    const bool exists = place.zone && place.zone->rrset_count > 0;
    const bool nx = decision.outcome == steer::Outcome::kNxDomain && !exists;
    negative(nx ? Rcode::kNxDomain : Rcode::kNoError, policy.ttl);
}

void Resolution::decide(const world::PolicyPart& policy) {
    PolicyCounts& counts = engine_.counts_.policies[policy.id.value];
    const Cidr client = steering_prefix();
    steer::Query query;
    if (policy.location_dependent) {
        query = steer::locate(world_, client, static_cast<std::uint16_t>(qtype_));
    } else {
        query.client = client;
        query.qtype = static_cast<std::uint16_t>(qtype_);
    }
    query.nth = counts.decisions++;
    steer::Decision& decision = engine_.decision_;
    if (policy.stickiness == model::Stickiness::kNone) {
        steer::decide(state_, policy.id, query, engine_.rng_, decision);
    } else {
        Rng sticky(steer::sticky_seed(engine_.options_.seed, policy.name, policy.stickiness, client,
                                      client_.source, engine_.options_.epoch));
        steer::decide(state_, policy.id, query, sticky, decision);
    }
    counts.last_resort += decision.last_resort;
    if (decision.truncated) limit_hit(Limit::kDecisionPicks);
    if (query_.has_client_subnet && query_.client_subnet.source > 0)
        scope_ = std::max(scope_, decision.scope);
}

// A client that sent prefix length 0 does not want its address used: the resolver's it is, and the
// scope stays 0 (RFC 7871 section 7.1.2).
Cidr Resolution::steering_prefix() const {
    if (query_.has_client_subnet && query_.client_subnet.source > 0)
        return query_.client_subnet.prefix();
    return Cidr::host(client_.source);
}

void Resolution::add_picks(const world::PolicyPart& policy) {
    const steer::Decision& decision = engine_.decision_;
    auto& rdatas = engine_.rdatas_;
    std::size_t count = 0;
    for (const steer::Pick& pick : decision.answers()) {
        const world::Node& leaf = policy.nodes[pick.leaf];
        if (leaf.service.known()) {
            const world::ServicePart* service = world_.services.at(leaf.service.value);
            if (!service || pick.value >= service->endpoints.size()) continue;
            const IpAddr& address = service->endpoints[pick.value].address;
            rdatas[count++] = Bytes(address.data(), address.size());
            continue;
        }
        const world::AnswerSet& set = policy.answers[leaf.answers];
        const Bytes rdata = set.rdata[pick.value];
        if (set.type != static_cast<std::uint16_t>(Type::kCname)) {
            rdatas[count++] = rdata;
        } else if (count == 0) {  // a CNAME stands alone
            writer_.add_one(Section::kAnswer, owner_, Type::kCname, decision.ttl, rdata);
            if (qtype_ != Type::kCname) follow(NameView::trusted(rdata));
            return;
        }
    }
    writer_.add(Section::kAnswer, owner_, qtype_, decision.ttl,
                std::span<const Bytes>(rdatas).first(count));
}

void Resolution::refer(const ZoneName& cut) {
    if (hops_ == 0) writer_.set_authoritative(false);
    const ZoneRrset& ns = *zone_->rrset(cut, Type::kNs);
    if (writer_.add(Section::kAuthority, zone_->name_of(cut), Type::kNs, ns.ttl, zone_->rdata(ns)))
        add_extras(ns);
}

// RFC 6672 section 3.2: the DNAME, a CNAME made from it, then on with the new name.
void Resolution::rename(const ZoneName& dname) {
    const ZoneRrset& set = *zone_->rrset(dname, Type::kDname);
    const NameView from = zone_->name_of(dname);
    if (!writer_.add(Section::kAnswer, from, Type::kDname, set.ttl, zone_->rdata(set))) return;
    const NameView asked = hops_ == 0 ? query_.qname() : owner_;
    const auto target =
        Name::replace_suffix(asked, from, NameView::trusted(zone_->only_rdata(set)));
    if (!target) return writer_.set_rcode(Rcode::kYxDomain);
    writer_.add_one(Section::kAnswer, owner_, Type::kCname, set.ttl, target->wire());
    renamed_ = *target;
    if (qtype_ != Type::kCname) follow(renamed_);
}

void Resolution::add_extras(const ZoneRrset& set) {
    for (const world::ZoneExtra& extra : zone_->extras(set)) {
        const ZoneName& node = zone_->at(extra.name);
        if (is_steered(zone_->extra_target(extra), node)) continue;
        const WhenFull when_full = extra.glue_needed ? WhenFull::kTruncate : WhenFull::kLeaveOut;
        for (const Type type : {Type::kA, Type::kAaaa}) {
            const ZoneRrset* addresses = zone_->rrset(node, type);
            if (!addresses) continue;
            writer_.add(Section::kAdditional, zone_->extra_target(extra), type, addresses->ttl,
                        zone_->rdata(*addresses), when_full);
        }
    }
}

// The wildcard whose addresses would go along does not stand for a target that a policy has: its
// addresses are for the client to ask for, so that the choice is made for that client.
bool Resolution::is_steered(NameView target, const ZoneName& node) const {
    const world::SteeredNames* steered = world_.steered_names.get();
    if (!steered || steered->empty()) return false;
    const NameView wildcard = zone_->name_of(node);
    if (!wildcard.is_wildcard() || target == wildcard) return false;
    const std::size_t encloser = wildcard.parent().size();
    for (NameView name = target; name.size() > encloser; name = name.parent()) {
        if (steered->find(name)) return true;
    }
    return false;
}

void Resolution::negative(Rcode rcode, std::uint32_t ttl_max) {
    writer_.set_rcode(rcode);
    const ZoneRrset& soa = zone_->soa();
    writer_.add(Section::kAuthority, zone_->origin(), Type::kSoa,
                std::min(zone_->negative_ttl(), ttl_max), zone_->rdata(soa));
}

// `target` stays in place until the response is written: it lies in World or in renamed_.
void Resolution::follow(NameView target) {
    lowered_ = Name(target).lowered();
    const std::uint64_t hash = lowered_.hash();
    if (std::find(seen_.begin(), seen_.begin() + hops_ + 1, hash) != seen_.begin() + hops_ + 1)
        return;  // a loop: what was found so far is all there is
    if (hops_ == kAliasChainMax) return limit_hit(Limit::kDnsAliasChain);
    seen_[++hops_] = hash;
    name_ = lowered_;
    owner_ = target;
    hash_ = hash;
    following_ = true;
}

}  // namespace fairway::dns
