// Any bytes as a zone file that may include itself: each record that comes out is well-formed and
// reads back from its text, each error has a place and words, the bounds hold.
#include "base/check.h"
#include "wire/dns/master_file.h"
#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

void check_record(const MasterRecord& record) {
    FW_CHECK(NameView::read(record.owner.wire()) && check_rdata(record.type, record.rdata));
    FW_CHECK(!is_meta_type(record.type) && record.ttl <= kTtlMax && record.line > 0);
    const std::string line = record.owner.text() + " " + std::to_string(record.ttl) + " IN " +
                             type_text(record.type) + " " + rdata_text(record.type, record.rdata) +
                             "\n";
    std::size_t same = 0;
    parse_master_file(
        line, "again", {},
        [&](const MasterRecord& again) {
            same += again.owner == record.owner && again.type == record.type &&
                    again.ttl == record.ttl &&
                    std::equal(again.rdata.begin(), again.rdata.end(), record.rdata.begin(),
                               record.rdata.end());
        },
        [](const MasterDiagnostic&) {});
    FW_CHECK(same == 1);
}

}  // namespace
}  // namespace fairway::wire::dns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairway::wire::dns;
    const std::string text(reinterpret_cast<const char*>(data), size);
    MasterOptions options;
    options.origin = *Name::parse("example.com.");
    options.include_depth_max = 3;
    options.includes_max = 8;
    options.generate_records_max = 100;
    options.records_max = 500;
    options.diagnostics_max = 50;
    options.include = [&](std::string_view path,
                          std::string_view) -> fairway::Result<IncludedFile> {
        if (path.empty())
            return fairway::fail(fairway::Code::kNotFound, fairway::Origin::kConfig,
                                 "no such file");
        return IncludedFile{std::string(path), text};
    };
    std::uint64_t records = 0, errors = 0;
    const MasterSummary summary = parse_master_file(
        text, "zone", options,
        [&](const MasterRecord& record) {
            ++records;
            check_record(record);
        },
        [&](const MasterDiagnostic& d) {
            ++errors;
            FW_CHECK(d.line > 0 && d.column > 0 && d.column <= text.size() + 1 &&
                     !d.message.empty());
        });
    FW_CHECK(records == summary.records && records <= options.records_max);
    FW_CHECK(errors == std::min<std::uint64_t>(summary.errors, options.diagnostics_max));
    return 0;
}
