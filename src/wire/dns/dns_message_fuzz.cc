// Any bytes as a query: it is answered without harm and the answer reads. Any bytes as a message:
// what it expands to is well-formed, and its questions can be asked.
#include <algorithm>

#include "base/check.h"
#include "wire/dns/message.h"
#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

// Answers with what the message itself holds, so that the fuzzer picks names and data.
void answer(Bytes packet, const QueryView& query, const Message* content) {
    std::uint8_t buffer[700];
    const std::size_t size = packet.empty() || packet[0] % 2 ? sizeof buffer : kUdpPlainMax;
    ResponseWriter writer({buffer, size}, query);
    writer.set_client_subnet_scope(packet[0] % 129);
    writer.set_authoritative(packet[0] & 4);
    writer.add_one(Section::kAnswer, query.qname_lowered(), Type::kA, 60, packet.first(4));
    if (content) {
        const std::vector<Record>* sections[] = {&content->answers, &content->authorities,
                                                 &content->additionals};
        for (int s = 0; s < 3; ++s) {
            for (const Record& record : *sections[s]) {
                if (record.type == Type::kOpt) continue;
                writer.add_one(static_cast<Section>(s), record.owner, record.type, record.ttl,
                               record.rdata, s == 2 ? WhenFull::kLeaveOut : WhenFull::kTruncate);
            }
        }
    }
    const std::size_t written = writer.finish();
    FW_CHECK(written <= size);
    const auto back = parse_message({buffer, written});
    FW_CHECK(back && back->is_response());
    FW_CHECK(back->questions.size() == (query.has_question() ? 1 : 0));
    FW_CHECK(!query.has_question() || back->questions[0].name == query.qname());
}

void check_records(const std::vector<Record>& records) {
    for (const Record& record : records) {
        if (record.type == Type::kOpt) continue;
        FW_CHECK(check_rdata(record.type, record.rdata));
        const auto again = rdata_from_text(record.type, rdata_text(record.type, record.rdata));
        FW_CHECK(again && *again == record.rdata);
    }
}

// A query that we write is one that we read, and says the same.
void check_made_query(const Question& question, Bytes packet) {
    const std::uint8_t choice = packet[0];
    std::uint8_t octets[16] = {};
    std::copy_n(packet.data(), std::min(packet.size(), sizeof octets), octets);
    const IpAddr address = choice & 1 ? IpAddr::v6(octets) : IpAddr::v4(octets);
    const Cidr subnet = Cidr::of(address, octets[1]);
    QueryOptions options;
    options.id = static_cast<std::uint16_t>(packet[1]);
    options.recursion_desired = choice & 2;
    options.edns = choice & 4;
    options.dnssec_ok = choice & 8;
    if (choice & 16) options.client_subnet = &subnet;
    const auto made = make_query(question.name, question.type, options);
    QueryView query;
    FW_CHECK(parse_query(made, query) == ParseStatus::kOk);
    FW_CHECK(query.id == options.id && query.qtype == question.type);
    FW_CHECK(query.qname() == question.name);
    FW_CHECK(query.recursion_desired() == options.recursion_desired);
    FW_CHECK(query.has_edns == options.edns);
    FW_CHECK(query.dnssec_ok == (options.edns && options.dnssec_ok));
    FW_CHECK(query.has_client_subnet == (options.edns && options.client_subnet));
    FW_CHECK(!query.has_client_subnet || query.client_subnet.prefix() == subnet);
}

}  // namespace
}  // namespace fairway::wire::dns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairway::wire::dns;
    const fairway::Bytes packet(data, size);
    const auto message = parse_message(packet);
    QueryView query;
    const ParseStatus status = parse_query(packet, query);
    FW_CHECK(!parse_status_text(status).empty());
    if (status != ParseStatus::kTooShort && status != ParseStatus::kNotAQuery) {
        answer(packet, query, message ? &*message : nullptr);
    }
    if (!message) return 0;
    for (const auto* section : {&message->answers, &message->authorities, &message->additionals})
        check_records(*section);
    for (const Question& question : message->questions) check_made_query(question, packet);
    return 0;
}
