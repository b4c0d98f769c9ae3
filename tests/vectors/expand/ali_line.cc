// {records: [{line, value}]} of one name → DescribeDomainRecords.
#include "expand/common.h"

namespace fairway::vectors {

Result<Expanded> expand_ali_line(const Value& vector) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object().key("DomainRecords").begin_object().key("Record").begin_array();
    int id = 1;
    for (const auto& record : vector["config"]["records"].items()) {
        for (const auto& value : record["value"].items()) {
            writer.begin_object().field("RecordId", std::to_string(id++));
            writer.field("DomainName", "example.com").field("RR", "www");
            writer.field("Type", value.text().find(':') == std::string_view::npos ? "A" : "AAAA");
            writer.field("TTL", 600).field("Status", "ENABLE");
            writer.field("Value", value.text());
            copy_members(record, {"value", "line"}, writer);
            writer.field("Line", record["line"].text()).end_object();
        }
    }
    writer.end_array().end_object().end_object();
    Expanded out;
    out.system = "alibaba-lines";
    out.files.push_back({"records.json", std::move(text)});
    out.host = "www.example.com";
    read_query(vector["query"], out);
    return out;
}

}  // namespace fairway::vectors
