#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/module.h"
#include "starlark/syntax/spelling.h"

/// What runs once: closures are made, modules loaded.

namespace firn::starlark {

Value Interpreter::MakeClosure(const Frame& frame, const Code& code, const Value* defaults) {
  const FunctionCode& source = *code.source;
  const size_t count = source.default_count + source.captures.size();
  void* memory = thread_.heap().Allocate(sizeof(Function) + count * sizeof(Value));
  if (memory == nullptr) return thread_.FailMemory();
  auto* function = new (memory) Function{{Kind::kFunction}};
  function->code = &code;
  function->module = frame.function->module;
  Value* next = std::copy_n(defaults, source.default_count, function->values());
  for (const Capture& capture : source.captures)
    *next++ = capture.is_local ? frame.registers[capture.index]
                               : frame.function->values()[frame.code->source->default_count + capture.index];
  return Value::Of(function);
}

bool Interpreter::LoadNames(Frame& frame, Value* to, const Value& name, const Value* constants, size_t first_name,
                            size_t count) {
  const std::string_view module_name = name.AsString();
  if (!thread_.hooks().load) {
    thread_.Fail("load not implemented by this application");
    return false;
  }
  const std::shared_ptr<const Module> module = thread_.hooks().load(thread_, module_name);
  if (module == nullptr) {
    if (!thread_.failed()) thread_.Fail("there is no such module");
    if (thread_.error().is_fatal) return false;
    const EvalError cause = thread_.TakeError();
    thread_.Fail("cannot load {}: {}", module_name, cause.message);
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    const Value& wanted = constants[-static_cast<ptrdiff_t>(first_name + i) - 1];
    to[i] = module->Find(wanted.AsString());
    if (!to[i].is_null()) continue;
    const std::vector<std::string_view> names(module->names().begin(), module->names().end());
    const std::string_view nearest = NearestName(wanted.AsString(), names);
    const std::string hint = nearest.empty() ? std::string() : fmt::format(" (did you mean {}?)", nearest);
    thread_.Fail("load: name {} not found in module {}{}", wanted.AsString(), module_name, hint);
    return false;
  }
  frame.function->module->loaded_.push_back(module);
  return true;
}

Value Interpreter::RunToplevel(Module& module) {
  const Code& code = module.program_->toplevel();
  auto* function = thread_.heap().New<Function>();
  function->code = &code;
  function->module = &module;
  return CallFromNative(Value::Of(function), {}, {}, {});
}

}  // namespace firn::starlark
