// HealthChecks with one verdict, and RoutingControls: each is one fact. A check that targets a
// Service is only linked to it here; the Service's compile makes a fact of each endpoint.
#include <algorithm>

#include "world/compile.h"

namespace fairway::world {
namespace {

using model::CheckType;

struct Resolved {
    std::vector<UnitIndex> uses;
    std::vector<FactId> children;
    FactId routing_control;
    std::shared_ptr<const model::Secret> ca;
    UnitIndex target = 0;
};

// The fact that a gate or a calculated check reads, of a check that is declared.
FactId fact_of(const CompilerState& state, UnitIndex unit) {
    return FactId{state.catalog[unit].id};
}

std::string name_text(const model::ObjectKey& key) {
    return key.ns + "/" + key.name;
}

// The path by which a Calculated check comes back to itself, by names; empty if it does not.
std::vector<std::string> find_loop(const model::Model& model, const model::HealthCheck& from) {
    std::map<std::string, std::string> came_from;  // names within the namespace
    std::vector<std::string> open{from.meta.key.name};
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        const auto* check = model.find<model::HealthCheck>(from.meta.key.ns, name);
        if (!check || check->type != CheckType::kCalculated) continue;
        for (const model::Ref& child : check->children) {
            if (child.name == from.meta.key.name) {
                return path_back(from.meta.key.name, name, came_from);
            }
            if (came_from.emplace(child.name, name).second) open.push_back(child.name);
        }
    }
    return {};
}

void check_children(CompilerState& state, const model::Model& model,
                    const model::HealthCheck& check, Findings& findings, Resolved& out) {
    if (check.children.empty()) {
        findings.error({}, "spec.children", "a Calculated check without children",
                       "name the HealthChecks that it counts");
    }
    const std::vector<std::string> loop = find_loop(model, check);
    for (std::size_t i = 0; i < check.children.size(); ++i) {
        const model::Ref& ref = check.children[i];
        const std::string field = "spec.children[" + std::to_string(i) + "]";
        const Target child = resolve<model::HealthCheck>(state, model, ref, check.meta.key.ns,
                                                         field, findings, out.uses);
        if (!child.declared) continue;
        if (!loop.empty() && ref.name == loop[1]) {
            findings.error(ref.pos, field, "the checks form a loop: " + path_text(loop),
                           "count only checks that do not count this one");
            continue;
        }
        const auto* declared = model.find<model::HealthCheck>(check.meta.key.ns, ref.name);
        if (declared && declared->target) {
            findings.reference(ref.pos, field,
                               "HealthCheck " + child.text + " has a verdict for each endpoint",
                               "name a check with an address");
        } else if (const FactId fact = fact_of(state, child.unit); fact.known()) {
            out.children.push_back(fact);
        } else {
            findings.reference(ref.pos, field, "HealthCheck " + child.text + " has errors",
                               "mend that one");
        }
    }
}

// What a probe of a Service's endpoints asks for must be one of its ports.
void check_target_port(const model::Model& model, const model::HealthCheck& check,
                       const Target& target, Findings& findings) {
    const auto* service = model.find<model::Service>(check.meta.key.ns, check.target->name);
    if (!service) return;
    if (check.target_port.empty()) {
        if (service->ports.empty()) {
            findings.reference(check.target->pos, "spec.targetRef",
                               "Service " + target.text + " has no port",
                               "give the number in targetRef.port");
        }
        return;
    }
    if (std::all_of(check.target_port.begin(), check.target_port.end(),
                    [](unsigned char c) { return c >= '0' && c <= '9'; })) {
        return;
    }
    Nearest nearest(check.target_port);
    for (const model::ServicePort& port : service->ports) {
        if (port.name == check.target_port) return;
        nearest.offer(port.name);
    }
    findings.reference(check.target->pos, "spec.targetRef.port",
                       "Service " + target.text + " has no port \"" + check.target_port + "\"",
                       nearest.text("a name of its ports, or a number"));
}

void check_probe(CompilerState& state, const model::Model& model, const model::HealthCheck& check,
                 Findings& findings, Resolved& out) {
    if (check.target.has_value() == check.address.has_value()) {
        findings.error({}, "spec", check.target ? "both targetRef and address" : "nothing to probe",
                       "give one of targetRef and address");
    }
    if (check.target) {
        const Target target = resolve<model::Service>(
            state, model, *check.target, check.meta.key.ns, "spec.targetRef", findings, out.uses);
        out.target = target.unit;
        if (target.declared) check_target_port(model, check, target, findings);
    }
    if (check.http.ca_secret) {
        const Target secret =
            resolve<model::Secret>(state, model, *check.http.ca_secret, check.meta.key.ns,
                                   "spec.http.caSecretRef", findings, out.uses);
        const auto* data = model.find<model::Secret>(check.meta.key.ns, check.http.ca_secret->name);
        out.ca = share<model::Secret>(model, state.catalog[secret.unit].key);
        if (secret.declared && data && !data->data.contains("ca.crt")) {
            findings.reference(check.http.ca_secret->pos, "spec.http.caSecretRef",
                               "Secret " + secret.text + " has no ca.crt",
                               "put the PEM certificates under data[\"ca.crt\"]");
        }
    }
}

Resolved resolve_check(CompilerState& state, const model::Model& model,
                       const model::HealthCheck& check, Findings& findings) {
    Resolved out;
    for (std::size_t i = 0; i < check.from.size(); ++i) {
        resolve_region(state, model, check.from[i],
                       i < check.from_pos.size() ? check.from_pos[i] : model::Pos{},
                       "spec.from[" + std::to_string(i) + "]", findings, out.uses);
    }
    if (check.type == CheckType::kCalculated) {
        check_children(state, model, check, findings, out);
    } else if (check.type == CheckType::kRoutingControl) {
        if (!check.routing_control) {
            findings.error({}, "spec.routingControlRef", "missing", "name the RoutingControl");
        } else {
            const Target control = resolve<model::RoutingControl>(
                state, model, *check.routing_control, check.meta.key.ns, "spec.routingControlRef",
                findings, out.uses);
            out.routing_control = fact_of(state, control.unit);
            if (control.declared && !out.routing_control.known()) {
                findings.reference(check.routing_control->pos, "spec.routingControlRef",
                                   "RoutingControl " + control.text + " has errors",
                                   "mend that one");
            }
        }
    } else if (check.type != CheckType::kExternal) {
        check_probe(state, model, check, findings, out);
    }
    return out;
}

void leave_fact(CompilerState& state, UnitIndex unit) {
    if (state.catalog[unit].id == Unit::kNoId) return;
    state.leaving_facts.insert(FactId{state.catalog[unit].id});
    state.catalog[unit].id = Unit::kNoId;
}

void unlink(CompilerState& state, UnitIndex unit, CheckState& check) {
    if (!check.good || !check.good->target) return;
    state.services[check.target].target_checks.erase(state.catalog[unit].key.name);
    state.mark_dirty(check.target);
}

void accept(CompilerState& state, UnitIndex unit, std::shared_ptr<const model::HealthCheck> check,
            const Resolved& resolved) {
    CheckState& entry = state.checks[unit];
    unlink(state, unit, entry);
    entry.good = check;
    entry.ca = resolved.ca;
    entry.target = resolved.target;
    if (check->target) {
        leave_fact(state, unit);
        state.services[resolved.target].target_checks[check->meta.key.name] = unit;
        state.mark_dirty(resolved.target);
        return;
    }
    CheckPart part;
    part.name = name_text(check->meta.key);
    part.address = check->address;
    part.children = resolved.children;
    part.routing_control = resolved.routing_control;
    part.ca = resolved.ca;
    part.check = std::move(check);
    state.catalog[unit].id = put_fact(state, std::move(part)).value;
}

void forget(CompilerState& state, UnitIndex unit) {
    if (const auto at = state.checks.find(unit); at != state.checks.end()) {
        unlink(state, unit, at->second);
        state.checks.erase(at);
    }
    leave_fact(state, unit);
    state.catalog.set_uses(unit, {});
    state.catalog.set_findings(unit, {});
    state.set_stale(unit, false);
}

void compile_check(CompilerState& state, const model::Model& model, UnitIndex unit) {
    if (!state.catalog[unit].dirty) return;
    state.catalog[unit].dirty = false;
    const auto shape = [&] {  // what references to it depend on
        const auto at = state.checks.find(unit);
        const bool target = at != state.checks.end() && at->second.good->target.has_value();
        return std::pair(state.catalog[unit].id, target);
    };
    const auto before = shape();
    const auto check = share<model::HealthCheck>(model, state.catalog[unit].key);
    if (!check) {
        forget(state, unit);
    } else {
        Findings findings(check->meta);
        Resolved resolved = resolve_check(state, model, *check, findings);
        state.catalog.set_uses(unit, std::move(resolved.uses));
        if (!findings.failed()) accept(state, unit, check, resolved);
        state.set_stale(unit, findings.failed() && state.checks.contains(unit));
        state.catalog.set_findings(unit, findings.take());
    }
    if (shape() != before) state.mark_users_dirty(unit);
}

}  // namespace

std::string fact_name(const CheckPart& part) {
    return (part.control ? "RoutingControl/" : "HealthCheck/") + part.name;
}

FactId put_fact(CompilerState& state, CheckPart part) {
    part.id = state.fact_ids.acquire(fact_name(part));
    state.leaving_facts.erase(part.id);
    const CheckPart* before = state.next.checks.at(part.id.value);
    const bool same = before && before->check == part.check && before->control == part.control &&
                      before->ca == part.ca && before->address == part.address &&
                      before->children == part.children &&
                      before->routing_control == part.routing_control;
    const FactId id = part.id;
    if (!same) {
        state.next.checks.set(id.value, std::make_shared<const CheckPart>(std::move(part)));
        state.change.checks.push_back(id);
    }
    return id;
}

void judge_names(CompilerState& state, const model::Model& model,
                 const model::RoutingControl& control, Findings& findings,
                 std::vector<UnitIndex>& uses) {
    resolve_region(state, model, control.region, control.region_pos, "spec.region", findings, uses);
}

void judge_names(CompilerState& state, const model::Model& model, const model::HealthCheck& check,
                 Findings& findings, std::vector<UnitIndex>& uses) {
    uses = resolve_check(state, model, check, findings).uses;
}

void compile_controls(CompilerState& state, const model::Model& model) {
    for (const UnitIndex unit : std::exchange(state.dirty_controls, {})) {
        state.catalog[unit].dirty = false;
        const std::uint32_t id_before = state.catalog[unit].id;
        const auto control = share<model::RoutingControl>(model, state.catalog[unit].key);
        if (!control) {
            forget(state, unit);
        } else {
            Findings findings(control->meta);
            std::vector<UnitIndex> uses;
            judge_names(state, model, *control, findings, uses);
            state.catalog.set_uses(unit, std::move(uses));
            if (!findings.failed()) {
                CheckPart part;
                part.name = name_text(control->meta.key);
                part.control = control;
                state.catalog[unit].id = put_fact(state, std::move(part)).value;
            }
            state.set_stale(unit, findings.failed() && state.catalog[unit].id != Unit::kNoId);
            state.catalog.set_findings(unit, findings.take());
        }
        if (state.catalog[unit].id != id_before) state.mark_users_dirty(unit);
    }
}

void compile_checks(CompilerState& state, const model::Model& model) {
    // A check whose presence changes marks the Calculated ones that count it, so more may come.
    while (!state.dirty_checks.empty()) {
        for (const UnitIndex unit : std::exchange(state.dirty_checks, {})) {
            compile_check(state, model, unit);
        }
    }
}

}  // namespace fairway::world
