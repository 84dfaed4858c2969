#pragma once

#include <string>
#include <string_view>

#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"
#include "starlark/syntax/operators.h"

/// What can be done with any value. Whatever returns a Value fails with the null Value; whatever returns a bool fails
/// with false and thread.failed(), which the caller asks after a false answer where both are possible.

namespace firn::starlark {

class Thread;

/// What type() says.
std::string_view TypeName(const Value& value);
bool Truth(const Value& value);

/// a == b. Fails beyond a depth of kMaxComparisonDepth.
bool Equal(Thread& thread, const Value& a, const Value& b);
/// a op b for kEqual … kGreaterEqual. Fails where the kinds have no order.
bool Compare(Thread& thread, BinaryOperator op, const Value& a, const Value& b);
inline constexpr int kMaxComparisonDepth = 10;

/// Equal values have equal hashes. False if failed: "unhashable type: list".
bool Hash(Thread& thread, const Value& value, uint64_t* hash);
/// Of the bytes of a string, short or not.
uint64_t HashString(const Value& string);

/// repr(value); strings as literals. False if failed (a limit).
bool AppendRepr(Thread& thread, const Value& value, std::string& out);
/// str(value): as repr, but a string is itself.
bool AppendStr(Thread& thread, const Value& value, std::string& out);

/// left op right, for all operators but `and` and `or`.
Value Binary(Thread& thread, BinaryOperator op, const Value& left, const Value& right);
/// left op= right: as Binary, but lists, dicts and sets are changed in place.
Value BinaryInPlace(Thread& thread, BinaryOperator op, const Value& left, const Value& right);
Value Unary(Thread& thread, UnaryOperator op, const Value& operand);
/// 1, 0, or −1: failed.
int Contains(Thread& thread, const Value& container, const Value& item);

/// len(value); −1: has none.
int64_t Length(const Value& value);
Value GetIndex(Thread& thread, const Value& object, const Value& index);
bool SetIndex(Thread& thread, const Value& object, const Value& index, const Value& value);
/// object[low:high:step]; null or None where left out.
Value Slice(Thread& thread, const Value& object, const Value& low, const Value& high, const Value& step);

/// object.name; a null Value without failure: there is no such attribute.
Value GetAttr(Thread& thread, const Value& object, std::string_view name);
bool SetAttr(Thread& thread, const Value& object, std::string_view name, const Value& value);
/// Sorted.
std::vector<std::string> AttrNames(Thread& thread, const Value& object);

bool IsIterable(const Value& value);
bool IsCallable(const Value& value);

/// Makes the value, and all that can be reached from it, immutable.
void Freeze(const Value& value);

/// Visits the items of a list, tuple, dict, set, range, string's elements or host object. While it lives, the container
/// must not change. `Iterator it(thread, value); if (!it.ok()) …; while (it.Next(&item)) …; if (thread.failed()) …`
class Iterator {
 public:
  /// Not ok() if the value is not iterable; the caller words the error.
  Iterator(Thread& thread, const Value& iterable);
  ~Iterator();
  Iterator(const Iterator&) = delete;
  Iterator& operator=(const Iterator&) = delete;

  bool ok() const { return ok_; }
  bool Next(Value* item);

 private:
  Thread& thread_;
  Value iterable_;
  int64_t position_ = 0;
  bool ok_;
};

}  // namespace firn::starlark
