// TcpConnection: one client's stream (RFC 7766): messages with a length of two octets, pipelined;
// answers leave in the order of the questions. Closed when idle, and when its client does not read.
// Owned by its shard's Front.
#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "base/bytes.h"
#include "base/ip.h"
#include "io/fd.h"
#include "io/gate.h"
#include "io/shard.h"

namespace fairway::dns {

class Front;

class TcpConnection {
  public:
    TcpConnection(Front& front, io::Fd fd, const IpAddr& peer, io::Gate::Hold hold);

    using Place = std::list<TcpConnection>::iterator;
    void set_place(Place place) { place_ = place; }
    // Answers what has come whole or in part, then closes. May destroy this.
    void drain();

  private:
    void on_ready(std::uint32_t events);
    bool read();
    bool process();
    bool flush();
    // What to wait for now; closes if there is nothing. May destroy this.
    void settle(bool alive);
    std::size_t pending() const { return out_.size() - sent_; }

    Front& front_;
    io::Fd fd_;
    const IpAddr peer_;
    io::Gate::Hold hold_;
    Place place_;
    std::vector<std::uint8_t> in_;  // not yet whole messages, or waiting for room in out_
    std::vector<std::uint8_t> out_;
    std::size_t sent_ = 0;    // of out_
    bool peer_done_ = false;  // it will ask no more
    bool draining_ = false;
    io::Watch watch_;
    io::Timer idle_;
};

}  // namespace fairway::dns
