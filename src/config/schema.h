// The schemas of api/*.yaml as the validator reads them: embedded at build time, parsed once at the
// first use, immutable then; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/format.h"
#include "config/value.h"

namespace fairway::config {

struct SchemaSource {
    std::string_view name;  // "api/region.yaml"
    std::string_view text;
};
const std::vector<SchemaSource>& schema_sources();

struct Property;

struct Schema {
    enum class Type : std::uint8_t {
        kObject,
        kArray,
        kString,
        kInteger,
        kNumber,
        kBoolean,
        kIntOrString
    };
    Type type = Type::kObject;
    bool nullable = false;
    bool preserve_unknown = false;  // an object that nobody looks into
    bool secret = false;            // its text must not be quoted in messages
    bool unique_items = false;      // list-type set
    Format format = Format::kNone;
    Format key_format = Format::kNone;                       // of a map's keys
    std::uint32_t min_length = 0, max_length = 0xFFFFFFFFu;  // characters
    std::uint32_t min_items = 0, max_items = 0xFFFFFFFFu;    // of lists; max also of maps
    std::optional<double> minimum, maximum;
    std::vector<std::string> allowed;                                 // enum
    std::vector<std::pair<std::string, std::string>> refused_values;  // value, why
    std::string refused;                                              // why; empty: honoured
    // Known to the API, not honoured yet: an error that leaves the object (model::Unsupported).
    std::vector<std::pair<std::string, std::string>> unsupported_values;  // value, why
    std::string unsupported;                                              // why; empty: honoured
    std::vector<std::string> list_keys;                                   // list-type map
    std::vector<Property> properties;
    std::vector<Schema> items;  // of a list: one; of a map with free keys: one
    Value otherwise;            // default; missing: none
    std::string description;

    const Property* find(std::string_view name) const;
    bool has_free_keys() const { return type == Type::kObject && !items.empty(); }
};

struct Property {
    std::string name;
    bool required = false;
    Schema schema;
};

struct KindSchema {
    model::Kind kind = model::Kind::kRegion;
    std::string api_version;                 // "fairway.dev/v1alpha1"
    std::vector<std::string> also_versions;  // older ones of the same schema
    std::string plural;
    bool cluster_scoped = false;
    Schema root;  // without apiVersion, kind, metadata
};

class SchemaSet {
  public:
    // Fails on a word that is not in api/README.md.
    static Result<SchemaSet> parse(const std::vector<SchemaSource>& sources);

    const std::vector<KindSchema>& kinds() const { return kinds_; }
    const KindSchema* find(std::string_view kind) const;
    const KindSchema& of(model::Kind kind) const;
    const Schema& metadata() const { return metadata_; }

  private:
    std::vector<Documents> documents_;  // behind the defaults' Values
    std::vector<KindSchema> kinds_;
    Schema metadata_;
};

// The embedded ones.
const SchemaSet& schemas();

}  // namespace fairway::config
