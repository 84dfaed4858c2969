#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "starlark/compile/program.h"
#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"

/// Functions that programs define, and the code that they run.

namespace firn::starlark {

class Module;
class LinkedProgram;
struct Library;

/// A variable that closures share.
struct Cell : Object {
  static constexpr Kind kKind = Kind::kCell;
  Value value;
};

/// The code of a function, with its constants as values.
struct Code {
  const FunctionCode* source = nullptr;
  const LinkedProgram* program = nullptr;
  const Instruction* instructions = nullptr;
  const Value* constants = nullptr;  ///< constant i is constants[-i - 1], as operands say it
  uint32_t register_count = 0;       ///< at least the parameters
  uint32_t parameter_count = 0;
  bool is_simple = false;  ///< a call with as many positional arguments as parameters needs no more than that
  bool allows_recursion = false;
  std::vector<const Code*> functions;
};

/// A program made ready for execution. Immutable: any number of threads and modules share it.
class LinkedProgram {
 public:
  static std::shared_ptr<const LinkedProgram> Make(std::shared_ptr<const Program> program, const Library& library);

  const Program& source() const { return *program_; }
  const Code& toplevel() const { return *toplevel_; }
  /// Unique in the process, also after the program is gone: what threads know their inline caches by.
  uint64_t id() const { return id_; }

 private:
  explicit LinkedProgram(std::shared_ptr<const Program> program);
  const Code* Link(const FunctionCode& function, const Library& library);

  std::shared_ptr<const Program> program_;
  uint64_t id_;
  Heap heap_;  ///< of constants; sealed
  std::vector<std::unique_ptr<Code>> codes_;
  std::vector<std::vector<Value>> constants_;
  const Code* toplevel_ = nullptr;
};

/// Behind the struct stand the values of defaults (null: mandatory), then the cells that it has captured.
struct Function : Object {
  static constexpr Kind kKind = Kind::kFunction;
  const Code* code = nullptr;
  Module* module = nullptr;

  Value* values() { return reinterpret_cast<Value*>(this + 1); }
  const Value* values() const { return reinterpret_cast<const Value*>(this + 1); }
  const Value* defaults() const { return values(); }
  Cell* captured(size_t index) const { return values()[code->source->default_count + index].As<Cell>(); }
  size_t value_count() const { return code->source->default_count + code->source->captures.size(); }
  std::string_view name() const { return code->source->name; }
};
static_assert(sizeof(Function) % alignof(Value) == 0);

}  // namespace firn::starlark
