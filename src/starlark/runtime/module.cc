#include "starlark/runtime/module.h"

#include <algorithm>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {

Value Module::Find(std::string_view name) const {
  const auto found = std::find(names_->begin(), names_->end(), name);
  return found == names_->end() ? Value() : globals_[static_cast<size_t>(found - names_->begin())];
}

ModuleBuilder::ModuleBuilder() : heap_(std::make_shared<Heap>()), module_(new Module) {
  module_->names_ = &module_->own_names_;
}

void ModuleBuilder::Add(std::string name, const Value& value) {
  module_->own_names_.push_back(std::move(name));
  module_->globals_.push_back(value);
}

void ModuleBuilder::AddFunctions(NativeTable functions) {
  for (const NativeDefinition& function : functions) Add(std::string(function.name), MakeBuiltin(*heap_, function));
}

std::shared_ptr<const Module> ModuleBuilder::Build() && {
  for (const Value& value : module_->globals_) Freeze(value);
  heap_->Seal();
  module_->heap_ = std::move(heap_);
  return std::move(module_);
}

/// Runs one file. Unless its values are to stay on the thread's heap, they get one of their own, which is sealed when
/// the file has been run, and which the thread uses instead of its own meanwhile.
class ModuleRunner {
 public:
  ModuleRunner(Thread& thread, const RunOptions& options) : thread_(thread), options_(options) {}

  std::shared_ptr<const Module> Run(std::shared_ptr<const LinkedProgram> program) {
    if (thread_.failed()) return nullptr;
    module_.reset(new Module);
    module_->program_ = std::move(program);
    module_->names_ = &module_->program_->source().globals;
    module_->given_ = options_.predeclared;
    module_->globals_.resize(module_->names_->size());
    if (!FindPredeclared()) return nullptr;
    for (const auto& [name, value] : options_.initial_globals) SetGlobal(name, value);
    return options_.keeps_thread_heap ? RunOnThreadHeap() : RunOnOwnHeap();
  }

 private:
  bool FindPredeclared() {
    for (const std::string& name : module_->program_->source().predeclared) {
      Value value = options_.predeclared != nullptr ? options_.predeclared->Find(name) : Value();
      for (const auto& [mutable_name, mutable_value] : options_.mutable_values)
        if (mutable_name == name) value = mutable_value;
      if (value.is_null()) {
        thread_.Fail("internal error: predeclared variable {} is uninitialized", name);
        return false;
      }
      module_->predeclared_.push_back(value);
    }
    return true;
  }

  void SetGlobal(const std::string& name, const Value& value) {
    const auto& names = *module_->names_;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) module_->globals_[static_cast<size_t>(found - names.begin())] = value;
  }

  std::shared_ptr<const Module> RunOnThreadHeap() {
    // Kept even if it fails: functions that it has defined may be referred to by what it has changed.
    thread_.interpreter_->Keep(module_);
    module_->result_ = thread_.interpreter_->RunToplevel(*module_);
    module_->heap_ = thread_.heap_;
    if (options_.freezes_globals) FreezeGlobals();
    return thread_.failed() ? nullptr : module_;
  }

  std::shared_ptr<const Module> RunOnOwnHeap() {
    const std::shared_ptr<Heap> outer = thread_.heap_;
    outer->set_alarm(nullptr);
    thread_.heap_ = std::make_shared<Heap>(outer->limit_bytes());
    thread_.heap_->set_alarm(&thread_.fuel_);
    module_->heap_ = thread_.heap_;
    thread_.interpreter_->Keep(module_);
    module_->result_ = thread_.interpreter_->RunToplevel(*module_);
    FreezeGlobals();
    Freeze(module_->result_);
    thread_.heap_->Collect(*thread_.interpreter_);
    thread_.interpreter_->KeepNoLonger();
    thread_.heap_->Seal();
    thread_.heap_->set_alarm(nullptr);
    thread_.heap_ = outer;
    outer->set_alarm(&thread_.fuel_);
    return thread_.failed() ? nullptr : module_;
  }

  void FreezeGlobals() {
    const auto& names = *module_->names_;
    const auto& unfrozen = options_.unfrozen_globals;
    for (size_t i = 0; i < names.size(); ++i)
      if (std::find(unfrozen.begin(), unfrozen.end(), names[i]) == unfrozen.end()) Freeze(module_->globals_[i]);
  }

  Thread& thread_;
  const RunOptions& options_;
  std::shared_ptr<Module> module_;
};

std::shared_ptr<const Module> RunFile(Thread& thread, std::shared_ptr<const LinkedProgram> program,
                                      const RunOptions& options) {
  return ModuleRunner(thread, options).Run(std::move(program));
}

}  // namespace firn::starlark
