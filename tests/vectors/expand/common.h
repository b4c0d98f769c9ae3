// What the expansions share: copying values into JSON, and the parts of a query that all engines
// have. Pure.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "expand/expand.h"

namespace fairway::vectors {

// The value as it stands: numbers, truths and null plain, text quoted.
void copy(const Value& value, JsonWriter& out);
// The members of `map` that are not in `but`, as they stand.
void copy_members(const Value& map, std::initializer_list<std::string_view> but, JsonWriter& out);

tl::unexpected<Error> bad_vector(const std::string& what);

// name, type, resolver_ip or ecs, nth, and the facts: latency, distance, geo, geo_path, lines.
void read_query(const Value& query, Expanded& out);

}  // namespace fairway::vectors
