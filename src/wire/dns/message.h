// Whole messages as values, names expanded: for tests, tools and DNS health probes, not for the
// hot path (that is query.h and response.h). Safe on any bytes. Values; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "wire/dns/name.h"
#include "wire/dns/query.h"
#include "wire/dns/response.h"
#include "wire/dns/types.h"

namespace fairway::wire::dns {

struct Question {
    Name name;
    Type type{};
    Class klass = Class::kIn;
};

struct Record {
    Name owner;
    Type type{};
    Class klass = Class::kIn;         // OPT: the sender's UDP payload size
    std::uint32_t ttl = 0;            // OPT: extended rcode, version, flags
    std::vector<std::uint8_t> rdata;  // names of the RFC 1035 types expanded
};

struct Message {
    std::uint16_t id = 0;
    std::uint16_t flags = 0;
    std::vector<Question> questions;
    std::vector<Record> answers;
    std::vector<Record> authorities;
    std::vector<Record> additionals;  // OPT included

    bool is_response() const { return flags & 0x8000; }
    bool authoritative() const { return flags & 0x0400; }
    bool truncated() const { return flags & 0x0200; }
    const Record* opt() const;
    Rcode rcode() const;  // with OPT's upper bits
};

// Every section must read to its end and nothing may follow (RFC 1035 §4.1).
Result<Message> parse_message(Bytes packet);

struct QueryOptions {
    std::uint16_t id = 0;
    bool recursion_desired = false;
    bool edns = false;
    std::uint16_t udp_payload = 1232;
    bool dnssec_ok = false;
    const Cidr* client_subnet = nullptr;
};
std::vector<std::uint8_t> make_query(NameView name, Type type, const QueryOptions& options = {});

// Reads the possibly compressed name at `at`, moves `at` behind it; false on a loop or bad bytes.
bool expand_name(Bytes packet, std::size_t& at, Name& out);

}  // namespace fairway::wire::dns
