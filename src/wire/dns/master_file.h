// Zone files: RFC 1035 §5, $TTL (RFC 2308 §4), BIND's $GENERATE, $INCLUDE through a callback of the
// caller. Goes on after an error and reports all of them, up to a bound. Records stream out as they
// are read; nothing of the file is kept. Pure but for the callbacks; any thread, one file at a
// time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "wire/dns/name.h"
#include "wire/dns/types.h"

namespace fairway::wire::dns {

// Borrowed for the time of the callback.
struct MasterRecord {
    NameView owner;  // absolute, in the file's case
    Type type{};
    std::uint32_t ttl = 0;
    Bytes rdata;
    std::string_view file;
    std::uint32_t line = 0;
};

struct MasterDiagnostic {
    std::string file;
    std::uint32_t line = 0;    // from 1
    std::uint32_t column = 0;  // from 1
    std::string message;       // what is wrong; what would be right
};

struct IncludedFile {
    std::string name;  // as records and diagnostics shall call it
    std::string text;
};

struct MasterOptions {
    Name origin;
    std::optional<std::uint32_t> default_ttl;  // where the file has no $TTL and no record before
    // $INCLUDE: `path` as written, `from` the including file. The callback confines paths. Not set:
    // refused.
    std::function<Result<IncludedFile>(std::string_view path, std::string_view from)> include;
    // A file that is open already is refused too.
    std::size_t include_depth_max = kMasterIncludeDepthMax;
    std::size_t includes_max = kMasterIncludesMax;          // in all
    std::size_t generate_records_max = kMasterGenerateMax;  // of one $GENERATE
    std::size_t generated_max = kMasterGeneratedMax;        // by all of them
    std::size_t records_max = kMasterRecordsMax;
    std::size_t diagnostics_max = kZoneFindingsMax;  // told; all are counted
};

struct MasterSummary {
    std::uint64_t records = 0;
    std::uint64_t errors = 0;
};

MasterSummary parse_master_file(std::string_view text, std::string_view file,
                                const MasterOptions& options,
                                const std::function<void(const MasterRecord&)>& on_record,
                                const std::function<void(MasterDiagnostic)>& on_diagnostic);

}  // namespace fairway::wire::dns
