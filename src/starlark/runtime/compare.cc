#include <compare>

#include "starlark/number/order.h"
#include "starlark/runtime/callable.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {
namespace {

bool CompareAt(Thread& thread, BinaryOperator op, const Value& a, const Value& b, int depth);

bool EqualAt(Thread& thread, const Value& a, const Value& b, int depth) {
  return CompareAt(thread, BinaryOperator::kEqual, a, b, depth);
}

bool IsEquality(BinaryOperator op) {
  return op == BinaryOperator::kEqual || op == BinaryOperator::kNotEqual;
}

/// What `op` says of an order.
bool Decide(BinaryOperator op, std::strong_ordering order) {
  switch (op) {
    case BinaryOperator::kEqual:
      return order == 0;
    case BinaryOperator::kNotEqual:
      return order != 0;
    case BinaryOperator::kLess:
      return order < 0;
    case BinaryOperator::kLessEqual:
      return order <= 0;
    case BinaryOperator::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool DecideEquality(BinaryOperator op, bool equal) {
  return equal == (op == BinaryOperator::kEqual);
}

bool FailOrder(Thread& thread, BinaryOperator op, const Value& a, const Value& b) {
  thread.Fail("{} {} {} not implemented", TypeName(a), OperatorText(op), TypeName(b));
  return false;
}

std::strong_ordering OrderNumbers(const Value& a, const Value& b) {
  if (a.is_float() && b.is_float()) return number::CompareFloats(a.AsFloat(), b.AsFloat());
  if (a.is_float()) {
    const auto reversed = b.is_int64() ? number::CompareIntFloat(b.AsInt64(), a.AsFloat())
                                       : number::CompareIntFloat(b.As<BigIntObject>()->view(), a.AsFloat());
    return 0 <=> reversed;
  }
  if (b.is_float()) {
    return a.is_int64() ? number::CompareIntFloat(a.AsInt64(), b.AsFloat())
                        : number::CompareIntFloat(a.As<BigIntObject>()->view(), b.AsFloat());
  }
  if (a.is_int64() && b.is_int64()) return a.AsInt64() <=> b.AsInt64();
  const IntOperand left(a);
  const IntOperand right(b);
  return number::Compare(left, right);
}

bool CompareItems(Thread& thread, BinaryOperator op, std::span<const Value> a, std::span<const Value> b, int depth) {
  if (IsEquality(op) && a.size() != b.size()) return op == BinaryOperator::kNotEqual;
  if (!thread.ChargeSteps(1 + std::min(a.size(), b.size()) / 8)) return false;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (EqualAt(thread, a[i], b[i], depth - 1)) continue;
    if (thread.failed()) return false;
    if (IsEquality(op)) return op == BinaryOperator::kNotEqual;
    return CompareAt(thread, op, a[i], b[i], depth - 1);
  }
  return Decide(op, a.size() <=> b.size());
}

bool EqualDicts(Thread& thread, const HashTable& a, const HashTable& b, int depth) {
  if (a.size != b.size || !thread.ChargeSteps(1 + a.size / 8)) return false;
  for (const HashTable::Entry& entry : a) {
    const HashTable::Entry* other = b.Find(thread, entry.key);
    if (other == nullptr || !EqualAt(thread, entry.value, other->value, depth - 1)) return false;
  }
  return true;
}

bool IsSubset(Thread& thread, const HashTable& a, const HashTable& b) {
  if (a.size > b.size || !thread.ChargeSteps(1 + a.size / 8)) return false;
  for (const HashTable::Entry& entry : a)
    if (b.Find(thread, entry.key) == nullptr) return false;
  return true;
}

bool CompareSets(Thread& thread, BinaryOperator op, const HashTable& a, const HashTable& b) {
  switch (op) {
    case BinaryOperator::kEqual:
      return a.size == b.size && IsSubset(thread, a, b);
    case BinaryOperator::kNotEqual:
      return !(a.size == b.size && IsSubset(thread, a, b)) && !thread.failed();
    case BinaryOperator::kLessEqual:
      return IsSubset(thread, a, b);
    case BinaryOperator::kLess:
      return a.size < b.size && IsSubset(thread, a, b);
    case BinaryOperator::kGreaterEqual:
      return IsSubset(thread, b, a);
    default:
      return b.size < a.size && IsSubset(thread, b, a);
  }
}

bool EqualRanges(const Range& a, const Range& b) {
  if (a.length != b.length) return false;
  return a.length == 0 || (a.start == b.start && (a.length == 1 || a.step == b.step));
}

/// A function is itself wherever it comes from; a method is made anew each time it is asked for.
bool EqualBuiltins(const Builtin& a, const Builtin& b) {
  return a.definition == b.definition && a.self.is_null() && b.self.is_null();
}

bool CompareHosts(Thread& thread, BinaryOperator op, const Value& a, const Value& b) {
  const auto& left = *a.As<HostObject>();
  const auto& right = *b.As<HostObject>();
  if (left.type != right.type) return IsEquality(op) ? op == BinaryOperator::kNotEqual : FailOrder(thread, op, a, b);
  if (IsEquality(op)) {
    const bool equal = left.type->Equal(thread, left, right);
    return !thread.failed() && DecideEquality(op, equal);
  }
  if (!left.type->is_ordered()) return FailOrder(thread, op, a, b);
  const int order = left.type->Compare(thread, left, right);
  return !thread.failed() && Decide(op, order <=> 0);
}

bool IsNumber(const Value& value) {
  return value.is_int() || value.is_float();
}

bool CompareAt(Thread& thread, BinaryOperator op, const Value& a, const Value& b, int depth) {
  if (depth < 1) {
    thread.Fail("comparison exceeded maximum recursion depth");
    return false;
  }
  if (IsNumber(a) && IsNumber(b)) return Decide(op, OrderNumbers(a, b));
  if (a.is_string() && b.is_string()) {
    if (IsEquality(op) && (a.is(Kind::kShortString) || b.is(Kind::kShortString)))
      return DecideEquality(op, a.IsIdentical(b));
    return Decide(op, a.AsString() <=> b.AsString());
  }
  if (a.kind() != b.kind()) {
    if (IsEquality(op)) return op == BinaryOperator::kNotEqual;
    return FailOrder(thread, op, a, b);
  }
  switch (a.kind()) {
    case Kind::kBool:
      return Decide(op, a.payload() <=> b.payload());
    case Kind::kBytes:
      return Decide(op, a.As<Bytes>()->view() <=> b.As<Bytes>()->view());
    case Kind::kList:
      return CompareItems(thread, op, a.As<List>()->items(), b.As<List>()->items(), depth);
    case Kind::kTuple:
      return CompareItems(thread, op, a.As<Tuple>()->items(), b.As<Tuple>()->items(), depth);
    case Kind::kSet:
      return CompareSets(thread, op, a.As<Set>()->table, b.As<Set>()->table);
    case Kind::kHost:
      return CompareHosts(thread, op, a, b);
    default:
      break;
  }
  if (!IsEquality(op)) return FailOrder(thread, op, a, b);
  if (a.is(Kind::kDict)) {
    const bool equal = EqualDicts(thread, a.As<Dict>()->table, b.As<Dict>()->table, depth);
    return !thread.failed() && DecideEquality(op, equal);
  }
  if (a.is(Kind::kRange)) return DecideEquality(op, EqualRanges(*a.As<Range>(), *b.As<Range>()));
  if (a.is(Kind::kElements)) {
    const auto& x = *a.As<Elements>();
    const auto& y = *b.As<Elements>();
    return DecideEquality(op, x.form == y.form && Equal(thread, x.text, y.text));
  }
  if (a.is(Kind::kBuiltin) && EqualBuiltins(*a.As<Builtin>(), *b.As<Builtin>())) return DecideEquality(op, true);
  return DecideEquality(op, a.IsIdentical(b));
}

}  // namespace

bool Compare(Thread& thread, BinaryOperator op, const Value& a, const Value& b) {
  return CompareAt(thread, op, a, b, kMaxComparisonDepth);
}

bool Equal(Thread& thread, const Value& a, const Value& b) {
  return EqualAt(thread, a, b, kMaxComparisonDepth);
}

}  // namespace firn::starlark
