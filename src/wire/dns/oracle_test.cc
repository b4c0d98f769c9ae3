// The codec beside an independent one, ldns: the same text gives the same octets, each reads what
// the other prints, whole zone files give the same records, responses read as we meant them.
#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <memory>

#include "base/hash.h"
#include "wire/dns/master_file.h"
#include "wire/dns/message.h"
#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

using Octets = std::vector<std::uint8_t>;

struct FreeRr {
    void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
using Rr = std::unique_ptr<ldns_rr, FreeRr>;

std::string hex(Bytes octets) {
    std::string out;
    append_hex(out, octets);
    return out;
}

// "a. 60 IN TYPE DATA" through ldns; its data's octets.
Octets ldns_rdata(const ldns_rr* rr) {
    Octets out;
    for (std::size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
        const ldns_rdf* field = ldns_rr_rdf(rr, i);
        const std::uint8_t* data = ldns_rdf_data(field);
        out.insert(out.end(), data, data + ldns_rdf_size(field));
    }
    return out;
}

Rr ldns_read(Type type, const std::string& data) {
    ldns_rr* rr = nullptr;
    const std::string line = "a. 60 IN " + type_text(type) + " " + data;
    if (ldns_rr_new_frm_str(&rr, line.c_str(), 0, nullptr, nullptr) != LDNS_STATUS_OK)
        return nullptr;
    return Rr(rr);
}

std::string ldns_print(const ldns_rr* rr) {
    std::string out;
    for (std::size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
        char* text = ldns_rdf2str(ldns_rr_rdf(rr, i));
        if (i > 0) out += ' ';
        out += text;
        free(text);
    }
    return out;
}

// Random text of each type's data.
class TextMaker {
  public:
    explicit TextMaker(std::uint64_t seed) : rng_(seed) {}
    std::uint64_t below(std::uint64_t bound) { return rng_.below(bound); }

    std::string name() {
        if (below(20) == 0) return ".";
        std::string out;
        for (std::uint64_t labels = 1 + below(4); labels > 0; --labels) {
            for (std::uint64_t n = 1 + below(12); n > 0; --n) out += name_letter();
            out += '.';
        }
        return out;
    }
    std::string number(std::uint64_t bound) {
        const std::uint64_t shift = below(33);
        return std::to_string(below(bound) >> (below(2) ? 0 : shift));
    }
    std::string string() {
        std::string out = "\"";
        for (std::uint64_t n = below(30); n > 0; --n) out += string_letter();
        return out + "\"";
    }
    std::string octets_as_hex(std::uint64_t least) {
        Octets octets(least + below(40));
        for (auto& octet : octets) octet = static_cast<std::uint8_t>(below(256));
        return hex(octets);
    }
    std::string octets_as_base64() {
        Octets octets(3 + below(90));
        for (auto& octet : octets) octet = static_cast<std::uint8_t>(below(256));
        std::string out;
        append_base64(out, octets);
        return out;
    }
    std::string ipv4() {
        return number(256) + "." + number(256) + "." + number(256) + "." + number(256);
    }
    std::string ipv6() {
        std::uint8_t octets[16];
        for (auto& octet : octets) octet = below(2) ? 0 : static_cast<std::uint8_t>(below(256));
        return IpAddr::v6(octets).text();
    }
    std::string field(Field field);
    std::string data(Type type) {
        std::string out;
        for (const Field* field = rdata_layout(type)->fields; *field != Field::kEnd; ++field) {
            if (!out.empty()) out += ' ';
            out += this->field(*field);
        }
        return out;
    }

  private:
    std::string name_letter() {
        static constexpr const char* kOdd[] = {"\\.", "\\000", "\\255", "\\032", "*",
                                               "_",   "-",     "\\\\",  "\\046"};
        if (below(12) == 0) return kOdd[below(std::size(kOdd))];
        return std::string(1, "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789"[below(42)]);
    }
    std::string string_letter() {
        static constexpr const char* kOdd[] = {"\\\"", "\\\\", "\\000", "\\255", "\\010",
                                               ";",    "(",    ")",     " "};
        if (below(8) == 0) return kOdd[below(std::size(kOdd))];
        return std::string(1, "abcdefghijklmnopqrstuvwxyz=/:.-+0123456789"[below(42)]);
    }
    std::string service_params();
    std::string location();
    Rng rng_;
};

std::string TextMaker::field(Field field) {
    switch (field) {
        case Field::kEnd:
            return "";
        case Field::kName:
        case Field::kPlainName:
            return name();
        case Field::kU8:
        case Field::kAlgorithm:
            return number(256);
        case Field::kU16:
            return number(65536);
        case Field::kU32:
            return number(std::uint64_t{1} << 32);
        case Field::kTtl:
            return number(std::uint64_t{1} << 31);
        case Field::kIpv4:
            return ipv4();
        case Field::kIpv6:
            return ipv6();
        case Field::kString:
        case Field::kText:
            return string();
        case Field::kUriTarget:
            return "\"x" + string().substr(1);
        case Field::kStrings: {
            std::string out = string();
            for (std::uint64_t n = below(4); n > 0; --n) out += " " + string();
            return out;
        }
        case Field::kCaaTag:
            return below(2) ? "issue" : "iodef9";
        case Field::kType:
            return below(2) ? "SOA" : "TYPE" + std::to_string(300 + below(30000));
        case Field::kTime:
            return number(std::uint64_t{1} << 31);
        case Field::kHex:
            return octets_as_hex(1);
        case Field::kBase64:
            return octets_as_base64();
        case Field::kTypeBitmap: {
            std::string out = "A";
            for (std::uint64_t n = below(6); n > 0; --n)
                out += " TYPE" + std::to_string(300 + below(2000));
            return out;
        }
        case Field::kSvcParams:
            return service_params();
        case Field::kLocation:
            return location();
    }
    return "";
}

std::string TextMaker::service_params() {
    std::vector<std::string> params;
    if (below(2)) params.push_back(below(2) ? "alpn=h2,h3" : "alpn=\"h3-19\"");
    if (below(2)) params.push_back("port=" + number(65536));
    if (below(2)) params.push_back("ipv4hint=" + ipv4() + "," + ipv4());
    if (below(2)) params.push_back("ipv6hint=" + ipv6());
    if (below(2)) params.push_back("ech=" + octets_as_base64());
    if (below(2))
        params.push_back("key" + std::to_string(100 + below(65000)) + "=" + "v" +
                         std::to_string(below(1000)));
    for (std::size_t i = params.size(); i > 1; --i) std::swap(params[i - 1], params[below(i)]);
    std::string out;
    for (const std::string& param : params) out += (out.empty() ? "" : " ") + param;
    return out;
}

std::string TextMaker::location() {
    std::string out =
        number(90) + " " + number(60) + " " + number(60) + "." + std::to_string(100 + below(900));
    out += below(2) ? " N " : " S ";
    out += number(180) + " " + number(60) + " " + number(60) + (below(2) ? " E " : " W ");
    out += (below(2) ? "-" : "") + number(100000) + "." + std::to_string(10 + below(90)) + "m";
    static constexpr const char* kSizes[] = {"1m", "30m", "9000m", "0.05m", "10000000m"};
    for (std::uint64_t n = below(4); n > 0; --n)
        out += std::string(" ") + kSizes[below(std::size(kSizes))];
    return out;
}

constexpr Type kTypes[] = {
    Type::kA,       Type::kAaaa,   Type::kNs,    Type::kSoa,        Type::kCname, Type::kDname,
    Type::kMx,      Type::kTxt,    Type::kSrv,   Type::kPtr,        Type::kCaa,   Type::kHttps,
    Type::kSvcb,    Type::kTlsa,   Type::kSshfp, Type::kNaptr,      Type::kUri,   Type::kLoc,
    Type::kDs,      Type::kDnskey, Type::kHinfo, Type::kRp,         Type::kSpf,   Type::kCds,
    Type::kCdnskey, Type::kRrsig,  Type::kNsec,  Type::kMinfo,      Type::kAfsdb, Type::kKx,
    Type::kSmimea,  Type::kZonemd, Type::kDlv,   Type::kOpenpgpkey, Type::kRt,    Type::kMb,
    Type::kMg,      Type::kMr,     Type::kMd,    Type::kMf,
};

TEST(Oracle, TextAndOctetsAgreeWithLdns) {
    TextMaker maker(20240601);
    for (const Type type : kTypes) {
        unsigned compared = 0;
        for (int i = 0; i < 400; ++i) {
            const std::string text = maker.data(type);
            SCOPED_TRACE(type_text(type) + " " + text);
            const auto mine = rdata_from_text(type, text);
            ASSERT_TRUE(mine) << mine.error().text;
            const Rr theirs = ldns_read(type, text);
            if (!theirs) continue;
            ++compared;
            ASSERT_EQ(hex(*mine), hex(ldns_rdata(theirs.get())));
            const Rr from_my_text = ldns_read(type, rdata_text(type, *mine));
            ASSERT_TRUE(from_my_text) << "ldns does not read " << rdata_text(type, *mine);
            ASSERT_EQ(hex(*mine), hex(ldns_rdata(from_my_text.get())));
            const auto from_their_text = rdata_from_text(type, ldns_print(theirs.get()));
            ASSERT_TRUE(from_their_text) << from_their_text.error().text;
            ASSERT_EQ(hex(*mine), hex(*from_their_text)) << ldns_print(theirs.get());
            const std::string generic = "\\# " + std::to_string(mine->size()) + " " + hex(*mine);
            ASSERT_EQ(hex(*mine), hex(*rdata_from_text(type, generic)));
        }
        // ldns refuses some odd values that the RFCs allow; most must be compared.
        EXPECT_GE(compared, 200u) << type_text(type);
    }
}

TEST(Oracle, UnknownTypesAgreeWithLdns) {
    TextMaker maker(7);
    for (int i = 0; i < 200; ++i) {
        const std::string digits = maker.octets_as_hex(0);
        const std::string text = "\\# " + std::to_string(digits.size() / 2) + " " + digits;
        const Type type{static_cast<std::uint16_t>(65280 + maker.below(100))};
        const Rr theirs = ldns_read(type, text);
        ASSERT_TRUE(theirs) << text;
        EXPECT_EQ(hex(*rdata_from_text(type, text)), hex(ldns_rdata(theirs.get())));
    }
}

// --- zone files ----------------------------------------------------------------------------------

struct FreeZone {
    void operator()(ldns_zone* zone) const { ldns_zone_deep_free(zone); }
};

std::vector<std::string> ldns_zone_lines(const std::string& text) {
    std::unique_ptr<FILE, int (*)(FILE*)> file(
        fmemopen(const_cast<char*>(text.data()), text.size(), "r"), fclose);
    ldns_rdf* origin = ldns_dname_new_frm_str("example.com.");
    ldns_zone* raw = nullptr;
    int line = 0;
    const ldns_status status =
        ldns_zone_new_frm_fp_l(&raw, file.get(), origin, 3600, LDNS_RR_CLASS_IN, &line);
    ldns_rdf_deep_free(origin);
    std::vector<std::string> lines;
    EXPECT_EQ(status, LDNS_STATUS_OK)
        << ldns_get_errorstr_by_id(status) << " at line " << line << "\n"
        << text;
    if (status != LDNS_STATUS_OK) return lines;
    const std::unique_ptr<ldns_zone, FreeZone> zone(raw);
    const auto add = [&](const ldns_rr* rr) {
        const ldns_rdf* owner = ldns_rr_owner(rr);
        lines.push_back(hex({ldns_rdf_data(owner), ldns_rdf_size(owner)}) + " " +
                        std::to_string(ldns_rr_ttl(rr)) + " " +
                        std::to_string(ldns_rr_get_type(rr)) + " " + hex(ldns_rdata(rr)));
    };
    add(ldns_zone_soa(zone.get()));
    const ldns_rr_list* rest = ldns_zone_rrs(zone.get());
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(rest); ++i) add(ldns_rr_list_rr(rest, i));
    return lines;
}

std::vector<std::string> my_zone_lines(const std::string& text) {
    std::vector<std::string> lines;
    MasterOptions options;
    options.origin = *Name::parse("example.com.");
    parse_master_file(
        text, "zone", options,
        [&](const MasterRecord& record) {
            lines.push_back(hex(record.owner.wire()) + " " + std::to_string(record.ttl) + " " +
                            std::to_string(static_cast<unsigned>(record.type)) + " " +
                            hex(record.rdata));
        },
        [&](const MasterDiagnostic& d) {
            ADD_FAILURE() << d.line << ":" << d.column << ": " << d.message << "\n" << text;
        });
    return lines;
}

// Writes one record in one of the many ways that mean the same. A TTL is always there: where it is
// missing ldns takes the last one even if there is a $TTL, against RFC 2308 §4. The owner is never
// left out after a directive for a like reason.
std::string zone_line(TextMaker& maker, bool may_omit_owner) {
    static constexpr const char* kOwners[] = {"www", "a.b.c", "@",         "mail.example.com.",
                                              "*",   "x\\.y", "_sip._tcp", "WWW"};
    static constexpr Type kZoneTypes[] = {
        Type::kA,    Type::kAaaa, Type::kNs,    Type::kMx, Type::kTxt,   Type::kSrv,  Type::kCaa,
        Type::kTlsa, Type::kLoc,  Type::kNaptr, Type::kDs, Type::kHttps, Type::kHinfo};
    const Type type = kZoneTypes[maker.below(std::size(kZoneTypes))];
    std::string line = may_omit_owner && maker.below(3) == 0
                           ? "\t"
                           : std::string(kOwners[maker.below(std::size(kOwners))]) + " ";
    static constexpr const char* kTtlAndClass[] = {"301 ", "300 ", "300 IN ", "2h ", "1d IN "};
    line += kTtlAndClass[maker.below(std::size(kTtlAndClass))];
    line += type_text(type) + " ";
    const std::string data = maker.data(type);
    switch (maker.below(4)) {
        case 0:
            return line + "( " + data + " )\n";
        case 1:
            return line + data + " ; a comment (\n";
        case 2:
            return line + "( ; opened\n  " + data + "\n ) ; closed\n";
        default:
            return line + data + "\n";
    }
}

TEST(Oracle, ZoneFilesAgreeWithLdns) {
    TextMaker maker(99);
    for (int i = 0; i < 60; ++i) {
        std::string zone =
            "; a zone\n$TTL 900\n@ IN SOA ns hostmaster (\n 1 ; serial\n 2h 15m\n 2w 300 )\n\n@ NS "
            "ns\n";
        bool after_record = true;
        for (std::uint64_t n = 5 + maker.below(60); n > 0; --n) {
            const auto kind = maker.below(25);
            if (kind == 0)
                zone += "$TTL " + std::to_string(1 + maker.below(100000)) +
                        "\n";  // ldns reads 0 as 3600
            if (kind == 1)
                zone += std::string("$ORIGIN ") +
                        (maker.below(2) ? "sub.example.com.\n" : "example.com.\n");
            if (kind == 2) zone += "\n   ; nothing\n\n";
            after_record = after_record && kind > 2;
            zone += zone_line(maker, after_record);
            after_record = true;
        }
        const auto mine = my_zone_lines(zone), theirs = ldns_zone_lines(zone);
        ASSERT_EQ(mine.size(), theirs.size()) << zone;
        for (std::size_t k = 0; k < mine.size(); ++k)
            ASSERT_EQ(mine[k], theirs[k]) << "record " << k << " of\n" << zone;
    }
}

// --- responses -----------------------------------------------------------------------------------

TEST(Oracle, LdnsReadsOurResponses) {
    TextMaker maker(5);
    for (int i = 0; i < 300; ++i) {
        const auto prefix = *Cidr::parse("192.0.2.0/24");
        const Octets packet = make_query(
            *Name::parse("www.example.com."), Type::kAny,
            {.id = static_cast<std::uint16_t>(i), .edns = true, .client_subnet = &prefix});
        QueryView query;
        ASSERT_EQ(parse_query(packet, query), ParseStatus::kOk);
        Octets buffer(512 + maker.below(2000));
        ResponseWriter writer(buffer, query);
        std::vector<std::string> expected;
        for (std::uint64_t n = maker.below(20); n > 0; --n) {
            const Type type = kTypes[maker.below(std::size(kTypes))];
            const Name owner = *Name::parse(maker.below(2) ? "www.EXAMPLE.com." : maker.name());
            const Octets data = *rdata_from_text(type, maker.data(type));
            if (!writer.add_one(Section::kAnswer, owner, type, 60, data)) continue;
            expected.push_back(owner.lowered().text() + type_text(type));
        }
        const std::size_t size = writer.finish();
        ASSERT_LE(size, buffer.size());
        ldns_pkt* theirs = nullptr;
        ASSERT_EQ(ldns_wire2pkt(&theirs, buffer.data(), size), LDNS_STATUS_OK);
        const ldns_rr_list* answers = ldns_pkt_answer(theirs);
        ASSERT_EQ(ldns_rr_list_rr_count(answers), expected.size());
        const auto mine = parse_message(Bytes(buffer).first(size));
        ASSERT_TRUE(mine) << mine.error().text;
        for (std::size_t k = 0; k < expected.size(); ++k) {
            const Record& record = mine->answers[k];
            EXPECT_EQ(record.owner.lowered().text() + type_text(record.type), expected[k]);
            EXPECT_EQ(hex(ldns_rdata(ldns_rr_list_rr(answers, k))), hex(record.rdata))
                << type_text(record.type);
        }
        EXPECT_EQ(ldns_pkt_tc(theirs), writer.truncated());
        EXPECT_TRUE(ldns_pkt_edns(theirs));
        ldns_pkt_free(theirs);
    }
}

}  // namespace
}  // namespace fairway::wire::dns
