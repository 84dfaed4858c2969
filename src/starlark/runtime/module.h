#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/function.h"
#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"

/// What running a file leaves behind: named values.

namespace firn::starlark {

class Thread;

/// A module keeps alive the heap of its values, its program, and the modules that it has loaded.
///
/// A frozen one is immutable, and its functions may be called by any number of threads at once. One that has been run
/// with RunOptions::keeps_thread_heap belongs to the Thread that ran it, and lives at most as long.
class Module {
 public:
  /// The value of a global; null if there is none, or it has not been set.
  Value Find(std::string_view name) const;
  const std::vector<std::string>& names() const { return *names_; }
  /// What the only expression of a file was; None for other files.
  const Value& result() const { return result_; }

 private:
  friend class Interpreter;
  friend class ModuleBuilder;
  friend class ModuleRunner;
  Module() = default;

  std::shared_ptr<const LinkedProgram> program_;
  const std::vector<std::string>* names_ = nullptr;
  std::vector<std::string> own_names_;  ///< of a module without a program
  std::vector<Value> globals_;          ///< in the order of names
  std::vector<Value> predeclared_;
  Value result_;
  std::shared_ptr<const Heap> heap_;
  std::shared_ptr<const Module> given_;
  std::vector<std::shared_ptr<const Module>> loaded_;
};

/// Makes a frozen module of native values, e.g. what a program finds predeclared.
class ModuleBuilder {
 public:
  ModuleBuilder();
  /// Values that are added must be on this heap, or on none.
  Heap& heap() { return *heap_; }
  void Add(std::string name, const Value& value);
  void AddFunctions(NativeTable functions);
  std::shared_ptr<const Module> Build() &&;

 private:
  std::shared_ptr<Heap> heap_;
  std::shared_ptr<Module> module_;
};

struct RunOptions {
  /// Has a value for each name that the program was compiled with as predeclared, unless `mutable_values` has.
  std::shared_ptr<const Module> predeclared = nullptr;
  /// The module's values stay on the thread's own heap, and only the globals that `frozen` admits are frozen. For
  /// programs that keep state between calls, and for interactive sessions.
  bool keeps_thread_heap = false;
  /// With keeps_thread_heap: whether globals are frozen, and which of them are not.
  bool freezes_globals = true;
  std::vector<std::string> unfrozen_globals = {};
  /// With keeps_thread_heap: further predeclared values, on the thread's heap.
  std::vector<std::pair<std::string, Value>> mutable_values = {};
  /// Values that globals have before the program sets them: those of an interactive session so far.
  std::vector<std::pair<std::string, Value>> initial_globals = {};
};

/// Runs a file. Null if failed: thread.error() says why.
std::shared_ptr<const Module> RunFile(Thread& thread, std::shared_ptr<const LinkedProgram> program,
                                      const RunOptions& options = {});

}  // namespace firn::starlark
