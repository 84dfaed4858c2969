#include <cmath>

#include "starlark/number/order.h"
#include "starlark/runtime/callable.h"
#include "starlark/runtime/container_operators.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {
namespace {

bool IsNumber(const Value& value) {
  return value.is_int() || value.is_float();
}

Value FailUnknown(Thread& thread, BinaryOperator op, const Value& left, const Value& right) {
  return thread.Fail("unknown binary op: {} {} {}", TypeName(left), OperatorText(op), TypeName(right));
}

Value FloatArithmetic(Thread& thread, BinaryOperator op, double x, double y) {
  switch (op) {
    case BinaryOperator::kPlus:
      return Value::Float(x + y);
    case BinaryOperator::kMinus:
      return Value::Float(x - y);
    case BinaryOperator::kStar:
      return Value::Float(x * y);
    case BinaryOperator::kSlash:
      if (y == 0) return thread.Fail("floating-point division by zero");
      return Value::Float(x / y);
    case BinaryOperator::kSlashSlash:
      if (y == 0) return thread.Fail("floored division by zero");
      return Value::Float(number::FloorDivide(x, y));
    default:
      if (y == 0) return thread.Fail("floating-point modulo by zero");
      return Value::Float(number::FloorModulo(x, y));
  }
}

/// Both operands as finite doubles, or fails.
bool ToDoubles(Thread& thread, const Value& left, const Value& right, double* x, double* y) {
  const auto first = ToDouble(left);
  const auto second = ToDouble(right);
  if (!first || !second) {
    thread.Fail("int too large to convert to float");
    return false;
  }
  *x = *first;
  *y = *second;
  return true;
}

/// Division and modulo of int64, both toward −∞. INT64_MIN // −1 is beyond int64 and left to BigIntArithmetic.
bool SmallDivision(BinaryOperator op, int64_t x, int64_t y, int64_t* result) {
  if (y == -1 && x == INT64_MIN) return false;
  const int64_t quotient = x / y;
  const int64_t remainder = x % y;
  const bool is_rounded_up = remainder != 0 && (remainder < 0) != (y < 0);
  *result = op == BinaryOperator::kPercent ? (is_rounded_up ? remainder + y : remainder) : quotient - is_rounded_up;
  return true;
}

bool SmallArithmetic(BinaryOperator op, int64_t x, int64_t y, int64_t* result) {
  switch (op) {
    case BinaryOperator::kPlus:
      return !__builtin_add_overflow(x, y, result);
    case BinaryOperator::kMinus:
      return !__builtin_sub_overflow(x, y, result);
    case BinaryOperator::kStar:
      return !__builtin_mul_overflow(x, y, result);
    case BinaryOperator::kSlashSlash:
    case BinaryOperator::kPercent:
      return SmallDivision(op, x, y, result);
    case BinaryOperator::kPipe:
      *result = x | y;
      return true;
    case BinaryOperator::kAmpersand:
      *result = x & y;
      return true;
    case BinaryOperator::kCaret:
      *result = x ^ y;
      return true;
    default:
      return false;
  }
}

/// About how long an operation on long numbers takes, in steps.
uint64_t CostOf(BinaryOperator op, const number::IntView& a, const number::IntView& b) {
  const uint64_t limbs = a.magnitude.size() + b.magnitude.size();
  switch (op) {
    case BinaryOperator::kStar:
    case BinaryOperator::kSlashSlash:
    case BinaryOperator::kPercent:
      return 1 + limbs * (1 + std::min(a.magnitude.size(), b.magnitude.size()) / 16) / 8;
    default:
      return 1 + limbs / 32;
  }
}

Value BigIntArithmetic(Thread& thread, BinaryOperator op, const Value& left, const Value& right) {
  const IntOperand a(left);
  const IntOperand b(right);
  if (!thread.ChargeSteps(CostOf(op, a, b))) return {};
  Heap& heap = thread.heap();
  switch (op) {
    case BinaryOperator::kPlus:
      return MakeInt(heap, number::Add(a, b));
    case BinaryOperator::kMinus:
      return MakeInt(heap, number::Subtract(a, b));
    case BinaryOperator::kStar:
      return MakeInt(heap, number::Multiply(a, b));
    case BinaryOperator::kSlashSlash:
      return MakeInt(heap, number::FloorDivide(a, b));
    case BinaryOperator::kPercent:
      return MakeInt(heap, number::FloorModulo(a, b));
    case BinaryOperator::kPipe:
      return MakeInt(heap, number::Or(a, b));
    case BinaryOperator::kAmpersand:
      return MakeInt(heap, number::And(a, b));
    default:
      return MakeInt(heap, number::Xor(a, b));
  }
}

Value Shift(Thread& thread, BinaryOperator op, const Value& left, const Value& right) {
  constexpr int64_t kLargestLeftShift = 512;
  if (!right.is_int()) return thread.Fail("got {}, want int", TypeName(right));
  const IntOperand count_operand(right);
  const auto count = count_operand.view().ToInt64();
  if (!count || *count < INT32_MIN || *count > INT32_MAX)
    return thread.Fail("{} out of range", number::ToText(count_operand));
  if (*count < 0) return thread.Fail("negative shift count: {}", *count);
  const IntOperand operand(left);
  const auto bits = static_cast<uint64_t>(*count);
  if (op == BinaryOperator::kShiftRight) return MakeInt(thread.heap(), number::ShiftRight(operand, bits));
  if (*count >= kLargestLeftShift) return thread.Fail("shift count too large: {}", *count);
  if (!thread.ChargeSteps(1 + operand.view().magnitude.size() / 32)) return {};
  return MakeInt(thread.heap(), number::ShiftLeft(operand, bits));
}

Value IntArithmetic(Thread& thread, BinaryOperator op, const Value& left, const Value& right) {
  const bool is_zero = right.is_int64() && right.AsInt64() == 0;
  if (is_zero && op == BinaryOperator::kSlashSlash) return thread.Fail("floored division by zero");
  if (is_zero && op == BinaryOperator::kPercent) return thread.Fail("integer modulo by zero");
  int64_t small = 0;
  if (left.is_int64() && right.is_int64() && SmallArithmetic(op, left.AsInt64(), right.AsInt64(), &small))
    return Value::Int(small);
  return BigIntArithmetic(thread, op, left, right);
}

bool IsArithmetic(BinaryOperator op) {
  return op == BinaryOperator::kPlus || op == BinaryOperator::kMinus || op == BinaryOperator::kStar ||
         op == BinaryOperator::kSlash || op == BinaryOperator::kSlashSlash || op == BinaryOperator::kPercent;
}

/// `is_known` becomes true if numbers know the operator for these operands.
Value NumberBinary(Thread& thread, BinaryOperator op, const Value& left, const Value& right, bool* is_known) {
  *is_known = true;
  const bool is_shift = op == BinaryOperator::kShiftLeft || op == BinaryOperator::kShiftRight;
  if (is_shift && left.is_int()) return Shift(thread, op, left, right);
  if (left.is_int() && right.is_int() && op != BinaryOperator::kSlash) return IntArithmetic(thread, op, left, right);
  if (!IsNumber(right) || !IsArithmetic(op)) {
    *is_known = false;
    return {};
  }
  double x = 0;
  double y = 0;
  if (!ToDoubles(thread, left, right, &x, &y)) return {};
  return FloatArithmetic(thread, op, x, y);
}

Value HostBinary(Thread& thread, BinaryOperator op, const Value& left, const Value& right) {
  if (left.is(Kind::kHost)) {
    const Value result = left.As<HostObject>()->type->Binary(thread, op, left, right);
    if (!result.is_null() || thread.failed()) return result;
  }
  if (right.is(Kind::kHost)) return right.As<HostObject>()->type->Binary(thread, op, left, right);
  return {};
}

}  // namespace

Value Binary(Thread& thread, BinaryOperator op, const Value& left, const Value& right) {
  if (op == BinaryOperator::kIn || op == BinaryOperator::kNotIn) {
    const int found = Contains(thread, right, left);
    if (found < 0) return {};
    return Value::Bool((found == 1) == (op == BinaryOperator::kIn));
  }
  if (op == BinaryOperator::kEqual || op == BinaryOperator::kNotEqual || op == BinaryOperator::kLess ||
      op == BinaryOperator::kLessEqual || op == BinaryOperator::kGreater || op == BinaryOperator::kGreaterEqual) {
    const bool result = Compare(thread, op, left, right);
    return thread.failed() ? Value() : Value::Bool(result);
  }
  if (op == BinaryOperator::kPercent && left.is_string())
    return thread.Checked(thread.library().interpolate(thread, left.AsString(), right));
  bool is_known = false;
  Value result = IsNumber(left) ? NumberBinary(thread, op, left, right, &is_known) : Value();
  if (!is_known) result = ContainerBinary(thread, op, left, right, &is_known);
  if (is_known) return thread.Checked(result);
  result = HostBinary(thread, op, left, right);
  if (!result.is_null() || thread.failed()) return result;
  return FailUnknown(thread, op, left, right);
}

Value Unary(Thread& thread, UnaryOperator op, const Value& operand) {
  if (op == UnaryOperator::kNot) return Value::Bool(!Truth(operand));
  if (operand.is_int()) {
    const IntOperand view(operand);
    if (op == UnaryOperator::kPlus) return operand;
    return thread.Checked(
        MakeInt(thread.heap(), op == UnaryOperator::kMinus ? number::Negate(view) : number::Not(view)));
  }
  if (operand.is_float() && op != UnaryOperator::kTilde)
    return Value::Float(op == UnaryOperator::kMinus ? -operand.AsFloat() : operand.AsFloat());
  if (operand.is(Kind::kHost)) {
    const Value result = operand.As<HostObject>()->type->Unary(thread, op, operand);
    if (!result.is_null() || thread.failed()) return result;
  }
  return thread.Fail("unknown unary op: {} {}", OperatorText(op), TypeName(operand));
}

}  // namespace firn::starlark
