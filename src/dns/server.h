// Server: the DNS role of one process: a Front on each shard, and their counts as metrics. Made by
// the control thread before the shards start, destroyed after they stopped; its other calls are the
// control thread's too, but for on_publish().
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/metrics.h"
#include "dns/front.h"
#include "io/listener_store.h"
#include "io/shard.h"

namespace fairway::dns {

class Server {
  public:
    // The State of a shard: one object that stays where it is as long as the Server.
    using StateOf = std::function<const steer::State&(unsigned shard)>;

    Server(std::span<io::Shard* const> shards, const StateOf& state_of,
           const ServerOptions& options = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Answers on it from now on; fds[i] is watched by shard i. The ListenerStore keeps it open.
    void listen(io::Transport transport, const io::Listener& listener);
    void close(const io::Listener& listener);
    // On shard `shard`, after each State::publish there.
    void on_publish(unsigned shard) { fronts_[shard]->on_publish(); }
    // Stops taking queries; `drained` is called on the last shard whose last connection has gone.
    void drain(std::function<void()> drained);

  private:
    void expose(MetricWriter& out) const;
    std::vector<io::Shard*> shards_;
    std::vector<std::unique_ptr<Front>> fronts_;
    std::shared_ptr<void> collector_;  // tidy-allow: the control thread alone holds it
};

}  // namespace fairway::dns
