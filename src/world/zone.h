// ZonePart: the contents of one zone, prepared for answering: names in one table, record sets in
// wire form, what stands above a name (delegation, DNAME) resolved beforehand. Built by ZoneBuilder
// on the control thread, then immutable; every shard reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "wire/dns/name.h"
#include "wire/dns/response.h"
#include "wire/dns/types.h"
#include "world/ids.h"
#include "world/name_table.h"

namespace fairway::world {

// An address that goes with a record set: where the NS, MX or SRV target is found in this zone.
struct ZoneExtra {
    std::uint32_t target_at = 0;  // in ZonePart: the target's name as the record has it
    std::uint32_t name = 0;       // whose addresses; the wildcard's for a name it covers
    bool glue_needed = false;     // in or below the delegation itself: a referral is cut without it
};

struct ZoneRrset {
    wire::dns::Type type{};
    std::uint16_t count = 0;
    std::uint32_t ttl = 0;
    std::uint32_t rdata_at = 0, rdata_size = 0;  // packed, see PackedRdata
    std::uint32_t extras_at = 0, extras_size = 0;
};

struct ZoneName {
    static constexpr std::uint32_t kNone = NameTable::kNone;
    bool delegation = false;  // NS below the apex
    bool dname = false;
    bool cname = false;
    std::uint16_t rrset_count = 0;  // 0: empty non-terminal
    std::uint32_t rrsets_at = 0;
    // The uppermost delegation or DNAME strictly above; then this name is not the zone's own.
    std::uint32_t cut = kNone;
    std::uint32_t wildcard = kNone;  // the child "*"
};

class ZonePart {
  public:
    ZoneId id() const { return id_; }
    wire::dns::NameView origin() const { return names_.at(0); }
    // `name` in lower case, `hash` its NameView::hash(); null if there is none.
    const ZoneName* find(wire::dns::NameView name, std::uint64_t hash) const {
        const std::uint32_t index = names_.find(name, hash);
        return index == NameTable::kNone ? nullptr : &nodes_[index];
    }
    const ZoneName* find(wire::dns::NameView name) const {
        const std::uint32_t index = names_.find(name);
        return index == NameTable::kNone ? nullptr : &nodes_[index];
    }
    const ZoneName& apex() const { return nodes_[0]; }
    const ZoneName& at(std::uint32_t index) const { return nodes_[index]; }
    std::uint32_t name_count() const { return names_.size(); }
    std::size_t record_count() const { return record_count_; }
    wire::dns::NameView name_of(const ZoneName& node) const {
        return names_.at(static_cast<std::uint32_t>(&node - nodes_.data()));
    }
    std::span<const ZoneRrset> rrsets(const ZoneName& node) const {
        return {rrsets_.data() + node.rrsets_at, node.rrset_count};
    }
    const ZoneRrset* rrset(const ZoneName& node, wire::dns::Type type) const {
        for (const ZoneRrset& set : rrsets(node)) {
            if (set.type == type) return &set;
        }
        return nullptr;
    }
    wire::dns::PackedRdata rdata(const ZoneRrset& set) const {
        return wire::dns::PackedRdata({octets_.data() + set.rdata_at, set.rdata_size});
    }
    // Of a set of one record (SOA, CNAME, DNAME).
    Bytes only_rdata(const ZoneRrset& set) const {
        return {octets_.data() + set.rdata_at + 2, set.rdata_size - 2};
    }
    std::span<const ZoneExtra> extras(const ZoneRrset& set) const {
        return {extras_.data() + set.extras_at, set.extras_size};
    }
    wire::dns::NameView extra_target(const ZoneExtra& extra) const;
    const ZoneRrset& soa() const { return rrsets_[soa_]; }
    // RFC 2308 section 3: the lesser of the SOA's TTL and its minimum.
    std::uint32_t negative_ttl() const { return negative_ttl_; }

  private:
    friend class ZoneBuilder;
    ZoneId id_;
    NameTable names_;  // [0] is the origin
    std::vector<ZoneName> nodes_;
    std::vector<ZoneRrset> rrsets_;
    std::vector<ZoneExtra> extras_;
    std::vector<std::uint8_t> octets_;
    std::size_t record_count_ = 0;
    std::uint32_t soa_ = 0;
    std::uint32_t negative_ttl_ = 0;
};

// Which zone answers for a name: the longest origin that is a suffix of it.
class ZoneIndex {
  public:
    explicit ZoneIndex(std::span<const std::pair<wire::dns::Name, ZoneId>> zones);

    // The zone of exactly this origin, in lower case with its hash.
    ZoneId exact(wire::dns::NameView origin, std::uint64_t hash) const {
        const std::uint32_t index = origins_.find(origin, hash);
        return index == NameTable::kNone ? ZoneId{} : ids_[index];
    }
    // Has a zone whose origin has that many labels: spares the look-up.
    bool has_depth(unsigned labels) const { return depths_[labels / 64] >> (labels % 64) & 1; }
    // The longest match for `name`, in any case.
    ZoneId find(wire::dns::NameView name) const;

  private:
    NameTable origins_;
    std::vector<ZoneId> ids_;
    std::uint64_t depths_[2] = {0, 0};
};

}  // namespace fairway::world
