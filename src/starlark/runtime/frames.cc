#include <algorithm>
#include <array>

#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/loop_state.h"
#include "starlark/runtime/module.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/text/quote.h"

/// Calls of programs' functions: arguments to parameters, and what happens to frames when a call fails.

namespace firn::starlark {
namespace {

/// Most functions have fewer registers than that; a call with many arguments needs more, once.
size_t StackValues(uint32_t call_depth) {
  constexpr size_t kLeast = size_t{1} << 16;
  constexpr size_t kACall = 20;
  return kLeast + call_depth * kACall;
}

std::string_view Plural(size_t count) {
  return count == 1 ? "" : "s";
}

}  // namespace

Interpreter::Interpreter(Thread& thread)
    : thread_(thread),
      // Not touched before it is used, so that a thread with a shallow stack is small.
      stack_memory_(
          std::make_unique_for_overwrite<std::byte[]>(StackValues(thread.limits_.call_depth) * sizeof(Value))),
      stack_(reinterpret_cast<Value*>(stack_memory_.get())),
      stack_end_(stack_ + StackValues(thread.limits_.call_depth)),
      top_(stack_),
      frames_(std::make_unique_for_overwrite<Frame[]>(thread.limits_.call_depth)) {}

bool Interpreter::CheckDepth(const Code& code, const Value* registers) {
  if (depth_ == thread_.limits_.call_depth || code.register_count > static_cast<size_t>(stack_end_ - registers)) {
    thread_.Fail("Starlark stack overflow");
    return false;
  }
  if (code.allows_recursion) return true;
  for (size_t i = 0; i < depth_; ++i) {
    if (frames_[i].code->source != code.source) continue;
    thread_.Fail("function {} called recursively", code.source->name);
    return false;
  }
  return true;
}

bool Interpreter::PushFrame(Function& function, Value* arguments, size_t count, const Keywords& keywords,
                            Value* result) {
  const Code& code = *function.code;
  if (!CheckDepth(code, arguments)) return RefuseCall(code);
  if (code.is_simple && count == code.parameter_count && keywords.count == 0) {
    for (Value* unset = arguments + count; unset != arguments + code.register_count; ++unset) *unset = Value();
  } else if (!BindArguments(function, arguments, count, keywords)) {
    return RefuseCall(code);
  }
  frames_[depth_++] = {&function, &code, code.instructions, arguments, result, top_};
  top_ = std::max(top_, arguments + code.register_count);
  return true;
}

/// As in the reference implementation, the error is one of the function that has not begun.
bool Interpreter::RefuseCall(const Code& code) {
  RecordBacktrace({});
  thread_.error_->backtrace.push_back({code.program->source().file, code.source->PositionOf(0), code.source->name});
  return false;
}

/// Requires room for the registers. The named arguments may stand among them, so they are put aside.
bool Interpreter::BindArguments(const Function& function, Value* registers, size_t count, const Keywords& keywords) {
  const FunctionCode& code = *function.code->source;
  const size_t parameters = code.parameter_count;
  const size_t positional = parameters - code.keyword_only_count;
  if (parameters + code.has_varargs + code.has_kwargs == 0 && count + keywords.count > 0) {
    thread_.Fail("function {} accepts no arguments ({} given)", code.name, count + keywords.count);
    return false;
  }
  if (count > positional && !code.has_varargs) {
    thread_.Fail("function {} accepts {}{} positional argument{} ({} given)", code.name,
                 code.default_count > code.keyword_only_count ? "at most " : "", positional, Plural(positional), count);
    return false;
  }
  const std::vector<Value> names(keywords.names, keywords.names + keywords.count);
  const std::vector<Value> values(keywords.values, keywords.values + keywords.count);
  const size_t given = std::min(count, positional);
  Value varargs;
  if (code.has_varargs) {
    varargs = MakeTuple(thread_.heap(), {registers + given, count - given});
    if (varargs.is_null()) return thread_.FailMemory(), false;
  }
  std::fill(registers + given, registers + std::max<size_t>(code.register_count, given), Value());
  Value* next = registers + parameters;
  if (code.has_varargs) *next++ = varargs;
  if (code.has_kwargs) *next = Value::Of(NewDict(thread_.heap()));
  if (!BindKeywords(function, registers, {names.data(), values.data(), values.size()},
                    code.has_kwargs ? next : nullptr))
    return false;
  return BindDefaults(function, registers, given);
}

bool Interpreter::BindKeywords(const Function& function, Value* registers, const Keywords& keywords, Value* kwargs) {
  const FunctionCode& code = *function.code->source;
  for (size_t i = 0; i < keywords.count; ++i) {
    const Value& name = keywords.names[i];
    const std::string_view text = name.AsString();
    size_t parameter = 0;
    while (parameter < code.parameter_count && code.local_names[parameter] != text) ++parameter;
    bool is_new = true;
    if (parameter < code.parameter_count) {
      is_new = registers[parameter].is_null();
      registers[parameter] = keywords.values[i];
    } else if (kwargs != nullptr) {
      HashTable& table = kwargs->As<Dict>()->table;
      const uint32_t before = table.size;
      HashTable::Entry* entry = table.FindOrAdd(thread_, name);
      if (entry == nullptr) return false;
      entry->value = keywords.values[i];
      is_new = table.size != before;
    } else {
      std::string quoted;
      text::AppendQuoted(text, quoted);
      thread_.Fail("function {} got an unexpected keyword argument {}", code.name, quoted);
      return false;
    }
    if (is_new) continue;
    std::string quoted;
    text::AppendQuoted(text, quoted);
    thread_.Fail("function {} got multiple values for parameter {}", code.name, quoted);
    return false;
  }
  return true;
}

bool Interpreter::BindDefaults(const Function& function, Value* registers, size_t given) {
  const FunctionCode& code = *function.code->source;
  const size_t first_default = code.parameter_count - code.default_count;
  std::string missing;
  size_t missing_count = 0;
  for (size_t i = given; i < code.parameter_count; ++i) {
    if (!registers[i].is_null()) continue;
    if (i >= first_default) registers[i] = function.defaults()[i - first_default];
    if (!registers[i].is_null()) continue;
    if (missing_count++ != 0) missing += ", ";
    missing += code.local_names[i];
  }
  if (missing_count == 0) return true;
  thread_.Fail("function {} missing {} argument{} ({})", code.name, missing_count, Plural(missing_count), missing);
  return false;
}

/// Gives up the frames above `depth`; their loops end.
void Interpreter::Unwind(size_t depth) {
  while (depth_ > depth) {
    const Frame& frame = frames_[--depth_];
    for (uint32_t i = 0; i < frame.code->register_count; ++i) EndLoop(&frame.registers[i]);
    top_ = frame.saved_top;
  }
}

void Interpreter::FailUnset(std::string_view scope, std::string_view name) {
  thread_.Fail("{} variable {} referenced before assignment", scope, name);
}

CallSite Interpreter::SiteOf(const Frame& frame) {
  const auto executed = static_cast<uint32_t>(frame.resume - frame.code->instructions);
  const FunctionCode& function = *frame.code->source;
  return {frame.code->program->source().file, function.PositionOf(executed == 0 ? 0 : executed - 1), function.name};
}

CallSite Interpreter::InnermostSite() const {
  return depth_ == 0 ? CallSite{} : SiteOf(frames_[depth_ - 1]);
}

/// Once an error, where it arises. `native`, if any, is the function that was running.
void Interpreter::RecordBacktrace(std::string_view native) {
  std::vector<CallSite>& backtrace = thread_.error_->backtrace;
  if (!backtrace.empty()) return;
  for (size_t i = 0; i < depth_; ++i) backtrace.push_back(SiteOf(frames_[i]));
  if (!native.empty()) backtrace.push_back({"<builtin>", {}, std::string(native)});
}

InlineCache* Interpreter::CachesOf(const LinkedProgram& program) {
  if (program.id() == last_program_) return last_caches_;
  auto& caches = caches_[program.id()];
  if (caches == nullptr) caches = std::make_unique<InlineCache[]>(program.source().cache_count + 1);
  last_program_ = program.id();
  last_caches_ = caches.get();
  return last_caches_;
}

void Interpreter::MarkRoots(Marker& marker) {
  marker.Mark(stack_, static_cast<size_t>(top_ - stack_));
  for (const Root* root = thread_.roots_; root != nullptr; root = root->outer_) marker.Mark(root->value);
  for (const auto& module : kept_) {
    marker.Mark(module->globals_.data(), module->globals_.size());
    marker.Mark(module->predeclared_.data(), module->predeclared_.size());
    marker.Mark(module->result_);
  }
}

}  // namespace firn::starlark
