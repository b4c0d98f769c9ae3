// Signals as events of a shard (signalfd). block_signals() must run in main before any thread
// starts, so that every thread inherits the mask.
#pragma once

#include <functional>
#include <initializer_list>

#include "io/fd.h"
#include "io/shard.h"

namespace fairway::io {

void block_signals(std::initializer_list<int> signals);

class SignalWatch {
  public:
    // The signals must be blocked.
    SignalWatch(Shard& shard, std::initializer_list<int> signals,
                std::function<void(int signal)> callback);

  private:
    Fd fd_;
    std::function<void(int)> callback_;
    Watch watch_;
};

}  // namespace fairway::io
