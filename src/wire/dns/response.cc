#include "wire/dns/response.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "wire/dns/rdata.h"

namespace fairway::wire::dns {
namespace {

constexpr std::size_t kRecordFixed = 10;  // type, class, TTL, data length
constexpr std::size_t kOptFixed = 11;
constexpr std::size_t kOptionHead = 4;
constexpr std::size_t kSubnetFixed = 4;
constexpr std::size_t kKeepaliveSize = 2;
constexpr std::size_t kPointerMax = 0x3FFF;
constexpr std::uint16_t kPointerBits = 0xC000;

}  // namespace

ResponseWriter::ResponseWriter(std::span<std::uint8_t> buffer, const QueryView& query)
    : out_(buffer.data()), query_(query) {
    FW_DCHECK(buffer.size() >= kUdpPlainMax);
    limit_ = std::min(buffer.size(), kMessageMax) - opt_size();
    at_ = kHeaderSize;
    if (!query.has_question()) return;
    std::memcpy(out_ + at_, query.packet.data() + at_, query.question_end - at_);
    at_ = query.question_end;
}

void ResponseWriter::set_tcp_keepalive(std::uint32_t timeout_ms) {
    if (!query_.has_edns || tells_keepalive_) return;
    tells_keepalive_ = true;
    keepalive_ = static_cast<std::uint16_t>(std::min<std::uint32_t>(timeout_ms / 100, 0xFFFF));
    limit_ -= kOptionHead + kKeepaliveSize;
}

bool ResponseWriter::write_record(NameView owner, Type type, std::uint32_t ttl, Bytes rdata) {
    if (truncated_ || rdata.size() > kRdataMax) return false;
    if (owner.data() == query_.lowered && !owner.is_root()) {
        if (!fits(2)) return false;
        put_u16(out_ + at_, kPointerBits | kHeaderSize);
        at_ += 2;
    } else if (!write_name(owner)) {
        return false;
    }
    if (!fits(kRecordFixed)) return false;
    std::uint8_t* fixed = out_ + at_;
    put_u16(fixed, static_cast<std::uint16_t>(type));
    put_u16(fixed + 2, static_cast<std::uint16_t>(Class::kIn));
    put_u32(fixed + 4, ttl);
    at_ += kRecordFixed;
    const std::size_t start = at_;
    if (!write_rdata(type, rdata)) return false;
    put_u16(fixed + 8, static_cast<std::uint16_t>(at_ - start));
    return true;
}

bool ResponseWriter::write_rdata(Type type, Bytes rdata) {
    const bool plain =
        type == Type::kA || type == Type::kAaaa;  // the common case, spared the look-up
    const RdataLayout* layout = plain ? nullptr : rdata_layout(type);
    for (unsigned i = 0; layout && i < layout->compressible; ++i) {
        const auto size = field_size(layout->fields[i], rdata);
        if (!size) break;  // not well-formed: what is left goes out as it is
        if (layout->fields[i] == Field::kName) {
            if (!write_name(NameView::trusted(rdata.first(*size)))) return false;
        } else {
            if (!fits(*size)) return false;
            std::memcpy(out_ + at_, rdata.data(), *size);
            at_ += *size;
        }
        rdata = rdata.subspan(*size);
    }
    if (!fits(rdata.size())) return false;
    if (!rdata.empty()) std::memcpy(out_ + at_, rdata.data(), rdata.size());
    at_ += rdata.size();
    return true;
}

bool ResponseWriter::write_name(NameView name) {
    if (!question_remembered_) remember_question();
    NameView suffix = name;
    const Target* target = nullptr;
    for (; !suffix.is_root(); suffix = suffix.parent()) {
        if ((target = find_target(suffix))) break;
    }
    const std::size_t literal = name.size() - suffix.size();
    const std::size_t tail = target ? 2 : 1;
    if (!fits(literal + tail)) return false;
    const std::size_t start = at_;
    if (literal > 0) std::memcpy(out_ + at_, name.data(), literal);
    at_ += literal;
    if (target) {
        put_u16(out_ + at_, static_cast<std::uint16_t>(kPointerBits | target->offset));
    } else {
        out_[at_] = 0;
    }
    at_ += tail;
    remember(name, start, suffix.size());
    return true;
}

const ResponseWriter::Target* ResponseWriter::find_target(NameView name) const {
    for (std::size_t i = 0; i < target_count_; ++i) {
        if (targets_[i].size == name.size() && matches_at(targets_[i].offset, name))
            return &targets_[i];
    }
    return nullptr;
}

// The message's own names are well-formed and point only backwards.
bool ResponseWriter::matches_at(std::size_t offset, NameView name) const {
    for (; !name.is_root(); name = name.parent()) {
        while (out_[offset] >= 0xC0)
            offset = static_cast<std::size_t>(out_[offset] & 0x3F) << 8 | out_[offset + 1];
        const std::size_t length = name.label().size();
        if (out_[offset] != length) return false;
        if (!same_octets(out_ + offset + 1, name.data() + 1, length)) return false;
        offset += length + 1;
    }
    return out_[offset] == 0;
}

void ResponseWriter::remember_question() {
    question_remembered_ = true;
    if (query_.has_question()) remember(query_.qname(), kHeaderSize, 1);
}

// Every suffix of `name` longer than `until_size` was written out at `offset` and can be pointed
// to.
void ResponseWriter::remember(NameView name, std::size_t offset, std::size_t until_size) {
    const std::size_t size = name.size();
    for (; name.size() > until_size && target_count_ < kTargetsMax; name = name.parent()) {
        const std::size_t at = offset + size - name.size();
        if (at > kPointerMax) return;
        targets_[target_count_++] = {static_cast<std::uint16_t>(at),
                                     static_cast<std::uint8_t>(name.size())};
    }
}

bool ResponseWriter::overflow(std::size_t start, WhenFull when_full) {
    at_ = start;
    while (target_count_ > 0 && targets_[target_count_ - 1].offset >= start) --target_count_;
    if (when_full == WhenFull::kTruncate) truncated_ = true;
    return false;
}

bool ResponseWriter::added(Section section, std::uint16_t count) {
    for (int later = static_cast<int>(section) + 1; later < 3; ++later)
        FW_DCHECK(counts_[later] == 0);
    counts_[static_cast<int>(section)] =
        static_cast<std::uint16_t>(counts_[static_cast<int>(section)] + count);
    return true;
}

std::size_t ResponseWriter::opt_size() const {
    if (!query_.has_edns) return 0;
    std::size_t size = kOptFixed;
    if (query_.has_client_subnet)
        size += kOptionHead + kSubnetFixed + (query_.client_subnet.source + 7u) / 8;
    if (tells_keepalive_) size += kOptionHead + kKeepaliveSize;
    return size;
}

// RFC 6891 §6.1.2; the subnet goes back as it came, with our scope (RFC 7871 §7.2.1).
void ResponseWriter::write_opt() {
    std::uint8_t* to = out_ + at_;
    const std::size_t size = opt_size();
    to[0] = 0;
    put_u16(to + 1, static_cast<std::uint16_t>(Type::kOpt));
    put_u16(to + 3, udp_payload_);
    to[5] = static_cast<std::uint8_t>(static_cast<std::uint16_t>(rcode_) >> 4);
    to[6] = 0;
    put_u16(to + 7, query_.dnssec_ok ? 0x8000 : 0);
    put_u16(to + 9, static_cast<std::uint16_t>(size - kOptFixed));
    if (query_.has_client_subnet) {
        const ClientSubnet& subnet = query_.client_subnet;
        const std::size_t octets = (subnet.source + 7u) / 8;
        put_u16(to + 11, static_cast<std::uint16_t>(OptionCode::kClientSubnet));
        put_u16(to + 13, static_cast<std::uint16_t>(kSubnetFixed + octets));
        put_u16(to + 15, subnet.family);
        to[17] = subnet.source;
        to[18] = scope_;
        std::memcpy(to + 19, subnet.address.data(), octets);
    }
    if (tells_keepalive_) {
        std::uint8_t* option = to + size - kOptionHead - kKeepaliveSize;
        put_u16(option, static_cast<std::uint16_t>(OptionCode::kTcpKeepalive));
        put_u16(option + 2, kKeepaliveSize);
        put_u16(option + 4, keepalive_);
    }
    at_ += size;
}

std::size_t ResponseWriter::finish() {
    if (query_.has_edns) write_opt();
    unsigned flags = 0x8000u | static_cast<unsigned>(query_.opcode) << 11;
    flags |= query_.flags & 0x0110u;  // RD and CD come back as they were
    if (authoritative_) flags |= 0x0400;
    if (truncated_) flags |= 0x0200;
    flags |= static_cast<unsigned>(rcode_) & 15;
    put_u16(out_, query_.id);
    put_u16(out_ + 2, static_cast<std::uint16_t>(flags));
    put_u16(out_ + 4, query_.has_question() ? 1 : 0);
    put_u16(out_ + 6, counts_[0]);
    put_u16(out_ + 8, counts_[1]);
    put_u16(out_ + 10, static_cast<std::uint16_t>(counts_[2] + (query_.has_edns ? 1 : 0)));
    return at_;
}

}  // namespace fairway::wire::dns
