// A Route 53 export as read: `aws route53 list-resource-record-sets`, `list-health-checks`,
// `list-cidr-blocks`, and traffic policy documents. Values; names in lower case, without final dot,
// octal escapes (\052) resolved.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/import/manifest_set.h"

namespace fairway::config::route53 {

struct Alias {
    std::string dns_name;  // as written, lower case
    std::string key;       // dns_name as an owner name: without final dot
    bool evaluate_target_health = false;
};

struct Record {
    std::string name, type, set_identifier;
    std::uint32_t ttl = 60;  // of an alias: the target's; Elastic Load Balancing answers 60
    std::vector<std::string> values;
    std::optional<Alias> alias;
    std::string health_check;
    // At most one of these: the group's routing policy.
    std::optional<std::uint32_t> weight;
    std::string region;
    std::string geo_key;  // "country/US", "*"
    Value geo_proximity;
    std::string failover;  // PRIMARY, SECONDARY
    bool multivalue = false;
    std::optional<std::pair<std::string, std::string>> cidr;  // collection, location

    bool routed() const {
        return weight || !region.empty() || !geo_key.empty() || geo_proximity || multivalue ||
               !failover.empty() || cidr;
    }
    std::string label() const;  // "www.example.com A eu-1", for notes
};

using GroupKey = std::pair<std::string, std::string>;  // name, type

struct PolicyDocument {
    std::string name;
    Value root;
    std::string file;  // as findings call it
};

struct Export {
    std::map<GroupKey, std::vector<Record>> groups;
    std::vector<std::pair<std::string, Value>> health_checks;  // id, HealthCheckConfig
    std::vector<PolicyDocument> policy_documents;
    // location -> blocks, by collection; "" = a listing that does not say which.
    std::map<std::string, std::map<std::string, std::vector<std::string>>> cidr_collections;
    std::vector<Documents> memory;  // what the Values point into
};

Result<Export> read_export(std::span<const ImportFile> files, ManifestSet& out);

// "\052.example.com." → "*.example.com".
std::string owner_name(std::string_view name);
// Octal escapes of a TXT value → RFC 1035's decimal ones.
std::string presentation_value(std::string_view type, std::string_view value);

// {ContinentCode | CountryCode [SubdivisionCode]} → match key; empty: none of them.
std::string geo_key(std::string_view continent, std::string_view country,
                    std::string_view subdivision);

// route53_checks.cc: one HealthCheck (or RoutingControl) an exported check; names by check id.
class CheckNames {
  public:
    CheckNames(const Export& source, ManifestSet& out);
    // The manifest's name; makes an External check of an id that was not exported.
    std::string name_of(const std::string& id, std::string_view used_by);

  private:
    void add(const std::string& id, const Value& config);
    Tree spec_of(const std::string& id, const Value& config);
    Tree probe_spec(const std::string& id, const Value& config, std::string_view type);
    Tree calculated_spec(const std::string& id, const Value& config);
    ManifestSet& out_;
    std::map<std::string, std::string> names_;
};

// route53_document.cc: one TrafficPolicy a traffic policy document.
Status add_policy_document(const PolicyDocument& document, CheckNames& checks, ManifestSet& out);

}  // namespace fairway::config::route53
