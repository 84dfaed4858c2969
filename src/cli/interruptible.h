#pragma once

#include <functional>
#include <thread>

namespace firn::cli {

/// Keeps Ctrl-C from ending the program. Block once in main's thread, before other threads start: they inherit it.
void BlockInterrupts();
/// Lets Ctrl-C through again in this thread, while it waits for input.
class LetInterruptsThrough {
 public:
  LetInterruptsThrough();
  ~LetInterruptsThrough();
  LetInterruptsThrough(const LetInterruptsThrough&) = delete;
  LetInterruptsThrough& operator=(const LetInterruptsThrough&) = delete;
};

/// While it lives, Ctrl-C calls `on_interrupt`, on a thread of its own.
class Interruptible {
 public:
  explicit Interruptible(std::function<void()> on_interrupt);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  int signals_;
  int stop_;
  std::thread watcher_;
};

}  // namespace firn::cli
