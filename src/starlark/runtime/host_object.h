#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"
#include "starlark/syntax/operators.h"

/// Values whose behaviour is given from outside the runtime: a host's records, and the library's own modules and times.

namespace firn::starlark {

class HostType;

/// Derive from this, and say what it can do in a HostType. On a Heap (NewHost) it must be trivially destructible; a
/// host may also keep it in memory of its own, which must outlive all use: then construct it with `is_unmanaged` set.
struct HostObject : Object {
  static constexpr Kind kKind = Kind::kHost;
  const HostType* type = nullptr;  ///< outlives the object
  /// What decides which slot an attribute or key has: objects of one type with equal numbers have the same slots. 0 is
  /// no slots. A host changes it when it makes the object stand for something of another layout.
  uint64_t layout = 0;

  explicit HostObject(const HostType& host_type) : Object{Kind::kHost}, type(&host_type) {}
};

/// What a kind of host object can do. Objects without state of their own, shared by all threads. By default an
/// operation is not supported, and the interpreter words the error as for any other type.
///
/// A function that returns a Value fails by thread.Fail(…); a null Value without failure means "there is no such".
class HostType {
 public:
  /// An attribute or key found: what the inline caches keep. −1 is none.
  using Slot = int32_t;
  static constexpr Slot kNoSlot = -1;

  virtual ~HostType() = default;
  /// What type() says.
  virtual std::string_view name() const = 0;
  virtual void Repr(Thread& thread, const HostObject& object, std::string& out) const = 0;
  virtual bool Truth(const HostObject& /*object*/) const { return true; }
  virtual void Freeze(HostObject& /*object*/) const {}
  /// Marks the values that the object holds.
  virtual void Trace(HostObject& /*object*/, Marker& /*marker*/) const {}

  // Attributes. Methods are looked up first, and called without making a bound method.
  virtual NativeTable methods() const { return {}; }
  virtual Value Attr(Thread&, HostObject&, std::string_view /*name*/) const { return {}; }
  /// False without failure: there is no such attribute that can be set.
  virtual bool SetAttr(Thread&, HostObject&, std::string_view /*name*/, const Value& /*value*/) const { return false; }
  virtual void AppendAttrNames(const HostObject&, std::vector<std::string>& /*names*/) const {}

  // Slots make access fast: an access in a program asks once which slot a constant name has, and keeps it as long as
  // the object's `layout` is the same number.
  virtual Slot FindAttr(const HostObject&, std::string_view /*name*/) const { return kNoSlot; }
  virtual Value AttrAt(Thread&, HostObject&, Slot) const { return {}; }
  virtual bool SetAttrAt(Thread&, HostObject&, Slot, const Value&) const { return false; }
  virtual Slot FindKey(const HostObject&, std::string_view /*key*/) const { return kNoSlot; }
  virtual Value GetAt(Thread&, HostObject&, Slot) const { return {}; }
  virtual bool SetAt(Thread&, HostObject&, Slot, const Value&) const { return false; }

  // Items: object[key], key in object, len(object).
  virtual bool has_items() const { return false; }
  virtual Value Get(Thread&, HostObject&, const Value& /*key*/) const { return {}; }
  virtual bool has_settable_items() const { return false; }
  virtual bool Set(Thread&, HostObject&, const Value& /*key*/, const Value& /*value*/) const { return false; }
  /// 1, 0, or −1: not supported or failed.
  virtual int Contains(Thread&, HostObject&, const Value& /*key*/) const { return -1; }
  /// −1: has no len.
  virtual int64_t Length(const HostObject&) const { return -1; }

  // Iteration. `position` is 0 at first and for the object to change; null without failure ends the loop.
  virtual bool is_iterable() const { return false; }
  virtual void BeginIteration(HostObject&) const {}
  virtual Value Next(Thread&, HostObject&, int64_t& /*position*/) const { return {}; }
  virtual void EndIteration(HostObject&) const {}

  // Operators.
  virtual bool is_callable() const { return false; }
  virtual Value Call(Thread&, HostObject&, const Arguments&) const { return {}; }
  /// `left op right`, where one of them (or both) is of this type; null without failure: not supported.
  virtual Value Binary(Thread&, BinaryOperator, const Value& /*left*/, const Value& /*right*/) const { return {}; }
  virtual Value Unary(Thread&, UnaryOperator, const Value& /*operand*/) const { return {}; }
  /// By default objects are equal only to themselves. `other` is of the same type.
  virtual bool Equal(Thread&, const HostObject& object, const HostObject& other) const { return &object == &other; }
  virtual bool is_ordered() const { return false; }
  /// Negative, 0 or positive. `other` is of the same type.
  virtual int Compare(Thread&, const HostObject&, const HostObject& /*other*/) const { return 0; }
  virtual bool is_hashable() const { return false; }
  virtual uint64_t Hash(const HostObject&) const { return 0; }
  /// Why it is no key, unless it is hashable.
  virtual std::string UnhashableMessage() const { return "unhashable: " + std::string(name()); }
};

/// A host object of T on a heap.
template <typename T, typename... Args>
T* NewHost(Heap& heap, Args&&... args) {
  static_assert(sizeof(T) <= Heap::kLargestCell && std::is_trivially_destructible_v<T>);
  return new (heap.Allocate(sizeof(T))) T(std::forward<Args>(args)...);
}

}  // namespace firn::starlark
