// A Global Traffic Manager 3.0 export as read, from the API (ListCloudGtmInstanceConfigs,
// ListCloudGtmAddressPools, …AddressPool, …Addresses, …MonitorTemplates; CamelCase) or from
// `terraform show -json` (alicloud_alidns_cloud_gtm_*, snake_case). The same object may stand in
// several files, each with a part of its fields. Values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/import/manifest_set.h"

namespace fairway::config::gtm {

// One thing, by all that tells of it; the API's name of a field finds Terraform's too.
struct Object {
    std::string id;
    std::vector<Value> parts;
    const Value& get(std::string_view field) const;
    std::string text(std::string_view field, std::string_view otherwise = {}) const;
    // Terraform writes some numbers in quotes.
    std::int64_t number(std::string_view field, std::int64_t otherwise) const;
};

// Where a pool is used by a domain, or an address by a pool: with its serial, weight and lines.
struct Use {
    std::string id;
    Object here;  // the fields of this use
};

struct Parent {
    Object object;
    std::vector<Use> uses;
};

struct Export {
    std::vector<std::string> order;  // of instances, as met
    std::map<std::string, Parent> instances, pools;
    std::map<std::string, Object> addresses, templates;
    std::vector<Documents> memory;  // what the Values point into
};

Result<Export> read_export(std::span<const ImportFile> files, ManifestSet& out);

// "AddressPoolLbStrategy" → "address_pool_lb_strategy".
std::string snake_case(std::string_view camel);

// alibaba_gtm_checks.cc: the health checks of addresses.
class Checks {
  public:
    Checks(const Export& source, ManifestSet& out) : source_(source), out_(out) {}
    // What gates an address: its one task, or the judgement over its tasks; empty: none.
    std::vector<std::string> gates_of(const Object& address);

  private:
    std::string task_check(const Object& address, const Value& task);
    Tree spec_of(const Object& address, const Object& monitor, std::int64_t port,
                 const std::string& label);
    Tree http_spec(const Object& monitor, const std::string& label);

    const Export& source_;
    ManifestSet& out_;
    std::map<std::string, std::vector<std::string>> made_;  // by address id
    std::map<std::string, std::string> tasks_;
};

}  // namespace fairway::config::gtm
