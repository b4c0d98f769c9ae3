#include "world/dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace fairway::world {
namespace {

template <class Map>
auto sorted(const Map& map) {
    std::vector<std::pair<std::string, typename Map::mapped_type>> list(map.begin(), map.end());
    std::sort(list.begin(), list.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return list;
}

class Dumper {
  public:
    explicit Dumper(const World& world) : world_(world) {}

    std::string run() {
        regions();
        std::vector<std::string> blocks;
        for (std::uint32_t i = 0; i < world_.checks.bound(); ++i) {
            if (const auto* part = world_.checks.at(i)) blocks.push_back(check(*part));
        }
        for (std::uint32_t i = 0; i < world_.services.bound(); ++i) {
            if (const auto* part = world_.services.at(i)) blocks.push_back(service(*part));
        }
        for (std::uint32_t i = 0; i < world_.policies.bound(); ++i) {
            if (const auto* part = world_.policies.at(i)) blocks.push_back(policy(*part));
        }
        std::sort(blocks.begin(), blocks.end());
        for (const std::string& block : blocks) out_ += block;
        return std::move(out_);
    }

  private:
    std::string region(RegionId id) const {
        if (!id.known()) return "-";
        return id.value < world_.regions->regions.size() ? world_.regions->regions[id.value].name
                                                         : "?";
    }
    std::string fact(FactId id) const {
        const CheckPart* part = id.known() ? world_.checks.at(id.value) : nullptr;
        return !part ? "?" : (part->control ? "switch:" : "check:") + part->name;
    }
    std::string policy_node(const FactUsers::NodeUse& use) const {
        const PolicyPart* part = world_.policies.at(use.policy.value);
        return part ? fmt::format("{}/{}#{}", part->name, part->qtype, use.node) : "?";
    }
    std::string keys(const KeyId* begin, std::size_t size) const {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) text += " " + (*world_.keys)[begin[i]];
        return text;
    }

    void regions() {
        for (const auto& [name, part] : sorted(world_.regions->by_name)) {
            const RegionPart& r = world_.regions->regions[part.value];
            out_ +=
                fmt::format("Region {} clients={} capacity={} geo={} lines={}\n", name, r.clients,
                            r.capacity ? std::to_string(*r.capacity) : "-",
                            keys(r.geo.data(), r.geo.size()), keys(r.lines.data(), r.lines.size()));
            for (const auto& [to, id] : sorted(world_.regions->by_name)) {
                out_ += fmt::format("  to {} {:.3f} ms\n", to, world_.regions->latency(part, id));
            }
        }
        for (const auto& [cidr, id] : world_.regions->clients.entries()) {
            out_ += fmt::format("client {} in {}\n", cidr.text(), region(RegionId{id}));
        }
    }
    std::string check(const CheckPart& part) const {
        std::string out = fmt::format("Fact {}", fact(part.id));
        if (part.address) out += " at " + part.address->text();
        for (const FactId child : part.children) out += " counts " + fact(child);
        if (part.routing_control.known()) out += " follows " + fact(part.routing_control);
        if (const FactUsers* users = world_.fact_users.at(part.id.value)) {
            std::vector<std::string> lines;
            for (const auto& use : users->nodes) lines.push_back(policy_node(use));
            for (const auto& use : users->endpoints) {
                const ServicePart* s = world_.services.at(use.service.value);
                lines.push_back(fmt::format("{}#{}", s ? s->name : "?", use.endpoint));
            }
            for (const FactId id : users->calculated) lines.push_back(fact(id));
            std::sort(lines.begin(), lines.end());
            for (const std::string& line : lines) out += "\n  read by " + line;
        }
        return out + "\n";
    }

    std::string service(const ServicePart& part) const {
        std::string out = "Service " + part.name + "\n";
        for (const EndpointPart& e : part.endpoints) {
            out += fmt::format("  {}{}{} in {}", e.address.text(), e.ready ? "" : " not ready",
                               e.terminating ? " terminating" : "", region(e.region));
            for (std::uint32_t g = 0; g < e.gates_size; ++g) {
                out += " " + fact(part.gates[e.gates_at + g]);
            }
            out += "\n";
        }
        if (const ServiceUsers* users = world_.service_users.at(part.id.value)) {
            std::vector<std::string> lines;
            for (const auto& use : users->nodes) lines.push_back(policy_node(use));
            std::sort(lines.begin(), lines.end());
            for (const std::string& line : lines) out += "  leaf of " + line + "\n";
        }
        return out;
    }

    std::string policy(const PolicyPart& part) const {
        std::string out = fmt::format("Policy {} type {}{} ttl {} stickiness {}{}", part.name,
                                      part.qtype, part.filter_family ? " filtered" : "", part.ttl,
                                      static_cast<int>(part.stickiness),
                                      part.location_dependent ? " by location" : "");
        for (const std::string& name : part.hostnames) out += " " + name;
        out += "\n";
        for (NodeIndex n = 0; n < part.nodes.size(); ++n) out += node(part, n);
        return out;
    }

    std::string node(const PolicyPart& part, NodeIndex index) const {
        const Node& n = part.nodes[index];
        std::string out = fmt::format(
            "  #{} {} parent {} admin {} priority {} weight {} bias {} kid_region {} region {} ttl "
            "{}",
            index, part.names[n.name], n.parent == kNoNode ? "-" : std::to_string(n.parent),
            static_cast<int>(n.admin), n.priority, n.weight, n.bias, region(n.kid_region),
            region(n.region), n.ttl == 0xFFFFFFFFu ? "-" : std::to_string(n.ttl));
        if (n.coordinates != 0xFFFFFFFFu) {
            const model::Coordinates& at = part.coordinates[n.coordinates];
            out += fmt::format(" at {:.3f},{:.3f}", at.latitude, at.longitude);
        }
        if (n.keys_size) out += " keys" + keys(part.keys.data() + n.keys_at, n.keys_size);
        for (std::uint32_t s = 0; s < n.spans_size; ++s) {
            const AddressSpan& span = part.spans[n.spans_at + s];
            out += fmt::format(" span {}-{}/{}", span.first.text(), span.last.text(), span.length);
        }
        for (std::uint32_t g = 0; g < n.gates_size; ++g) {
            out += " gate " + fact(part.gates[n.gates_at + g]);
        }
        return out + (n.is_leaf ? leaf(part, n) : select(n)) + "\n";
    }

    std::string leaf(const PolicyPart& part, const Node& n) const {
        std::string out = fmt::format(" leaf forced {}", static_cast<int>(n.forced));
        if (n.service.known()) {
            const ServicePart* service = world_.services.at(n.service.value);
            return out + fmt::format(" service {} in {} max {}", service ? service->name : "?",
                                     region(n.service_region), n.max_answers);
        }
        const AnswerSet& answers = part.answers[n.answers];
        out += fmt::format(" type {}", answers.type);
        for (std::size_t v = 0; v < answers.rdata.size(); ++v) {
            out += " " + answers.text[v] + "=";
            for (const std::uint8_t byte : answers.rdata[v]) out += fmt::format("{:02x}", byte);
            if (v < answers.types.size()) out += fmt::format(":{}", answers.types[v]);
        }
        return out;
    }

    std::string select(const Node& n) const {
        std::string out = fmt::format(
            " {} draw {} key {} zero {} last {} empty {} noMatch {} need {}{} k {} kids {}+{}",
            model::op_name(n.op), model::draw_name(n.draw), static_cast<int>(n.key),
            static_cast<int>(n.zero), static_cast<int>(n.last), static_cast<int>(n.empty),
            static_cast<int>(n.no_match), n.need, n.need_percent ? "%" : "", n.k, n.first_kid,
            n.kid_count);
        if (n.pinned) out += " pinned";
        if (!n.propagate) out += " alone";
        if (n.query_dependent) out += " by query";
        if (n.current.known()) {
            const CurrentPart* current = world_.currents.at(n.current.value);
            out += " current " + (current ? current->name : "?");
        }
        return out;
    }

    const World& world_;
    std::string out_;
};

}  // namespace

std::string dump(const World& world) {
    return Dumper(world).run();
}

}  // namespace fairway::world
