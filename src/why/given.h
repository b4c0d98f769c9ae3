// `--fact KEY=VALUE`: what is given outright about the client instead of looked up in World:
// latency.REGION=ms, distance.NODE=km, geo=KEY, line=KEY (several: most specific first). A value
// that owns what steer::Query borrows: it must outlive the query.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "steer/query.h"
#include "world/world.h"

namespace fairway::why {

using FactArguments = std::vector<std::pair<std::string, std::string>>;

// "KEY=VALUE" as the command line and the API take them.
Result<FactArguments> split_facts(const std::vector<std::string>& arguments);

class GivenFacts {
  public:
    static Result<GivenFacts> parse(const world::World& world, const FactArguments& arguments);
    // Overrides what `query` has of each kind that was given.
    void apply(steer::Query& query) const;

  private:
    std::optional<std::vector<float>> latency_ms_;
    std::optional<std::vector<world::KeyId>> geo_, lines_;
    std::vector<std::pair<std::string, double>> named_km_;
    mutable std::vector<steer::NamedDistance> distances_;
};

}  // namespace fairway::why
