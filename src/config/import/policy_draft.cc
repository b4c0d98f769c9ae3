#include "config/import/policy_draft.h"

namespace fairway::config {
namespace {

constexpr std::size_t kNodeNameMax = 63;

bool fits_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

}  // namespace

Tree named_node(const std::string& name) {
    Tree node = Tree::map();
    node.set("name", name);
    return node;
}

PolicyDraft::PolicyDraft(std::vector<std::string> hostnames, std::string type, std::uint32_t ttl)
    : hostnames_(std::move(hostnames)), type_(std::move(type)), ttl_(ttl) {}

std::string as_node_name(std::string_view wanted) {
    std::string out;
    for (const char c : wanted.substr(0, kNodeNameMax - 4)) out += fits_name(c) ? c : '-';
    return out.empty() ? "node" : out;
}

std::string PolicyDraft::node_name(std::string_view wanted) {
    const std::string base = as_node_name(wanted);
    last_name_ = base;
    int& last = suffixes_.try_emplace(base, 1).first->second;
    while (!names_.insert(last_name_).second) last_name_ = base + "-" + std::to_string(++last);
    return last_name_;
}

void PolicyDraft::add_node(Tree node, const std::vector<std::string>& gates) {
    if (!gates.empty()) {
        Tree list = Tree::sequence();
        for (const auto& gate : gates) {
            Tree entry = Tree::map();
            entry.set("kind", "HealthCheck").set("name", gate);
            list.add(std::move(entry));
        }
        node.set("gates", std::move(list));
    }
    nodes_.add(std::move(node));
}

void PolicyDraft::add_leaf(const std::string& name, const std::vector<std::string>& values,
                           std::uint32_t ttl, const std::vector<std::string>& gates) {
    Tree list = Tree::sequence();
    for (const auto& value : values) list.add(value);
    Tree leaf = Tree::map();
    leaf.set("values", std::move(list));
    Tree node = named_node(name);
    node.set("leaf", std::move(leaf)).set("ttl", ttl);
    add_node(std::move(node), gates);
}

void PolicyDraft::add_hostname(const std::string& name, const std::string& hostname,
                               std::uint32_t ttl, const std::vector<std::string>& gates) {
    Tree leaf = Tree::map();
    leaf.set("hostname", hostname);
    Tree node = named_node(name);
    node.set("leaf", std::move(leaf)).set("ttl", ttl);
    add_node(std::move(node), gates);
}

void PolicyDraft::add_reference(const std::string& name, const std::string& policy, bool propagate,
                                const std::vector<std::string>& gates) {
    Tree select = Tree::map();
    select.set("op", "uniform");
    if (!propagate) select.set("propagate", false);
    Tree child = Tree::map();
    child.set("policy", policy);
    Tree children = Tree::sequence();
    children.add(std::move(child));
    add_select(name, std::move(select), std::move(children), gates);
}

void PolicyDraft::add_select(const std::string& name, Tree select, Tree children,
                             const std::vector<std::string>& gates) {
    Tree node = named_node(name);
    node.set("select", std::move(select)).set("children", std::move(children));
    add_node(std::move(node), gates);
}

void PolicyDraft::add_root(Tree select, Tree children, const std::vector<std::string>& gates,
                           bool off) {
    root_ = node_name("root");
    Tree node = named_node(root_);
    node.set("select", std::move(select)).set("children", std::move(children));
    if (off) node.set("admin", "Off");
    add_node(std::move(node), gates);
}

void PolicyDraft::add_stopped(const std::string& name, const std::string& hostname) {
    Tree node = named_node(name);
    node.set("leaf", std::move(Tree::map().set("hostname", hostname))).set("admin", "Stopped");
    add_node(std::move(node), {});
}

Tree PolicyDraft::spec() {
    Tree spec = Tree::map();
    Tree hostnames = Tree::sequence();
    for (const auto& name : hostnames_) hostnames.add(name);
    if (!hostnames_.empty()) spec.set("hostnames", std::move(hostnames));
    spec.set("type", type_);
    if (!family_.empty()) spec.set("family", family_);
    if (!stickiness_.empty()) spec.set("stickiness", stickiness_);
    spec.set("ttl", ttl_).set("root", root_).set("nodes", std::move(nodes_));
    return spec;
}

}  // namespace fairway::config
