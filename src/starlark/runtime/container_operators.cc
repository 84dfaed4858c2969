#include "starlark/runtime/container_operators.h"

#include <algorithm>

#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {
namespace {

constexpr uint64_t kLargestRepeat = uint64_t{1} << 30;  ///< as in starlark-go

std::string_view TextOf(const Value& value) {
  return value.is(Kind::kBytes) ? value.As<Bytes>()->view() : value.AsString();
}

std::span<const Value> ItemsOf(const Value& value) {
  return value.is(Kind::kList) ? value.As<List>()->items() : value.As<Tuple>()->items();
}

Value Join(Thread& thread, const Value& left, const Value& right) {
  Heap& heap = thread.heap();
  if (left.is_string()) return Concatenate(heap, left.AsString(), right.AsString());
  const auto first = ItemsOf(left);
  const auto second = ItemsOf(right);
  if (left.is(Kind::kTuple)) {
    Tuple* tuple = NewTuple(heap, first.size() + second.size());
    if (tuple == nullptr) return {};
    std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), tuple->data()));
    return Value::Of(tuple);
  }
  List* list = NewList(heap, first.size() + second.size());
  if (list == nullptr || !list->Append(heap, first) || !list->Append(heap, second)) return {};
  return Value::Of(list);
}

/// How often; 0 where nothing is to be repeated. Fails for counts that nobody can mean.
bool RepeatCount(Thread& thread, size_t size, const Value& times, uint64_t* count) {
  *count = 0;
  if (size == 0) return true;
  const IntOperand operand(times);
  const auto number = operand.view().ToInt64();
  if (!number || *number > INT32_MAX || *number < INT32_MIN) {
    thread.Fail("repeat count {} too large", number::ToText(operand));
    return false;
  }
  if (*number < 1) return true;
  *count = static_cast<uint64_t>(*number);
  if (size >= kLargestRepeat || *count * size >= kLargestRepeat) {
    thread.Fail("excessive repeat ({} * {} elements)", size, *number);
    return false;
  }
  return true;
}

/// Fills `to` with copies of the first `size` items in it, doubling each time.
template <typename T>
void FillByDoubling(T* to, size_t size, size_t total) {
  for (size_t done = size; done < total; done *= 2) std::copy_n(to, std::min(done, total - done), to + done);
}

Value RepeatText(Thread& thread, const Value& text, uint64_t count) {
  const std::string_view bytes = TextOf(text);
  const size_t total = bytes.size() * count;
  const bool is_string = text.is_string();
  if (is_string && total <= Value::kShortStringBytes) {
    std::string repeated;
    for (uint64_t i = 0; i < count; ++i) repeated += bytes;
    return Value::ShortString(repeated);
  }
  char* to = nullptr;
  Value result;
  if (is_string) {
    String* string = NewLongString(thread.heap(), total);
    if (string == nullptr) return {};
    to = string->data();
    result = Value::Of(string);
  } else {
    void* memory = thread.heap().Allocate(sizeof(Bytes) + total);
    if (memory == nullptr) return {};
    auto* object = new (memory) Bytes{{Kind::kBytes, true}};
    object->size = total;
    to = object->data();
    result = Value::Of(object);
  }
  bytes.copy(to, std::min(bytes.size(), total));
  if (total != 0) FillByDoubling(to, bytes.size(), total);
  return result;
}

Value RepeatItems(Thread& thread, const Value& sequence, uint64_t count) {
  const auto items = ItemsOf(sequence);
  const size_t total = items.size() * count;
  Value* to = nullptr;
  Value result;
  if (sequence.is(Kind::kTuple)) {
    Tuple* tuple = NewTuple(thread.heap(), total);
    if (tuple == nullptr) return {};
    to = tuple->data();
    result = Value::Of(tuple);
  } else {
    List* list = NewList(thread.heap(), total);
    if (list == nullptr) return {};
    to = list->data;
    list->size = total;
    result = Value::Of(list);
  }
  if (total == 0) return result;
  std::copy(items.begin(), items.end(), to);
  FillByDoubling(to, items.size(), total);
  return result;
}

Value Repeat(Thread& thread, const Value& sequence, const Value& times) {
  const bool is_text = sequence.is_string() || sequence.is(Kind::kBytes);
  const size_t size = is_text ? TextOf(sequence).size() : ItemsOf(sequence).size();
  uint64_t count = 0;
  if (!RepeatCount(thread, size, times, &count)) return {};
  if (!thread.ChargeSteps(1 + count * size / 256)) return {};
  return is_text ? RepeatText(thread, sequence, count) : RepeatItems(thread, sequence, count);
}

bool AddAll(Thread& thread, HashTable& to, const HashTable& from) {
  if (!thread.ChargeSteps(1 + from.size / 4)) return false;
  for (const HashTable::Entry& entry : from) {
    HashTable::Entry* added = to.FindOrAdd(thread, entry.key);
    if (added == nullptr) return false;
    added->value = entry.value;
  }
  return true;
}

Value MergeDicts(Thread& thread, const Dict& left, const Dict& right) {
  Dict* merged = NewDict(thread.heap());
  if (!merged->table.Reserve(thread, left.table.size + right.table.size)) return {};
  if (!AddAll(thread, merged->table, left.table) || !AddAll(thread, merged->table, right.table)) return {};
  return Value::Of(merged);
}

Value CombineSets(Thread& thread, BinaryOperator op, const Set& left, const Set& right) {
  if (!thread.ChargeSteps(1 + (left.table.size + right.table.size) / 4)) return {};
  Set* result = NewSet(thread.heap());
  HashTable& table = result->table;
  const auto add = [&](const Set& from, const auto& is_wanted) {
    for (const HashTable::Entry& entry : from.table)
      if (is_wanted(entry.key) && table.FindOrAdd(thread, entry.key) == nullptr) return false;
    return true;
  };
  const auto any = [](const Value& /*key*/) { return true; };
  const auto is_left = [&](const Value& key) { return left.table.Find(thread, key) != nullptr; };
  const auto is_not_left = [&](const Value& key) { return left.table.Find(thread, key) == nullptr; };
  const auto is_not_right = [&](const Value& key) { return right.table.Find(thread, key) == nullptr; };
  bool went_well = false;
  switch (op) {
    case BinaryOperator::kAmpersand:  // What both have is shown as the right one has it: 1.0 or 1.
      went_well = add(right, is_left);
      break;
    case BinaryOperator::kMinus:
      went_well = add(left, is_not_right);
      break;
    case BinaryOperator::kCaret:
      went_well = add(left, is_not_right) && add(right, is_not_left);
      break;
    default:
      went_well = add(left, any) && add(right, any);
  }
  return went_well ? Value::Of(result) : Value();
}

/// What `+` takes. Bytes are not among it in the reference implementation: there only literals can be joined, which is
/// the compiler's work.
bool IsJoinable(const Value& value) {
  return value.is_string() || value.is(Kind::kList) || value.is(Kind::kTuple);
}

bool IsRepeatable(const Value& value) {
  return IsJoinable(value) || value.is(Kind::kBytes);
}

bool IsSetOperator(BinaryOperator op) {
  return op == BinaryOperator::kPipe || op == BinaryOperator::kAmpersand || op == BinaryOperator::kCaret ||
         op == BinaryOperator::kMinus;
}

}  // namespace

Value ContainerBinary(Thread& thread, BinaryOperator op, const Value& left, const Value& right, bool* is_known) {
  *is_known = true;
  const bool is_same_kind = left.kind() == right.kind() || (left.is_string() && right.is_string());
  if (op == BinaryOperator::kPlus && is_same_kind && IsJoinable(left)) return Join(thread, left, right);
  if (op == BinaryOperator::kStar && IsRepeatable(left) && right.is_int()) return Repeat(thread, left, right);
  if (op == BinaryOperator::kStar && IsRepeatable(right) && left.is_int()) return Repeat(thread, right, left);
  if (op == BinaryOperator::kPipe && left.is(Kind::kDict) && right.is(Kind::kDict))
    return MergeDicts(thread, *left.As<Dict>(), *right.As<Dict>());
  if (IsSetOperator(op) && left.is(Kind::kSet) && right.is(Kind::kSet))
    return CombineSets(thread, op, *left.As<Set>(), *right.As<Set>());
  *is_known = false;
  return {};
}

/// Changes a list by any iterable, and a dict by a dict; for all other operands it is the plain operator.
Value BinaryInPlace(Thread& thread, BinaryOperator op, const Value& left, const Value& right) {
  if (op == BinaryOperator::kPlus && left.is(Kind::kList) && IsIterable(right)) {
    auto& list = *left.As<List>();
    if (!CheckMutable(thread, list, "apply += to")) return {};
    Heap& heap = thread.heap();
    if (right.is(Kind::kList) || right.is(Kind::kTuple))
      return list.Append(heap, ItemsOf(right)) ? left : thread.FailMemory();
    Iterator items(thread, right);
    for (Value item; items.Next(&item);)
      if (!list.Append(heap, item)) return thread.FailMemory();
    return thread.failed() ? Value() : left;
  }
  if (op == BinaryOperator::kPipe && left.is(Kind::kDict) && right.is(Kind::kDict)) {
    auto& dict = *left.As<Dict>();
    if (!CheckMutable(thread, dict, "apply |= to")) return {};
    if (left.IsIdentical(right)) return left;
    return AddAll(thread, dict.table, right.As<Dict>()->table) ? left : Value();
  }
  return Binary(thread, op, left, right);
}

}  // namespace firn::starlark
