#include "starlark/runtime/integer.h"

#include <cmath>

namespace firn::starlark {

Value MakeInt(Heap& heap, number::IntView value) {
  if (const auto small = value.ToInt64()) return Value::Int(*small);
  void* memory = heap.Allocate(sizeof(BigIntObject) + value.magnitude.size() * sizeof(number::Limb));
  if (memory == nullptr) return {};
  auto* object = new (memory) BigIntObject{{Kind::kBigInt, true}};
  object->negative = value.negative;
  object->limb_count = value.magnitude.size();
  std::memcpy(object->limbs(), value.magnitude.data(), value.magnitude.size() * sizeof(number::Limb));
  return Value::Of(object);
}

Value MakeUint64(Heap& heap, uint64_t value) {
  if (value <= INT64_MAX) return Value::Int(static_cast<int64_t>(value));
  return MakeInt(heap, number::BigInt::FromUint64(value));
}

std::optional<double> ToDouble(const Value& value) {
  if (value.is_float()) return value.AsFloat();
  if (value.is_int64()) return static_cast<double>(value.AsInt64());
  if (!value.is(Kind::kBigInt)) return std::nullopt;
  const double result = value.As<BigIntObject>()->view().ToDouble();
  if (std::isinf(result)) return std::nullopt;
  return result;
}

}  // namespace firn::starlark
