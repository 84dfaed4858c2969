#include "starlark/syntax/operators.h"

namespace firn::starlark {

std::string_view OperatorText(UnaryOperator op) {
  switch (op) {
    case UnaryOperator::kNot:
      return "not";
    case UnaryOperator::kMinus:
      return "-";
    case UnaryOperator::kPlus:
      return "+";
    case UnaryOperator::kTilde:
      return "~";
  }
  return "";
}

std::string_view OperatorText(BinaryOperator op) {
  constexpr std::string_view kTexts[] = {"or", "and", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "|",
                                         "^",  "&",   "<<", ">>", "+", "-", "*",  "%",  "/",  "//"};
  return kTexts[static_cast<int>(op)];
}

}  // namespace firn::starlark
