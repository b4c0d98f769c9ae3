#include "wire/dns/svcb.h"

#include <algorithm>

#include "base/ip.h"

namespace fairway::wire::dns {
namespace {

enum Key : std::uint16_t {
    kMandatory = 0,
    kAlpn = 1,
    kNoDefaultAlpn = 2,
    kPort = 3,
    kIpv4Hint = 4,
    kEch = 5,
    kIpv6Hint = 6,
    kDohPath = 7,
    kOhttp = 8,
    kInvalidKey = 65535,
};

constexpr const char* kKeyNames[] = {"mandatory", "alpn",     "no-default-alpn", "port", "ipv4hint",
                                     "ech",       "ipv6hint", "dohpath",         "ohttp"};

using Octets = std::vector<std::uint8_t>;

std::string key_text(std::uint16_t key) {
    return key < std::size(kKeyNames) ? kKeyNames[key] : "key" + std::to_string(key);
}

std::optional<std::uint16_t> key_from_text(std::string_view text) {
    for (std::size_t i = 0; i < std::size(kKeyNames); ++i) {
        if (text == kKeyNames[i]) return static_cast<std::uint16_t>(i);
    }
    if (!text.starts_with("key") || (text.size() > 4 && text[3] == '0')) return {};
    const auto number = parse_decimal(text.substr(3), kInvalidKey - 1);
    if (!number) return {};
    return static_cast<std::uint16_t>(*number);
}

std::uint16_t get_u16(Bytes from) {
    return static_cast<std::uint16_t>(from[0] << 8 | from[1]);
}

std::string_view as_text(const Octets& octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

// Calls `take` for each piece between commas; stops at its first false.
template <class Take>
bool split(std::string_view text, Take take) {
    while (true) {
        const auto comma = text.find(',');
        if (!take(text.substr(0, comma))) return false;
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

// --- text to wire: each returns what is wrong, or nothing --------------------------------------

std::optional<std::string> mandatory_from_text(std::string_view text, Octets& out) {
    std::vector<std::uint16_t> keys;
    const bool known = split(text, [&](std::string_view piece) {
        const auto key = key_from_text(piece);
        if (key) keys.push_back(*key);
        return key.has_value();
    });
    if (!known) return "mandatory lists parameter names, as in mandatory=alpn,port";
    std::sort(keys.begin(), keys.end());
    for (const std::uint16_t key : keys) append_u16(out, key);
    return {};
}

// The list's own escapes (RFC 9460 appendix A.1): `\,` and `\\`, after those of the string.
std::optional<std::string> alpn_from_text(std::string_view text, Octets& out) {
    constexpr const char* kForm = "alpn lists protocol names of 1 to 255 octets, as in alpn=h2,h3";
    for (std::size_t at = 0; at <= text.size(); ++at) {
        const std::size_t length_at = out.size();
        out.push_back(0);
        for (; at < text.size() && text[at] != ','; ++at) {
            if (text[at] == '\\' && ++at == text.size()) return "alpn ends inside an escape";
            out.push_back(static_cast<std::uint8_t>(text[at]));
        }
        const std::size_t length = out.size() - length_at - 1;
        if (length == 0 || length > 255) return kForm;
        out[length_at] = static_cast<std::uint8_t>(length);
    }
    return {};
}

std::optional<std::string> hints_from_text(std::string_view text, Family family, Octets& out) {
    const bool read = split(text, [&](std::string_view piece) {
        const auto address = IpAddr::parse(piece);
        if (!address || address->family != family) return false;
        out.insert(out.end(), address->data(), address->data() + address->size());
        return true;
    });
    if (read) return {};
    return family == Family::kV4
               ? "ipv4hint lists IPv4 addresses, as in ipv4hint=192.0.2.1,192.0.2.2"
               : "ipv6hint lists IPv6 addresses, as in ipv6hint=2001:db8::1";
}

std::optional<std::string> value_from_text(std::uint16_t key, const Octets& value, Octets& out) {
    const std::string_view text = as_text(value);
    switch (key) {
        case kMandatory:
            return mandatory_from_text(text, out);
        case kAlpn:
            return alpn_from_text(text, out);
        case kPort: {
            const auto port = parse_decimal(text, 65535);
            if (!port) return "port is a number from 0 to 65535";
            append_u16(out, *port);
            return {};
        }
        case kIpv4Hint:
            return hints_from_text(text, Family::kV4, out);
        case kIpv6Hint:
            return hints_from_text(text, Family::kV6, out);
        case kEch:
            if (!append_from_base64(text, out)) return "ech is in base64";
            return {};
        default:
            out.insert(out.end(), value.begin(), value.end());
            return {};
    }
}

struct Param {
    std::uint16_t key = 0;
    std::size_t token = 0;
    Octets value;
};

std::optional<std::string> unescape(std::string_view text, Octets& out) {
    for (std::size_t at = 0; at < text.size();) {
        std::uint8_t octet;
        if (!next_octet(text, at, octet))
            return "bad escape; write \\DDD with DDD from 000 to 255, or \\X";
        out.push_back(octet);
    }
    return {};
}

// One parameter: `key`, `key=value`, or `key=` with the quoted value glued to it.
std::optional<std::string> parse_param(std::span<const Token> tokens, std::size_t& at,
                                       Param& param) {
    const Token& token = tokens[at];
    param.token = at++;
    const auto equals = token.text.find('=');
    const std::string_view name = token.text.substr(0, equals);
    const auto key = token.quoted ? std::nullopt : key_from_text(name);
    if (!key) {
        return "\"" + std::string(name) +
               "\" is no service parameter; write mandatory, alpn, no-default-alpn, port, " +
               "ipv4hint, ech, ipv6hint, dohpath, ohttp or keyNNN";
    }
    param.key = *key;
    if (equals == std::string_view::npos) return {};
    std::string_view value = token.text.substr(equals + 1);
    if (value.empty() && at < tokens.size() && tokens[at].quoted && tokens[at].glued)
        value = tokens[at++].text;
    Octets octets;
    if (auto fault = unescape(value, octets)) return fault;
    return value_from_text(param.key, octets, param.value);
}

// --- wire ----------------------------------------------------------------------------------------

bool is_alpn_list(Bytes value) {
    std::size_t at = 0;
    while (at < value.size() && value[at] != 0) at += value[at] + 1u;
    return at == value.size() && at > 0;
}

bool is_key_list(Bytes value) {
    if (value.empty() || value.size() % 2 != 0) return false;
    int last = kMandatory;
    for (; !value.empty(); value = value.subspan(2)) {
        const int key = get_u16(value);
        if (key <= last) return false;
        last = key;
    }
    return true;
}

bool is_value_of(std::uint16_t key, Bytes value) {
    switch (key) {
        case kMandatory:
            return is_key_list(value);
        case kAlpn:
            return is_alpn_list(value);
        case kNoDefaultAlpn:
        case kOhttp:
            return value.empty();
        case kPort:
            return value.size() == 2;
        case kIpv4Hint:
            return !value.empty() && value.size() % 4 == 0;
        case kIpv6Hint:
            return !value.empty() && value.size() % 16 == 0;
        case kEch:
        case kDohPath:
            return !value.empty();
        default:
            return key != kInvalidKey;
    }
}

// Reads the parameter at the start of `wire` and moves behind it.
bool next_param(Bytes& wire, std::uint16_t& key, Bytes& value) {
    ByteReader reader(wire);
    key = reader.u16();
    value = reader.take(reader.u16());
    wire = wire.subspan(reader.at());
    return reader.ok();
}

bool has_key(Bytes wire, std::uint16_t wanted) {
    std::uint16_t key;
    Bytes value;
    while (!wire.empty() && next_param(wire, key, value)) {
        if (key == wanted) return true;
    }
    return false;
}

void append_alpn(std::string& out, Bytes value) {
    Octets list;
    for (; !value.empty(); value = value.subspan(value[0] + 1u)) {
        if (!list.empty()) list.push_back(',');
        for (const std::uint8_t c : value.subspan(1, value[0])) {
            if (c == ',' || c == '\\') list.push_back('\\');
            list.push_back(c);
        }
    }
    append_quoted(out, list);
}

void append_hints(std::string& out, Bytes value, std::size_t size) {
    for (std::size_t at = 0; at < value.size(); at += size) {
        if (at > 0) out += ',';
        out += (size == 4 ? IpAddr::v4(value.data() + at) : IpAddr::v6(value.data() + at)).text();
    }
}

void append_value(std::string& out, std::uint16_t key, Bytes value) {
    switch (key) {
        case kMandatory:
            for (std::size_t at = 0; at < value.size(); at += 2) {
                if (at > 0) out += ',';
                out += key_text(get_u16(value.subspan(at)));
            }
            return;
        case kAlpn:
            return append_alpn(out, value);
        case kPort:
            out += std::to_string(get_u16(value));
            return;
        case kIpv4Hint:
            return append_hints(out, value, 4);
        case kIpv6Hint:
            return append_hints(out, value, 16);
        case kEch:
            out += '"';
            append_base64(out, value);
            out += '"';
            return;
        default:
            return append_quoted(out, value);
    }
}

}  // namespace

std::optional<RdataFault> parse_svc_params(std::span<const Token> tokens,
                                           std::vector<std::uint8_t>& out) {
    std::vector<Param> params;
    for (std::size_t at = 0; at < tokens.size();) {
        Param param;
        if (auto fault = parse_param(tokens, at, param))
            return RdataFault{param.token, std::move(*fault)};
        if (param.value.size() > 65535)
            return RdataFault{param.token, "the value is longer than 65535 octets"};
        params.push_back(std::move(param));
    }
    std::sort(params.begin(), params.end(), [](const Param& a, const Param& b) {
        return std::pair(a.key, a.token) < std::pair(b.key, b.token);
    });
    const std::size_t start = out.size();
    for (std::size_t i = 0; i < params.size(); ++i) {
        const Param& param = params[i];
        if (i > 0 && params[i - 1].key == param.key) {
            return RdataFault{param.token, key_text(param.key) + " stands twice; once is right"};
        }
        append_u16(out, param.key);
        append_u16(out, static_cast<std::uint16_t>(param.value.size()));
        out.insert(out.end(), param.value.begin(), param.value.end());
    }
    if (auto fault = svc_params_fault(Bytes(out).subspan(start)))
        return RdataFault{0, std::move(*fault)};
    return {};
}

std::optional<std::string> svc_params_fault(Bytes wire) {
    const Bytes all = wire;
    int last = -1;
    bool alpn = false;
    Bytes mandatory;
    while (!wire.empty()) {
        std::uint16_t key;
        Bytes value;
        if (!next_param(wire, key, value)) return "a service parameter is cut off";
        if (key <= last)
            return "service parameters must ascend, each once: " + key_text(key) +
                   " is out of place";
        last = key;
        if (!is_value_of(key, value)) return key_text(key) + " has a value that it cannot have";
        alpn = alpn || key == kAlpn;
        if (key == kNoDefaultAlpn && !alpn)
            return "no-default-alpn needs an alpn parameter beside it";
        if (key == kMandatory) mandatory = value;
    }
    for (; !mandatory.empty(); mandatory = mandatory.subspan(2)) {
        const std::uint16_t key = get_u16(mandatory);
        if (!has_key(all, key)) return "mandatory names " + key_text(key) + ", which is missing";
    }
    return {};
}

void append_svc_params(std::string& out, Bytes wire) {
    std::uint16_t key;
    Bytes value;
    while (!wire.empty() && next_param(wire, key, value)) {
        out += ' ';
        out += key_text(key);
        if (value.empty()) continue;
        out += '=';
        append_value(out, key, value);
    }
}

}  // namespace fairway::wire::dns
