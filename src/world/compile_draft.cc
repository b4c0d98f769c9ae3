// Documents that have errors: whom they name is judged all the same, as far as they read, so that
// every fault is told at once.
#include "world/compile.h"
#include "world/policy_forest.h"

namespace fairway::world {
namespace {

class DraftJudge {
  public:
    DraftJudge(CompilerState& state, const model::Model& model, const model::Draft& draft)
        : state_(state), model_(model), draft_(draft) {}

    model::Diagnostics operator()(std::monostate) const { return {}; }

    // Kinds that name nobody.
    model::Diagnostics operator()(const model::Shared<model::DnsZone>&) const { return {}; }
    model::Diagnostics operator()(const model::Shared<model::Service>&) const { return {}; }
    model::Diagnostics operator()(const model::Shared<model::Secret>&) const { return {}; }
    model::Diagnostics operator()(const model::Shared<model::Namespace>&) const { return {}; }
    model::Diagnostics operator()(const model::Shared<model::GatewayClass>&) const { return {}; }
    // Whom these name is not judged yet.
    model::Diagnostics operator()(const model::Shared<model::Gateway>&) const { return {}; }
    model::Diagnostics operator()(const model::Shared<model::HttpRoute>&) const { return {}; }
    model::Diagnostics operator()(const model::Shared<model::ReferenceGrant>&) const { return {}; }

    model::Diagnostics operator()(const model::Shared<model::TrafficPolicy>& policy) const {
        Findings findings(policy->meta, &draft_);
        read_forest(state_, model_, state_.catalog.at(policy->meta.key), policy, findings);
        for (model::Diagnostic& finding : check_steered(*policy, *state_.next.zone_index,
                                                        state_.next.zones, state_.broken_zones)) {
            findings.reference(finding.pos, std::move(finding.field), std::move(finding.what),
                               std::move(finding.right));
        }
        return findings.take();
    }

    template <class T>
    model::Diagnostics operator()(const model::Shared<T>& object) const {
        Findings findings(object->meta, &draft_);
        std::vector<UnitIndex> unused;  // it is judged again with each update
        judge_names(state_, model_, *object, findings, unused);
        return findings.take();
    }

  private:
    CompilerState& state_;
    const model::Model& model_;
    const model::Draft& draft_;
};

}  // namespace

void judge_drafts(CompilerState& state, const model::Model& model) {
    std::map<UnitIndex, model::Diagnostics> told;
    for (const auto& [key, draft] : model.drafts()) {
        told.emplace(state.catalog.at(key),
                     std::visit(DraftJudge(state, model, *draft), draft->object));
    }
    state.catalog.set_draft_findings(std::move(told));
}

}  // namespace fairway::world
