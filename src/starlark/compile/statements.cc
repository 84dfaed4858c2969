#include <functional>

#include "starlark/compile/function_compiler.h"

namespace firn::starlark {

void FunctionCompiler::Block(Statements statements) {
  for (const Statement* statement : statements) {
    if (!flow_.is_reachable) return;  // The resolver has checked what never runs.
    CompileStatement(*statement);
  }
}

void FunctionCompiler::CompileStatement(const Statement& statement) {
  const TemporaryScope scope(*this);
  switch (statement.kind) {
    case NodeKind::kExpressionStatement:
      ToOperand(*As<ExpressionStatement>(statement).expression);
      return;
    case NodeKind::kAssign:
      return Assign(As<AssignStatement>(statement));
    case NodeKind::kIf:
      return If(As<IfStatement>(statement));
    case NodeKind::kFor: {
      const auto& loop = As<ForStatement>(statement);
      return For(*loop.targets, *loop.iterable, loop.position, loop.position, [&] { Block(loop.body); });
    }
    case NodeKind::kWhile:
      return While(As<WhileStatement>(statement));
    case NodeKind::kDef: {
      const auto& def = As<DefStatement>(statement);
      const Register function = NewTemporary();
      MakeFunction(*def.function, function);
      return StoreName(*def.name, static_cast<Operand>(function), def.position);
    }
    case NodeKind::kReturn:
      return Return(As<ReturnStatement>(statement));
    case NodeKind::kBreak:
    case NodeKind::kContinue:
      return Branch(statement);
    case NodeKind::kLoad:
      return LoadModule(As<LoadStatement>(statement));
    default:
      return;  // pass
  }
}

void FunctionCompiler::If(const IfStatement& statement) {
  Label end;
  Flow after;
  after.is_reachable = false;
  for (const IfClause& clause : statement.clauses) {
    Label next;
    JumpIf(*clause.condition, false, next);
    const Flow otherwise = flow_;
    Block(clause.body);
    const bool is_last = &clause == &statement.clauses.back() && statement.else_body.empty();
    if (flow_.is_reachable && !is_last) EmitJump(Opcode::kJump, 0, end, clause.position);
    Join(after, flow_);
    flow_ = otherwise;
    Bind(next);
  }
  Block(statement.else_body);
  Join(flow_, after);
  Bind(end);
}

/// ForPrepare, a jump to ForNext, the body, ForNext, which goes back to the body: one instruction a round.
void FunctionCompiler::For(const Expression& targets, const Expression& iterable, Position position,
                           Position binding_position, const auto& body) {
  const TemporaryScope scope(*this);
  const Register iteration = NewTemporaries(3);
  {
    const TemporaryScope operands(*this);
    const Operand over = ToOperand(iterable);
    Emit(Opcode::kForPrepare, iteration, over, 0, position);
  }
  Label next;
  Label end;
  EmitJump(Opcode::kJump, 0, next, position);
  const Flow before = flow_;
  const uint32_t top = here();
  Register item = 0;
  const bool is_direct = IsPlainLocal(targets, &item);
  if (is_direct) {
    flow_.assigned[item] = true;
  } else {
    item = NewTemporary();
    AssignTo(targets, static_cast<Operand>(item), binding_position);
  }
  loops_.push_back({iteration, true, &end, &next});
  body();
  loops_.pop_back();
  Bind(next);
  Emit(Opcode::kForNext, iteration, item, 0, position);
  EmitWord(0, static_cast<int32_t>(top) - static_cast<int32_t>(here()));
  flow_ = before;
  Bind(end);
}

void FunctionCompiler::While(const WhileStatement& statement) {
  Label next;
  Label end;
  const uint32_t top = here();
  JumpIf(*statement.condition, false, end);
  const Flow before = flow_;
  loops_.push_back({0, false, &end, &next});
  Block(statement.body);
  loops_.pop_back();
  Bind(next);
  EmitWide(Opcode::kJumpBack, 0, static_cast<int32_t>(top) - static_cast<int32_t>(here()), statement.position);
  flow_ = before;
  Bind(end);
}

void FunctionCompiler::Return(const ReturnStatement& statement) {
  const Operand value =
      statement.value != nullptr ? ToOperand(*statement.value) : ConstantOperand(NoneConstant{}, statement.position);
  for (auto loop = loops_.rbegin(); loop != loops_.rend(); ++loop)
    if (loop->has_iteration) Emit(Opcode::kForEnd, loop->iteration, 0, 0, statement.position);
  Emit(Opcode::kReturn, 0, value, 0, statement.position);
  flow_.is_reachable = false;
}

void FunctionCompiler::Branch(const Statement& statement) {
  const Loop& loop = loops_.back();
  const bool is_break = statement.kind == NodeKind::kBreak;
  if (is_break && loop.has_iteration) Emit(Opcode::kForEnd, loop.iteration, 0, 0, statement.position);
  EmitJump(Opcode::kJump, 0, is_break ? *loop.end : *loop.next, statement.position);
  flow_.is_reachable = false;
}

void FunctionCompiler::LoadModule(const LoadStatement& load) {
  std::vector<std::string_view> names;
  for (const LoadItem& item : load.items) names.push_back(item.name);
  const Register first = NewTemporaries(names.size());
  const uint32_t module = AddConstant(std::string(load.module));
  const uint32_t first_name = AddNames(names);
  if (module >= kMostOperands) return TooComplex(load.position);
  Emit(Opcode::kLoad, first, static_cast<int>(module), 0, load.position);
  EmitWord(static_cast<int>(names.size()), static_cast<int32_t>(first_name));
  for (size_t i = 0; i < load.items.size(); ++i)
    StoreName(*load.items[i].local, static_cast<Operand>(first + i), load.items[i].local->position);
}

/// Results go into a temporary: the comprehension may use what it is assigned to.
void FunctionCompiler::ComprehensionInto(const Comprehension& comprehension, Register to) {
  const Register result = NewTemporary();
  if (comprehension.is_dict())
    Emit(Opcode::kMakeDict, result, 0, 0, comprehension.position);
  else
    Emit(Opcode::kMakeList, result, 0, 0, comprehension.position);
  Clauses(comprehension, 0, result);
  Emit(Opcode::kMove, to, result, 0, comprehension.position);
}

void FunctionCompiler::Clauses(const Comprehension& comprehension, size_t clause, Register result) {
  const TemporaryScope scope(*this);
  if (clause < comprehension.clauses.size()) {
    const ComprehensionClause& head = comprehension.clauses[clause];
    if (head.is_for()) {
      return For(*head.targets, *head.iterable_or_condition, head.position, head.position,
                 [&] { Clauses(comprehension, clause + 1, result); });
    }
    Label past;
    JumpIf(*head.iterable_or_condition, false, past);
    Clauses(comprehension, clause + 1, result);
    Bind(past);
    return;
  }
  if (comprehension.is_dict()) {
    const Operand key = ToOperand(*comprehension.key);
    const Operand value = ToOperand(*comprehension.body);
    Emit(Opcode::kInsertDict, result, key, value, comprehension.colon);
  } else {
    Emit(Opcode::kAppendList, result, ToOperand(*comprehension.body), 0, comprehension.position);
  }
}

}  // namespace firn::starlark
