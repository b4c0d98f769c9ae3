#include "config/import/alibaba_gtm_export.h"

#include <charconv>

namespace fairway::config::gtm {
namespace {

class Reader {
  public:
    Reader(std::span<const ImportFile> files, ManifestSet& out) : files_(files), out_(out) {}

    Result<Export> read() {
        for (const auto& file : files_) FW_TRY_VOID(read_file(file));
        join_loose();
        return std::move(export_);
    }

  private:
    Status read_file(const ImportFile& file) {
        FW_TRY(Documents documents, read_import_json(file));
        const Value root = documents.all.front().root;
        export_.memory.push_back(std::move(documents));
        found_ = 0;
        const auto& state = root["values"] ? root["values"] : root["planned_values"];
        if (state) {
            read_module(state["root_module"], 0);
        } else {
            read_response(root);
        }
        if (found_ == 0) {
            return cannot_import(file.name, root.pos(),
                                 "nothing of Global Traffic Manager 3.0 is here; give answers of "
                                 "ListCloudGtmInstanceConfigs, ListCloudGtmAddressPools, "
                                 "ListCloudGtmMonitorTemplates or `terraform show -json`");
        }
        out_.source(file.name + ": " + std::to_string(found_) + " objects");
        return {};
    }

    void read_module(const Value& module, int depth) {
        for (const auto& resource : module["resources"].items()) {
            const auto type = resource["type"].text();
            constexpr std::string_view kPrefix = "alicloud_alidns_cloud_gtm_";
            const auto& values = resource["values"];
            if (!type.starts_with(kPrefix)) {
                out_.lost(resource["address"].string(type),
                          "not of Global Traffic Manager: left out");
            } else if (type.ends_with("instance_config")) {
                add_instance(values, values["config_id"] ? values["config_id"].string()
                                                         : values["id"].string());
            } else if (type.ends_with("address_pool")) {
                add_pool(values, values["id"].string(resource["address"].text()));
            } else if (type.ends_with("address")) {
                add_address(values, values["id"].string(resource["address"].text()));
            } else if (type.ends_with("monitor_template")) {
                add(export_.templates, values["id"].string(resource["address"].text()), values);
            } else {
                out_.lost(resource["address"].string(type), "a resource that we do not know");
            }
        }
        // Terraform's own limit on nesting is far below.
        if (depth > 32) return;
        for (const auto& child : module["child_modules"].items()) read_module(child, depth + 1);
    }

    void read_response(const Value& root) {
        for (const auto& item : root["InstanceConfigs"]["InstanceConfig"].items()) {
            add_instance(item, item["ConfigId"].string());
        }
        for (const auto& item : root["AddressPools"]["AddressPool"].items()) {
            // Of DescribeCloudGtmInstanceConfig this is a list of uses, read with it.
            if (!root["ConfigId"]) add_pool(item, item["AddressPoolId"].string());
        }
        for (const auto& item : root["Addresses"]["Address"].items()) {
            if (!root["AddressPoolId"]) add_address(item, item["AddressId"].string());
        }
        for (const auto& item : root["Templates"]["Template"].items()) {
            add(export_.templates, item["TemplateId"].string(), item);
        }
        if (root["ConfigId"]) {
            add_instance(root, root["ConfigId"].string());
        } else if (root["AddressPoolId"]) {
            add_pool(root, root["AddressPoolId"].string());
        } else if (root["AddressId"]) {
            add_address(root, root["AddressId"].string());
        } else if (root["TemplateId"]) {
            add(export_.templates, root["TemplateId"].string(), root);
        }
    }

    void add(std::map<std::string, Object>& where, const std::string& id, const Value& value) {
        auto& object = where[id];
        object.id = id;
        object.parts.push_back(value);
        ++found_;
    }

    void add_instance(const Value& value, const std::string& id) {
        if (!export_.instances.contains(id)) export_.order.push_back(id);
        auto& parent = export_.instances[id];
        parent.object.id = id;
        parent.object.parts.push_back(value);
        ++found_;
        for (const auto& pool : value["AddressPools"]["AddressPool"].items()) {
            use(parent, pool["AddressPoolId"].string(), pool);
            add_pool(pool, pool["AddressPoolId"].string());
        }
    }

    void add_pool(const Value& value, const std::string& id) {
        auto& parent = export_.pools[id];
        parent.object.id = id;
        parent.object.parts.push_back(value);
        ++found_;
        for (const auto& address : value["Addresses"]["Address"].items()) {
            use(parent, address["AddressId"].string(), address);
            add_address(address, address["AddressId"].string());
        }
    }

    void add_address(const Value& value, const std::string& id) {
        add(export_.addresses, id, value);
    }

    static void use(Parent& parent, const std::string& id, const Value& value) {
        for (const auto& have : parent.uses) {
            if (have.id == id) return;
        }
        parent.uses.push_back({id, {id, {value}}});
    }

    // Terraform has no resource for which pool holds which addresses: one parent holds them all.
    void join_loose() {
        if (export_.instances.size() == 1) {
            take_all(export_.instances.begin()->second, export_.pools, "pools");
        }
        if (export_.pools.size() == 1) {
            take_all(export_.pools.begin()->second, export_.addresses, "addresses");
        }
    }
    template <class Kids>
    void take_all(Parent& parent, const Kids& kids, const char* what) {
        if (!parent.uses.empty() || kids.empty()) return;
        for (const auto& [id, kid] : kids) parent.uses.push_back({id, {id, {}}});
        out_.assumed(parent.object.id, std::string("the export does not say which ") + what +
                                           " belong to it: all of them, in the order of their ids");
    }

    std::span<const ImportFile> files_;
    ManifestSet& out_;
    Export export_;
    std::size_t found_ = 0;
};

}  // namespace

std::string snake_case(std::string_view camel) {
    std::string out;
    for (const char c : camel) {
        if (c >= 'A' && c <= 'Z') {
            if (!out.empty()) out += '_';
            out += static_cast<char>(c + 32);
        } else {
            out += c;
        }
    }
    return out;
}

const Value& Object::get(std::string_view field) const {
    static const Value kMissing{};
    const std::string snake = snake_case(field);
    for (const auto& part : parts) {
        if (part[field]) return part[field];
        if (part[snake]) return part[snake];
    }
    return kMissing;
}

std::string Object::text(std::string_view field, std::string_view otherwise) const {
    return get(field).string(otherwise);
}

std::int64_t Object::number(std::string_view field, std::int64_t otherwise) const {
    const auto text = get(field).text();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

Result<Export> read_export(std::span<const ImportFile> files, ManifestSet& out) {
    return Reader(files, out).read();
}

}  // namespace fairway::config::gtm
