// Reading one query: header, question, EDNS(0), client subnet. The hot path of the DNS role: no
// allocation, one pass, safe on any bytes. A QueryView borrows the packet and is reused from query
// to query by its one owner (a shard's DNS front).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/ip.h"
#include "wire/dns/name.h"
#include "wire/dns/types.h"

namespace fairway::wire::dns {

enum class ParseStatus : std::uint8_t {
    kOk,           // a whole, well-formed QUERY with one question
    kTooShort,     // no header: nothing can be answered; drop
    kNotAQuery,    // QR is set; answering would loop; drop
    kOtherOpcode,  // header (and question, if it reads) are set; answer NOTIMP
    kFormErr,      // answer FORMERR; the question is set if it was read
    kBadVersion,   // EDNS version above 0, all else is well-formed; answer BADVERS
};
std::string_view parse_status_text(ParseStatus status);

// RFC 7871, as the client sent it. `source` 0 says: do not use my address.
struct ClientSubnet {
    std::uint16_t family = 0;  // 1 IPv4, 2 IPv6; 0 only together with source 0
    std::uint8_t source = 0;   // prefix length
    IpAddr address;            // bits past `source` are zero

    // The prefix to steer by; family 0 is 0.0.0.0/0.
    Cidr prefix() const { return Cidr{address, source}; }
};

struct QueryView {
    Bytes packet;
    std::uint16_t id = 0;
    std::uint16_t flags = 0;  // the header's second word
    Opcode opcode = Opcode::kQuery;

    // The question; question_end is 0 until it was read.
    std::uint16_t question_end = 0;
    std::uint8_t qname_size = 1;
    Type qtype{};
    Class qclass{};
    std::uint64_t qname_hash = 0;  // NameView::hash()

    bool has_edns = false;
    std::uint8_t edns_version = 0;
    bool dnssec_ok = false;
    std::uint16_t udp_payload = 0;  // as sent; 0 without EDNS
    bool has_client_subnet = false;
    bool asks_tcp_keepalive = false;  // RFC 7828
    bool is_signed = false;           // TSIG or SIG(0) came with it
    ClientSubnet client_subnet;

    alignas(8) std::uint8_t lowered[kNameMax + 1];  // the qname in lower case, qname_size octets

    bool recursion_desired() const { return flags & 0x0100; }
    bool checking_disabled() const { return flags & 0x0010; }
    bool has_question() const { return question_end != 0; }
    // As the client wrote it (in `packet`), and in lower case (in this object).
    NameView qname() const {
        return has_question() ? NameView::trusted(packet.subspan(kHeaderSize, qname_size))
                              : NameView();
    }
    NameView qname_lowered() const {
        return has_question() ? NameView::trusted({lowered, qname_size}) : NameView();
    }
};

// Sets every field of `query` that it got to read; the rest is as default-made.
ParseStatus parse_query(Bytes packet, QueryView& query);

// What a UDP response may take: 512 without EDNS, else the client's size within [512, server_max].
std::size_t udp_response_max(const QueryView& query, std::size_t server_max);

}  // namespace fairway::wire::dns
