#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "choices.h"

namespace firn::testing {

/// Writes Starlark expressions over the variables that WriteStarlarkProgram declares, mostly of the type that is asked
/// for.
class StarlarkExpressionWriter {
 public:
  enum class Type : uint8_t { kInt, kFloat, kString, kBytes, kBool, kList, kDict, kTuple, kSet, kRange, kOther };

  /// `choices` must outlive the writer.
  explicit StarlarkExpressionWriter(Choices& choices) : choices_(choices) {}

  Type AnyType();
  /// One of the two variables of a type.
  std::string Variable(Type type);
  /// Operators inside each other at most `depth` deep.
  std::string Expression(Type type, int depth);
  std::string Iterable(int depth);
  /// What stands between the parentheses of a call.
  std::string Arguments(int depth);
  std::string_view Operator();

 private:
  std::string_view Comparison();
  std::string Literal(Type type);
  std::string Operation(Type type, int depth);
  std::string Slice();
  std::string IntOperation(int depth);
  std::string FloatOperation(int depth);
  std::string StringOperation(int depth);
  std::string BytesOperation(int depth);
  std::string BoolOperation(int depth);
  std::string ListOperation(int depth);
  std::string DictOperation(int depth);
  std::string TupleOperation(int depth);
  std::string SetOperation(int depth);
  std::string OtherOperation(int depth);

  Choices& choices_;
};

}  // namespace firn::testing
