#include "cli/interruptible.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>

namespace firn::cli {
namespace {

sigset_t InterruptSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void BlockInterrupts() {
  const sigset_t set = InterruptSet();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

LetInterruptsThrough::LetInterruptsThrough() {
  const sigset_t set = InterruptSet();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

LetInterruptsThrough::~LetInterruptsThrough() {
  BlockInterrupts();
}

Interruptible::Interruptible(std::function<void()> on_interrupt) {
  const sigset_t set = InterruptSet();
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  stop_ = eventfd(0, EFD_CLOEXEC);
  watcher_ = std::thread([signals = signals_, stop = stop_, call = std::move(on_interrupt)] {
    std::array<pollfd, 2> waiting = {pollfd{signals, POLLIN, 0}, pollfd{stop, POLLIN, 0}};
    while (poll(waiting.data(), waiting.size(), -1) >= 0 && (waiting[1].revents & POLLIN) == 0) {
      signalfd_siginfo info;
      if ((waiting[0].revents & POLLIN) != 0 && read(signals, &info, sizeof(info)) == sizeof(info)) call();
    }
  });
}

Interruptible::~Interruptible() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof(one));
  watcher_.join();
  close(signals_);
  close(stop_);
}

}  // namespace firn::cli
