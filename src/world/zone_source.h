// Where a zone's contents come from: the records of a DNSZone document, a master file; later a
// transfer and a journal. A source streams records; nothing of it is kept. Control thread.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "model/diagnostic.h"
#include "model/places.h"
#include "wire/dns/master_file.h"

namespace fairway::world {

// Borrowed for the time of the call.
struct SourceRecord {
    wire::dns::NameView owner;
    wire::dns::Type type{};
    std::uint32_t ttl = 0;
    Bytes rdata;
    std::string_view file;
    model::Pos pos;
    std::string_view field;  // of a document: "spec.records[2].values[0]"
};

class ZoneSource {
  public:
    using OnRecord = std::function<void(const SourceRecord&)>;
    using OnDiagnostic = std::function<void(model::Diagnostic)>;  // without `object`
    virtual ~ZoneSource() = default;
    // False: part of it could not be got at, so nothing can be said of what is missing.
    virtual bool read(const OnRecord& on_record, const OnDiagnostic& on_diagnostic) const = 0;
};

// spec.soa, spec.nameServers, spec.records. Names in it are absolute, with or without a last dot.
class DocumentZoneSource : public ZoneSource {
  public:
    explicit DocumentZoneSource(const model::DnsZone& zone) : zone_(zone) {}
    bool read(const OnRecord& on_record, const OnDiagnostic& on_diagnostic) const override;

  private:
    void read_soa(const OnRecord& on_record, const OnDiagnostic& on_diagnostic) const;
    void read_value(const OnRecord& on_record, const OnDiagnostic& on_diagnostic,
                    std::size_t record, std::size_t value) const;
    void read_text(const OnRecord& on_record, const OnDiagnostic& on_diagnostic,
                   SourceRecord record, std::string_view owner, std::string_view text) const;
    const model::DnsZone& zone_;
};

// Gives a file's text and the name that findings shall call it by. `path` as written in the
// document or the $INCLUDE, `from` the including file (empty: the document). It confines paths to
// the document's own folder. Not pure: lives in config or app.
using ReadZoneFile = std::function<Result<wire::dns::IncludedFile>(
    const model::DnsZone& zone, std::string_view path, std::string_view from)>;

// spec.file.
class MasterFileZoneSource : public ZoneSource {
  public:
    MasterFileZoneSource(const model::DnsZone& zone, ReadZoneFile read_file)
        : zone_(zone), read_file_(std::move(read_file)) {}
    bool read(const OnRecord& on_record, const OnDiagnostic& on_diagnostic) const override;

  private:
    const model::DnsZone& zone_;
    ReadZoneFile read_file_;
};

}  // namespace fairway::world
