#include <algorithm>
#include <limits>

#include "starlark/library/time_value.h"
#include "starlark/runtime/thread.h"

/// Operators of times and durations. Arithmetic wraps around, and some operands may be on either side, as in
/// starlark-go.

namespace firn::starlark::library {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kSecond = 1'000'000'000;

int64_t Wrapped(Wide value) {
  return static_cast<int64_t>(value);
}

Value Moved(Thread& thread, const TimeObject& time, Wide nanoseconds) {
  const Wide total = Wide(time.instant.nanosecond) + nanoseconds;
  const Wide rest = (total % kSecond + kSecond) % kSecond;
  const Wide seconds = time.instant.seconds + (total - rest) / kSecond;
  const go_time::Instant instant{Wrapped(seconds), static_cast<int32_t>(rest)};
  const Value value = MakeTime(thread.heap(), *time.source, instant, time.zone);
  auto& moved = static_cast<TimeObject&>(*value.As<HostObject>());
  moved.is_fixed = time.is_fixed;
  moved.offset_seconds = time.offset_seconds;
  moved.abbreviation = time.abbreviation;
  return value;
}

/// a − b, at most the longest duration there is.
Value Between(Thread& thread, const go_time::Instant& a, const go_time::Instant& b) {
  const Wide nanoseconds = (Wide(a.seconds) - b.seconds) * kSecond + (a.nanosecond - b.nanosecond);
  const Wide least = std::numeric_limits<int64_t>::min(), most = std::numeric_limits<int64_t>::max();
  return MakeDuration(thread.heap(), Wrapped(std::clamp(nanoseconds, least, most)));
}

Value DivisionByZero(Thread& thread) {
  return thread.Fail("time.duration division by zero");
}

Value OutOfRange(Thread& thread) {
  return thread.Fail("int value out of range (want signed 64-bit value)");
}

/// A float that is no int64 becomes the least one, which is what Go's conversion does on this kind of machine.
int64_t Truncated(double value) {
  return value >= -0x1p63 && value < 0x1p63 ? static_cast<int64_t>(value) : std::numeric_limits<int64_t>::min();
}

Value Divide(Thread& thread, int64_t dividend, const Value& divisor) {
  if (const DurationObject* other = AsDuration(divisor)) {
    if (other->nanoseconds == 0) return DivisionByZero(thread);
    return Value::Float(static_cast<double>(dividend) / static_cast<double>(other->nanoseconds));
  }
  if (divisor.is_float()) {
    if (divisor.AsFloat() == 0) return DivisionByZero(thread);
    return MakeDuration(thread.heap(), Truncated(static_cast<double>(dividend) / divisor.AsFloat()));
  }
  if (!divisor.is_int()) return {};
  if (!divisor.is_int64()) return OutOfRange(thread);
  if (divisor.AsInt64() == 0) return DivisionByZero(thread);
  return MakeDuration(thread.heap(), Wrapped(Wide(dividend) / divisor.AsInt64()));
}

/// A duration and anything else; `is_left` where the duration stands on the left.
Value DurationBinary(Thread& thread, BinaryOperator op, int64_t nanoseconds, const Value& other, bool is_left) {
  const DurationObject* duration = AsDuration(other);
  switch (op) {
    case BinaryOperator::kPlus:
      if (duration != nullptr) return MakeDuration(thread.heap(), Wrapped(Wide(nanoseconds) + duration->nanoseconds));
      if (const TimeObject* time = AsTime(other)) return Moved(thread, *time, nanoseconds);
      return {};
    case BinaryOperator::kMinus:
      if (duration != nullptr) return MakeDuration(thread.heap(), Wrapped(Wide(nanoseconds) - duration->nanoseconds));
      if (const TimeObject* time = AsTime(other)) return Moved(thread, *time, -Wide(nanoseconds));
      return {};
    case BinaryOperator::kStar:
      if (!other.is_int()) return {};
      if (!other.is_int64()) return OutOfRange(thread);
      return MakeDuration(thread.heap(), Wrapped(Wide(nanoseconds) * other.AsInt64()));
    case BinaryOperator::kSlash:
      if (!is_left && other.is_int()) return thread.Fail("unsupported operation");
      return Divide(thread, nanoseconds, other);
    case BinaryOperator::kSlashSlash:
      if (duration == nullptr) return {};
      if (duration->nanoseconds == 0) return DivisionByZero(thread);
      return Value::Int(Wrapped(Wide(nanoseconds) / duration->nanoseconds));
    default:
      return {};
  }
}

}  // namespace

Value TimeBinary(Thread& thread, BinaryOperator op, const Value& left, const Value& right) {
  if (const DurationObject* duration = AsDuration(left)) {
    return DurationBinary(thread, op, duration->nanoseconds, right, true);
  }
  if (const DurationObject* duration = AsDuration(right)) {
    return DurationBinary(thread, op, duration->nanoseconds, left, false);
  }
  const TimeObject* a = AsTime(left);
  const TimeObject* b = AsTime(right);
  if (op != BinaryOperator::kMinus || a == nullptr || b == nullptr) return {};
  return Between(thread, a->instant, b->instant);
}

}  // namespace firn::starlark::library
