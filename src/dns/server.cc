#include "dns/server.h"

#include <map>

#include "base/metrics.h"

namespace fairway::dns {

Server::Server(std::span<io::Shard* const> shards, const StateOf& state_of,
               const ServerOptions& options)
    : shards_(shards.begin(), shards.end()) {
    for (unsigned i = 0; i < shards_.size(); ++i)
        fronts_.push_back(std::make_unique<Front>(*shards_[i], state_of(i), options));
    collector_ = metrics().collect([this](MetricWriter& out) { expose(out); });
}

void Server::listen(io::Transport transport, const io::Listener& listener) {
    for (std::size_t i = 0; i < fronts_.size() && i < listener.fds.size(); ++i) {
        Front* front = fronts_[i].get();
        const int fd = listener.fds[i];
        shards_[i]->post_or_wait([front, transport, fd] { front->listen(transport, fd); });
    }
}

void Server::close(const io::Listener& listener) {
    for (std::size_t i = 0; i < fronts_.size() && i < listener.fds.size(); ++i) {
        Front* front = fronts_[i].get();
        const int fd = listener.fds[i];
        shards_[i]->post_or_wait([front, fd] { front->ignore(fd); });
    }
}

void Server::drain(std::function<void()> drained) {
    // Each front holds a share; the last one to let go calls.
    // tidy-allow: once, when the server ends
    const std::shared_ptr<void> last(nullptr, [drained](void*) { drained(); });
    for (std::size_t i = 0; i < fronts_.size(); ++i) {
        Front* front = fronts_[i].get();
        shards_[i]->post_or_wait([front, last] { front->drain([last] {}); });
    }
}

namespace {

template <class Of>
void expose_policies(MetricWriter& out, const std::vector<FrontCounts>& all, const char* name,
                     const char* help, const Of& of) {
    std::map<std::pair<std::string, std::string>, std::uint64_t> sums;
    for (const FrontCounts& counts : all) {
        for (std::uint32_t id = 0; id < counts.engine.policies.size(); ++id) {
            const world::PolicyPart* policy = counts.engine.policy_parts.at(id);
            if (!policy) continue;
            const auto type = wire::dns::type_text(static_cast<wire::dns::Type>(policy->qtype));
            sums[{policy->name, type}] += of(counts.engine.policies[id]);
        }
    }
    out.family(name, help, "counter");
    for (const auto& [key, sum] : sums) {
        out.sample({{"policy", key.first}, {"type", key.second}}, static_cast<double>(sum));
    }
}

template <class Of>
std::uint64_t sum(const std::vector<FrontCounts>& all, const Of& of) {
    std::uint64_t total = 0;
    for (const FrontCounts& counts : all) total += of(counts);
    return total;
}

}  // namespace

void Server::expose(MetricWriter& out) const {
    std::vector<FrontCounts> all;
    for (const auto& front : fronts_) all.push_back(front->counts());
    const auto one = [&](const char* name, const char* help, const char* type, const auto& of) {
        out.family(name, help, type);
        out.sample({}, static_cast<double>(sum(all, of)));
    };
    using Counts = const FrontCounts&;
    out.family("fairway_dns_queries_total", "Queries received.", "counter");
    out.sample({{"proto", "udp"}},
               static_cast<double>(sum(all, [](Counts c) { return c.udp_queries; })));
    out.sample({{"proto", "tcp"}},
               static_cast<double>(sum(all, [](Counts c) { return c.tcp_queries; })));
    out.family("fairway_dns_responses_total", "Responses by response code.", "counter");
    for (std::size_t rcode = 0; rcode < EngineCounts::kRcodes; ++rcode) {
        const auto n = sum(all, [&](Counts c) { return c.engine.by_rcode[rcode]; });
        if (n == 0 && rcode > 5) continue;
        out.sample({{"rcode", wire::dns::rcode_text(static_cast<wire::dns::Rcode>(rcode))}},
                   static_cast<double>(n));
    }
    one("fairway_dns_truncated_total", "Responses cut to the size that the client takes.",
        "counter", [](Counts c) { return c.engine.truncated; });
    one("fairway_dns_dropped_total", "Packets that were no query and got no response.", "counter",
        [](Counts c) { return c.engine.dropped; });
    one("fairway_dns_unsent_total", "UDP responses that the kernel refused to send.", "counter",
        [](Counts c) { return c.udp_unsent; });
    one("fairway_dns_tcp_connections", "TCP connections open now.", "gauge",
        [](Counts c) { return c.tcp_connections; });
    expose_policies(out, all, "fairway_dns_policy_decisions_total", "Answers chosen by a policy.",
                    [](const PolicyCounts& c) { return c.decisions; });
    expose_policies(out, all, "fairway_dns_policy_last_resort_total",
                    "Answers chosen by a last rule, nothing being up.",
                    [](const PolicyCounts& c) { return c.last_resort; });
    expose_policies(out, all, "fairway_dns_policy_empty_total", "Decisions for no answer.",
                    [](const PolicyCounts& c) { return c.empty; });
}

}  // namespace fairway::dns
