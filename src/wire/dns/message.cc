#include "wire/dns/message.h"

#include <algorithm>

#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

void append(std::vector<std::uint8_t>& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

// Copies packet[at, end) field by field, so that pointers become whole names.
bool expand_rdata(Bytes packet, std::size_t at, std::size_t end, Record& record) {
    const RdataLayout* layout = rdata_layout(record.type);
    const Bytes until_end = packet.first(end);
    for (const Field* field = layout ? layout->fields : nullptr; field && *field != Field::kEnd;
         ++field) {
        if (*field == Field::kName || *field == Field::kPlainName) {
            Name name;
            if (!expand_name(until_end, at, name)) return false;
            append(record.rdata, name.wire());
            continue;
        }
        const auto size = field_size(*field, until_end.subspan(at));
        if (!size) return false;
        append(record.rdata, packet.subspan(at, *size));
        at += *size;
    }
    if (layout) return at == end;
    append(record.rdata, packet.subspan(at, end - at));
    return true;
}

class MessageReader {
  public:
    explicit MessageReader(Bytes packet) : packet_(packet), reader_(packet) {}

    Result<Message> read() {
        Message message;
        message.id = reader_.u16();
        message.flags = reader_.u16();
        std::uint16_t counts[4];
        for (std::uint16_t& count : counts) count = reader_.u16();
        if (!reader_.ok()) return broken("shorter than a header");
        for (unsigned i = 0; i < counts[0]; ++i) {
            if (!read_question(message)) return broken("a question is malformed");
        }
        std::vector<Record>* const sections[] = {&message.answers, &message.authorities,
                                                 &message.additionals};
        for (unsigned s = 0; s < 3; ++s) {
            for (unsigned i = 0; i < counts[s + 1]; ++i) {
                Record record;
                if (!read_record(record))
                    return broken("record " + std::to_string(i) + " of a section is malformed");
                sections[s]->push_back(std::move(record));
            }
        }
        if (reader_.left() > 0)
            return broken(std::to_string(reader_.left()) + " octets follow the last record");
        return message;
    }

  private:
    static tl::unexpected<Error> broken(std::string what) {
        return fail(Code::kInvalid, Origin::kDownstream, "DNS message: " + std::move(what));
    }
    bool read_name(Name& name) {
        std::size_t at = reader_.at();
        if (!expand_name(packet_, at, name)) return false;
        reader_ = ByteReader(packet_, at);
        return true;
    }
    bool read_question(Message& message) {
        Question question;
        if (!read_name(question.name)) return false;
        question.type = static_cast<Type>(reader_.u16());
        question.klass = static_cast<Class>(reader_.u16());
        message.questions.push_back(question);
        return reader_.ok();
    }
    bool read_record(Record& record) {
        if (!read_name(record.owner)) return false;
        record.type = static_cast<Type>(reader_.u16());
        record.klass = static_cast<Class>(reader_.u16());
        record.ttl = reader_.u32();
        const std::size_t size = reader_.u16();
        const std::size_t start = reader_.at();
        reader_.skip(size);
        return reader_.ok() && expand_rdata(packet_, start, start + size, record);
    }

    Bytes packet_;
    ByteReader reader_;
};

}  // namespace

bool expand_name(Bytes packet, std::size_t& at, Name& out) {
    std::uint8_t wire[kNameMax];
    std::size_t size = 0, from = at, run = at;
    bool jumped = false;
    while (from < packet.size()) {
        const std::uint8_t length = packet[from];
        if (length >= 0xC0) {
            if (from + 1 >= packet.size()) return false;
            const std::size_t target =
                static_cast<std::size_t>(length & 0x3F) << 8 | packet[from + 1];
            // Each jump goes before the place that the last one reached: no loop is possible.
            if (target >= run) return false;
            if (!jumped) at = from + 2;
            jumped = true;
            from = run = target;
            continue;
        }
        if (length > kLabelMax || from + length >= packet.size() || size + length + 1 > kNameMax)
            return false;
        std::copy_n(packet.data() + from, length + 1, wire + size);
        size += length + 1u;
        from += length + 1u;
        if (length > 0) continue;
        if (!jumped) at = from;
        out = NameView::trusted({wire, size});
        return true;
    }
    return false;
}

const Record* Message::opt() const {
    const auto found = std::find_if(additionals.begin(), additionals.end(),
                                    [](const Record& record) { return record.type == Type::kOpt; });
    return found == additionals.end() ? nullptr : &*found;
}

Rcode Message::rcode() const {
    const Record* record = opt();
    const std::uint32_t upper = record ? record->ttl >> 24 << 4 : 0;
    return static_cast<Rcode>(upper | (flags & 15));
}

Result<Message> parse_message(Bytes packet) {
    return MessageReader(packet).read();
}

std::vector<std::uint8_t> make_query(NameView name, Type type, const QueryOptions& options) {
    std::vector<std::uint8_t> out;
    append_u16(out, options.id);
    append_u16(out, options.recursion_desired ? 0x0100 : 0);
    for (const int count : {1, 0, 0, options.edns ? 1 : 0})
        append_u16(out, static_cast<std::uint16_t>(count));
    append(out, name.wire());
    append_u16(out, static_cast<std::uint16_t>(type));
    append_u16(out, static_cast<std::uint16_t>(Class::kIn));
    if (!options.edns) return out;
    out.push_back(0);
    append_u16(out, static_cast<std::uint16_t>(Type::kOpt));
    append_u16(out, options.udp_payload);
    append_u16(out, 0);
    append_u16(out, options.dnssec_ok ? 0x8000 : 0);
    const Cidr* subnet = options.client_subnet;
    const auto octets = static_cast<std::uint16_t>(subnet ? (subnet->length + 7u) / 8 : 0);
    append_u16(out, static_cast<std::uint16_t>(subnet ? 8 + octets : 0));
    if (!subnet) return out;
    append_u16(out, static_cast<std::uint16_t>(OptionCode::kClientSubnet));
    append_u16(out, static_cast<std::uint16_t>(4 + octets));
    append_u16(out, subnet->base.is_v4() ? 1 : 2);
    out.push_back(subnet->length);
    out.push_back(0);
    append(out, {subnet->base.data(), octets});
    return out;
}

}  // namespace fairway::wire::dns
