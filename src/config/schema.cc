#include "config/schema.h"

#include <algorithm>

#include "base/check.h"
#include "config/yaml.h"

namespace fairway::config {

namespace {

tl::unexpected<Error> bad(const Value& value, std::string what) {
    return fail(Code::kInvalid, Origin::kInternal,
                "line " + std::to_string(value.pos().line) + ": " + std::move(what));
}

Status parse_schema(const Value& value, Schema& out);

Status read_type(const Value& value, Schema& out) {
    static constexpr std::pair<std::string_view, Schema::Type> kTypes[] = {
        {"object", Schema::Type::kObject}, {"array", Schema::Type::kArray},
        {"string", Schema::Type::kString}, {"integer", Schema::Type::kInteger},
        {"number", Schema::Type::kNumber}, {"boolean", Schema::Type::kBoolean}};
    for (const auto& [name, type] : kTypes) {
        if (value.text() == name) {
            out.type = type;
            return {};
        }
    }
    return bad(value, "unknown type `" + value.string() + "`");
}

Status read_format(const Value& value, Format& out) {
    const auto format = format_from_name(value.text());
    if (!format) return bad(value, "unknown format `" + value.string() + "`");
    out = *format;
    return {};
}

Status read_count(const Value& value, std::uint32_t& out) {
    const auto count = value.integer();
    if (!count || *count < 0 || *count > 0xFFFFFFFFll) return bad(value, "not a count");
    out = static_cast<std::uint32_t>(*count);
    return {};
}

Status read_number(const Value& value, std::optional<double>& out) {
    out = value.number();
    if (!out) return bad(value, "not a number");
    return {};
}

void read_texts(const Value& value, std::vector<std::string>& out) {
    for (const Value& item : value.items()) out.push_back(item.string());
}

Status read_kid(const Value& value, Schema& out) {
    out.items.emplace_back();
    return parse_schema(value, out.items.back());
}

Status read_properties(const Value& value, Schema& out) {
    out.properties.reserve(value.size());
    for (const Member& member : value.members()) {
        out.properties.push_back({std::string(member.key), false, {}});
        FW_TRY_VOID(parse_schema(member.value, out.properties.back().schema));
    }
    return {};
}

Status read_bool(const Value& value, bool& out) {
    const auto flag = value.boolean();
    if (!flag) return bad(value, "not true or false");
    out = *flag;
    return {};
}

Status read_text(const Value& value, std::string& out) {
    out = value.string();
    return {};
}

Status read_reasons(const Value& value, std::vector<std::pair<std::string, std::string>>& out) {
    for (const Member& member : value.members()) {
        out.emplace_back(member.key, member.value.string());
    }
    return {};
}

struct Word {
    std::string_view name;
    Status (*read)(const Value&, Schema&);
};

// The whole language of api/*.yaml. `required` is read after `properties`.
constexpr Word kWords[] = {
    {"type", read_type},
    {"properties", read_properties},
    {"additionalProperties", read_kid},
    {"items", read_kid},
    {"required", [](const Value&, Schema&) -> Status { return {}; }},
    {"format", [](const Value& v, Schema& s) { return read_format(v, s.format); }},
    {"x-fairway-key-format",
     [](const Value& v, Schema& s) { return read_format(v, s.key_format); }},
    {"nullable", [](const Value& v, Schema& s) { return read_bool(v, s.nullable); }},
    {"x-kubernetes-preserve-unknown-fields",
     [](const Value& v, Schema& s) { return read_bool(v, s.preserve_unknown); }},
    {"x-fairway-secret", [](const Value& v, Schema& s) { return read_bool(v, s.secret); }},
    {"x-fairway-refused", [](const Value& v, Schema& s) { return read_text(v, s.refused); }},
    {"description", [](const Value& v, Schema& s) { return read_text(v, s.description); }},
    {"minLength", [](const Value& v, Schema& s) { return read_count(v, s.min_length); }},
    {"maxLength", [](const Value& v, Schema& s) { return read_count(v, s.max_length); }},
    {"minItems", [](const Value& v, Schema& s) { return read_count(v, s.min_items); }},
    {"maxItems", [](const Value& v, Schema& s) { return read_count(v, s.max_items); }},
    {"maxProperties", [](const Value& v, Schema& s) { return read_count(v, s.max_items); }},
    {"minimum", [](const Value& v, Schema& s) { return read_number(v, s.minimum); }},
    {"maximum", [](const Value& v, Schema& s) { return read_number(v, s.maximum); }},
    {"default",
     [](const Value& v, Schema& s) -> Status {
         s.otherwise = v;
         return {};
     }},
    {"enum",
     [](const Value& v, Schema& s) -> Status {
         read_texts(v, s.allowed);
         return {};
     }},
    {"x-fairway-refused-values",
     [](const Value& v, Schema& s) { return read_reasons(v, s.refused_values); }},
    {"x-fairway-unsupported",
     [](const Value& v, Schema& s) { return read_text(v, s.unsupported); }},
    {"x-fairway-unsupported-values",
     [](const Value& v, Schema& s) { return read_reasons(v, s.unsupported_values); }},
    {"x-kubernetes-int-or-string",
     [](const Value&, Schema& s) -> Status {
         s.type = Schema::Type::kIntOrString;
         return {};
     }},
    {"x-kubernetes-list-type",
     [](const Value& v, Schema& s) -> Status {
         s.unique_items = v.text() == "set";
         return v.text() == "set" || v.text() == "map" ? Status() : bad(v, "set or map");
     }},
    {"x-kubernetes-list-map-keys",
     [](const Value& v, Schema& s) -> Status {
         read_texts(v, s.list_keys);
         return {};
     }},
};

Status parse_schema(const Value& value, Schema& out) {
    if (!value.is_map()) return bad(value, "a schema is a map");
    for (const Member& member : value.members()) {
        const auto word = std::find_if(std::begin(kWords), std::end(kWords),
                                       [&](const Word& w) { return w.name == member.key; });
        if (word == std::end(kWords)) {
            return bad(value, "unknown word `" + std::string(member.key) + "`");
        }
        FW_TRY_VOID(word->read(member.value, out));
    }
    for (const Value& name : value["required"].items()) {
        const auto property =
            std::find_if(out.properties.begin(), out.properties.end(),
                         [&](const Property& p) { return p.name == name.text(); });
        if (property == out.properties.end()) return bad(name, "required, but no property");
        property->required = true;
    }
    return {};
}

std::optional<model::Kind> kind_of(std::string_view name) {
    for (int i = 0; i < model::kKindCount; ++i) {
        if (model::kind_name(static_cast<model::Kind>(i)) == name)
            return static_cast<model::Kind>(i);
    }
    return std::nullopt;
}

Result<KindSchema> parse_kind(const Value& root) {
    const auto kind = kind_of(root["kind"].text());
    if (!kind) return bad(root, "unknown kind `" + root["kind"].string() + "`");
    KindSchema out;
    out.kind = *kind;
    out.api_version = root["apiVersion"].string();
    read_texts(root["alsoVersions"], out.also_versions);
    out.plural = root["plural"].string();
    out.cluster_scoped = root["scope"].text() == "Cluster";
    if (out.cluster_scoped != model::kind_is_cluster_scoped(*kind)) return bad(root, "scope");
    FW_TRY_VOID(parse_schema(root["schema"], out.root));
    return out;
}

}  // namespace

const Property* Schema::find(std::string_view name) const {
    for (const Property& property : properties) {
        if (property.name == name) return &property;
    }
    return nullptr;
}

Result<SchemaSet> SchemaSet::parse(const std::vector<SchemaSource>& sources) {
    SchemaSet out;
    for (const SchemaSource& source : sources) {
        out.documents_.push_back(parse_yaml(source.text, source.name));
        const Documents& documents = out.documents_.back();
        const auto in_file = [&](Error error) {
            error.text = std::string(source.name) + ": " + error.text;
            return tl::unexpected(std::move(error));
        };
        if (!documents.findings.empty() || documents.all.size() != 1) {
            return in_file({.text = documents.findings.empty() ? "one document, please"
                                                               : documents.findings[0].text()});
        }
        const Value& root = documents.all[0].root;
        if (root.find("kind") == nullptr) {
            if (auto status = parse_schema(root, out.metadata_); !status)
                return in_file(status.error());
            continue;
        }
        auto kind = parse_kind(root);
        if (!kind) return in_file(kind.error());
        out.kinds_.push_back(std::move(*kind));
    }
    return out;
}

const KindSchema* SchemaSet::find(std::string_view kind) const {
    for (const KindSchema& schema : kinds_) {
        if (model::kind_name(schema.kind) == kind) return &schema;
    }
    return nullptr;
}

const KindSchema& SchemaSet::of(model::Kind kind) const {
    const KindSchema* found = find(model::kind_name(kind));
    FW_CHECK(found != nullptr);
    return *found;
}

const SchemaSet& schemas() {
    static const SchemaSet kSchemas = [] {
        auto parsed = SchemaSet::parse(schema_sources());
        if (!parsed) check_failed(parsed.error().text.c_str(), __FILE__, __LINE__);
        return std::move(*parsed);
    }();
    return kSchemas;
}

}  // namespace fairway::config
