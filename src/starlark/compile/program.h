#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "starlark/compile/instruction.h"
#include "starlark/number/big_int.h"
#include "starlark/syntax/file_options.h"
#include "starlark/syntax/position.h"

/// A compiled file: plain data, without values, immutable and so readable from all threads.

namespace firn::starlark {

struct BytesConstant {
  std::string bytes;
  bool operator==(const BytesConstant&) const = default;
};
struct UniversalConstant {
  uint32_t index;  ///< into the table of universals
  bool operator==(const UniversalConstant&) const = default;
};
struct NoneConstant {
  bool operator==(const NoneConstant&) const = default;
};
using Constant =
    std::variant<NoneConstant, bool, int64_t, double, std::string, BytesConstant, number::BigInt, UniversalConstant>;

/// From which instruction on which place of the source is meant.
struct LineEntry {
  uint32_t instruction;
  Position position;
};

/// Where a closure finds a cell when it is made.
struct Capture {
  bool is_local;  ///< a register of the enclosing function; else one of its own captures
  uint32_t index;
};

struct FunctionCode {
  std::string name;
  Position position;
  std::vector<Instruction> instructions;
  std::vector<Constant> constants;
  std::vector<LineEntry> lines;  ///< in the order of instructions
  std::vector<Capture> captures;
  std::vector<std::string> capture_names;
  std::vector<std::string> local_names;  ///< of the first registers; parameters first
  std::vector<std::unique_ptr<FunctionCode>> functions;
  uint32_t register_count = 0;
  uint32_t parameter_count = 0;  ///< ordinary ones, with keyword-only ones
  uint32_t keyword_only_count = 0;
  uint32_t default_count = 0;  ///< last parameters that have a default, or a null value that says "mandatory"
  bool has_varargs = false;    ///< its register follows those of parameters
  bool has_kwargs = false;     ///< likewise, last
  bool is_file = false;

  /// The place in the source of an instruction.
  Position PositionOf(uint32_t instruction) const;
};

struct Program {
  std::string file;
  FileOptions options;
  std::vector<std::string> globals;
  std::vector<std::string> predeclared;  ///< the names that a module is given when it is run
  std::unique_ptr<FunctionCode> toplevel;
  uint32_t cache_count = 0;  ///< inline caches of all functions
};

}  // namespace firn::starlark
