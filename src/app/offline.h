// A World compiled from a directory without running anything: what --dir and `check` work on.
// Nothing is probed: every fact has its declared initial value.
#pragma once

#include <memory>
#include <string>

#include "app/zone_files.h"
#include "base/result.h"
#include "config/directory.h"
#include "model/model.h"
#include "world/compiler.h"
#include "world/fact_keeper.h"

namespace fairway::app {

struct Offline {
    explicit Offline(const std::string& directory) : zone_files(directory) {}
    model::Model model;
    ZoneFiles zone_files;
    world::Compiler compiler{zone_files.reader()};
    world::WorldChange first;
    model::Diagnostics diagnostics;  // of documents and of what they refer to, by place
};

// Nobody has told anything: disabled and inverted checks, `initial`, switches that start Off.
std::unique_ptr<world::FactKeeper> declared_facts(const Offline& offline);

// An error only if the directory cannot be read.
Result<std::unique_ptr<Offline>> load_offline(const std::string& directory);

}  // namespace fairway::app
