#include "wire/dns/rdata.h"

#include <array>

#include "wire/dns/dnssec_text.h"
#include "wire/dns/loc.h"
#include "wire/dns/svcb.h"

namespace fairway::wire::dns {
namespace {

using enum Field;

constexpr Type kTa{32768};
constexpr Type kNinfo{56};
constexpr Type kAvc{258};
constexpr Type kResinfo{261};
constexpr Type kWallet{262};

constexpr RdataLayout kTable[] = {
    {Type::kA, {kIpv4}, "192.0.2.1"},
    {Type::kNs, {kName}, "ns1.example.com."},
    {Type::kMd, {kName}, "host.example.com."},
    {Type::kMf, {kName}, "host.example.com."},
    {Type::kCname, {kName}, "target.example.com."},
    {Type::kSoa,
     {kName, kName, kU32, kTtl, kTtl, kTtl, kTtl},
     "ns1.example.com. hostmaster.example.com. 2024010101 7200 3600 1209600 300"},
    {Type::kMb, {kName}, "host.example.com."},
    {Type::kMg, {kName}, "mailbox.example.com."},
    {Type::kMr, {kName}, "mailbox.example.com."},
    {Type::kPtr, {kName}, "host.example.com."},
    {Type::kHinfo, {kString, kString}, "\"amd64\" \"linux\""},
    {Type::kMinfo, {kName, kName}, "admin.example.com. errors.example.com."},
    {Type::kMx, {kU16, kName}, "10 mail.example.com."},
    {Type::kTxt, {kStrings}, "\"one string\" \"another\""},
    {Type::kRp, {kPlainName, kPlainName}, "admin.example.com. info.example.com."},
    {Type::kAfsdb, {kU16, kPlainName}, "1 afs.example.com."},
    {Type::kRt, {kU16, kPlainName}, "10 relay.example.com."},
    {Type::kAaaa, {kIpv6}, "2001:db8::1"},
    {Type::kLoc, {kLocation}, "42 21 54 N 71 06 18 W -24m 30m"},
    {Type::kSrv, {kU16, kU16, kU16, kPlainName}, "10 60 5060 sip.example.com."},
    {Type::kNaptr,
     {kU16, kU16, kString, kString, kString, kPlainName},
     "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.com!\" ."},
    {Type::kKx, {kU16, kPlainName}, "10 kx.example.com."},
    {Type::kDname, {kPlainName}, "target.example.com."},
    {Type::kDs, {kU16, kAlgorithm, kU8, kHex}, "60485 13 2 D4B7D520E7BB5F0F..."},
    {Type::kSshfp, {kU8, kU8, kHex}, "4 2 123456789ABCDEF6..."},
    {Type::kRrsig,
     {kType, kAlgorithm, kU8, kU32, kTime, kTime, kU16, kPlainName, kBase64},
     "A 13 3 300 20240201000000 20240101000000 2642 example.com. oJB1W6Wd..."},
    {Type::kNsec, {kPlainName, kTypeBitmap}, "host.example.com. A MX RRSIG NSEC"},
    {Type::kDnskey, {kU16, kU8, kAlgorithm, kBase64}, "257 3 13 GojIhhXUN/u4v54Z..."},
    {Type::kTlsa, {kU8, kU8, kU8, kHex}, "3 1 1 D2ABDE240D7CD3EE..."},
    {Type::kSmimea, {kU8, kU8, kU8, kHex}, "3 1 1 D2ABDE240D7CD3EE..."},
    {kNinfo, {kStrings}, "\"status\""},
    {Type::kCds, {kU16, kAlgorithm, kU8, kHex}, "60485 13 2 D4B7D520E7BB5F0F..."},
    {Type::kCdnskey, {kU16, kU8, kAlgorithm, kBase64}, "257 3 13 GojIhhXUN/u4v54Z..."},
    {Type::kOpenpgpkey, {kBase64}, "mQCNAzIG6BA..."},
    {Type::kZonemd, {kU32, kU8, kU8, kHex}, "2018031900 1 1 62E6CF51B02E54B9..."},
    {Type::kSvcb, {kU16, kPlainName, kSvcParams}, "1 svc.example.com. alpn=h2 port=8443"},
    {Type::kHttps, {kU16, kPlainName, kSvcParams}, "1 . alpn=h2,h3 ipv4hint=192.0.2.1"},
    {Type::kSpf, {kStrings}, "\"v=spf1 -all\""},
    {Type::kUri, {kU16, kU16, kUriTarget}, "10 1 \"https://www.example.com/\""},
    {Type::kCaa, {kU8, kCaaTag, kText}, "0 issue \"ca.example.net\""},
    {kAvc, {kStrings}, "\"app-name:WOLFGANG\""},
    {kResinfo, {kStrings}, "qnamemin"},
    {kWallet, {kStrings}, "\"BTC\" \"address\""},
    {kTa, {kU16, kAlgorithm, kU8, kHex}, "60485 13 2 D4B7D520E7BB5F0F..."},
    {Type::kDlv, {kU16, kAlgorithm, kU8, kHex}, "60485 13 2 D4B7D520E7BB5F0F..."},
};

constexpr auto make_layouts() {
    std::array<RdataLayout, std::size(kTable)> layouts{};
    for (std::size_t i = 0; i < layouts.size(); ++i) {
        layouts[i] = kTable[i];
        for (std::size_t k = 0; k < kFieldsMax; ++k) {
            if (kTable[i].fields[k] == kName)
                layouts[i].compressible = static_cast<std::uint8_t>(k + 1);
        }
    }
    return layouts;
}
constexpr auto kLayouts = make_layouts();

// Types below this are found by one look-up.
constexpr std::size_t kDense = 263;

constexpr std::array<std::uint8_t, kDense> make_index() {
    std::array<std::uint8_t, kDense> index{};
    for (std::size_t i = 0; i < std::size(kLayouts); ++i) {
        const auto type = static_cast<std::size_t>(kLayouts[i].type);
        if (type < kDense) index[type] = static_cast<std::uint8_t>(i + 1);
    }
    return index;
}
constexpr auto kIndex = make_index();

std::optional<std::size_t> string_size(Bytes rest) {
    if (rest.empty() || rest.size() < rest[0] + 1u) return {};
    return rest[0] + 1u;
}

std::optional<std::size_t> strings_size(Bytes rest) {
    std::size_t at = 0;
    do {
        const auto size = string_size(rest.subspan(at));
        if (!size) return {};
        at += *size;
    } while (at < rest.size());
    return at;
}

std::optional<std::size_t> tag_size(Bytes rest) {
    const auto size = string_size(rest);
    if (!size || *size == 1) return {};
    for (const std::uint8_t c : rest.subspan(1, *size - 1)) {
        const std::uint8_t low = c | 0x20;
        if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'z')) return {};
    }
    return size;
}

std::optional<std::size_t> exactly(std::size_t size, Bytes rest) {
    if (rest.size() < size) return {};
    return size;
}

std::optional<std::size_t> whole_if(bool well_formed, Bytes rest) {
    if (!well_formed) return {};
    return rest.size();
}

}  // namespace

const RdataLayout* rdata_layout(Type type) {
    const auto number = static_cast<std::size_t>(type);
    if (number < kDense) return kIndex[number] ? &kLayouts[kIndex[number] - 1] : nullptr;
    for (const RdataLayout& layout : kLayouts) {
        if (layout.type == type) return &layout;
    }
    return nullptr;
}

std::optional<std::size_t> field_size(Field field, Bytes rest) {
    switch (field) {
        case kEnd:
            return 0;
        case kName:
        case kPlainName: {
            const auto name = NameView::read(rest);
            return name ? std::optional(name->size()) : std::nullopt;
        }
        case kU8:
        case kAlgorithm:
            return exactly(1, rest);
        case kU16:
        case kType:
            return exactly(2, rest);
        case kU32:
        case kTtl:
        case kTime:
        case kIpv4:
            return exactly(4, rest);
        case kIpv6:
            return exactly(16, rest);
        case kString:
            return string_size(rest);
        case kStrings:
            return strings_size(rest);
        case kText:
            return rest.size();
        case kUriTarget:
        case kHex:
        case kBase64:
            return whole_if(!rest.empty(), rest);
        case kCaaTag:
            return tag_size(rest);
        case kTypeBitmap:
            return whole_if(is_type_bitmap(rest), rest);
        case kSvcParams:
            return whole_if(!svc_params_fault(rest), rest);
        case kLocation:
            return whole_if(is_location(rest), rest);
    }
    return {};
}

Status check_rdata(Type type, Bytes rdata) {
    const auto refuse = [&](std::string what) {
        return fail(Code::kInvalid, Origin::kConfig, type_text(type) + " data " + std::move(what));
    };
    if (rdata.size() > kRdataMax) return refuse("is longer than 65535 octets");
    const RdataLayout* layout = rdata_layout(type);
    if (!layout) return {};
    std::size_t at = 0;
    for (const Field* field = layout->fields; *field != kEnd; ++field) {
        const auto size = field_size(*field, rdata.subspan(at));
        if (!size)
            return refuse("is malformed at octet " + std::to_string(at) + "; in text it is " +
                          layout->form);
        at += *size;
    }
    if (at == rdata.size()) return {};
    return refuse("has " + std::to_string(rdata.size() - at) + " octets too many; in text it is " +
                  layout->form);
}

void each_name(Type type, Bytes rdata, const std::function<void(NameView)>& visit) {
    const RdataLayout* layout = rdata_layout(type);
    if (!layout) return;
    for (const Field* field = layout->fields; *field != kEnd; ++field) {
        const auto size = field_size(*field, rdata);
        if (!size) return;
        if (*field == kName || *field == kPlainName) visit(NameView::trusted(rdata.first(*size)));
        rdata = rdata.subspan(*size);
    }
}

}  // namespace fairway::wire::dns
