#include "starlark/compile/function_compiler.h"

namespace firn::starlark {

/// Sets up the locals; those that closures share move into cells. False if they are too many.
bool FunctionCompiler::Prologue(Bindings locals, uint32_t parameters) {
  locals_ = locals;
  if (locals.size() > kMostOperands) {
    TooComplex(code_.position);
    return false;
  }
  NewTemporaries(locals.size());
  flow_.assigned.assign(locals.size(), false);
  for (size_t i = 0; i < locals.size(); ++i) {
    code_.local_names.emplace_back(locals[i]->name);
    if (i < parameters) flow_.assigned[i] = true;
    if (locals[i]->scope == Scope::kCell) Emit(Opcode::kMakeCell, static_cast<int>(i), 0, 0, code_.position);
  }
  return true;
}

bool FunctionCompiler::IsPlainLocal(const Expression& expression, Register* local) const {
  const Expression& inner = WithoutParens(expression);
  if (inner.kind != NodeKind::kIdentifier) return false;
  const Binding& binding = *As<Identifier>(inner).binding;
  if (binding.scope != Scope::kLocal) return false;
  *local = static_cast<Register>(binding.index);
  return true;
}

void FunctionCompiler::LoadName(const Identifier& name, Register to) {
  const Binding& binding = *name.binding;
  const auto index = static_cast<int32_t>(binding.index);
  switch (binding.scope) {
    case Scope::kLocal:
      if (flow_.is_reachable && !flow_.assigned[binding.index]) {
        Emit(Opcode::kCheckLocal, index, 0, 0, name.position);
        flow_.assigned[binding.index] = true;
      }
      if (to != binding.index) Emit(Opcode::kMove, to, index, 0, name.position);
      break;
    case Scope::kCell:
      Emit(Opcode::kLoadCell, to, index, 0, name.position);
      break;
    case Scope::kFree:
      EmitWide(Opcode::kLoadFree, to, index, name.position);
      break;
    case Scope::kGlobal:
      EmitWide(Opcode::kLoadGlobal, to, index, name.position);
      break;
    case Scope::kPredeclared:
      EmitWide(Opcode::kLoadPredeclared, to, index, name.position);
      break;
    case Scope::kUniversal:
      LoadConstant(UniversalConstant{binding.index}, to, name.position);
      break;
    case Scope::kUndefined:
      break;  // The resolver has reported it, and nothing is compiled.
  }
}

void FunctionCompiler::StoreName(const Identifier& name, Operand value, Position position) {
  const Binding& binding = *name.binding;
  const auto index = static_cast<int>(binding.index);
  switch (binding.scope) {
    case Scope::kLocal:
      if (index != value) Emit(Opcode::kMove, index, value, 0, position);
      flow_.assigned[binding.index] = true;
      break;
    case Scope::kCell:
      Emit(Opcode::kStoreCell, index, value, 0, position);
      break;
    default:
      Emit(Opcode::kStoreGlobal, index, value, 0, position);
      break;
  }
}

void FunctionCompiler::MakeFunction(const FunctionNode& function, Register to) {
  auto inner = std::make_unique<FunctionCode>();
  inner->name = function.name;
  inner->position = function.position;
  for (const Binding* captured : function.scope->free_variables) {
    inner->captures.push_back({captured->scope == Scope::kCell, captured->index});
    inner->capture_names.emplace_back(captured->name);
  }
  // Defaults: from the first optional parameter on, with a null value for a keyword-only one that has none.
  const TemporaryScope scope(*this);
  std::vector<const Expression*> defaults;
  for (const Parameter& parameter : function.parameters) {
    if (parameter.kind == Parameter::Kind::kOptional) defaults.push_back(parameter.default_value);
    if (parameter.kind == Parameter::Kind::kRequired && !defaults.empty()) defaults.push_back(nullptr);
  }
  // Keyword-only parameters without any default before them are "mandatory", too.
  const FunctionScope& names = *function.scope;
  const uint32_t plain = names.parameter_count - names.has_varargs - names.has_kwargs;
  while (defaults.size() < names.keyword_only_count) defaults.insert(defaults.begin(), nullptr);
  const Register first = NewTemporaries(defaults.size());
  for (size_t i = 0; i < defaults.size(); ++i) {
    const auto slot = static_cast<Register>(first + i);
    if (defaults[i] != nullptr)
      Into(*defaults[i], slot);
    else
      EmitWide(Opcode::kLoadConstant, slot, -1, function.position);  // the null value
  }
  inner->parameter_count = plain;
  inner->default_count = static_cast<uint32_t>(defaults.size());
  FunctionCompiler(program_, *inner, errors_).CompileFunction(function);
  if (code_.functions.size() >= kMostOperands) return TooComplex(function.position);
  code_.functions.push_back(std::move(inner));
  Emit(Opcode::kMakeFunction, to, static_cast<int>(code_.functions.size() - 1), first, function.position);
}

void FunctionCompiler::CompileFunction(const FunctionNode& function) {
  const FunctionScope& scope = *function.scope;
  code_.keyword_only_count = scope.keyword_only_count;
  code_.has_varargs = scope.has_varargs;
  code_.has_kwargs = scope.has_kwargs;
  if (!Prologue(scope.locals, scope.parameter_count)) return;
  Block(function.body);
  if (flow_.is_reachable) {
    const Operand none = ConstantOperand(NoneConstant{}, function.position);
    Emit(Opcode::kReturn, 0, none, 0, function.position);
  }
}

void FunctionCompiler::CompileFile(const File& file) {
  code_.name = "<toplevel>";
  code_.is_file = true;
  code_.position = file.statements.empty() ? Position{1, 1} : file.statements[0]->position;
  if (file.scope->globals.size() > kMostOperands) return TooComplex(code_.position);
  if (!Prologue(file.scope->locals, 0)) return;
  const bool is_expression = file.statements.size() == 1 && file.statements[0]->kind == NodeKind::kExpressionStatement;
  const TemporaryScope scope(*this);
  Operand result;
  if (is_expression) {
    result = ToOperand(*As<ExpressionStatement>(*file.statements[0]).expression);
  } else {
    Block(file.statements);
    result = ConstantOperand(NoneConstant{}, code_.position);
  }
  Emit(Opcode::kReturn, 0, result, 0, code_.position);
}

}  // namespace firn::starlark
