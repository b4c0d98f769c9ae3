#include "wire/dns/query.h"

#include <algorithm>

namespace fairway::wire::dns {
namespace {

constexpr std::uint16_t kResponseFlag = 0x8000;
constexpr std::uint16_t kDnssecOkFlag = 0x8000;
constexpr std::uint8_t kPointer = 0xC0;

// Moves `reader` behind a name of a record, compressed or not; the name itself is not needed.
bool skip_name(ByteReader& reader) {
    const std::size_t start = reader.at();
    while (reader.ok()) {
        const std::uint8_t length = reader.u8();
        if (length == 0) return reader.ok() && reader.at() - start <= kNameMax;
        if (length >= kPointer) {
            const std::size_t target = static_cast<std::size_t>(length & 0x3F) << 8 | reader.u8();
            return reader.ok() && target >= kHeaderSize && target < start;
        }
        if (length > kLabelMax) return false;
        reader.skip(length);
    }
    return false;
}

// A pointer in the first name has nothing to point to, so only plain labels are well-formed here.
bool read_question(Bytes packet, QueryView& query) {
    const auto name = NameView::read(packet.subspan(kHeaderSize));
    if (!name) return false;
    const std::size_t end = kHeaderSize + name->size() + 4;
    if (end > packet.size()) return false;
    query.qname_size = static_cast<std::uint8_t>(name->size());
    lower_copy(name->data(), name->size(), query.lowered);
    query.qname_hash = hash_bytes({query.lowered, name->size()});
    const std::uint8_t* tail = packet.data() + end - 4;
    query.qtype = static_cast<Type>(tail[0] << 8 | tail[1]);
    query.qclass = static_cast<Class>(tail[2] << 8 | tail[3]);
    query.question_end = static_cast<std::uint16_t>(end);
    return true;
}

// RFC 7871 §6 and §7.1.2: exactly the octets the prefix needs, no bit beyond it, scope 0.
bool read_client_subnet(Bytes option, QueryView& query) {
    ByteReader reader(option);
    ClientSubnet subnet;
    subnet.family = reader.u16();
    subnet.source = reader.u8();
    const std::uint8_t scope = reader.u8();
    if (!reader.ok() || scope != 0 || reader.left() != (subnet.source + 7u) / 8) return false;
    const unsigned bits = subnet.family == 1 ? 32 : subnet.family == 2 ? 128 : 0;
    if (subnet.family > 2 || subnet.source > bits) return false;
    std::uint8_t octets[16] = {};
    const Bytes given = reader.take(reader.left());
    if (!given.empty()) {
        std::memcpy(octets, given.data(), given.size());
        const unsigned spare = given.size() * 8 - subnet.source;
        if (given.back() & ((1u << spare) - 1)) return false;
    }
    subnet.address = subnet.family == 2 ? IpAddr::v6(octets) : IpAddr::v4(octets);
    query.client_subnet = subnet;
    query.has_client_subnet = true;
    return true;
}

bool read_options(Bytes options, QueryView& query) {
    ByteReader reader(options);
    while (reader.left() > 0) {
        const auto code = static_cast<OptionCode>(reader.u16());
        const Bytes value = reader.take(reader.u16());
        if (!reader.ok()) return false;
        if (code == OptionCode::kTcpKeepalive) query.asks_tcp_keepalive = true;
        // The first subnet counts; every other option has nothing to tell an authoritative answer.
        if (code != OptionCode::kClientSubnet || query.has_client_subnet) continue;
        if (!read_client_subnet(value, query)) return false;
    }
    return true;
}

struct RecordHead {
    Type type;
    std::uint16_t klass;
    std::uint32_t ttl;
    Bytes rdata;
    bool owner_is_root;
};

bool read_record(Bytes packet, ByteReader& reader, RecordHead& head) {
    head.owner_is_root = reader.left() > 0 && packet[reader.at()] == 0;
    if (!skip_name(reader)) return false;
    head.type = static_cast<Type>(reader.u16());
    head.klass = reader.u16();
    head.ttl = reader.u32();
    head.rdata = reader.take(reader.u16());
    return reader.ok();
}

bool read_opt(const RecordHead& head, QueryView& query) {
    if (!head.owner_is_root || query.has_edns) return false;
    query.has_edns = true;
    query.udp_payload = head.klass;
    query.edns_version = static_cast<std::uint8_t>(head.ttl >> 16);
    query.dnssec_ok = head.ttl & kDnssecOkFlag;
    // Another version may lay its options out otherwise (RFC 6891 §6.1.3).
    return query.edns_version != 0 || read_options(head.rdata, query);
}

// OPT may stand only in the additional section; a signature only as its last record.
bool read_records(Bytes packet, ByteReader& reader, QueryView& query) {
    const std::uint8_t* counts = packet.data() + 6;
    const unsigned plain = (counts[0] << 8 | counts[1]) + (counts[2] << 8 | counts[3]);
    const unsigned all = plain + (counts[4] << 8 | counts[5]);
    for (unsigned i = 0; i < all; ++i) {
        RecordHead head;
        if (!read_record(packet, reader, head)) return false;
        const bool additional = i >= plain;
        if (head.type == Type::kOpt) {
            if (!additional || !read_opt(head, query)) return false;
        } else if (head.type == Type::kTsig || (head.type == Type::kSig && additional)) {
            if (!additional || i + 1 != all) return false;
            query.is_signed = true;
        }
    }
    return reader.left() == 0;
}

void reset(QueryView& query, Bytes packet) {
    query.packet = packet;
    query.question_end = 0;
    query.qname_size = 1;
    query.qtype = {};
    query.qclass = {};
    query.qname_hash = 0;
    query.has_edns = query.dnssec_ok = query.has_client_subnet = query.is_signed = false;
    query.asks_tcp_keepalive = false;
    query.edns_version = 0;
    query.udp_payload = 0;
}

}  // namespace

std::string_view parse_status_text(ParseStatus status) {
    switch (status) {
        case ParseStatus::kOk:
            return "ok";
        case ParseStatus::kTooShort:
            return "too-short";
        case ParseStatus::kNotAQuery:
            return "not-a-query";
        case ParseStatus::kOtherOpcode:
            return "other-opcode";
        case ParseStatus::kFormErr:
            return "format-error";
        case ParseStatus::kBadVersion:
            return "bad-version";
    }
    return {};
}

ParseStatus parse_query(Bytes packet, QueryView& query) {
    reset(query, packet);
    if (packet.size() < kHeaderSize) return ParseStatus::kTooShort;
    query.id = static_cast<std::uint16_t>(packet[0] << 8 | packet[1]);
    query.flags = static_cast<std::uint16_t>(packet[2] << 8 | packet[3]);
    query.opcode = static_cast<Opcode>(query.flags >> 11 & 15);
    if (query.flags & kResponseFlag) return ParseStatus::kNotAQuery;
    const bool one_question = packet[4] == 0 && packet[5] == 1;
    const bool has_question = one_question && read_question(packet, query);
    if (query.opcode != Opcode::kQuery) return ParseStatus::kOtherOpcode;
    if (!has_question) return ParseStatus::kFormErr;
    ByteReader reader(packet, query.question_end);
    if (!read_records(packet, reader, query)) return ParseStatus::kFormErr;
    return query.edns_version == 0 ? ParseStatus::kOk : ParseStatus::kBadVersion;
}

std::size_t udp_response_max(const QueryView& query, std::size_t server_max) {
    if (!query.has_edns) return kUdpPlainMax;
    return std::clamp<std::size_t>(query.udp_payload, kUdpPlainMax,
                                   std::max(server_max, kUdpPlainMax));
}

}  // namespace fairway::wire::dns
