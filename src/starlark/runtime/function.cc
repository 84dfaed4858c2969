#include "starlark/runtime/function.h"

#include <atomic>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/string.h"

namespace firn::starlark {
namespace {

/// A constant as a value on the program's heap, which has no limit.
class ConstantMaker {
 public:
  ConstantMaker(Heap& heap, const Library& library) : heap_(heap), library_(library) {}

  Value operator()(NoneConstant) const { return Value::None(); }
  Value operator()(bool value) const { return Value::Bool(value); }
  Value operator()(int64_t value) const { return Value::Int(value); }
  Value operator()(double value) const { return Value::Float(value); }
  Value operator()(const std::string& value) const { return MakeString(heap_, value); }
  Value operator()(const BytesConstant& value) const { return MakeBytes(heap_, value.bytes); }
  Value operator()(const number::BigInt& value) const { return MakeInt(heap_, value); }
  Value operator()(UniversalConstant value) const {
    const Library::Universal& universal = library_.universals[value.index];
    if (!universal.value.is_null()) return universal.value;
    Value builtin = MakeBuiltin(heap_, universal.function);
    builtin.AsObject()->is_frozen = true;
    return builtin;
  }

 private:
  Heap& heap_;
  const Library& library_;
};

uint64_t NextProgramId() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

LinkedProgram::LinkedProgram(std::shared_ptr<const Program> program)
    : program_(std::move(program)), id_(NextProgramId()) {}

std::shared_ptr<const LinkedProgram> LinkedProgram::Make(std::shared_ptr<const Program> program,
                                                         const Library& library) {
  std::shared_ptr<LinkedProgram> linked(new LinkedProgram(std::move(program)));
  linked->toplevel_ = linked->Link(*linked->program_->toplevel, library);
  linked->heap_.Seal();
  return linked;
}

const Code* LinkedProgram::Link(const FunctionCode& function, const Library& library) {
  codes_.push_back(std::make_unique<Code>());
  Code& code = *codes_.back();
  const size_t count = function.constants.size();
  auto& values = constants_.emplace_back(count);
  for (size_t i = 0; i < count; ++i)
    values[count - 1 - i] = std::visit(ConstantMaker(heap_, library), function.constants[i]);
  code.source = &function;
  code.program = this;
  code.instructions = function.instructions.data();
  code.constants = values.data() + count;
  code.register_count = function.register_count;
  code.parameter_count = function.parameter_count;
  code.is_simple = !function.has_varargs && !function.has_kwargs && function.keyword_only_count == 0;
  code.allows_recursion = program_->options.allow_recursion;
  for (const auto& inner : function.functions) code.functions.push_back(Link(*inner, library));
  return &code;
}

}  // namespace firn::starlark
