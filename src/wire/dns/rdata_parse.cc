// Presentation form to wire form: walks the type's layout and the tokens side by side.
#include "base/ip.h"
#include "wire/dns/dnssec_text.h"
#include "wire/dns/loc.h"
#include "wire/dns/rdata.h"
#include "wire/dns/svcb.h"

namespace fairway::wire::dns {
namespace {

using Octets = std::vector<std::uint8_t>;
using Fault = std::optional<RdataFault>;

constexpr const char* kBadEscape = "bad escape; write \\DDD with DDD from 000 to 255, or \\X";

// SOA's times are 32 bits wide, other than TTLs.
std::optional<std::uint32_t> time_span_from_text(std::string_view text) {
    return parse_ttl(text, 0xFFFFFFFF);
}

bool is_generic(const Token& token) {
    return !token.quoted && token.text == "\\#";
}

class RdataParser {
  public:
    RdataParser(Type type, std::span<const Token> tokens, NameView origin, Octets& out)
        : type_(type), tokens_(tokens), origin_(origin), out_(out) {}

    Fault parse() {
        if (!tokens_.empty() && is_generic(tokens_[0])) return parse_generic();
        layout_ = rdata_layout(type_);
        if (!layout_) {
            return fault(
                type_text(type_) +
                " data has no text form here; write it as \\# LENGTH HEXADECIMAL (RFC 3597)");
        }
        const std::size_t start = out_.size();
        for (const Field* field = layout_->fields; *field != Field::kEnd; ++field) {
            if (auto wrong = parse_field(*field)) return wrong;
        }
        if (at_ < tokens_.size()) return fault("\"" + word() + "\" is too much" + form());
        if (out_.size() - start > kRdataMax) return fault("the data is longer than 65535 octets");
        return {};
    }

  private:
    Fault fault(std::string text) const { return RdataFault{at_, std::move(text)}; }
    std::string form() const { return "; " + type_text(type_) + " is as in: " + layout_->form; }
    std::string word() const { return std::string(tokens_[at_].text.substr(0, 80)); }
    // "X" is no `what`; the type's form.
    Fault refuse(const char* what) const {
        if (at_ == tokens_.size())
            return fault("the data ends where " + std::string(what) + " should stand" + form());
        return fault("\"" + word() + "\" is not " + what + form());
    }
    // The next word, or nothing at the end or where a quoted string stands.
    std::optional<std::string_view> plain() const {
        if (at_ == tokens_.size() || tokens_[at_].quoted) return {};
        return tokens_[at_].text;
    }
    void put(std::uint32_t value, int octets) {
        for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
            out_.push_back(static_cast<std::uint8_t>(value >> shift));
    }

    Fault parse_field(Field field) {
        switch (field) {
            case Field::kEnd:
                return {};
            case Field::kName:
            case Field::kPlainName:
                return parse_name();
            case Field::kU8:
                return parse_number(1, 0xFF, "a number from 0 to 255");
            case Field::kU16:
                return parse_number(2, 0xFFFF, "a number from 0 to 65535");
            case Field::kU32:
                return parse_number(4, 0xFFFFFFFF, "a number from 0 to 4294967295");
            case Field::kTtl:
                return parse_word(time_span_from_text, 4, "a time in seconds such as 3600 or 1h");
            case Field::kAlgorithm:
                return parse_word(algorithm_from_text, 1,
                                  "a DNSSEC algorithm, such as 13 or ECDSAP256SHA256");
            case Field::kType:
                return parse_word(type_from_text, 2, "a record type, such as A or TYPE65280");
            case Field::kTime:
                return parse_word(time_from_text, 4, "a time such as 20240201000000");
            case Field::kIpv4:
                return parse_address(Family::kV4, "an IPv4 address");
            case Field::kIpv6:
                return parse_address(Family::kV6, "an IPv6 address");
            case Field::kString:
                return parse_string("a string");
            case Field::kStrings:
                return parse_strings();
            case Field::kText:
                return parse_text("a string");
            case Field::kUriTarget:
                return parse_uri_target();
            case Field::kCaaTag:
                return parse_tag();
            case Field::kHex:
                return parse_joined(append_from_hex, "hexadecimal digits, two an octet");
            case Field::kBase64:
                return parse_joined(append_from_base64, "base64 text");
            case Field::kTypeBitmap:
                return parse_type_bitmap();
            case Field::kSvcParams:
                return parse_rest_svc_params();
            case Field::kLocation:
                return parse_location(tokens_, at_, out_);
        }
        return {};
    }

    Fault parse_name() {
        const auto text = plain();
        if (!text) return refuse("a domain name");
        Name name;
        const NameFault wrong = Name::parse_into(*text, origin_, name);
        if (wrong != NameFault::kNone)
            return fault("\"" + word() + "\": " + std::string(name_fault_text(wrong)));
        const Bytes wire = name.wire();
        out_.insert(out_.end(), wire.begin(), wire.end());
        ++at_;
        return {};
    }

    Fault parse_number(int octets, std::uint32_t most, const char* what) {
        const auto text = plain();
        const auto value = text ? parse_decimal(*text, most) : std::nullopt;
        if (!value) return refuse(what);
        put(*value, octets);
        ++at_;
        return {};
    }

    template <class Read>
    Fault parse_word(Read read, int octets, const char* what) {
        const auto text = plain();
        if (!text) return refuse(what);
        const auto value = read(*text);
        if (!value) return refuse(what);
        put(static_cast<std::uint32_t>(*value), octets);
        ++at_;
        return {};
    }

    Fault parse_address(Family family, const char* what) {
        const auto text = plain();
        const auto address = text ? IpAddr::parse(*text) : std::nullopt;
        if (!address || address->family != family) return refuse(what);
        out_.insert(out_.end(), address->data(), address->data() + address->size());
        ++at_;
        return {};
    }

    Fault parse_text(const char* what) {
        if (at_ == tokens_.size()) return refuse(what);
        const std::string_view text = tokens_[at_].text;
        for (std::size_t i = 0; i < text.size();) {
            std::uint8_t octet;
            if (!next_octet(text, i, octet)) return fault(kBadEscape);
            out_.push_back(octet);
        }
        ++at_;
        return {};
    }

    Fault parse_string(const char* what) {
        const std::size_t length_at = out_.size();
        out_.push_back(0);
        if (auto wrong = parse_text(what)) return wrong;
        const std::size_t length = out_.size() - length_at - 1;
        if (length > 255) {
            --at_;
            return fault("a string of " + std::to_string(length) +
                         " octets; at most 255 go into one, write several");
        }
        out_[length_at] = static_cast<std::uint8_t>(length);
        return {};
    }

    Fault parse_strings() {
        do {
            if (auto wrong = parse_string("a string")) return wrong;
        } while (at_ < tokens_.size());
        return {};
    }

    Fault parse_uri_target() {
        const std::size_t start = out_.size();
        if (auto wrong = parse_text("a URI in quotes")) return wrong;
        if (out_.size() > start) return {};
        --at_;
        return fault("the target is empty; write a URI in quotes");
    }

    Fault parse_tag() {
        const std::size_t start = out_.size();
        if (auto wrong = parse_string("a CAA property such as issue")) return wrong;
        if (field_size(Field::kCaaTag, Bytes(out_).subspan(start))) return {};
        --at_;
        return refuse("a CAA property, which has letters and digits only");
    }

    template <class Append>
    Fault parse_joined(Append append, const char* what) {
        const std::size_t first = at_;
        std::string joined;
        for (; at_ < tokens_.size() && !tokens_[at_].quoted; ++at_) joined += tokens_[at_].text;
        if (at_ == tokens_.size() && !joined.empty() && append(joined, out_)) return {};
        at_ = first;
        return refuse(what);
    }

    Fault parse_type_bitmap() {
        std::vector<Type> types;
        for (; at_ < tokens_.size(); ++at_) {
            const auto type =
                tokens_[at_].quoted ? std::nullopt : type_from_text(tokens_[at_].text);
            if (!type) return refuse("a record type");
            types.push_back(*type);
        }
        append_type_bitmap(std::move(types), out_);
        return {};
    }

    Fault parse_rest_svc_params() {
        auto wrong = parse_svc_params(tokens_.subspan(at_), out_);
        if (wrong) wrong->token += at_;
        at_ = tokens_.size();
        return wrong;
    }

    // RFC 3597 §5: \# LENGTH HEX...
    Fault parse_generic() {
        at_ = 1;
        const auto text = plain();
        const auto length = text ? parse_decimal(*text, kRdataMax) : std::nullopt;
        if (!length)
            return fault("after \\# the data's length in octets should stand, from 0 to 65535");
        at_ = 2;
        std::string joined;
        for (; at_ < tokens_.size(); ++at_) joined += tokens_[at_].text;
        at_ = 2;
        const std::size_t start = out_.size();
        if (!append_from_hex(joined, out_))
            return fault("after \\# LENGTH only hexadecimal digits should stand, two an octet");
        const Bytes data = Bytes(out_).subspan(start);
        if (data.size() != *length) {
            return fault("the length says " + std::to_string(*length) + " octets, but there are " +
                         std::to_string(data.size()));
        }
        if (auto status = check_rdata(type_, data); !status) return fault(status.error().text);
        return {};
    }

    Type type_;
    std::span<const Token> tokens_;
    NameView origin_;
    Octets& out_;
    const RdataLayout* layout_ = nullptr;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<RdataFault> parse_rdata(Type type, std::span<const Token> tokens, NameView origin,
                                      std::vector<std::uint8_t>& out) {
    return RdataParser(type, tokens, origin, out).parse();
}

Result<std::vector<std::uint8_t>> rdata_from_text(Type type, std::string_view text,
                                                  NameView origin) {
    FW_TRY(const auto tokens, tokenize(text));
    Octets out;
    if (auto wrong = parse_rdata(type, tokens, origin, out)) {
        return fail(Code::kInvalid, Origin::kConfig,
                    type_text(type) + " \"" + std::string(text) + "\": " + wrong->text);
    }
    return out;
}

}  // namespace fairway::wire::dns
