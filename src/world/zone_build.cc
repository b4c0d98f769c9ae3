#include "world/zone_build.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_set>

#include "base/limits.h"
#include "base/metrics.h"

namespace fairway::world {

using model::Severity;
using wire::dns::Name;
using wire::dns::NameView;
using wire::dns::Type;

namespace {

// Where in the data the name stands whose addresses go along; none for most types.
std::optional<std::size_t> target_offset(Type type) {
    switch (type) {
        case Type::kNs:
            return 0;
        case Type::kMx:
        case Type::kSvcb:
        case Type::kHttps:
            return 2;
        case Type::kSrv:
            return 6;
        default:
            return {};
    }
}

bool is_single(Type type) {
    return type == Type::kSoa || type == Type::kCname || type == Type::kDname;
}

// May stand beside a CNAME (RFC 4035 section 2.5).
bool beside_cname(Type type) {
    return type == Type::kCname || type == Type::kRrsig || type == Type::kNsec;
}

std::uint32_t u32_at(Bytes bytes, std::size_t at) {
    return ByteReader(bytes, at).u32();
}

}  // namespace

ZoneBuilder::ZoneBuilder(const Name& origin, ZoneId id, std::string object)
    : part_(std::make_shared<ZonePart>()), object_(std::move(object)) {
    part_->id_ = id;
    part_->names_.add(origin);
    parent_.push_back(ZoneName::kNone);
    files_.emplace_back();
}

void ZoneBuilder::add(const ZoneSource& source) {
    whole_ &= source.read([this](const SourceRecord& record) { add(record); },
                          [this](model::Diagnostic d) { take_finding(std::move(d)); });
}

void ZoneBuilder::add(const SourceRecord& record) {
    const auto refuse = [&](std::string what, std::string right) {
        take_finding(
            {Severity::kError, std::string(record.file), record.pos, "", std::string(record.field),
             record.owner.text() + " " + wire::dns::type_text(record.type) + ": " + std::move(what),
             std::move(right)});
    };
    const NameView origin = part_->origin();
    if (wire::dns::is_meta_type(record.type))
        return refuse("a type of questions only", "a type that can be stored");
    if (!record.owner.is_at_or_below(origin))
        return refuse("lies outside the zone", "a name at or below " + origin.text());
    if (record.type == Type::kSoa && record.owner.is_below(origin))
        return refuse("a SOA below the apex", "one SOA, at " + origin.text());
    const std::uint32_t name = add_name(record.owner);
    if (name == ZoneName::kNone || raws_.size() >= kZoneRecordsMax ||
        octets_.size() + record.rdata.size() > kZoneOctetsMax) {
        limit_hit(Limit::kZoneRecords);
        return refuse("the zone is full",
                      "at most " + std::to_string(kZoneRecordsMax) + " records, 2 GB of data");
    }
    raws_.push_back({name, record.type, static_cast<std::uint16_t>(record.rdata.size()), record.ttl,
                     static_cast<std::uint32_t>(octets_.size()), record.pos.line, record.pos.column,
                     file_index(record.file)});
    octets_.insert(octets_.end(), record.rdata.begin(), record.rdata.end());
}

// The name and, before it, every name between it and the apex.
std::uint32_t ZoneBuilder::add_name(NameView name) {
    if (const std::uint32_t old = part_->names_.find(name); old != ZoneName::kNone) return old;
    const std::uint32_t parent = add_name(name.parent());
    if (parent == ZoneName::kNone) return parent;
    const std::uint32_t index = part_->names_.add(name);
    if (index != ZoneName::kNone) parent_.push_back(parent);
    return index;
}

std::uint32_t ZoneBuilder::file_index(std::string_view file) {
    if (files_.back() == file) return static_cast<std::uint32_t>(files_.size() - 1);
    const auto at = std::find(files_.begin(), files_.end(), file);
    if (at == files_.end()) files_.emplace_back(file);
    return static_cast<std::uint32_t>(at - files_.begin());
}

void ZoneBuilder::take_finding(model::Diagnostic d) {
    errors_ += d.severity == Severity::kError;
    if (findings_.size() >= kZoneFindingsMax) return limit_hit(Limit::kFindings);
    d.object = object_;
    findings_.push_back(std::move(d));
}

std::string ZoneBuilder::who(const Raw& raw) const {
    return part_->names_.at(raw.name).text() + " " + wire::dns::type_text(raw.type);
}

void ZoneBuilder::find(Severity severity, const Raw& raw, std::string what, std::string right) {
    take_finding({severity,
                  files_[raw.file],
                  {raw.line, raw.column},
                  "",
                  "",
                  who(raw) + ": " + std::move(what),
                  std::move(right)});
}

std::shared_ptr<const ZonePart> ZoneBuilder::finish(model::Diagnostics& diagnostics) {
    part_->nodes_.resize(part_->names_.size());
    make_rrsets();
    link_names();
    check_apex();
    for (std::uint32_t name = 0; name < part_->nodes_.size(); ++name) {
        if (part_->nodes_[name].rrset_count > 0) check_name(name);
        const ZoneName& node = part_->nodes_[name];
        for (std::uint32_t i = 0; i < node.rrset_count; ++i)
            make_extras(name, part_->rrsets_[node.rrsets_at + i]);
    }
    diagnostics.insert(diagnostics.end(), findings_.begin(), findings_.end());
    if (errors_ > 0) return nullptr;
    part_->names_.shrink_to_fit();
    part_->octets_.shrink_to_fit();
    part_->rrsets_.shrink_to_fit();
    return std::move(part_);
}

void ZoneBuilder::make_rrsets() {
    std::stable_sort(raws_.begin(), raws_.end(), [](const Raw& a, const Raw& b) {
        return std::pair(a.name, a.type) < std::pair(b.name, b.type);
    });
    first_raw_.assign(part_->nodes_.size(), 0);
    const Raw* const end = raws_.data() + raws_.size();
    for (const Raw* first = raws_.data(); first != end;) {
        const Raw* last = first;
        while (last != end && last->name == first->name && last->type == first->type) ++last;
        ZoneName& node = part_->nodes_[first->name];
        if (node.rrset_count++ == 0) {
            node.rrsets_at = static_cast<std::uint32_t>(part_->rrsets_.size());
            first_raw_[first->name] = static_cast<std::uint32_t>(first - raws_.data());
        }
        make_rrset(first, last);
        first = last;
    }
}

void ZoneBuilder::make_rrset(const Raw* first, const Raw* last) {
    auto& out = part_->octets_;
    ZoneRrset set{
        .type = first->type, .ttl = first->ttl, .rdata_at = static_cast<std::uint32_t>(out.size())};
    std::unordered_set<std::string_view> seen;
    bool ttl_told = false;
    for (const Raw* raw = first; raw != last; ++raw) {
        const Bytes rdata(octets_.data() + raw->at, raw->size);
        if (raw->ttl != set.ttl && !ttl_told) {
            ttl_told = true;
            find(Severity::kWarning, *raw, "the TTLs of one record set differ",
                 "the least is served");
        }
        set.ttl = std::min(set.ttl, raw->ttl);
        const std::string_view octets(reinterpret_cast<const char*>(rdata.data()), rdata.size());
        if (last - first > 1 && !seen.insert(octets).second) continue;  // RFC 2181 section 5
        if (set.count == std::numeric_limits<std::uint16_t>::max()) {
            find(Severity::kError, *raw, "too many records in one set", "at most 65,535");
            return;
        }
        append_u16(out, static_cast<std::uint16_t>(raw->size));
        out.insert(out.end(), rdata.begin(), rdata.end());
        ++set.count;
    }
    if (set.count > 1 && is_single(set.type))
        find(Severity::kError, *(last - 1), "a second one at this name", "only one");
    set.rdata_size = static_cast<std::uint32_t>(out.size()) - set.rdata_at;
    part_->record_count_ += set.count;
    part_->rrsets_.push_back(set);
}

void ZoneBuilder::link_names() {
    for (std::uint32_t name = 0; name < part_->nodes_.size(); ++name) {
        ZoneName& node = part_->nodes_[name];
        for (const ZoneRrset& set : part_->rrsets(node)) {
            node.delegation |= set.type == Type::kNs && name != 0;
            node.dname |= set.type == Type::kDname;
            node.cname |= set.type == Type::kCname;
        }
        if (name == 0) continue;
        ZoneName& parent = part_->nodes_[parent_[name]];
        node.cut = parent.cut;
        if (node.cut == ZoneName::kNone && (parent.delegation || parent.dname))
            node.cut = parent_[name];
        if (part_->names_.at(name).is_wildcard()) parent.wildcard = name;
    }
}

void ZoneBuilder::check_apex() {
    const auto missing = [&](std::string what, std::string right) {
        if (!whole_) return;  // it may stand in what could not be read
        take_finding({Severity::kError, "", {}, "", "", std::move(what), std::move(right)});
    };
    const ZoneName& apex = part_->nodes_[0];
    const ZoneRrset* soa = part_->rrset(apex, Type::kSoa);
    if (!soa) {
        missing("the zone has no SOA", "spec.soa, or a SOA record in spec.file");
    } else {
        const Bytes rdata = part_->only_rdata(*soa);
        part_->soa_ = static_cast<std::uint32_t>(soa - part_->rrsets_.data());
        if (rdata.size() >= 22)
            part_->negative_ttl_ = std::min(soa->ttl, u32_at(rdata, rdata.size() - 4));
    }
    if (!part_->rrset(apex, Type::kNs))
        missing("the zone has no name servers",
                "spec.nameServers, or NS records at the apex in spec.file");
}

void ZoneBuilder::check_name(std::uint32_t name) {
    const ZoneName& node = part_->nodes_[name];
    const Raw& first = first_of(name);
    if (node.cut != ZoneName::kNone) {
        const bool by_dname = part_->nodes_[node.cut].dname;
        const std::string above = part_->names_.at(node.cut).text();
        if (by_dname) {
            find(Severity::kError, first, "lies below the DNAME of " + above,
                 "nothing below a DNAME (RFC 6672)");
        } else if (first.type != Type::kA && first.type != Type::kAaaa) {
            find(Severity::kWarning, first,
                 "never served: it lies below the delegation of " + above, "glue addresses only");
        }
        return;
    }
    for (const ZoneRrset& set : part_->rrsets(node)) {
        if (node.cname && !beside_cname(set.type))
            find(Severity::kError, first,
                 "a CNAME and " + wire::dns::type_text(set.type) + " at one name",
                 "a CNAME alone (RFC 1034)");
        if (part_->names_.at(name).is_wildcard() &&
            (set.type == Type::kNs || set.type == Type::kDname))
            find(Severity::kError, first, "NS or DNAME at a wildcard",
                 "each name by itself (RFC 4592 section 4)");
        if (node.delegation && set.type == Type::kDname)
            find(Severity::kError, first, "NS and DNAME at one name below the apex",
                 "one of them (RFC 6672)");
    }
}

// The name, or the wildcard that answers for it; kNone if the zone has neither.
std::uint32_t ZoneBuilder::covering(NameView target) const {
    const NameTable& names = part_->names_;
    if (const std::uint32_t exact = names.find(target); exact != ZoneName::kNone) return exact;
    while (target.is_below(part_->origin())) {
        target = target.parent();
        const std::uint32_t encloser = names.find(target);
        if (encloser == ZoneName::kNone) continue;
        const ZoneName& node = part_->nodes_[encloser];
        return node.cut != ZoneName::kNone || node.delegation || node.dname ? ZoneName::kNone
                                                                            : node.wildcard;
    }
    return ZoneName::kNone;
}

bool ZoneBuilder::has_address(const ZoneName& node) const {
    return part_->rrset(node, Type::kA) || part_->rrset(node, Type::kAaaa);
}

void ZoneBuilder::make_extras(std::uint32_t name, ZoneRrset& set) {
    const auto offset = target_offset(set.type);
    if (!offset) return;
    auto& extras = part_->extras_;
    set.extras_at = static_cast<std::uint32_t>(extras.size());
    const bool referral = set.type == Type::kNs && part_->nodes_[name].delegation;
    std::unordered_set<std::uint64_t> targets;  // by hash: two that collide cost an address
    for (const Bytes rdata : part_->rdata(set)) {
        if (rdata.size() <= *offset) continue;
        const auto target = NameView::read(rdata.subspan(*offset));
        if (!target || target->is_root() || !target->is_at_or_below(part_->origin())) continue;
        const std::uint32_t found = covering(*target);
        const bool inside = referral && target->is_at_or_below(part_->names_.at(name));
        if (found == ZoneName::kNone || !has_address(part_->nodes_[found])) {
            if (inside)
                find(Severity::kError, first_of(name),
                     "no address of the name server " + target->text(),
                     "glue: an A or AAAA record of it");
            continue;
        }
        const auto at = static_cast<std::uint32_t>(target->data() - part_->octets_.data());
        if (targets.insert(target->hash()).second) extras.push_back({at, found, inside});
    }
    set.extras_size = static_cast<std::uint32_t>(extras.size()) - set.extras_at;
}

std::shared_ptr<const ZonePart> compile_zone(const model::DnsZone& zone, ZoneId id,
                                             const ReadZoneFile& read_file,
                                             model::Diagnostics& diagnostics) {
    const auto origin = Name::parse(zone.origin.empty() ? "." : zone.origin);
    if (!origin) {
        diagnostics.push_back({Severity::kError, zone.meta.file, zone.origin_pos,
                               zone.meta.key.text(), "spec.origin", origin.error().text,
                               "an absolute domain name"});
        return nullptr;
    }
    ZoneBuilder builder(*origin, id, zone.meta.key.text());
    builder.add(DocumentZoneSource(zone));
    if (!zone.file.empty()) builder.add(MasterFileZoneSource(zone, read_file));
    return builder.finish(diagnostics);
}

}  // namespace fairway::world
