#include <algorithm>

#include "starlark/library/builtins.h"
#include "starlark/library/coercion.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

namespace firn::starlark::library {
namespace {

List& Self(const Arguments& arguments) {
  return *arguments.self.As<List>();
}

/// Whether the list may change; else the error names the method.
bool IsMutable(Thread& thread, const Arguments& arguments, std::string_view verb) {
  if (CheckMutable(thread, Self(arguments), verb)) return true;
  thread.PrefixError(arguments.function);
  return false;
}

void Erase(List& list, size_t index) {
  std::move(list.data + index + 1, list.data + list.size, list.data + index);
  --list.size;
}

Value Append(Thread& thread, const Arguments& arguments) {
  Value item;
  if (arguments.size() == 1 && !arguments.has_keywords()) {
    item = arguments[0];
  } else if (!UnpackPositional(thread, arguments, 1, {{"x", &item}})) {
    return {};
  }
  if (!IsMutable(thread, arguments, "append to")) return {};
  return Self(arguments).Append(thread.heap(), item) ? Value::None() : thread.FailMemory();
}

Value Clear(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {})) return {};
  if (!IsMutable(thread, arguments, "clear")) return {};
  Self(arguments).size = 0;
  return Value::None();
}

Value Extend(Thread& thread, const Arguments& arguments) {
  Iterable iterable;
  if (!UnpackPositional(thread, arguments, 1, {{"iterable", &iterable}})) return {};
  if (!IsMutable(thread, arguments, "extend")) return {};
  const Value extended = BinaryInPlace(thread, BinaryOperator::kPlus, arguments.self, iterable.value);
  return extended.is_null() ? Value() : Value::None();
}

Value Index(Thread& thread, const Arguments& arguments) {
  Value wanted, begin, end;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &wanted}, {"start", &begin}, {"end", &end}})) return {};
  const List& list = Self(arguments);
  const std::optional<Bounds> bounds = ToBounds(thread, arguments.function, begin, end, list.size);
  if (!bounds) return {};
  for (int64_t i = bounds->begin; i < bounds->end; ++i) {
    const bool equal = Equal(thread, list.data[i], wanted);
    if (thread.failed()) return thread.PrefixError(arguments.function);
    if (equal) return Value::Int(i);
    if (!thread.ChargeSteps(1)) return {};
  }
  return thread.Fail("{}: value not in list", arguments.function);
}

Value Insert(Thread& thread, const Arguments& arguments) {
  int64_t index = 0;
  Value item;
  if (!UnpackPositional(thread, arguments, 2, {{"index", &index}, {"x", &item}})) return {};
  if (!IsMutable(thread, arguments, "insert into")) return {};
  List& list = Self(arguments);
  const auto size = static_cast<int64_t>(list.size);
  if (index < 0) index += size;
  index = std::clamp<int64_t>(index, 0, size);
  if (!thread.ChargeSteps(static_cast<uint64_t>(size - index) / 16)) return {};
  if (!list.Append(thread.heap(), item)) return thread.FailMemory();
  std::rotate(list.data + index, list.data + size, list.data + list.size);
  return Value::None();
}

Value Pop(Thread& thread, const Arguments& arguments) {
  List& list = Self(arguments);
  const auto size = static_cast<int64_t>(list.size);
  int64_t given = size - 1;
  if (!UnpackPositional(thread, arguments, 0, {{"index", &given}})) return {};
  const int64_t index = given < 0 ? given + size : given;
  if (index < 0 || index >= size) {
    if (size == 0) return thread.Fail("{}: index {} out of range: empty list", arguments.function, given);
    return thread.Fail("{}: list index {} out of range [{}:{}]", arguments.function, given, -size, size - 1);
  }
  if (!IsMutable(thread, arguments, "pop from")) return {};
  if (!thread.ChargeSteps(static_cast<uint64_t>(size - index) / 16)) return {};
  const Value item = list.data[index];
  Erase(list, static_cast<size_t>(index));
  return item;
}

Value Remove(Thread& thread, const Arguments& arguments) {
  Value wanted;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &wanted}})) return {};
  if (!IsMutable(thread, arguments, "remove from")) return {};
  List& list = Self(arguments);
  for (size_t i = 0; i < list.size; ++i) {
    const bool equal = Equal(thread, list.data[i], wanted);
    if (thread.failed()) return thread.PrefixError(arguments.function);
    if (equal) {
      Erase(list, i);
      return Value::None();
    }
    if (!thread.ChargeSteps(1)) return {};
  }
  return thread.Fail("{}: element not found", arguments.function);
}

constexpr NativeDefinition kMethods[] = {
    {"append", Append}, {"clear", Clear}, {"extend", Extend}, {"index", Index},
    {"insert", Insert}, {"pop", Pop},     {"remove", Remove},
};

}  // namespace

const NativeTable kListMethods = kMethods;

}  // namespace firn::starlark::library
