// Wire form to presentation form, by the type's layout.
#include "base/ip.h"
#include "wire/dns/dnssec_text.h"
#include "wire/dns/loc.h"
#include "wire/dns/rdata.h"
#include "wire/dns/svcb.h"

namespace fairway::wire::dns {
namespace {

std::uint32_t number(Bytes field) {
    std::uint32_t value = 0;
    for (const std::uint8_t octet : field) value = value << 8 | octet;
    return value;
}

std::string_view as_text(Bytes field) {
    return {reinterpret_cast<const char*>(field.data()), field.size()};
}

void append_strings(std::string& out, Bytes field) {
    for (std::size_t at = 0; at < field.size(); at += field[at] + 1u) {
        if (at > 0) out += ' ';
        append_quoted(out, field.subspan(at + 1, field[at]));
    }
}

// `field` is well-formed: field_size() accepted it. Lists bring a blank before each entry.
void append_field(std::string& out, Field kind, Bytes field) {
    switch (kind) {
        case Field::kEnd:
            return;
        case Field::kName:
        case Field::kPlainName:
            out += NameView::trusted(field).text();
            return;
        case Field::kU8:
        case Field::kU16:
        case Field::kU32:
        case Field::kTtl:
        case Field::kAlgorithm:
            out += std::to_string(number(field));
            return;
        case Field::kType:
            out += type_text(static_cast<Type>(number(field)));
            return;
        case Field::kTime:
            out += time_text(number(field));
            return;
        case Field::kIpv4:
            out += IpAddr::v4(field.data()).text();
            return;
        case Field::kIpv6:
            out += IpAddr::v6(field.data()).text();
            return;
        case Field::kString:
        case Field::kStrings:
            append_strings(out, field);
            return;
        case Field::kText:
        case Field::kUriTarget:
            append_quoted(out, field);
            return;
        case Field::kCaaTag:
            out += as_text(field.subspan(1));
            return;
        case Field::kHex:
            append_hex(out, field);
            return;
        case Field::kBase64:
            append_base64(out, field);
            return;
        case Field::kTypeBitmap:
            append_type_bitmap_text(out, field);
            return;
        case Field::kSvcParams:
            append_svc_params(out, field);
            return;
        case Field::kLocation:
            append_location(out, field);
            return;
    }
}

bool is_list(Field kind) {
    return kind == Field::kTypeBitmap || kind == Field::kSvcParams;
}

std::string generic_text(Bytes rdata) {
    std::string out = "\\# " + std::to_string(rdata.size());
    if (!rdata.empty()) out += ' ';
    append_hex(out, rdata);
    return out;
}

}  // namespace

std::string rdata_text(Type type, Bytes rdata) {
    const RdataLayout* layout = rdata_layout(type);
    if (!layout) return generic_text(rdata);
    std::string out;
    Bytes rest = rdata;
    for (const Field* field = layout->fields; *field != Field::kEnd; ++field) {
        const auto size = field_size(*field, rest);
        if (!size) return generic_text(rdata);
        if (!out.empty() && !is_list(*field)) out += ' ';
        append_field(out, *field, rest.first(*size));
        rest = rest.subspan(*size);
    }
    return rest.empty() ? out : generic_text(rdata);
}

}  // namespace fairway::wire::dns
