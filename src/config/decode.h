// One document → one object of the Model, with everything that is wrong with it. Pure; any thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "config/value.h"
#include "model/diagnostic.h"
#include "model/model.h"

namespace fairway::config {

using model::AnyObject;
using model::Shared;

struct Decoded {
    std::optional<model::ObjectKey> key;  // as soon as kind and name are readable
    Pos pos;
    AnyObject object;  // nothing if there are errors (but of what is not honoured yet),
    std::shared_ptr<const model::Draft> draft;  // but this
    model::Diagnostics diagnostics;
};

// `file` goes into Meta and diagnostics.
Decoded decode(const Value& root, std::string_view file);

// Makes a draft of it: `findings` hold errors in its text.
void refuse(Decoded& decoded, const model::Diagnostics& findings);

// The objects of a document: itself, or the items of a v1 List (what `kubectl get -o yaml` prints).
std::vector<const Value*> objects_of(const Value& root);

// "Kind/namespace/name" for diagnostics, as far as it can be read.
std::string object_text(const Value& root);

}  // namespace fairway::config
