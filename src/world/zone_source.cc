#include "world/zone_source.h"

#include "wire/dns/rdata.h"

namespace fairway::world {

using wire::dns::Name;
using wire::dns::Type;

namespace {

model::Diagnostic finding(const SourceRecord& where, std::string what, std::string right = "") {
    return {model::Severity::kError,  std::string(where.file), where.pos,       "",
            std::string(where.field), std::move(what),         std::move(right)};
}

Result<Name> absolute(std::string_view text) {
    return Name::parse(text.empty() ? "." : text);
}

// "hostmaster@example.com" is hostmaster.example.com., dots of the local part escaped.
std::string contact_name(const std::string& contact) {
    const auto at = contact.find('@');
    if (at == std::string::npos) return contact;
    std::string out;
    for (const char c : contact.substr(0, at)) {
        if (c == '.') out += '\\';
        out += c;
    }
    return out + "." + contact.substr(at + 1);
}

std::string with_dot(const std::string& name) {
    return name.empty() || name.back() != '.' ? name + "." : name;
}

}  // namespace

bool DocumentZoneSource::read(const OnRecord& on_record, const OnDiagnostic& on_diagnostic) const {
    if (zone_.soa) read_soa(on_record, on_diagnostic);
    for (std::size_t i = 0; i < zone_.name_servers.size(); ++i) {
        const std::string field = "spec.nameServers[" + std::to_string(i) + "]";
        const SourceRecord record{.type = Type::kNs,
                                  .ttl = zone_.ttl,
                                  .file = zone_.meta.file,
                                  .pos = zone_.meta.pos,
                                  .field = field};
        read_text(on_record, on_diagnostic, record, zone_.origin, zone_.name_servers[i]);
    }
    for (std::size_t i = 0; i < zone_.records.size(); ++i) {
        for (std::size_t v = 0; v < zone_.records[i].values.size(); ++v)
            read_value(on_record, on_diagnostic, i, v);
    }
    return true;
}

void DocumentZoneSource::read_soa(const OnRecord& on_record,
                                  const OnDiagnostic& on_diagnostic) const {
    const model::ZoneSoa& soa = *zone_.soa;
    std::string counters;
    for (const std::uint32_t n : {soa.refresh, soa.retry, soa.expire, soa.minimum})
        counters += " " + std::to_string(n);
    const std::string names =
        with_dot(soa.primary) + " " + with_dot(contact_name(soa.contact)) + " ";
    // The serial is a digest of the contents: every server that has them tells the same one.
    std::uint64_t digest = hash_text(names + counters, zone_.ttl);
    for (const std::string& server : zone_.name_servers) digest = hash_text(server, digest);
    for (const model::ZoneRecord& record : zone_.records) {
        digest = hash_text(record.name, digest + record.ttl.value_or(zone_.ttl));
        digest = hash_text(record.type, digest);
        for (const std::string& value : record.values) digest = hash_text(value, digest);
    }
    const SourceRecord record{.type = Type::kSoa,
                              .ttl = zone_.ttl,
                              .file = zone_.meta.file,
                              .pos = zone_.meta.pos,
                              .field = "spec.soa"};
    read_text(on_record, on_diagnostic, record, zone_.origin,
              names + std::to_string(1 + digest % 0x7FFFFFFFu) + counters);
}

void DocumentZoneSource::read_value(const OnRecord& on_record, const OnDiagnostic& on_diagnostic,
                                    std::size_t record_index, std::size_t value) const {
    const model::ZoneRecord& record = zone_.records[record_index];
    const std::string base = "spec.records[" + std::to_string(record_index) + "]";
    const std::string field = base + ".values[" + std::to_string(value) + "]";
    SourceRecord source{
        .ttl = record.ttl.value_or(zone_.ttl),
        .file = zone_.meta.file,
        .pos = value < record.value_pos.size() ? record.value_pos[value] : record.pos,
        .field = field};
    const auto type = wire::dns::type_from_text(record.type);
    if (!type) {
        if (value == 0)
            on_diagnostic(finding(source, "\"" + record.type + "\" is no record type",
                                  "a mnemonic such as A, or TYPEn"));
        return;
    }
    source.type = *type;
    read_text(on_record, on_diagnostic, source, record.name, record.values[value]);
}

void DocumentZoneSource::read_text(const OnRecord& on_record, const OnDiagnostic& on_diagnostic,
                                   SourceRecord record, std::string_view owner,
                                   std::string_view text) const {
    const auto name = absolute(owner);
    if (!name) return on_diagnostic(finding(record, name.error().text));
    const auto rdata = wire::dns::rdata_from_text(record.type, text);
    if (!rdata)
        return on_diagnostic(finding(record, "\"" + std::string(text) + "\" is no " +
                                                 wire::dns::type_text(record.type) +
                                                 " data: " + rdata.error().text));
    record.owner = *name;
    record.rdata = *rdata;
    on_record(record);
}

bool MasterFileZoneSource::read(const OnRecord& on_record,
                                const OnDiagnostic& on_diagnostic) const {
    const SourceRecord here{.file = zone_.meta.file, .pos = zone_.file_pos, .field = "spec.file"};
    const auto origin = absolute(zone_.origin);
    const auto unread = [&](std::string why) {
        on_diagnostic(finding(here, std::move(why)));
        return false;
    };
    if (!origin) return unread(origin.error().text);
    if (!read_file_) return unread("no zone files can be read here");
    const auto file = read_file_(zone_, zone_.file, "");
    if (!file) return unread(file.error().text);
    bool whole = true;
    wire::dns::MasterOptions options{.origin = *origin, .default_ttl = zone_.ttl};
    options.include = [&](std::string_view path, std::string_view from) {
        auto included = read_file_(zone_, path, from);
        whole = whole && included;
        return included;
    };
    wire::dns::parse_master_file(
        file->text, file->name, options,
        [&](const wire::dns::MasterRecord& record) {
            on_record({record.owner, record.type, record.ttl, record.rdata, record.file,
                       model::Pos{record.line, 1}, ""});
        },
        [&](wire::dns::MasterDiagnostic d) {
            on_diagnostic({model::Severity::kError,
                           std::move(d.file),
                           {d.line, d.column},
                           "",
                           "",
                           std::move(d.message),
                           ""});
        });
    return whole;
}

}  // namespace fairway::world
