#include "config/import/route53_export.h"

#include "config/json.h"

namespace fairway::config::route53 {
namespace {

// \ooo at `at`, or nothing.
std::optional<unsigned> octal_escape(std::string_view text, std::size_t at) {
    if (at + 3 >= text.size() || text[at] != '\\') return {};
    unsigned value = 0;
    for (std::size_t i = at + 1; i <= at + 3; ++i) {
        if (text[i] < '0' || text[i] > '7') return {};
        value = value * 8 + static_cast<unsigned>(text[i] - '0');
    }
    return value <= 255 ? std::optional(value) : std::nullopt;
}

std::string decimal_escape(unsigned octet) {
    const char digits[] = {'\\', static_cast<char>('0' + octet / 100),
                           static_cast<char>('0' + octet / 10 % 10),
                           static_cast<char>('0' + octet % 10)};
    return std::string(digits, sizeof digits);
}

// A plain character where one will do, else RFC 1035's \DDD.
std::string with_decimal_escapes(std::string_view text, std::string_view plain) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto octet = octal_escape(text, at);
        if (!octet) {
            out += text[at];
            // "\\" and "\"" stay as they are, whatever follows.
            if (text[at] == '\\' && at + 1 < text.size()) out += text[++at];
            continue;
        }
        const char c = static_cast<char>(*octet);
        out += plain.find(c) != std::string_view::npos ? std::string(1, c) : decimal_escape(*octet);
        at += 3;
    }
    return out;
}

class Reader {
  public:
    Reader(std::span<const ImportFile> files, ManifestSet& out) : files_(files), out_(out) {}

    Result<Export> read() {
        for (const auto& file : files_) FW_TRY_VOID(read_file(file));
        return std::move(export_);
    }

  private:
    Status read_file(const ImportFile& file) {
        FW_TRY(Documents documents, read_import_json(file));
        const Value root = documents.all.front().root;
        export_.memory.push_back(std::move(documents));
        if (root.find("ResourceRecordSets")) return read_records(file, root);
        if (root.find("HealthChecks")) return read_checks(file, root);
        if (root.find("CidrBlocks")) return read_blocks(file, root);
        if (root.find("TrafficPolicy")) return read_policy(file, root["TrafficPolicy"]);
        if (root.find("AWSPolicyFormatVersion")) return add_document({stem(file), root, file.name});
        return cannot_import(file.name, root.pos(),
                             "none of the keys ResourceRecordSets, HealthChecks, CidrBlocks, "
                             "TrafficPolicy, AWSPolicyFormatVersion is here; give the output of "
                             "aws route53 list-resource-record-sets, list-health-checks, "
                             "list-cidr-blocks or get-traffic-policy");
    }

    static std::string stem(const ImportFile& file) {
        const auto slash = file.name.rfind('/');
        const auto base = file.name.substr(slash == std::string::npos ? 0 : slash + 1);
        return base.substr(0, base.rfind('.'));
    }

    Status read_records(const ImportFile& file, const Value& root) {
        const auto& sets = root["ResourceRecordSets"];
        if (!sets.is_sequence()) {
            return cannot_import(file.name, sets.pos(), "ResourceRecordSets must be a list");
        }
        for (const auto& set : sets.items()) FW_TRY_VOID(read_record(file, set));
        out_.source(file.name + ": " + std::to_string(sets.size()) + " record sets");
        return {};
    }

    Status read_record(const ImportFile& file, const Value& set) {
        Record record;
        record.name = owner_name(set["Name"].text());
        record.type = set["Type"].string();
        if (record.name.empty() || record.type.empty()) {
            return cannot_import(file.name, set.pos(), "a record set needs Name and Type");
        }
        record.set_identifier = set["SetIdentifier"].string();
        record.health_check = set["HealthCheckId"].string();
        if (const auto ttl = set["TTL"].integer()) record.ttl = count32(*ttl);
        for (const auto& value : set["ResourceRecords"].items()) {
            record.values.push_back(presentation_value(record.type, value["Value"].text()));
        }
        read_alias(set, record);
        read_routing(set, record);
        out_.lost_members(
            set,
            {"Name", "Type", "SetIdentifier", "HealthCheckId", "TTL", "ResourceRecords",
             "AliasTarget", "Weight", "Region", "GeoLocation", "GeoProximityLocation", "Failover",
             "MultiValueAnswer", "CidrRoutingConfig"},
            record.label());
        const bool may_be_alias = record.type != "SOA";
        if (record.values.empty() && !(record.alias && may_be_alias)) {
            return cannot_import(file.name, set.pos(),
                                 may_be_alias
                                     ? "a record set needs ResourceRecords or an AliasTarget"
                                     : "a SOA needs its ResourceRecords");
        }
        export_.groups[{record.name, record.type}].push_back(std::move(record));
        return {};
    }

    static void read_alias(const Value& set, Record& record) {
        const auto& alias = set["AliasTarget"];
        if (!alias) return;
        Alias target;
        target.dns_name = lower(alias["DNSName"].text());
        target.key = owner_name(target.dns_name);
        target.evaluate_target_health = alias["EvaluateTargetHealth"].boolean().value_or(false);
        record.alias = std::move(target);
    }

    static void read_routing(const Value& set, Record& record) {
        if (const auto weight = set["Weight"].integer()) {
            record.weight = count32(*weight);
        }
        record.region = set["Region"].string();
        record.failover = set["Failover"].string();
        record.multivalue = set["MultiValueAnswer"].boolean().value_or(false);
        record.geo_proximity = set["GeoProximityLocation"];
        const auto& geo = set["GeoLocation"];
        record.geo_key = geo_key(geo["ContinentCode"].text(), geo["CountryCode"].text(),
                                 geo["SubdivisionCode"].text());
        if (const auto& cidr = set["CidrRoutingConfig"]) {
            record.cidr = {cidr["CollectionId"].string(), cidr["LocationName"].string()};
        }
    }

    Status read_checks(const ImportFile& file, const Value& root) {
        for (const auto& check : root["HealthChecks"].items()) {
            if (!check["Id"] || !check["HealthCheckConfig"]) {
                return cannot_import(file.name, check.pos(),
                                     "a health check needs Id and HealthCheckConfig");
            }
            export_.health_checks.emplace_back(check["Id"].string(), check["HealthCheckConfig"]);
        }
        out_.source(file.name + ": " + std::to_string(export_.health_checks.size()) +
                    " health checks");
        return {};
    }

    // The listing does not name its collection: the file's name does, or there is only one.
    Status read_blocks(const ImportFile& file, const Value& root) {
        auto& collection = export_.cidr_collections[stem(file)];
        for (const auto& block : root["CidrBlocks"].items()) {
            collection[block["LocationName"].string()].push_back(block["CidrBlock"].string());
        }
        out_.source(file.name + ": " + std::to_string(root["CidrBlocks"].size()) + " CIDR blocks");
        return {};
    }

    // `get-traffic-policy`: the document is a string that holds JSON.
    Status read_policy(const ImportFile& file, const Value& policy) {
        const std::string name = policy["Name"] ? policy["Name"].string() : stem(file);
        if (policy["Document"].is_map()) return add_document({name, policy["Document"], file.name});
        const std::string where = file.name + " (Document)";
        Documents inner = parse_json(policy["Document"].text(), where);
        if (!inner.findings.empty() || inner.all.empty()) {
            return cannot_import(file.name, policy["Document"].pos(),
                                 "TrafficPolicy.Document must hold a policy document as JSON");
        }
        const Value root = inner.all.front().root;
        export_.memory.push_back(std::move(inner));
        return add_document({name, root, where});
    }

    Status add_document(PolicyDocument document) {
        out_.source("traffic policy document " + document.name);
        export_.policy_documents.push_back(std::move(document));
        return {};
    }

    std::span<const ImportFile> files_;
    ManifestSet& out_;
    Export export_;
};

}  // namespace

std::string Record::label() const {
    return name + " " + type + (set_identifier.empty() ? "" : " " + set_identifier);
}

std::string owner_name(std::string_view name) {
    // What a host name may hold plainly; all else stays escaped.
    std::string out = with_decimal_escapes(lower(name), "*_-!#%&'+/:=?^`{|}~[]<>,$@");
    if (out.size() > 1 && out.back() == '.' && out[out.size() - 2] != '\\') out.pop_back();
    return out;
}

std::string presentation_value(std::string_view type, std::string_view value) {
    if (type != "TXT" && type != "SPF" && type != "CAA" && type != "NAPTR") {
        return std::string(value);
    }
    return with_decimal_escapes(value, "");
}

std::string geo_key(std::string_view continent, std::string_view country,
                    std::string_view subdivision) {
    if (!subdivision.empty()) {
        return "subdivision/" + std::string(country) + "-" + std::string(subdivision);
    }
    if (country == "*") return "*";
    if (!country.empty()) return "country/" + std::string(country);
    if (!continent.empty()) return "continent/" + std::string(continent);
    return {};
}

Result<Export> read_export(std::span<const ImportFile> files, ManifestSet& out) {
    return Reader(files, out).read();
}

}  // namespace fairway::config::route53
