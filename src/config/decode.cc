#include "config/decode.h"

#include <algorithm>

#include "config/decode_kinds.h"
#include "config/validate.h"
#include "wire/dns/rdata.h"

namespace fairway::config {

namespace {

const KindSchema* kind_of(const Value& root, Findings& findings) {
    const Value& kind = root["kind"];
    const Value& version = root["apiVersion"];
    if (!version) findings.absent(root, "apiVersion", "is missing", "such as fairway.dev/v1alpha1");
    if (!kind) {
        findings.absent(root, "kind", "is missing", "such as TrafficPolicy");
        return nullptr;
    }
    const KindSchema* schema = schemas().find(kind.text());
    if (schema == nullptr) {
        std::vector<std::string_view> names;
        std::string known;
        for (const KindSchema& k : schemas().kinds()) {
            names.push_back(model::kind_name(k.kind));
            known += (known.empty() ? "" : ", ") + std::string(names.back());
        }
        const std::string_view near = nearest(kind.text(), names);
        findings.error(
            kind, "unknown kind " + quote(kind.text()),
            near.empty() ? "known kinds: " + known : "did you mean " + quote(near) + "?");
        return nullptr;
    }
    const auto& also = schema->also_versions;
    if (version && version.text() != schema->api_version &&
        std::find(also.begin(), also.end(), version.text()) == also.end()) {
        findings.error(version, quote(version.text()) + " is not the version of this kind",
                       "write " + schema->api_version);
    }
    return schema;
}

void read_meta(const Value& metadata, const KindSchema& kind, model::Meta& meta) {
    meta.key.kind = kind.kind;
    meta.key.name = metadata["name"].string();
    if (!kind.cluster_scoped) {
        const Value& ns = metadata["namespace"];
        meta.key.ns = ns ? ns.string() : "default";
    }
    for (const Member& label : metadata["labels"].members()) {
        meta.labels.emplace(label.key, label.value.string());
    }
    meta.created_unix_s = unix_seconds(metadata["creationTimestamp"].text()).value_or(0);
    meta.generation = static_cast<std::uint64_t>(metadata["generation"].integer().value_or(0));
}

// Well-formed: only such keys reach the Model and messages.
bool has_name(const model::ObjectKey& key) {
    return format_fault(Format::kDns1123Subdomain, key.name) == nullptr &&
           (key.ns.empty() || format_fault(Format::kDns1123Label, key.ns) == nullptr);
}

template <class T>
AnyObject decode_as(const Value& root, const KindSchema& kind, model::Meta meta,
                    Findings& findings) {
    auto object = std::make_shared<T>();
    object->meta = std::move(meta);
    const Reader reader(root, kind.root);
    decode_kind(reader, *object, findings);
    if constexpr (requires { object->unsupported; }) {
        object->unsupported = findings.take_unsupported();
    }
    return Shared<T>(std::move(object));
}

AnyObject decode_object(const Value& root, const KindSchema& kind, model::Meta meta,
                        Findings& findings) {
    switch (kind.kind) {
        case model::Kind::kRegion:
            return decode_as<model::Region>(root, kind, std::move(meta), findings);
        case model::Kind::kCluster:
            return decode_as<model::Cluster>(root, kind, std::move(meta), findings);
        case model::Kind::kDnsZone:
            return decode_as<model::DnsZone>(root, kind, std::move(meta), findings);
        case model::Kind::kTrafficPolicy:
            return decode_as<model::TrafficPolicy>(root, kind, std::move(meta), findings);
        case model::Kind::kHealthCheck:
            return decode_as<model::HealthCheck>(root, kind, std::move(meta), findings);
        case model::Kind::kRoutingControl:
            return decode_as<model::RoutingControl>(root, kind, std::move(meta), findings);
        case model::Kind::kService:
            return decode_as<model::Service>(root, kind, std::move(meta), findings);
        case model::Kind::kEndpointSlice:
            return decode_as<model::EndpointSlice>(root, kind, std::move(meta), findings);
        case model::Kind::kSecret:
            return decode_as<model::Secret>(root, kind, std::move(meta), findings);
        case model::Kind::kNamespace:
            return decode_as<model::Namespace>(root, kind, std::move(meta), findings);
        case model::Kind::kGatewayClass:
            return decode_as<model::GatewayClass>(root, kind, std::move(meta), findings);
        case model::Kind::kGateway:
            return decode_as<model::Gateway>(root, kind, std::move(meta), findings);
        case model::Kind::kHttpRoute:
            return decode_as<model::HttpRoute>(root, kind, std::move(meta), findings);
        case model::Kind::kReferenceGrant:
            return decode_as<model::ReferenceGrant>(root, kind, std::move(meta), findings);
    }
    return {};
}

}  // namespace

Decoded decode(const Value& root, std::string_view file) {
    Decoded out;
    out.pos = root.pos();
    Findings findings(root, file, object_text(root));
    if (!root.is_map()) {
        findings.error(root, "a manifest is a map", "apiVersion, kind, metadata, spec");
    } else if (const KindSchema* kind = kind_of(root, findings)) {
        validate_document(root, *kind, findings);
        model::Meta meta;
        read_meta(root["metadata"], *kind, meta);
        meta.file = file;
        meta.pos = root.pos();
        if (has_name(meta.key)) out.key = meta.key;
        const Property* spec = kind->root.find("spec");
        const bool complete = spec == nullptr || !spec->required || root["spec"].is_map();
        if (complete) out.object = decode_object(root, *kind, std::move(meta), findings);
    }
    const bool faulty = findings.has_faults();
    out.diagnostics = findings.take();
    if (faulty) refuse(out, out.diagnostics);
    return out;
}

void refuse(Decoded& decoded, const model::Diagnostics& findings) {
    model::Draft draft;
    if (decoded.draft) {
        draft = *decoded.draft;
    } else {
        draft.object = std::exchange(decoded.object, {});
    }
    for (const model::Diagnostic& finding : findings) {
        if (finding.severity == model::Severity::kError) draft.faults.push_back(finding.pos);
    }
    decoded.draft = std::make_shared<const model::Draft>(std::move(draft));
}

std::vector<const Value*> objects_of(const Value& root) {
    if (root["kind"].text() != "List" || root["apiVersion"].text() != "v1") return {&root};
    std::vector<const Value*> out;
    for (const Value& item : root["items"].items()) out.push_back(&item);
    return out;
}

std::string object_text(const Value& root) {
    const KindSchema* kind = schemas().find(root["kind"].text());
    if (kind == nullptr) return {};
    model::Meta meta;
    read_meta(root["metadata"], *kind, meta);
    return has_name(meta.key) ? meta.key.text() : std::string(model::kind_name(kind->kind));
}

model::Ref read_ref(const Reader& ref) {
    return {ref["namespace"].text(), ref["name"].text(), ref["name"].pos()};
}

model::Coordinates read_coordinates(const Reader& coordinates) {
    return {coordinates["latitude"].number(), coordinates["longitude"].number()};
}

void refuse_fields(const Reader& reader, std::initializer_list<std::string_view> fields,
                   const std::string& why, Findings& findings) {
    for (const Member& member : reader.value().members()) {
        for (const std::string_view field : fields) {
            if (member.key == field && member.value)
                findings.error(member, "has no effect here", why);
        }
    }
}

void check_record_value(std::string_view type, const Value& value, Findings& findings) {
    const auto known = wire::dns::type_from_text(type);
    if (!known || wire::dns::is_meta_type(*known) || !value.is_scalar())
        return;  // reported already
    const auto data = wire::dns::rdata_from_text(*known, value.text());
    if (!data) findings.error(value, data.error().text);
}

}  // namespace fairway::config
