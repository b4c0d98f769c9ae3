// ReferenceGrant as declared: who of other namespaces may name what in its own. A value; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "model/object.h"

namespace fairway::model {

struct ReferenceGrant {
    struct From {
        std::string group, kind, ns;
    };
    struct To {
        std::string group, kind;
        std::string name;  // empty: all
    };
    Meta meta;
    std::vector<From> from;
    std::vector<To> to;
};

}  // namespace fairway::model
