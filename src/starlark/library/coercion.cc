#include "starlark/library/coercion.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark::library {
namespace {

/// Moves `*index` to where `value` says; None and absent leave it. False if failed.
bool ToIndex(Thread& thread, std::string_view function, std::string_view which, const Value& value, int64_t length,
             int64_t* index) {
  if (value.is_null() || value.is_none()) return true;
  const std::optional<int32_t> given = ToInt32(thread, value);
  if (!given) {
    thread.PrefixError(fmt::format("{}: invalid {} index", function, which));
    return false;
  }
  *index = *given < 0 ? *given + length : *given;
  return true;
}

}  // namespace

Value ToInteger(Thread& thread, const Value& value) {
  if (value.is_int()) return value;
  if (!value.is_float()) return thread.Fail("cannot convert {} to int", TypeName(value));
  const double number = value.AsFloat();
  if (std::isinf(number)) return thread.Fail("cannot convert float infinity to integer");
  if (std::isnan(number)) return thread.Fail("cannot convert float NaN to integer");
  if (number >= -0x1p63 && number < 0x1p63) return Value::Int(static_cast<int64_t>(number));
  return thread.Checked(MakeInt(thread.heap(), number::BigInt::FromDouble(number)));
}

std::optional<int32_t> ToInt32(Thread& thread, const Value& value) {
  if (!value.is_int()) {
    thread.Fail("got {}, want int", TypeName(value));
    return std::nullopt;
  }
  const int64_t number = value.is_int64() ? value.AsInt64() : std::numeric_limits<int64_t>::max();
  if (number < std::numeric_limits<int32_t>::min() || number > std::numeric_limits<int32_t>::max()) {
    thread.Fail("{} out of range", number::ToText(IntOperand(value)));
    return std::nullopt;
  }
  return static_cast<int32_t>(number);
}

std::optional<Bounds> ToBounds(Thread& thread, std::string_view function, const Value& begin, const Value& end,
                               size_t length) {
  const auto limit = static_cast<int64_t>(length);
  Bounds bounds{0, limit};
  if (!ToIndex(thread, function, "start", begin, limit, &bounds.begin)) return std::nullopt;
  if (!ToIndex(thread, function, "end", end, limit, &bounds.end)) return std::nullopt;
  bounds.begin = std::clamp<int64_t>(bounds.begin, 0, limit);
  bounds.end = std::clamp<int64_t>(bounds.end, 0, limit);
  return bounds;
}

}  // namespace firn::starlark::library
