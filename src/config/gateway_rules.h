// The rules that the Gateway API's CRDs state in CEL (v1.6.3, experimental channel), each by a name
// of ours that its findings carry; api/upstream-rules.tsv says which of upstream's texts each name
// stands for. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/findings.h"
#include "config/reader.h"

namespace fairway::config {

// How a rule tells what breaks it.
class RuleFault {
  public:
    RuleFault(const char* name, Findings& findings) : name_(name), findings_(findings) {}
    void operator()(const Value& at, const std::string& what, std::string right = {}) const {
        findings_.error(at, what + " (" + name_ + ")", std::move(right));
    }
    void absent(const Value& map, std::string_view field, const std::string& what) const {
        findings_.absent(map, field, what + " (" + name_ + ")");
    }

  private:
    const char* name_;
    Findings& findings_;
};

struct GatewayRule {
    const char* name;  // "listener-distinct"
    model::Kind kind;
    void (*check)(const Reader& root, const RuleFault& fault);
};

// All of them, by kind.
const std::vector<GatewayRule>& gateway_rules();
void check_gateway_rules(const Reader& root, model::Kind kind, Findings& findings);

// The parts of gateway_rules().
void add_rules_of_gateways(std::vector<GatewayRule>& out);
void add_rules_of_routes(std::vector<GatewayRule>& out);
void add_rules_of_filters(std::vector<GatewayRule>& out);

// Tells of each item whose key (empty: none) stood before in the list.
template <class KeyOf>
void tell_repeats(const Reader& list, const KeyOf& key_of, const std::string& what,
                  const RuleFault& fault) {
    std::map<std::string, std::uint32_t, std::less<>> lines;
    list.each([&](const Reader& item) {
        const std::string key = key_of(item);
        if (key.empty()) return;
        const auto [first, fresh] = lines.emplace(key, item.pos().line);
        if (fresh) return;
        fault(item.value(), what, "the first is on line " + std::to_string(first->second));
    });
}

}  // namespace fairway::config
