#include "app/offline.h"

namespace fairway::app {

Result<std::unique_ptr<Offline>> load_offline(const std::string& directory) {
    auto offline = std::make_unique<Offline>(directory);
    config::Directory documents(directory);
    FW_TRY(config::LoadReport report, documents.reload(offline->model));
    offline->first = offline->compiler.update(offline->model, offline->model.take_changes());
    offline->diagnostics = std::move(report.diagnostics);
    const auto& compiled = offline->compiler.diagnostics();
    offline->diagnostics.insert(offline->diagnostics.end(), compiled.begin(), compiled.end());
    config::sort_by_place(offline->diagnostics);
    return offline;
}

std::unique_ptr<world::FactKeeper> declared_facts(const Offline& offline) {
    auto keeper = std::make_unique<world::FactKeeper>();
    keeper->on_world(offline.first, 0);
    return keeper;
}

}  // namespace fairway::app
