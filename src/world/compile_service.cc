// EndpointSlices and the Services that they make up, with a fact for each endpoint and each
// HealthCheck that targets the Service. A changed slice costs its Service, nothing else.
#include <algorithm>
#include <charconv>

#include "world/compile.h"

namespace fairway::world {
namespace {

using model::EndpointSlice;
using model::Service;

std::optional<std::uint16_t> port_number(const std::string& text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) return {};
    return port;
}

// The port of a Service on the endpoints of one slice: what the slice says under that name, else
// the number that the Service gives.
std::uint16_t endpoint_port(const model::ServicePort& port, const EndpointSlice& slice) {
    for (const model::ServicePort& on_slice : slice.ports) {
        if (on_slice.name == port.name && on_slice.port != 0) return on_slice.port;
    }
    return port_number(port.target_port).value_or(port.port);
}

// compile_check made sure that a named port exists when it last looked.
std::uint16_t probe_port(const model::HealthCheck& check, const Service& service,
                         const EndpointSlice& slice) {
    const auto number = port_number(check.target_port);
    for (const model::ServicePort& port : service.ports) {
        const bool meant = check.target_port.empty() || port.name == check.target_port ||
                           (number && port.port == *number);
        if (meant) return endpoint_port(port, slice);
    }
    return number.value_or(0);
}

class ServiceCompiler {
  public:
    ServiceCompiler(CompilerState& state, std::shared_ptr<const Service> service, UnitIndex unit)
        : state_(state), service_(std::move(service)), unit_(unit) {}

    std::shared_ptr<ServicePart> run() {
        const model::ObjectKey& key = state_.catalog[unit_].key;
        part_->name = key.ns + "/" + key.name;
        part_->id = state_.service_ids.acquire(part_->name);
        ServiceState& members = state_.services[unit_];
        for (const auto& [name, slice] : members.slices) add_slice(*slice);
        for (std::size_t i = 0; i < part_->endpoints.size(); ++i) add_probes(members, i);
        return part_;
    }

  private:
    void add_slice(const EndpointSlice& slice) {
        RegionId region;
        if (!slice.region.empty()) region = state_.region_ids.find(slice.region);
        for (const model::Endpoint& endpoint : slice.endpoints) {
            if (endpoint.addresses.empty()) continue;
            EndpointPart part;
            part.address = endpoint.addresses.front();
            part.ready = endpoint.ready && !endpoint.terminating;
            part.terminating = endpoint.terminating;
            part.region = region;
            // An address may stand in two slices while it moves: the ready one counts.
            const auto [at, fresh] = by_address_.emplace(part.address, part_->endpoints.size());
            if (fresh) {
                part_->endpoints.push_back(part);
                slice_of_.push_back(&slice);
            } else if (part.ready && !part_->endpoints[at->second].ready) {
                part_->endpoints[at->second] = part;
                slice_of_[at->second] = &slice;
            }
        }
    }

    void add_probes(const ServiceState& members, std::size_t i) {
        EndpointPart& endpoint = part_->endpoints[i];
        endpoint.gates_at = static_cast<std::uint32_t>(part_->gates.size());
        for (const auto& [name, unit] : members.target_checks) {
            CheckPart probe;
            probe.check = state_.checks[unit].good;
            probe.ca = state_.checks[unit].ca;
            probe.address = {endpoint.address, probe_port(*probe.check, *service_, *slice_of_[i])};
            probe.name = state_.catalog[unit].key.ns + "/" + name + "@" + probe.address->text();
            part_->gates.push_back(put_fact(state_, std::move(probe)));
        }
        endpoint.gates_size = static_cast<std::uint32_t>(part_->gates.size()) - endpoint.gates_at;
    }

    CompilerState& state_;
    std::shared_ptr<const Service> service_;
    UnitIndex unit_;
    std::shared_ptr<ServicePart> part_ = std::make_shared<ServicePart>();
    std::unordered_map<IpAddr, std::size_t> by_address_;
    std::vector<const EndpointSlice*> slice_of_;
};

bool same(const ServicePart& a, const ServicePart& b) {
    const auto same_endpoint = [](const EndpointPart& x, const EndpointPart& y) {
        return x.address == y.address && x.ready == y.ready && x.terminating == y.terminating &&
               x.region == y.region && x.gates_at == y.gates_at && x.gates_size == y.gates_size;
    };
    return a.id == b.id && a.gates == b.gates &&
           std::equal(a.endpoints.begin(), a.endpoints.end(), b.endpoints.begin(),
                      b.endpoints.end(), same_endpoint);
}

// Facts of the part before that the part after does not read may go.
void leave_facts(CompilerState& state, const ServicePart* before, const ServicePart* after) {
    if (!before) return;
    std::unordered_set<std::uint32_t> kept;
    if (after) {
        for (const FactId fact : after->gates) kept.insert(fact.value);
    }
    for (const FactId fact : before->gates) {
        if (!kept.contains(fact.value)) state.leaving_facts.insert(fact);
    }
}

void compile_service(CompilerState& state, const model::Model& model, UnitIndex unit) {
    state.catalog[unit].dirty = false;
    auto service = share<Service>(model, state.catalog[unit].key);
    if (!service) {
        // Leaves that were compiled before keep it; it goes with the last of them.
        if (state.catalog[unit].id != Unit::kNoId) state.leaving_services.insert(unit);
        return;
    }
    state.leaving_services.erase(unit);
    const auto part = ServiceCompiler(state, std::move(service), unit).run();
    const ServicePart* before = state.next.services.at(part->id.value);
    state.catalog[unit].id = part->id.value;
    if (before && same(*before, *part)) return;
    leave_facts(state, before, part.get());
    state.change.services.push_back(part->id);
    state.next.services.set(part->id.value, part);
}

void unlink(CompilerState& state, const std::string& name, const SliceState& slice) {
    state.services[slice.service].slices.erase(name);
    state.mark_dirty(slice.service);
}

void compile_slice(CompilerState& state, const model::Model& model, UnitIndex unit) {
    state.catalog[unit].dirty = false;
    const std::string name = state.catalog[unit].key.name;
    const auto slice = share<EndpointSlice>(model, state.catalog[unit].key);
    const auto known = state.slices.find(unit);
    if (!slice) {
        if (known != state.slices.end()) {
            unlink(state, name, known->second);
            state.slices.erase(known);
        }
        state.catalog.set_uses(unit, {});
        state.catalog.set_findings(unit, {});
        state.set_stale(unit, false);
        return;
    }
    Findings findings(slice->meta);
    std::vector<UnitIndex> uses;
    judge_names(state, model, *slice, findings, uses);
    const UnitIndex service =
        state.catalog.at(model::Kind::kService, slice->meta.key.ns, slice->service);
    state.catalog.set_uses(unit, std::move(uses));
    if (!findings.failed()) {
        if (known != state.slices.end() && known->second.service != service) {
            unlink(state, name, known->second);
        }
        state.slices[unit] = {service, slice};
        state.services[service].slices[name] = slice;
        state.mark_dirty(service);
    }
    state.set_stale(unit, findings.failed() && state.slices.contains(unit));
    state.catalog.set_findings(unit, findings.take());
}

}  // namespace

void judge_names(CompilerState& state, const model::Model& model, const model::EndpointSlice& slice,
                 Findings& findings, std::vector<UnitIndex>& uses) {
    resolve_region(state, model, slice.region, slice.region_pos,
                   "metadata.labels[" + std::string(model::kRegionLabel) + "]", findings, uses);
    const std::string& ns = slice.meta.key.ns;
    const UnitIndex service = state.catalog.at(model::Kind::kService, ns, slice.service);
    uses.push_back(service);
    if (state.catalog[service].presence == Presence::kNone) {
        findings.warning(slice.service_pos, "metadata.labels[kubernetes.io/service-name]",
                         "no Service \"" + slice.service + "\": nobody reaches these endpoints",
                         nearest_object<Service>(model, ns, slice.service, "declare the Service"));
    }
}

void compile_slices(CompilerState& state, const model::Model& model) {
    for (const UnitIndex unit : std::exchange(state.dirty_slices, {})) {
        compile_slice(state, model, unit);
    }
}

void compile_services(CompilerState& state, const model::Model& model) {
    for (const UnitIndex unit : std::exchange(state.dirty_services, {})) {
        compile_service(state, model, unit);
    }
}

}  // namespace fairway::world
