// GatewayClass and Gateway as declared (gateway.networking.k8s.io/v1). Defaults are filled in when
// the document is decoded; what only status can tell (conflicts, attached routes) is the world's to
// find. Values; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/object.h"

namespace fairway::model {

inline constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";

struct GatewayClass {
    Meta meta;
    std::string controller;  // "fairway.dev/gateway-controller" is ours
    Pos controller_pos;
    bool has_parameters = false;
    Pos parameters_pos;
    std::string description;
};

enum class Protocol : std::uint8_t { kHttp, kHttps, kTls, kTcp, kUdp, kOther };
enum class FromNamespaces : std::uint8_t { kSame, kAll, kSelector };

// As in Kubernetes: every label of `match` and every term must hold; an empty one takes all.
struct LabelSelector {
    struct Term {
        enum class Op : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist };
        std::string key;
        Op op = Op::kIn;
        std::vector<std::string> values;
    };
    std::map<std::string, std::string> match;
    std::vector<Term> terms;

    bool matches(const std::map<std::string, std::string>& labels) const;
};

struct RouteKind {
    std::string group, kind;
    Pos pos;
};

struct DeclaredListener {
    std::string name;
    Pos pos;
    std::uint16_t port = 0;
    Protocol protocol = Protocol::kHttp;
    std::string protocol_text;
    std::string hostname;  // "a.example.com", "*.example.com"; empty: any
    Pos hostname_pos;
    bool has_tls = false;
    FromNamespaces from = FromNamespaces::kSame;
    std::optional<LabelSelector> selector;        // of kSelector; none: no namespace
    std::optional<std::vector<RouteKind>> kinds;  // none: those of the protocol
};

struct GatewayAddress {
    enum class Type : std::uint8_t { kIp, kHostname, kNamed, kOther };
    Type type = Type::kIp;
    std::string value;  // empty: assign one
    Pos pos;
};

struct Gateway {
    Meta meta;
    std::string class_name;
    Pos class_pos;
    std::vector<DeclaredListener> listeners;
    std::vector<GatewayAddress> addresses;
    bool has_parameters = false;
    Pos parameters_pos;
    std::string region;  // label topology.kubernetes.io/region
    Pos region_pos;
    std::vector<Unsupported> unsupported;
};

}  // namespace fairway::model
