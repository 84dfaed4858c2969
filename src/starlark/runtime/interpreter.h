#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/function.h"
#include "starlark/runtime/heap.h"
#include "starlark/runtime/inline_cache.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/value.h"

namespace firn::starlark {

/// The machine that executes bytecode: one for each Thread. The machine is explained in interpreter.cc.
class Interpreter final : public RootSource {
 public:
  explicit Interpreter(Thread& thread);

  Value CallFromNative(const Value& callee, std::span<const Value> positional, std::span<const Value> keywords,
                       std::span<const Value> keyword_values);
  /// Runs the code of a whole file.
  Value RunToplevel(Module& module);
  /// Marks the module's values as long as the thread lives, or until KeepNoLonger, which ends the last Keep.
  void Keep(std::shared_ptr<const Module> module) { kept_.push_back(std::move(module)); }
  void KeepNoLonger() { kept_.pop_back(); }
  void MarkRoots(Marker& marker) override;
  /// Where the program's innermost function is. Without a position if none is active.
  CallSite InnermostSite() const;

 private:
  /// A call of a program's function that is active. Its registers are part of the stack; the caller's registers with
  /// the arguments are its first.
  struct Frame {
    Function* function;
    const Code* code;
    const Instruction* resume;  ///< behind the instruction that is being executed
    Value* registers;
    Value* result;     ///< where the caller wants it; null: it is native code
    Value* saved_top;  ///< top_ of the caller
  };
  struct Keywords {
    const Value* names = nullptr;
    const Value* values = nullptr;
    size_t count = 0;
  };
  /// How a call has begun: natively, and then it is over, or by a frame of its own.
  enum class Called : uint8_t { kFailed, kReturned, kEntered };

  // interpreter.cc
  Value Run();
  bool SafePoint();
  void CollectGarbage();

  // frames.cc
  bool PushFrame(Function& function, Value* arguments, size_t count, const Keywords& keywords, Value* result);
  bool BindArguments(const Function& function, Value* registers, size_t count, const Keywords& keywords);
  bool BindKeywords(const Function& function, Value* registers, const Keywords& keywords, Value* kwargs);
  bool BindDefaults(const Function& function, Value* registers, size_t given);
  bool CheckDepth(const Code& code, const Value* registers);
  bool RefuseCall(const Code& code);
  void Unwind(size_t depth);
  static CallSite SiteOf(const Frame& frame);
  void FailUnset(std::string_view scope, std::string_view name);
  void RecordBacktrace(std::string_view native);
  InlineCache* CachesOf(const LinkedProgram& program);

  // native_calls.cc
  Value CallNative(const Value& callee, const Value* arguments, size_t count, const Keywords& keywords);
  Value CallDefinition(const NativeDefinition& definition, const Arguments& arguments);
  Value* Reserve(size_t count);

  // calls.cc
  Called CallValue(const Value& callee, std::span<Value> arguments, const Keywords& keywords, Value* result);
  Called GiveBack(Called called, Value* saved_top);
  const NativeDefinition* FindMethodOf(const Value& object, const Value& name, InlineCache& cache);
  bool HasMember(const Value& object, const Value& name, InlineCache& cache);
  Called CallMember(const Frame& frame, const Instruction* pc, InlineCache& cache);
  Called CallNamed(const Frame& frame, const Instruction* pc);
  Called CallSpread(const Frame& frame, const Instruction* pc);
  bool SpreadArguments(Value* window, size_t positional, size_t named, const Value* names, int spread,
                       std::span<Value>* arguments, Keywords* keywords);

  // members.cc
  Value GetMember(const Value& object, const Value& name, InlineCache& cache);
  bool SetMember(const Value& object, const Value& name, const Value& value, InlineCache& cache);
  Value GetKey(const Value& object, const Value& key, InlineCache& cache);
  bool SetKey(const Value& object, const Value& key, const Value& value, InlineCache& cache);

  // loops.cc
  bool BeginLoop(Value* state, const Value& iterable);
  bool NextItem(Value* state, Value* item);
  bool Unpack(Value* to, const Value& iterable, size_t count);

  // loading.cc
  bool LoadNames(Frame& frame, Value* to, const Value& name, const Value* constants, size_t first_name, size_t count);
  Value MakeClosure(const Frame& frame, const Code& code, const Value* defaults);

  Thread& thread_;
  std::unique_ptr<std::byte[]> stack_memory_;
  Value* stack_;
  Value* stack_end_;
  Value* top_;  ///< all values below may be in use
  std::unique_ptr<Frame[]> frames_;
  size_t depth_ = 0;                                                     ///< frames in use
  size_t native_depth_ = 0;                                              ///< calls from native code
  std::unordered_map<uint64_t, std::unique_ptr<InlineCache[]>> caches_;  ///< by LinkedProgram::id
  uint64_t last_program_ = 0;
  InlineCache* last_caches_ = nullptr;
  std::vector<std::shared_ptr<const Module>> kept_;
};

}  // namespace firn::starlark
