// A TrafficPolicy document in the making, for importers: nodes by name, then the spec.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/emit.h"

namespace fairway::config {

// What a node is called that shall be called `wanted`, if no other is.
std::string as_node_name(std::string_view wanted);

class PolicyDraft {
  public:
    PolicyDraft(std::vector<std::string> hostnames, std::string type, std::uint32_t ttl);

    // A name that no node has yet, as near to `wanted` as names of nodes allow.
    std::string node_name(std::string_view wanted);
    const std::string& last_name() const { return last_name_; }

    void set_family(std::string family) { family_ = std::move(family); }
    void set_stickiness(std::string stickiness) { stickiness_ = std::move(stickiness); }
    void add_leaf(const std::string& name, const std::vector<std::string>& values,
                  std::uint32_t ttl, const std::vector<std::string>& gates);
    void add_hostname(const std::string& name, const std::string& hostname, std::uint32_t ttl,
                      const std::vector<std::string>& gates);
    // A select whose one kid is another policy.
    void add_reference(const std::string& name, const std::string& policy, bool propagate,
                       const std::vector<std::string>& gates);
    void add_select(const std::string& name, Tree select, Tree children,
                    const std::vector<std::string>& gates = {});
    // The root, under the name "root" (or near).
    void add_root(Tree select, Tree children, const std::vector<std::string>& gates = {},
                  bool off = false);
    // A leaf that is there but answers nothing (admin Stopped).
    void add_stopped(const std::string& name, const std::string& hostname);
    // Any node; gates of kind HealthCheck are set if there are some.
    void add_node(Tree node, const std::vector<std::string>& gates);
    void set_root(std::string name) { root_ = std::move(name); }

    Tree spec();

  private:
    std::vector<std::string> hostnames_;
    std::string type_, family_, stickiness_;
    std::uint32_t ttl_;
    std::string root_, last_name_;
    std::set<std::string> names_;
    std::map<std::string, int> suffixes_;  // the last one given, so that n alike cost n
    Tree nodes_ = Tree::sequence();
};

Tree named_node(const std::string& name);

}  // namespace fairway::config
