#include "config/gateway_rules.h"

#include <algorithm>

#include "base/ip.h"

namespace fairway::config {

namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> those) {
    return std::find(those.begin(), those.end(), word) != those.end();
}

template <class Take>
void each_address(const Reader& root, std::string_view type, const Take& take) {
    root["spec"]["addresses"].each([&](const Reader& address) {
        if (address["type"].view() == type && address["value"].given()) take(address["value"]);
    });
}

void unique_addresses(const Reader& root, std::string_view type, const RuleFault& fault) {
    const auto key_of = [&](const Reader& address) {
        const bool counts = address["type"].view() == type && address["value"].given();
        return counts ? "=" + address["value"].text() : std::string();
    };
    tell_repeats(root["spec"]["addresses"], key_of, "stands twice", fault);
}

void ip_addresses(const Reader& root, const RuleFault& fault) {
    each_address(root, "IPAddress", [&](const Reader& value) {
        if (value.view().empty() || IpAddr::parse(value.view())) return;
        fault(value.value(), quote(value.view()) + " is no address", "192.0.2.1 or 2001:db8::1");
    });
}

void hostname_form(const Value& value, const RuleFault& fault) {
    if (const char* right = format_fault(Format::kHostnamePattern, value.text())) {
        fault(value, quote(value.text()) + " is no host name", right);
    }
}

void status_hostnames(const Reader& root, const RuleFault& fault) {
    for (const Value& address : root.value()["status"]["addresses"].items()) {
        if (address["type"].text() == "Hostname") hostname_form(address["value"], fault);
    }
}

// Upstream's pattern: no limit on the labels of the prefix.
bool is_key(std::string_view key) {
    const std::size_t slash = key.find('/');
    const std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
    return !name.empty() && format_fault(Format::kLabelValue, name) == nullptr &&
           (slash == std::string_view::npos ||
            format_fault(Format::kSectionName, key.substr(0, slash)) == nullptr);
}

void keys(const Reader& root, std::string_view field, const RuleFault& fault) {
    for (const Member& member : root["spec"]["infrastructure"][field].value().members()) {
        if (is_key(member.key)) continue;
        fault(member.value, "key " + quote(member.key) + " is not allowed",
              "a key such as `app` or `example.com/app`");
    }
}

void key_prefixes(const Reader& root, std::string_view field, const RuleFault& fault) {
    for (const Member& member : root["spec"]["infrastructure"][field].value().members()) {
        if (member.key.substr(0, member.key.find('/')).size() < 253) continue;
        fault(member.value, "the key's prefix is too long", "at most 252 characters");
    }
}

template <class Check>
void each_listener(const Reader& root, const Check& check) {
    root["spec"]["listeners"].each(
        [&](const Reader& listener) { check(listener, listener["protocol"].view()); });
}

void tls_absent(const Reader& root, const RuleFault& fault) {
    each_listener(root, [&](const Reader& listener, std::string_view protocol) {
        if (!is_one_of(protocol, {"HTTP", "TCP", "UDP"}) || !listener["tls"].given()) return;
        fault(listener["tls"].value(), std::string(protocol) + " has no TLS", "leave it out");
    });
}

void https_terminates(const Reader& root, const RuleFault& fault) {
    each_listener(root, [&](const Reader& listener, std::string_view protocol) {
        const Reader tls = listener["tls"];
        if (protocol != "HTTPS" || !tls.given() || tls["mode"].view() == "Terminate") return;
        fault(tls["mode"].value(), "HTTPS ends at the Gateway", "mode: Terminate");
    });
}

void tls_mode_set(const Reader& root, const RuleFault& fault) {
    each_listener(root, [&](const Reader& listener, std::string_view protocol) {
        if (protocol != "TLS" || listener["tls"].given()) return;
        fault.absent(listener.value(), "tls", "is missing: TLS needs its mode");
    });
}

void hostname_absent(const Reader& root, const RuleFault& fault) {
    each_listener(root, [&](const Reader& listener, std::string_view protocol) {
        if (!is_one_of(protocol, {"TCP", "UDP"}) || listener["hostname"].view().empty()) return;
        fault(listener["hostname"].value(), std::string(protocol) + " knows no host names",
              "leave it out");
    });
}

void names_unique(const Reader& root, const RuleFault& fault) {
    tell_repeats(
        root["spec"]["listeners"], [](const Reader& l) { return "=" + l["name"].text(); },
        "another listener has this name", fault);
}

void distinct(const Reader& root, const RuleFault& fault) {
    const auto key_of = [](const Reader& l) {
        const std::string host = l["hostname"].given() ? "=" + l["hostname"].text() : "";
        return l["port"].text() + "/" + l["protocol"].text() + "/" + host;
    };
    tell_repeats(root["spec"]["listeners"], key_of,
                 "another listener has the same port, protocol and hostname", fault);
}

void certificates_present(const Reader& root, const RuleFault& fault) {
    each_listener(root, [&](const Reader& listener, std::string_view) {
        const Reader tls = listener["tls"];
        if (!tls.given() || tls["mode"].view() != "Terminate") return;
        if (tls["certificateRefs"].value().size() + tls["options"].value().size() > 0) return;
        fault.absent(tls.value(), "certificateRefs", "is missing: mode Terminate needs some");
    });
}

void frontend_ports(const Reader& root, const RuleFault& fault) {
    tell_repeats(
        root["spec"]["tls"]["frontend"]["perPort"],
        [](const Reader& entry) { return "=" + entry["port"].text(); }, "another has this port",
        fault);
}

constexpr auto kGateway = model::Kind::kGateway;
using R = const Reader&;
using F = const RuleFault&;

}  // namespace

void add_rules_of_gateways(std::vector<GatewayRule>& out) {
    const GatewayRule rules[] = {
        {"address-ip-unique", kGateway, [](R r, F f) { unique_addresses(r, "IPAddress", f); }},
        {"address-hostname-unique", kGateway, [](R r, F f) { unique_addresses(r, "Hostname", f); }},
        {"address-hostname-form", kGateway,
         [](R r, F f) {
             each_address(r, "Hostname", [&](R value) { hostname_form(value.value(), f); });
         }},
        {"address-ip-form", kGateway, ip_addresses},
        {"status-address-hostname-form", kGateway, status_hostnames},
        {"infra-annotation-key", kGateway, [](R r, F f) { keys(r, "annotations", f); }},
        {"infra-annotation-prefix-length", kGateway,
         [](R r, F f) { key_prefixes(r, "annotations", f); }},
        {"infra-label-key", kGateway, [](R r, F f) { keys(r, "labels", f); }},
        {"infra-label-prefix-length", kGateway, [](R r, F f) { key_prefixes(r, "labels", f); }},
        {"listener-tls-absent", kGateway, tls_absent},
        {"listener-https-terminates", kGateway, https_terminates},
        {"listener-tls-mode-set", kGateway, tls_mode_set},
        {"listener-hostname-absent", kGateway, hostname_absent},
        {"listener-name-unique", kGateway, names_unique},
        {"listener-distinct", kGateway, distinct},
        {"listener-certificates-present", kGateway, certificates_present},
        {"frontend-port-unique", kGateway, frontend_ports},
    };
    out.insert(out.end(), std::begin(rules), std::end(rules));
}

const std::vector<GatewayRule>& gateway_rules() {
    static const std::vector<GatewayRule> kRules = [] {
        std::vector<GatewayRule> out;
        add_rules_of_gateways(out);
        add_rules_of_routes(out);
        add_rules_of_filters(out);
        return out;
    }();
    return kRules;
}

void check_gateway_rules(const Reader& root, model::Kind kind, Findings& findings) {
    for (const GatewayRule& rule : gateway_rules()) {
        if (rule.kind == kind) rule.check(root, RuleFault(rule.name, findings));
    }
}

}  // namespace fairway::config
