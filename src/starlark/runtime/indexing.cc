#include <algorithm>
#include <cmath>
#include <optional>

#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"

/// object[index], object[index] = value, object[low:high:step], and `in`.

namespace firn::starlark {
namespace {

bool IsSequence(const Value& value) {
  switch (value.kind()) {
    case Kind::kShortString:
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kRange:
      return true;
    case Kind::kElements:
      return ElementsLength(*value.As<Elements>()) >= 0;
    default:
      return false;
  }
}

/// An int as the reference implementation wants an index: 32 bits. Fails after `context`.
bool ToIndex(Thread& thread, const Value& value, std::string_view context, int64_t* index) {
  if (!value.is_int()) {
    thread.Fail("{}got {}, want int", context, TypeName(value));
    return false;
  }
  if (value.is_int64() && value.AsInt64() >= INT32_MIN && value.AsInt64() <= INT32_MAX) {
    *index = value.AsInt64();
    return true;
  }
  thread.Fail("{}{} out of range", context, number::ToText(IntOperand(value)));
  return false;
}

/// A place within `size` items, negative ones counted from the end.
bool ToPlace(Thread& thread, const Value& object, int64_t size, int64_t index, size_t* place) {
  const int64_t at = index < 0 ? index + size : index;
  if (at >= 0 && at < size) {
    *place = static_cast<size_t>(at);
    return true;
  }
  if (size == 0)
    thread.Fail("index {} out of range: empty {}", index, TypeName(object));
  else
    thread.Fail("{} index {} out of range [{}:{}]", TypeName(object), index, -size, size - 1);
  return false;
}

Value ItemAt(Thread& thread, const Value& object, size_t at) {
  switch (object.kind()) {
    case Kind::kBytes:
      return MakeBytes(thread.heap(), object.As<Bytes>()->view().substr(at, 1));
    case Kind::kTuple:
      return object.As<Tuple>()->items()[at];
    case Kind::kList:
      return object.As<List>()->data[at];
    case Kind::kRange:
      return Value::Int(object.As<Range>()->At(static_cast<int64_t>(at)));
    case Kind::kElements: {
      size_t offset = at;
      return NextElement(*object.As<Elements>(), &offset);
    }
    default:
      return Value::ShortString(object.AsString().substr(at, 1));
  }
}

Value FailMissing(Thread& thread, const Value& object, const Value& key) {
  std::string text;
  if (!AppendRepr(thread, key, text)) return {};
  return thread.Fail("key {} not in {}", text, TypeName(object));
}

/// Bounds of a slice; the number of items is (high − low) / step, rounded up. An empty one has equal bounds, which a
/// range shows, and which need not be within the sequence.
struct Bounds {
  int64_t low;
  int64_t high;
  int64_t step;

  size_t Count() const {
    const int64_t span = step > 0 ? high - low : low - high;
    const int64_t stride = step > 0 ? step : -step;
    return span <= 0 ? 0 : static_cast<size_t>((span - 1) / stride + 1);
  }
};

bool IsGiven(const Value& bound) {
  return !bound.is_null() && !bound.is_none();
}

std::optional<Bounds> SliceBounds(Thread& thread, int64_t size, const Value& low, const Value& high,
                                  const Value& step) {
  Bounds bounds{0, size, 1};
  if (IsGiven(step)) {
    if (!ToIndex(thread, step, "invalid slice step: ", &bounds.step)) return std::nullopt;
    if (bounds.step == 0) {
      thread.Fail("zero is not a valid slice step");
      return std::nullopt;
    }
  }
  const bool is_forward = bounds.step > 0;
  bounds.low = is_forward ? 0 : size - 1;
  bounds.high = is_forward ? size : -1;
  if (IsGiven(low)) {
    if (!ToIndex(thread, low, "invalid start index: ", &bounds.low)) return std::nullopt;
    if (bounds.low < 0) bounds.low += size;
  }
  if (IsGiven(high)) {
    if (!ToIndex(thread, high, "invalid end index: ", &bounds.high)) return std::nullopt;
    if (bounds.high < 0) bounds.high += size;
  }
  if (is_forward) {
    bounds.low = std::clamp(bounds.low, int64_t{0}, size);
    bounds.high = std::max(std::clamp(bounds.high, int64_t{0}, size), bounds.low);
  } else {
    bounds.high = std::max(bounds.high, int64_t{-1});
    bounds.low = std::max(std::min(bounds.low, size - 1), bounds.high);
  }
  return bounds;
}

Value SliceText(Thread& thread, const Value& object, std::string_view text, const Bounds& bounds) {
  const bool is_bytes = object.is(Kind::kBytes);
  const size_t count = bounds.Count();
  if (bounds.step == 1) {
    const std::string_view part = text.substr(count == 0 ? 0 : static_cast<size_t>(bounds.low), count);
    return is_bytes ? MakeBytes(thread.heap(), part) : MakeString(thread.heap(), part);
  }
  std::string part;
  part.reserve(count);
  for (size_t i = 0; i < count; ++i)
    part.push_back(text[static_cast<size_t>(bounds.low + static_cast<int64_t>(i) * bounds.step)]);
  return is_bytes ? MakeBytes(thread.heap(), part) : MakeString(thread.heap(), part);
}

Value SliceItems(Thread& thread, const Value& object, std::span<const Value> items, const Bounds& bounds) {
  const size_t count = bounds.Count();
  Value* to = nullptr;
  Value result;
  if (object.is(Kind::kTuple)) {
    Tuple* tuple = NewTuple(thread.heap(), count);
    if (tuple == nullptr) return {};
    to = tuple->data();
    result = Value::Of(tuple);
  } else {
    List* list = NewList(thread.heap(), count);
    if (list == nullptr) return {};
    to = list->data;
    list->size = count;
    result = Value::Of(list);
  }
  for (size_t i = 0; i < count; ++i)
    to[i] = items[static_cast<size_t>(bounds.low + static_cast<int64_t>(i) * bounds.step)];
  return result;
}

Value SliceRange(Thread& thread, const Range& range, const Bounds& bounds) {
  const auto at = [&range](int64_t index) {
    return static_cast<int64_t>(static_cast<uint64_t>(range.start) +
                                static_cast<uint64_t>(index) * static_cast<uint64_t>(range.step));
  };
  const auto step = static_cast<int64_t>(static_cast<uint64_t>(range.step) * static_cast<uint64_t>(bounds.step));
  Value sliced = MakeRange(thread.heap(), at(bounds.low), at(bounds.high), step == 0 ? 1 : step);
  sliced.As<Range>()->length = static_cast<int64_t>(bounds.Count());
  return sliced;
}

int ContainsItem(Thread& thread, std::span<const Value> items, const Value& item) {
  if (!thread.ChargeSteps(1 + items.size() / 16)) return -1;
  for (const Value& candidate : items) {
    if (Equal(thread, candidate, item)) return 1;
    if (thread.failed()) return -1;
  }
  return 0;
}

int ContainsText(Thread& thread, std::string_view text, const Value& item) {
  if (!item.is_string()) {
    thread.Fail("'in <string>' requires string as left operand, not {}", TypeName(item));
    return -1;
  }
  return text.find(item.AsString()) != std::string_view::npos ? 1 : 0;
}

int ContainsByte(Thread& thread, std::string_view text, const Value& item) {
  if (item.is(Kind::kBytes)) return text.find(item.As<Bytes>()->view()) != std::string_view::npos ? 1 : 0;
  if (!item.is_int()) {
    thread.Fail("'in bytes' requires bytes or int as left operand, not {}", TypeName(item));
    return -1;
  }
  if (!item.is_int64() || item.AsInt64() < 0 || item.AsInt64() > 255) {
    thread.Fail("int in bytes: {} out of range (want value in unsigned 8-bit range)", number::ToText(IntOperand(item)));
    return -1;
  }
  return text.find(static_cast<char>(item.AsInt64())) != std::string_view::npos ? 1 : 0;
}

__extension__ using Int128 = __int128;

int ContainsNumber(Thread& thread, const Range& range, const Value& item) {
  int64_t wanted = 0;
  if (item.is_float() && std::isfinite(item.AsFloat())) {
    if (!(item.AsFloat() > -2147483649.0 && item.AsFloat() < 2147483648.0)) return 0;
    wanted = static_cast<int64_t>(item.AsFloat());
  } else if (item.is_int64()) {
    wanted = item.AsInt64();
  } else if (item.is_int()) {
    return 0;
  } else {
    thread.Fail("'in <range>' requires integer as left operand, not {}", TypeName(item));
    return -1;
  }
  const Int128 distance = static_cast<Int128>(wanted) - range.start;
  const Int128 index = distance / range.step;
  return distance % range.step == 0 && index >= 0 && index < range.length ? 1 : 0;
}

}  // namespace

Value GetIndex(Thread& thread, const Value& object, const Value& index) {
  if (object.is(Kind::kDict)) {
    const HashTable::Entry* entry = object.As<Dict>()->table.Find(thread, index);
    if (entry != nullptr) return entry->value;
    return thread.failed() ? Value() : FailMissing(thread, object, index);
  }
  if (object.is(Kind::kHost)) {
    auto& host = *object.As<HostObject>();
    if (host.type->has_items()) {
      const Value value = host.type->Get(thread, host, index);
      if (!value.is_null() || thread.failed()) return value;
      return FailMissing(thread, object, index);
    }
  }
  if (!IsSequence(object)) return thread.Fail("unhandled index operation {}[{}]", TypeName(object), TypeName(index));
  int64_t at = 0;
  size_t place = 0;
  if (index.is_int64() && index.AsInt64() >= 0 && index.AsInt64() < Length(object))
    return ItemAt(thread, object, static_cast<size_t>(index.AsInt64()));
  const std::string context = std::string(TypeName(object)) + " index: ";
  if (!ToIndex(thread, index, context, &at) || !ToPlace(thread, object, Length(object), at, &place)) return {};
  return ItemAt(thread, object, place);
}

bool SetIndex(Thread& thread, const Value& object, const Value& index, const Value& value) {
  if (object.is(Kind::kDict)) return Insert(thread, *object.As<Dict>(), index, value);
  if (object.is(Kind::kList)) {
    auto& list = *object.As<List>();
    int64_t at = 0;
    size_t place = 0;
    if (!ToIndex(thread, index, "", &at) || !ToPlace(thread, object, Length(object), at, &place)) return false;
    if (!CheckMutable(thread, list, "assign to element of")) return false;
    list.data[place] = value;
    return true;
  }
  if (object.is(Kind::kHost)) {
    auto& host = *object.As<HostObject>();
    if (host.type->has_settable_items()) return host.type->Set(thread, host, index, value);
  }
  thread.Fail("{} value does not support item assignment", TypeName(object));
  return false;
}

Value Slice(Thread& thread, const Value& object, const Value& low, const Value& high, const Value& step) {
  if (!IsSequence(object) || object.is(Kind::kElements))
    return thread.Fail("invalid slice operand {}", TypeName(object));
  const auto bounds = SliceBounds(thread, Length(object), low, high, step);
  if (!bounds || !thread.ChargeSteps(1 + bounds->Count() / 64)) return {};
  switch (object.kind()) {
    case Kind::kTuple:
      return thread.Checked(SliceItems(thread, object, object.As<Tuple>()->items(), *bounds));
    case Kind::kList:
      return thread.Checked(SliceItems(thread, object, object.As<List>()->items(), *bounds));
    case Kind::kRange:
      return SliceRange(thread, *object.As<Range>(), *bounds);
    case Kind::kBytes:
      return thread.Checked(SliceText(thread, object, object.As<Bytes>()->view(), *bounds));
    default:
      return thread.Checked(SliceText(thread, object, object.AsString(), *bounds));
  }
}

int Contains(Thread& thread, const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::kShortString:
    case Kind::kString:
      return ContainsText(thread, container.AsString(), item);
    case Kind::kBytes:
      return ContainsByte(thread, container.As<Bytes>()->view(), item);
    case Kind::kList:
      return ContainsItem(thread, container.As<List>()->items(), item);
    case Kind::kTuple:
      return ContainsItem(thread, container.As<Tuple>()->items(), item);
    case Kind::kRange:
      return ContainsNumber(thread, *container.As<Range>(), item);
    case Kind::kSet:
      if (container.As<Set>()->table.Find(thread, item) != nullptr) return 1;
      return thread.failed() ? -1 : 0;
    case Kind::kDict: {
      // As in the reference implementation, what cannot be a key is just not in there.
      if (container.As<Dict>()->table.Find(thread, item) != nullptr) return 1;
      if (!thread.failed()) return 0;
      if (thread.error().is_fatal) return -1;
      (void)thread.TakeError();
      return 0;
    }
    case Kind::kHost: {
      auto& host = *container.As<HostObject>();
      const int found = host.type->Contains(thread, host, item);
      if (found >= 0 || thread.failed()) return found;
      break;
    }
    default:
      break;
  }
  thread.Fail("unknown binary op: {} in {}", TypeName(item), TypeName(container));
  return -1;
}

}  // namespace firn::starlark
