#pragma once

#include <cstdint>
#include <string_view>

namespace firn::starlark {

enum class UnaryOperator : uint8_t { kNot, kMinus, kPlus, kTilde };

enum class BinaryOperator : uint8_t {
  kOr,
  kAnd,
  kEqual,
  kNotEqual,
  kLess,
  kGreater,
  kLessEqual,
  kGreaterEqual,
  kIn,
  kNotIn,
  kPipe,
  kCaret,
  kAmpersand,
  kShiftLeft,
  kShiftRight,
  kPlus,
  kMinus,
  kStar,
  kPercent,
  kSlash,
  kSlashSlash,
};

/// As written in a program: "not", "-", …
std::string_view OperatorText(UnaryOperator op);
/// As written in a program: "and", "not in", "<<", …
std::string_view OperatorText(BinaryOperator op);

}  // namespace firn::starlark
