#include <algorithm>
#include <string>

#include "starlark/library/builtins.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"
#include "starlark/text/search.h"
#include "starlark/text/split.h"

/// Methods that take strings apart, and join.

namespace firn::starlark::library {
namespace {

/// A list of the pieces as strings.
Value ListOfPieces(Thread& thread, const text::Pieces& pieces) {
  List* list = NewList(thread.heap(), pieces.size());
  if (list == nullptr || !thread.ChargeSteps(pieces.size() / 2)) return thread.Checked({});
  for (const std::string_view piece : pieces) {
    const Value item = MakeString(thread.heap(), piece);
    if (item.is_null() || thread.heap().is_over_limit()) return thread.FailMemory();
    list->data[list->size++] = item;
  }
  return Value::Of(list);
}

using SplitSpace = void (*)(std::string_view, int64_t, text::Pieces&);
using SplitSeparator = void (*)(std::string_view, std::string_view, int64_t, text::Pieces&);

Value Split(Thread& thread, const Arguments& arguments, SplitSpace at_space, SplitSeparator at_separator) {
  Value separator;
  int64_t limit = -1;
  if (!UnpackPositional(thread, arguments, 0, {{"sep", &separator}, {"maxsplit", &limit}})) return {};
  const std::string_view self = arguments.self.AsString();
  if (!thread.ChargeSteps(self.size() / 64)) return {};
  text::Pieces pieces;
  if (separator.is_null() || separator.is_none()) {
    at_space(self, limit, pieces);
  } else if (!separator.is_string()) {
    return thread.Fail("split: got {} for separator, want string", TypeName(separator));
  } else if (separator.AsString().empty()) {
    return thread.Fail("split: empty separator");
  } else {
    at_separator(self, separator.AsString(), limit, pieces);
  }
  return ListOfPieces(thread, pieces);
}

/// What stands before and behind the separator at `at`; where there is none, `self` goes where `is_first` says.
Value Partition(Thread& thread, const Arguments& arguments, size_t (*find)(std::string_view, std::string_view),
                bool is_first) {
  std::string_view wanted;
  if (!UnpackPositional(thread, arguments, 1, {{"sep", &wanted}})) return {};
  if (wanted.empty()) return thread.Fail("{}: empty separator", arguments.function);
  const std::string_view self = arguments.self.AsString();
  const size_t at = find(self, wanted);
  const Value empty = Value::ShortString("");
  Value parts[3] = {empty, empty, empty};
  if (at == text::kNotFound) {
    parts[is_first ? 0 : 2] = arguments.self;
  } else {
    parts[0] = MakeString(thread.heap(), self.substr(0, at));
    parts[1] = arguments[0];
    parts[2] = MakeString(thread.heap(), self.substr(at + wanted.size()));
  }
  if (parts[0].is_null() || parts[2].is_null()) return thread.FailMemory();
  return thread.Checked(MakeTuple(thread.heap(), parts));
}

/// Items that can be gone over twice: once for the size, once for the bytes.
Value JoinItems(Thread& thread, std::string_view separator, std::span<const Value> items) {
  size_t size = items.empty() ? 0 : separator.size() * (items.size() - 1);
  for (const Value& item : items) {
    if (!item.is_string()) return thread.Fail("join: in list, want string, got {}", TypeName(item));
    size += item.AsString().size();
  }
  if (!thread.ChargeSteps(items.size() / 4 + size / 64)) return {};
  char short_bytes[Value::kShortStringBytes];
  String* joined = size > Value::kShortStringBytes ? NewLongString(thread.heap(), size) : nullptr;
  if (size > Value::kShortStringBytes && joined == nullptr) return thread.FailMemory();
  char* out = joined != nullptr ? joined->data() : short_bytes;
  char* const begin = out;
  const auto append = [&out](std::string_view text) { out = std::copy(text.begin(), text.end(), out); };
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) append(separator);
    append(items[i].AsString());
  }
  return joined != nullptr ? Value::Of(joined) : Value::ShortString({begin, size});
}

}  // namespace

Value StringSplit(Thread& thread, const Arguments& arguments) {
  return Split(thread, arguments, text::SplitAtSpace, text::SplitAt);
}

Value StringRsplit(Thread& thread, const Arguments& arguments) {
  return Split(thread, arguments, text::SplitAtSpaceFromRight, text::SplitAtFromRight);
}

Value StringSplitlines(Thread& thread, const Arguments& arguments) {
  bool keep_ends = false;
  if (!UnpackPositional(thread, arguments, 0, {{"keepends", &keep_ends}})) return {};
  text::Pieces pieces;
  text::SplitLines(arguments.self.AsString(), keep_ends ? text::LineEnds::kKeep : text::LineEnds::kDrop, pieces);
  return ListOfPieces(thread, pieces);
}

Value StringPartition(Thread& thread, const Arguments& arguments) {
  return Partition(thread, arguments, text::Find, true);
}

Value StringRpartition(Thread& thread, const Arguments& arguments) {
  return Partition(thread, arguments, text::FindLast, false);
}

Value StringJoin(Thread& thread, const Arguments& arguments) {
  Iterable iterable;
  if (!UnpackPositional(thread, arguments, 1, {{"iterable", &iterable}})) return {};
  const std::string_view separator = arguments.self.AsString();
  if (iterable.value.is(Kind::kList)) return JoinItems(thread, separator, iterable.value.As<List>()->items());
  if (iterable.value.is(Kind::kTuple)) return JoinItems(thread, separator, iterable.value.As<Tuple>()->items());
  std::string joined;
  Iterator items(thread, iterable.value);
  Value item;
  for (bool first = true; items.Next(&item); first = false) {
    if (!item.is_string()) return thread.Fail("join: in list, want string, got {}", TypeName(item));
    if (!first) joined.append(separator);
    joined.append(item.AsString());
    if (!thread.ChargeSteps(1)) return {};
    if (joined.size() > thread.heap().limit_bytes()) return thread.FailMemory();
  }
  return thread.failed() ? Value() : thread.Checked(MakeString(thread.heap(), joined));
}

}  // namespace firn::starlark::library
