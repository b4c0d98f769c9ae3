// Writing the response to one query into the caller's buffer: header, the question byte for byte
// as it was asked, record sets with compressed names, OPT. No allocation; hot path. What does not
// fit is left out by whole record sets. Made per response, on the shard that answers.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "wire/dns/name.h"
#include "wire/dns/query.h"
#include "wire/dns/types.h"

namespace fairway::wire::dns {

enum class Section : std::uint8_t { kAnswer = 0, kAuthority = 1, kAdditional = 2 };

// What a record set that does not fit does to the response.
enum class WhenFull : std::uint8_t {
    kTruncate,  // TC is set and nothing more is added
    kLeaveOut,  // it is silently missing: additional data that the client can ask for
};

// Record data stored back to back, each with a u16 length before it: a range of Bytes.
class PackedRdata {
  public:
    explicit PackedRdata(Bytes packed) : packed_(packed) {}
    class Iterator {
      public:
        explicit Iterator(const std::uint8_t* at) : at_(at) {}
        Bytes operator*() const { return {at_ + 2, size()}; }
        Iterator& operator++() {
            at_ += 2 + size();
            return *this;
        }
        bool operator==(const Iterator&) const = default;

      private:
        std::size_t size() const { return static_cast<std::size_t>(at_[0] << 8 | at_[1]); }
        const std::uint8_t* at_;
    };
    Iterator begin() const { return Iterator(packed_.data()); }
    Iterator end() const { return Iterator(packed_.data() + packed_.size()); }

  private:
    Bytes packed_;
};

class ResponseWriter {
  public:
    // `buffer` is as long as the response may become (udp_response_max(), 65535 over TCP), at least
    // 512. Room for the OPT record is kept from the start. Any query whose header was read can be
    // answered: without has_question() the response has no question.
    ResponseWriter(std::span<std::uint8_t> buffer, const QueryView& query);

    void set_rcode(Rcode rcode) { rcode_ = rcode; }
    void set_authoritative(bool on = true) { authoritative_ = on; }
    // RFC 7871 §7.2.1: how many bits of the client's prefix the answer holds for. Written only if
    // it sent one.
    void set_client_subnet_scope(unsigned bits) { scope_ = static_cast<std::uint8_t>(bits); }
    // RFC 7828: how long the connection may be idle. Before any record; for a query with
    // asks_tcp_keepalive that came over TCP.
    void set_tcp_keepalive(std::uint32_t timeout_ms);
    // What this server takes over UDP, told in OPT.
    void set_udp_payload(std::uint16_t octets) { udp_payload_ = octets; }

    // One record set of class IN; `rdatas` is any range of Bytes, uncompressed wire form. Sections
    // come in order. False: it did not fit. An owner that is query.qname_lowered() costs no search.
    template <class Rdatas>
    bool add(Section section, NameView owner, Type type, std::uint32_t ttl, const Rdatas& rdatas,
             WhenFull when_full = WhenFull::kTruncate) {
        const std::size_t start = at_;
        std::uint16_t count = 0;
        for (const Bytes rdata : rdatas) {
            if (!write_record(owner, type, ttl, rdata)) return overflow(start, when_full);
            ++count;
        }
        return added(section, count);
    }
    bool add_one(Section section, NameView owner, Type type, std::uint32_t ttl, Bytes rdata,
                 WhenFull when_full = WhenFull::kTruncate) {
        return add(section, owner, type, ttl, std::span<const Bytes>(&rdata, 1), when_full);
    }
    // Marks the response as cut (RFC 8482, rate limits: "ask again over TCP").
    void truncate() { truncated_ = true; }

    bool truncated() const { return truncated_; }
    Rcode rcode() const { return rcode_; }
    std::uint16_t count(Section section) const { return counts_[static_cast<int>(section)]; }
    std::size_t size() const { return at_; }

    // Writes OPT and the header; the response is the buffer's first so many octets.
    std::size_t finish();

  private:
    struct Target {  // a name already in the message
        std::uint16_t offset;
        std::uint8_t size;  // of the name when expanded
    };
    static constexpr std::size_t kTargetsMax = 48;

    bool write_record(NameView owner, Type type, std::uint32_t ttl, Bytes rdata);
    bool write_rdata(Type type, Bytes rdata);
    bool write_name(NameView name);
    bool overflow(std::size_t start, WhenFull when_full);
    bool added(Section section, std::uint16_t count);
    const Target* find_target(NameView name) const;
    bool matches_at(std::size_t offset, NameView name) const;
    void remember_question();
    void remember(NameView name, std::size_t offset, std::size_t until_size);
    std::size_t opt_size() const;
    void write_opt();
    bool fits(std::size_t n) const { return n <= limit_ - at_; }

    std::uint8_t* out_;
    std::size_t at_ = 0;
    std::size_t limit_;  // leaves room for OPT
    const QueryView& query_;
    Rcode rcode_ = Rcode::kNoError;
    std::uint16_t udp_payload_ = 1232;
    std::uint16_t keepalive_ = 0;  // in 100 ms
    std::uint8_t scope_ = 0;
    bool tells_keepalive_ = false;
    bool authoritative_ = false;
    bool truncated_ = false;
    bool question_remembered_ = false;
    std::uint8_t target_count_ = 0;
    std::array<std::uint16_t, 3> counts_{};
    std::array<Target, kTargetsMax> targets_;
};

}  // namespace fairway::wire::dns
