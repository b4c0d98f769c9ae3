#include "io/signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>

namespace fairway::io {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : signals) sigaddset(&set, signal);
    return set;
}

Fd open_signals(std::initializer_list<int> signals) {
    const sigset_t set = set_of(signals);
    Fd fd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    FW_CHECK(fd);
    return fd;
}

}  // namespace

void block_signals(std::initializer_list<int> signals) {
    const sigset_t set = set_of(signals);
    FW_CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
}

SignalWatch::SignalWatch(Shard& shard, std::initializer_list<int> signals,
                         std::function<void(int)> callback)
    : fd_(open_signals(signals)),
      callback_(std::move(callback)),
      watch_(shard, fd_.get(), EPOLLIN, [this](std::uint32_t) {
          signalfd_siginfo info;
          while (::read(fd_.get(), &info, sizeof info) == sizeof info) {
              callback_(static_cast<int>(info.ssi_signo));
          }
      }) {}

}  // namespace fairway::io
