#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "starlark/compile/program.h"
#include "starlark/resolve/binding.h"
#include "starlark/syntax/ast.h"

namespace firn::starlark {

/// Makes the code of one function, or of the file itself.
///
/// Locals have the first registers, in the numbering of the resolver; above them lies a stack of temporaries. An
/// expression is compiled either *into* a register, or to an Operand: where its value already is (a local or a
/// constant), else a new temporary. Functions that compile something leave the stack as high as it was, unless they
/// return an operand; the caller then resets it (TemporaryScope).
class FunctionCompiler {
 public:
  FunctionCompiler(Program& program, FunctionCode& code, std::vector<SyntaxError>& errors);

  void CompileFile(const File& file);
  void CompileFunction(const FunctionNode& function);

 private:
  /// A register, or the constant −x−1.
  using Operand = int16_t;
  using Register = uint16_t;
  /// Where jumps that are not yet known go to.
  struct Label {
    std::vector<uint32_t> jumps;
  };
  struct Loop {
    Register iteration;
    bool has_iteration;  ///< `for`; not `while`
    Label* end;
    Label* next;
  };
  /// Which locals are certainly set here; what cannot be reached says yes to everything.
  struct Flow {
    std::vector<bool> assigned;
    bool is_reachable = true;
  };
  class TemporaryScope {
   public:
    explicit TemporaryScope(FunctionCompiler& compiler) : compiler_(compiler), saved_(compiler.next_temporary_) {}
    ~TemporaryScope() { compiler_.next_temporary_ = saved_; }

   private:
    FunctionCompiler& compiler_;
    uint32_t saved_;
  };

  // emitting (emitter.cc)
  uint32_t Emit(Opcode opcode, int a, int b, int c, Position position);
  uint32_t EmitWide(Opcode opcode, int a, int32_t n, Position position);
  void EmitWord(int a, int32_t n, int opcode_place = 0);
  void EmitJump(Opcode opcode, int a, Label& to, Position position);
  void EmitBranch(Opcode opcode, bool sense, Operand b, Operand c, Label& to, Position position);
  void Bind(Label& label);
  void PatchJump(uint32_t word, uint32_t target);
  uint32_t here() const { return static_cast<uint32_t>(code_.instructions.size()); }
  Register NewTemporary();
  Register NewTemporaries(size_t count);
  uint32_t AddConstant(Constant constant);
  uint32_t AddNames(const std::vector<std::string_view>& names);
  int32_t NewCache() { return static_cast<int32_t>(program_.cache_count++); }
  void TooComplex(Position position);
  void Join(Flow& flow, const Flow& other);

  // names (names.cc)
  bool Prologue(Bindings locals, uint32_t parameters);
  void LoadName(const Identifier& name, Register to);
  void StoreName(const Identifier& name, Operand value, Position position);
  bool IsPlainLocal(const Expression& expression, Register* local) const;
  void MakeFunction(const FunctionNode& function, Register to);

  // expressions (expressions.cc, calls.cc, conditions.cc, comprehensions.cc)
  void Into(const Expression& expression, Register to);
  Operand ToOperand(const Expression& expression);
  Register ToRegister(const Expression& expression);
  Operand ConstantOperand(Constant constant, Position position);
  void LoadConstant(Constant constant, Register to, Position position);
  void IntoConsecutive(Expressions expressions, Register first);
  void UnaryInto(const UnaryExpression& unary, Register to);
  void BinaryInto(const BinaryExpression& binary, Register to);
  void AndOrInto(const BinaryExpression& binary, Register to);
  void ConditionalInto(const ConditionalExpression& conditional, Register to);
  void TupleInto(Expressions items, Register to, Position position);
  void ListInto(Expressions items, Register to, Position position);
  void DictInto(const DictExpression& dict, Register to);
  void DotInto(const DotExpression& dot, Register to);
  void IndexInto(const IndexExpression& index, Register to);
  void IndexOperandsInto(Operand object, Operand key, bool is_key, Register to, Position position);
  void SliceInto(const SliceExpression& slice, Register to);
  void CallInto(const CallExpression& call, Register to);
  void MethodCallInto(const CallExpression& call, const DotExpression& method, Register to);
  void ComprehensionInto(const Comprehension& comprehension, Register to);
  void Clauses(const Comprehension& comprehension, size_t clause, Register result);
  void JumpIf(const Expression& condition, bool sense, Label& to);
  bool BranchOnComparison(const BinaryExpression& binary, bool sense, Label& to);

  // statements (statements.cc, assignments.cc)
  void Block(Statements statements);
  void CompileStatement(const Statement& statement);
  void Assign(const AssignStatement& statement);
  void AssignTo(const Expression& target, Operand value, Position position);
  void UnpackTo(Expressions targets, Operand value, Position position);
  void AugmentedAssign(const AssignStatement& statement);
  void EmitAugmented(BinaryOperator op, Register to, Operand left, Operand right, Position position);
  void If(const IfStatement& statement);
  void For(const Expression& targets, const Expression& iterable, Position position, Position binding_position,
           const auto& body);
  void While(const WhileStatement& statement);
  void Return(const ReturnStatement& statement);
  void Branch(const Statement& statement);
  void LoadModule(const LoadStatement& load);

  Program& program_;
  FunctionCode& code_;
  std::vector<SyntaxError>& errors_;
  Bindings locals_;
  uint32_t next_temporary_ = 0;
  Flow flow_;
  std::vector<Loop> loops_;
  std::unordered_map<std::string_view, uint32_t> string_constants_;  ///< views into the tree
  std::map<int64_t, uint32_t> int_constants_;
  uint32_t last_label_ = 0;  ///< an instruction that a jump goes to
  bool is_too_complex_ = false;
};

/// The instruction of `left op right`.
Opcode OpcodeOf(BinaryOperator op);

}  // namespace firn::starlark
