// Traffic policy documents ("2015-10-01", "2023-05-09"): rules and endpoints by name → one
// TrafficPolicy, a rule a select, an endpoint a leaf.
#include <map>

#include "config/import/policy_draft.h"
#include "config/import/route53_export.h"

namespace fairway::config::route53 {
namespace {

constexpr std::uint32_t kDocumentTtl = 60;  // an instance names the TTL; documents hold none

class DocumentWriter {
  public:
    DocumentWriter(const PolicyDocument& document, CheckNames& checks, ManifestSet& out)
        : label_("traffic policy " + document.name),
          file_(document.file),
          document_(document.root),
          checks_(checks),
          out_(out),
          draft_({}, document_["RecordType"].string("A"), kDocumentTtl) {}

    Result<Tree> write() {
        FW_TRY(const std::string root, start());
        draft_.set_root(root);
        out_.assumed(label_,
                     "no policy instance is in a document: add spec.hostnames and spec.ttl");
        return draft_.spec();
    }

  private:
    Result<std::string> start() {
        if (document_["StartRule"]) return rule(document_["StartRule"], 0);
        return endpoint(document_["StartEndpoint"]);
    }

    tl::unexpected<Error> bad(const Value& at, const std::string& what) const {
        return cannot_import(file_, at.pos(), label_ + ": " + what);
    }

    Result<std::string> target(const Value& item, int depth) {
        if (item["RuleReference"]) return rule(item["RuleReference"], depth + 1);
        return endpoint(item["EndpointReference"]);
    }

    Result<std::string> endpoint(const Value& reference) {
        const std::string name = reference.string();
        if (const auto at = made_.find("e/" + name); at != made_.end()) return at->second;
        const Value& endpoint = document_["Endpoints"][name];
        if (!endpoint)
            return bad(reference, "endpoint " + name + " is used but not under Endpoints");
        const std::string node = draft_.node_name(name);
        made_["e/" + name] = node;
        const std::string value = endpoint["Value"].string();
        if (endpoint["Type"].text() == "value") {
            draft_.add_leaf(node, {presentation_value(document_["RecordType"].text(), value)},
                            kDocumentTtl, {});
        } else {
            draft_.add_hostname(node, value, kDocumentTtl, {});
        }
        return node;
    }

    Result<std::string> rule(const Value& reference, int depth) {
        const std::string name = reference.string();
        if (depth > 10)
            return bad(reference, "rule " + name + " is nested deeper than 10, or in a loop");
        if (const auto at = made_.find("r/" + name); at != made_.end()) return at->second;
        const Value& rule = document_["Rules"][name];
        if (!rule) return bad(reference, "rule " + name + " is used but not under Rules");
        const std::string node = draft_.node_name(name);
        made_["r/" + name] = node;
        Tree select = Tree::map(), children = Tree::sequence();
        FW_TRY_VOID(fill(rule, depth, select, children));
        draft_.add_select(node, std::move(select), std::move(children));
        return node;
    }

    Status fill(const Value& rule, int depth, Tree& select, Tree& children) {
        const std::string_view type = rule["RuleType"].text();
        if (type == "failover") {
            select.set("op", "priority");
            int priority = 1;
            for (const char* which : {"Primary", "Secondary"}) {
                FW_TRY(Tree child, child_of(rule[which], depth));
                children.add(std::move(child.set("priority", priority++)));
            }
            return {};
        }
        const char* lists[][3] = {{"geo", "match", "Locations"},
                                  {"geoproximity", "proximity", "GeoproximityLocations"},
                                  {"latency", "latency", "Regions"},
                                  {"multivalue", "uniform", "Items"},
                                  {"weighted", "weight", "Items"}};
        for (const auto& [rule_type, op, list] : lists) {
            if (type != rule_type) continue;
            select.set("op", op);
            if (type == "multivalue") select.set("draw", "sample").set("k", 8);
            for (const auto& item : rule[list].items()) {
                FW_TRY(Tree child, child_of(item, depth));
                place(type, item, child);
                children.add(std::move(child));
            }
            return {};
        }
        return bad(rule["RuleType"] ? rule["RuleType"] : rule,
                   "RuleType " + std::string(type) + " is not one that we know");
    }

    void place(std::string_view type, const Value& item, Tree& child) {
        if (type == "weighted") {
            child.set("weight",
                      static_cast<std::int64_t>(std::atoll(item["Weight"].string("1").c_str())));
        } else if (type == "geo") {
            Tree match = Tree::sequence();
            const bool is_default = item["IsDefault"].text() == "true";
            match.add(is_default ? "*"
                                 : geo_key(item["Continent"].text(), item["Country"].text(),
                                           item["Subdivision"].text()));
            child.set("match", std::move(match));
        } else if (type == "latency" || (type == "geoproximity" && item["Region"])) {
            // "aws:route53:us-east-1" in geoproximity rules.
            std::string region = item["Region"].string();
            region = region.substr(region.rfind(':') + 1);
            out_.add_region(region);
            child.set("region", region);
        } else if (type == "geoproximity") {
            Tree at = Tree::map();
            at.set("latitude", std::atof(item["Latitude"].string().c_str()));
            at.set("longitude", std::atof(item["Longitude"].string().c_str()));
            child.set("coordinates", std::move(at));
        }
        if (type == "geoproximity" && item["Bias"]) {
            child.set("bias", static_cast<std::int64_t>(std::atoll(item["Bias"].string().c_str())));
        }
    }

    // The reference's own health check and EvaluateTargetHealth make a node of their own.
    Result<Tree> child_of(const Value& item, int depth) {
        FW_TRY(std::string node, target(item, depth));
        const std::string check = item["HealthCheck"].string();
        const bool evaluate = item["EvaluateTargetHealth"].text() != "false";
        if (!check.empty() || !evaluate) {
            const std::string inner = node;
            node = draft_.node_name(inner + "-ref");
            Tree select = Tree::map();
            select.set("op", "uniform");
            if (!evaluate) select.set("propagate", false);
            Tree only = Tree::map();
            only.set("node", inner);
            Tree children = Tree::sequence();
            children.add(std::move(only));
            std::vector<std::string> gates;
            if (!check.empty()) gates.push_back(checks_.name_of(check, label_));
            draft_.add_select(node, std::move(select), std::move(children), gates);
        }
        Tree child = Tree::map();
        child.set("node", node);
        return child;
    }

    std::string label_, file_;
    const Value& document_;
    CheckNames& checks_;
    ManifestSet& out_;
    PolicyDraft draft_;
    std::map<std::string, std::string> made_;  // "r/RULE", "e/ENDPOINT" → node
};

}  // namespace

Status add_policy_document(const PolicyDocument& document, CheckNames& checks, ManifestSet& out) {
    FW_TRY(Tree spec, DocumentWriter(document, checks, out).write());
    out.add("TrafficPolicy", out.unique_name("TrafficPolicy", document.name), std::move(spec));
    return {};
}

}  // namespace fairway::config::route53
