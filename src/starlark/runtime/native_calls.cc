#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"

/// Calls between programs and native code, in both directions.

namespace firn::starlark {
namespace {

/// Each level takes some of the machine's own stack.
constexpr size_t kMostNativeCalls = 400;

}  // namespace

Value Interpreter::CallDefinition(const NativeDefinition& definition, const Arguments& arguments) {
  const Value result = definition.function(thread_, arguments);
  if (!result.is_null()) [[likely]]
    return result;
  if (!thread_.failed()) thread_.FailMemory();
  RecordBacktrace(definition.name);
  return {};
}

Value Interpreter::CallNative(const Value& callee, const Value* arguments, size_t count, const Keywords& keywords) {
  const std::span<const Value> positional(arguments, count);
  const std::span<const Value> names(keywords.names, keywords.count);
  const std::span<const Value> values(keywords.values, keywords.count);
  if (callee.is(Kind::kBuiltin)) {
    const auto& builtin = *callee.As<Builtin>();
    return CallDefinition(*builtin.definition, {builtin.definition->name, builtin.self, positional, names, values});
  }
  if (callee.is(Kind::kHost)) {
    auto& host = *callee.As<HostObject>();
    if (host.type->is_callable()) {
      const Value result = host.type->Call(thread_, host, {host.type->name(), callee, positional, names, values});
      return thread_.Checked(result);
    }
  }
  return thread_.Fail("invalid call of non-function ({})", TypeName(callee));
}

/// Room for `count` values above all that is in use; null when the stack is full.
Value* Interpreter::Reserve(size_t count) {
  if (count > static_cast<size_t>(stack_end_ - top_)) {
    thread_.Fail("Starlark stack overflow");
    return nullptr;
  }
  Value* room = top_;
  top_ += count;
  std::fill_n(room, count, Value());
  return room;
}

Value Interpreter::CallFromNative(const Value& callee, std::span<const Value> positional,
                                  std::span<const Value> keywords, std::span<const Value> keyword_values) {
  if (thread_.failed()) return {};
  if (native_depth_ == kMostNativeCalls) return thread_.Fail("Starlark stack overflow");
  Value* const saved_top = top_;
  const size_t count = positional.size();
  Value* window = Reserve(1 + count + 2 * keywords.size());
  if (window == nullptr) return {};
  // Names and values stand before the callee and its arguments, which become registers.
  Value* names = window;
  Value* values = names + keywords.size();
  Value* call = values + keywords.size();
  std::copy(keywords.begin(), keywords.end(), names);
  std::copy(keyword_values.begin(), keyword_values.end(), values);
  *call = callee;
  std::copy(positional.begin(), positional.end(), call + 1);
  const Keywords given{names, values, keywords.size()};
  ++native_depth_;
  Value result;
  if (!callee.is(Kind::kFunction))
    result = CallNative(callee, call + 1, count, given);
  else if (PushFrame(*callee.As<Function>(), call + 1, count, given, nullptr))
    result = Run();
  --native_depth_;
  top_ = saved_top;
  return result;
}

}  // namespace firn::starlark
