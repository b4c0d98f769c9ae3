// Building a ZonePart from its sources, with the findings of `check`. Pure but for ReadZoneFile;
// control thread. A zone with an error is not built: its last good version goes on serving.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "model/places.h"
#include "world/zone.h"
#include "world/zone_source.h"

namespace fairway::world {

class ZoneBuilder {
  public:
    // `object` is what findings are about: "DNSZone/default/example-com".
    ZoneBuilder(const wire::dns::Name& origin, ZoneId id, std::string object);

    void add(const ZoneSource& source);
    void add(const SourceRecord& record);
    // Once, at the end. Null if anything was in error; findings are appended.
    std::shared_ptr<const ZonePart> finish(model::Diagnostics& diagnostics);

  private:
    struct Raw {
        std::uint32_t name;
        wire::dns::Type type;
        std::uint16_t size;
        std::uint32_t ttl;
        std::uint32_t at;  // in octets_
        std::uint32_t line;
        std::uint32_t column;
        std::uint32_t file;  // in files_
    };
    std::uint32_t add_name(wire::dns::NameView name);
    std::uint32_t file_index(std::string_view file);
    void take_finding(model::Diagnostic d);
    void find(model::Severity severity, const Raw& raw, std::string what, std::string right = "");
    std::string who(const Raw& raw) const;

    void make_rrsets();
    void make_rrset(const Raw* first, const Raw* last);
    void link_names();
    void check_apex();
    void check_name(std::uint32_t name);
    void make_extras(std::uint32_t name, ZoneRrset& set);
    std::uint32_t covering(wire::dns::NameView target) const;
    bool has_address(const ZoneName& node) const;
    const Raw& first_of(std::uint32_t name) const { return raws_[first_raw_[name]]; }

    std::shared_ptr<ZonePart> part_;
    std::string object_;
    std::vector<Raw> raws_;
    std::vector<std::uint8_t> octets_;
    std::vector<std::uint32_t> parent_;     // by name; a parent comes before its children
    std::vector<std::uint32_t> first_raw_;  // by name; once the records are sorted
    std::vector<std::string> files_;
    model::Diagnostics findings_;
    std::size_t errors_ = 0;
    bool whole_ = true;  // every source was read to its end
};

// Both sources of a DNSZone document. Null if anything is in error.
std::shared_ptr<const ZonePart> compile_zone(const model::DnsZone& zone, ZoneId id,
                                             const ReadZoneFile& read_file,
                                             model::Diagnostics& diagnostics);

}  // namespace fairway::world
