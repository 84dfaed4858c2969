#pragma once

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"
#include "starlark/syntax/position.h"

namespace firn::starlark {

class Module;
class Interpreter;

/// What a program may use up. Breaking one ends the call with an error that a program cannot catch.
struct Limits {
  uint64_t steps = UINT64_MAX;          ///< calls, iterations, and what builtins do in loops of their own
  size_t heap_bytes = size_t{1} << 30;  ///< of the thread's values, and of each module that it runs
  uint32_t call_depth = 100'000;        ///< calls of programs' functions that are active
  size_t output_bytes = SIZE_MAX;       ///< printed
};

/// A line of a backtrace.
struct CallSite {
  std::string file;
  Position position;
  std::string function;  ///< "<toplevel>" for a file; a builtin has no position
};

/// Why a call failed.
struct EvalError {
  std::string message;
  std::vector<CallSite> backtrace;  ///< the outermost call first
  bool is_fatal = false;            ///< a limit or a cancellation: no program can go on

  /// Of the innermost call of a program's function.
  Position position() const;
  /// "Traceback (most recent call last): …", as starlark-go prints it.
  std::string Backtrace() const;
};

/// Effects of a program on the world outside.
struct Hooks {
  /// A line of print(), without line end.
  std::function<void(Thread&, std::string_view)> print;
  /// The module that `load(name, …)` means, or null after thread.Fail(…).
  std::function<std::shared_ptr<const Module>(Thread&, std::string_view name)> load;
  /// Where a program is, about every kStepsBetweenSamples steps: for a profile. Must not call the thread.
  std::function<void(const Thread&, const CallSite&)> sample = {};
  static constexpr int64_t kStepsBetweenSamples = 1'000;
};

/// One thread of execution: heap, stack, limits, and the error of what has failed. For use by one OS thread at a time;
/// only Cancel may be called from any. Any number of Threads may call the functions of one frozen Module.
class Thread {
 public:
  explicit Thread(const Library& library, Limits limits = {}, Hooks hooks = {});
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  Heap& heap() { return *heap_; }
  const Library& library() const { return library_; }
  const Hooks& hooks() const { return hooks_; }

  // Errors. A function that fails says why, once, and returns the null Value (or false) all the way up.
  template <typename... Args>
  Value Fail(fmt::format_string<Args...> format, Args&&... args) {
    return FailWith(fmt::format(format, std::forward<Args>(args)...));
  }
  Value FailWith(std::string message);
  bool failed() const { return error_ != nullptr; }
  /// Requires failed().
  const EvalError& error() const { return *error_; }
  /// Takes the error, so that the thread can go on (what `catch` does). Fatal errors must not be swallowed.
  EvalError TakeError();
  /// Puts "`context`: " in front of why it failed, as builtins name themselves; limits keep their words. The null
  /// Value.
  Value PrefixError(std::string_view context) {
    if (!error_->is_fatal) error_->message.insert(0, fmt::format("{}: ", context));
    return {};
  }
  /// Fails since the heap's limit has been met by an allocation, which returned null.
  Value FailMemory();
  /// `value`, or FailMemory() if it is null: for `return thread.Checked(MakeString(…))`.
  Value Checked(const Value& value) { return value.is_null() && !failed() ? FailMemory() : value; }

  /// Calls any callable value. Roots the arguments; everything else that native code still wants must be in a Root.
  Value Call(const Value& callee, std::span<const Value> positional, std::span<const Value> keywords = {},
             std::span<const Value> keyword_values = {});

  /// Counts work that a native function does in a loop over a program's data; one step is worth about 10 ns. False if
  /// the limit is broken or the thread cancelled.
  bool ChargeSteps(uint64_t steps) {
    const auto charged = static_cast<int64_t>(steps < kMostStepsAtOnce ? steps : kMostStepsAtOnce);
    return (fuel_ -= charged) > 0 || Refuel();
  }
  /// Steps taken since the thread was made.
  uint64_t steps() const;
  /// Ends the running call at its next step, from any OS thread; later calls fail, too, until ClearCancel.
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  void ClearCancel() { cancelled_.store(false, std::memory_order_relaxed); }

  /// Hands a line to the print hook and counts it. False if the limit is broken.
  bool Print(std::string_view line);

 private:
  friend class Interpreter;
  friend class ModuleRunner;
  friend class Root;
  static constexpr uint64_t kMostStepsAtOnce = uint64_t{1} << 40;

  /// At the end of a portion of steps: asks for a cancellation, and takes the next portion. Called with fuel_ <= 0.
  bool Refuel();
  bool FailFatally(std::string message);

  const Library& library_;
  Limits limits_;
  Hooks hooks_;
  std::shared_ptr<Heap> heap_;
  std::unique_ptr<EvalError> error_;
  std::atomic<bool> cancelled_{false};
  int64_t fuel_ = 0;     ///< steps until Refuel; less Heap::kAlarm while a collection is wanted
  uint64_t steps_left_;  ///< beyond fuel_
  size_t output_bytes_ = 0;
  class Root* roots_ = nullptr;
  std::unique_ptr<Interpreter> interpreter_;
};

/// Keeps a value alive across calls into a program. A local variable of native code: roots end in reverse order.
class Root {
 public:
  explicit Root(Thread& thread, const Value& initial = {}) : value(initial), thread_(thread), outer_(thread.roots_) {
    thread.roots_ = this;
  }
  ~Root() { thread_.roots_ = outer_; }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  Value value;

 private:
  friend class Interpreter;
  Thread& thread_;
  Root* outer_;
};

}  // namespace firn::starlark
