// docs/manifests.md and docs/steering.md against the program: every example loads without a
// finding, and every field of the tables is in the schema with the default that the table says,
// none missing.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "config/directory.h"
#include "config/schema.h"

namespace fairway::config {
namespace {

std::string read(const std::string& path) {
    std::stringstream out;
    out << std::ifstream(FAIRWAY_SOURCE_DIR "/" + path).rdbuf();
    return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::stringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

model::Diagnostics load_examples(const std::string& path, std::size_t& examples) {
    std::vector<SourceFile> files;
    std::string block;
    bool inside = false;
    for (const std::string& line : lines_of(read(path))) {
        if (line == "```yaml") {
            inside = true;
        } else if (line == "```" && inside) {
            files.push_back({std::to_string(++examples) + ".yaml", block, false, {}});
            block.clear();
            inside = false;
        } else if (inside) {
            block += line + "\n";
        }
    }
    model::Model model;
    return Directory().apply(std::move(files), model).diagnostics;
}

TEST(Docs, ExamplesLoad) {
    std::size_t examples = 0;
    for (const char* path : {"docs/manifests.md", "docs/steering.md"}) {
        for (const auto& finding : load_examples(path, examples))
            ADD_FAILURE() << path << ": " << finding.text();
    }
    EXPECT_GE(examples, 8u);
}

TEST(Docs, ShippedExamplesLoad) {
    model::Model model;
    const auto report = Directory(FAIRWAY_SOURCE_DIR "/examples").reload(model);
    ASSERT_TRUE(report);
    EXPECT_GE(report->files, 4u);
    for (const auto& finding : report->diagnostics) ADD_FAILURE() << finding.text();
}

// "| `name` | meaning | default | limits |" → cells.
std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> out;
    std::stringstream in(line.substr(1));
    for (std::string cell; std::getline(in, cell, '|');) {
        const std::size_t first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
        out.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    return out;
}

using Fields = std::map<std::string, std::string>;  // name → default as the table says it

// The tables of the section "## N. Kind" by the first word of their head: spec, node, select …
std::map<std::string, Fields> tables_of(const std::string& kind) {
    std::map<std::string, Fields> out;
    std::string section, table;
    for (const std::string& line : lines_of(read("docs/manifests.md"))) {
        if (line.starts_with("## ")) section = line.substr(line.find(' ', 3) + 1);
        if (section != kind || !line.starts_with("|")) continue;
        const auto row = cells(line);
        if (row[0].ends_with(" field")) table = row[0].substr(0, row[0].find(' '));
        if (row[0].starts_with('`')) out[table][row[0].substr(1, row[0].size() - 2)] = row[2];
    }
    return out;
}

void compare(const Fields& table, const Schema& schema, const std::string& where) {
    EXPECT_FALSE(table.empty()) << where;
    for (const Property& property : schema.properties) {
        const auto row = table.find(property.name);
        if (row == table.end()) {
            ADD_FAILURE() << where << "." << property.name << " is not in docs/manifests.md";
            continue;
        }
        if (property.required) {
            EXPECT_EQ(row->second, "required") << where << "." << property.name;
        }
        const Value& otherwise = property.schema.otherwise;
        if (otherwise.is_scalar()) {
            EXPECT_EQ(row->second, otherwise.text()) << where << "." << property.name;
        }
    }
    for (const auto& [name, otherwise] : table)
        EXPECT_NE(schema.find(name), nullptr) << where << "." << name;
}

const Schema& at(const Schema& schema, std::initializer_list<const char*> path) {
    const Schema* out = &schema;
    for (const char* name : path) {
        out = std::string_view(name) == "[]" ? &out->items.at(0) : &out->find(name)->schema;
    }
    return *out;
}

TEST(Docs, TablesAreTheSchemas) {
    for (const model::Kind kind :
         {model::Kind::kRegion, model::Kind::kDnsZone, model::Kind::kTrafficPolicy,
          model::Kind::kHealthCheck, model::Kind::kRoutingControl, model::Kind::kGatewayClass,
          model::Kind::kGateway, model::Kind::kHttpRoute, model::Kind::kReferenceGrant}) {
        const std::string name(model::kind_name(kind));
        const Schema& root = schemas().of(kind).root;
        auto tables = tables_of(name);
        compare(tables["spec"], at(root, {"spec"}), name);
        if (kind == model::Kind::kHealthCheck)
            compare(tables["http"], at(root, {"spec", "http"}), "http");
        if (kind == model::Kind::kGateway)
            compare(tables["listener"], at(root, {"spec", "listeners", "[]"}), "listener");
        if (kind == model::Kind::kHttpRoute) {
            const Schema& rule = at(root, {"spec", "rules", "[]"});
            compare(tables["rule"], rule, "rule");
            compare(tables["match"], at(rule, {"matches", "[]"}), "match");
            compare(tables["filter"], at(rule, {"filters", "[]"}), "filter");
            compare(tables["filter"], at(rule, {"backendRefs", "[]", "filters", "[]"}), "filter");
        }
        if (kind != model::Kind::kTrafficPolicy) continue;
        const Schema& node = at(root, {"spec", "nodes", "[]"});
        compare(tables["node"], node, "node");
        compare(tables["select"], at(node, {"select"}), "select");
        compare(tables["child"], at(node, {"children", "[]"}), "child");
    }
}

}  // namespace
}  // namespace fairway::config
