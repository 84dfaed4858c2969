#include <algorithm>

#include "starlark/compile/constant_folding.h"
#include "starlark/compile/function_compiler.h"

namespace firn::starlark {
namespace {

size_t CountOf(const CallExpression& call, Argument::Kind kind) {
  size_t count = 0;
  for (const Argument& argument : call.arguments)
    if (argument.kind == kind) ++count;
  return count;
}

/// Whether to evaluate it does nothing but give a value.
bool IsWithoutEffect(const Argument& argument) {
  return WithoutParens(*argument.value).kind == NodeKind::kIdentifier || Fold(*argument.value).has_value();
}

}  // namespace

/// The callee and its arguments stand in consecutive registers, which become the first of the callee's frame.
void FunctionCompiler::CallInto(const CallExpression& call, Register to) {
  const size_t positional = CountOf(call, Argument::Kind::kPositional);
  const size_t named = CountOf(call, Argument::Kind::kNamed);
  const size_t spread = call.arguments.size() - positional - named;
  const Expression& callee = WithoutParens(*call.callee);
  if (callee.kind == NodeKind::kDot && named + spread == 0) return MethodCallInto(call, As<DotExpression>(callee), to);

  const Register window = NewTemporaries(1 + call.arguments.size());
  Into(*call.callee, window);
  std::vector<std::string_view> names;
  int spread_bits = 0;
  int place = window;
  for (const Argument& argument : call.arguments) {
    Into(*argument.value, static_cast<Register>(++place));
    if (argument.kind == Argument::Kind::kNamed) names.push_back(argument.name);
    if (argument.kind == Argument::Kind::kStar) spread_bits |= 1;
    if (argument.kind == Argument::Kind::kStarStar) spread_bits |= 2;
  }
  const auto first_name = static_cast<int32_t>(AddNames(names));
  if (first_name >= kMostOperands) return TooComplex(call.position);
  const auto count = static_cast<int>(positional);
  if (spread_bits != 0) {
    Emit(Opcode::kCallSpread, window, count, to, call.position);
    const auto name_bits = static_cast<uint32_t>(first_name) << 16;
    EmitWord(static_cast<int>(named), static_cast<int32_t>(name_bits | static_cast<uint32_t>(spread_bits)));
  } else if (named != 0) {
    Emit(Opcode::kCallNamed, window, count, to, call.position);
    EmitWord(static_cast<int>(named), first_name);
  } else {
    Emit(Opcode::kCall, window, count, to, call.position);
  }
}

/// `object.name(…)`: no bound method is made. The name is looked up before the arguments are evaluated, where that
/// makes a difference.
void FunctionCompiler::MethodCallInto(const CallExpression& call, const DotExpression& method, Register to) {
  const Register window = NewTemporaries(1 + call.arguments.size());
  Into(*method.object, window);
  const uint32_t name = AddConstant(std::string(method.name));
  if (name >= kMostOperands) return TooComplex(call.position);
  const int32_t cache = NewCache();
  if (!std::all_of(call.arguments.begin(), call.arguments.end(), IsWithoutEffect)) {
    Emit(Opcode::kCheckAttr, window, 0, 0, method.position);
    EmitWord(static_cast<int>(name), cache);
  }
  int place = window;
  for (const Argument& argument : call.arguments) Into(*argument.value, static_cast<Register>(++place));
  Emit(Opcode::kCallMethod, window, static_cast<int>(call.arguments.size()), to, call.position);
  EmitWord(static_cast<int>(name), cache);
}

}  // namespace firn::starlark
