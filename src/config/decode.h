// One document → one object of the Model, with everything that is wrong with it. Pure; any thread.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "config/value.h"
#include "model/diagnostic.h"
#include "model/model.h"

namespace fairway::config {

template <class T>
using Shared = std::shared_ptr<const T>;
using AnyObject =
    std::variant<std::monostate, Shared<model::Region>, Shared<model::Cluster>,
                 Shared<model::DnsZone>, Shared<model::TrafficPolicy>, Shared<model::HealthCheck>,
                 Shared<model::RoutingControl>, Shared<model::Service>,
                 Shared<model::EndpointSlice>, Shared<model::Secret>>;

struct Decoded {
    std::optional<model::ObjectKey> key;  // as soon as kind and name are readable
    Pos pos;
    AnyObject object;  // nothing if there are errors
    model::Diagnostics diagnostics;
};

// `file` goes into Meta and diagnostics.
Decoded decode(const Value& root, std::string_view file);

// The objects of a document: itself, or the items of a v1 List (what `kubectl get -o yaml` prints).
std::vector<const Value*> objects_of(const Value& root);

// "Kind/namespace/name" for diagnostics, as far as it can be read.
std::string object_text(const Value& root);

}  // namespace fairway::config
