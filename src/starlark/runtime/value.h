#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

/// The word that every Starlark value is: 16 bytes, a tag and a payload. None, bools, 64-bit ints, floats and strings
/// of up to 14 bytes live inside; everything else is a pointer to an Object on a Heap. The choice is explained in
/// docs/decisions/starlark-values.md.

namespace firn::starlark {

/// What a Value is. Kinds from kString on are pointers to heap objects of the struct of that name.
enum class Kind : uint8_t {
  kNull,  ///< no value: an unset variable, "not found", or the answer of a native function that has failed
  kNone,
  kBool,
  kInt,          ///< fits int64
  kFloat,        ///<
  kShortString,  ///< at most Value::kShortStringBytes
  kIterator,     ///< hidden state of a `for` loop; never seen by a program
  kString,       ///< longer than that: canonical, so a short string never equals a long one
  kBigInt,       ///< does not fit int64: canonical
  kBytes,
  kTuple,
  kList,
  kDict,
  kSet,
  kRange,
  kElements,  ///< what "…".elems() and the like return
  kFunction,  ///< defined by a program
  kBuiltin,   ///< defined natively, maybe bound to a receiver
  kHost,      ///< HostObject: whatever its HostType makes of it
  kCell,      ///< a variable that closures share; never seen by a program
};

/// What a heap object begins with.
struct Object {
  Kind kind = Kind::kNull;
  bool is_frozen = false;     ///< never changes again
  bool is_unmanaged = false;  ///< a host object outside any Heap
  uint32_t iterators = 0;     ///< loops over a mutable container; it must not change while there are any
};

struct String;
struct BigIntObject;
struct Bytes;
struct Tuple;
struct List;
struct Dict;
struct Set;
struct Range;
struct Elements;
struct Function;
struct Builtin;
struct HostObject;
struct Cell;

/// Trivially copyable; passes in two registers. A Value does not keep its object alive: see heap.h for what does.
class Value {
 public:
  static constexpr size_t kShortStringBytes = 14;

  constexpr Value() : meta_(0), payload_(0) {}
  static constexpr Value None() { return {Kind::kNone, 0}; }
  static constexpr Value Bool(bool value) { return {Kind::kBool, value ? 1U : 0U}; }
  static constexpr Value Int(int64_t value) { return {Kind::kInt, static_cast<uint64_t>(value)}; }
  static constexpr Value Float(double value) { return {Kind::kFloat, std::bit_cast<uint64_t>(value)}; }
  /// Requires text.size() <= kShortStringBytes. MakeString (string.h) takes any length.
  static Value ShortString(std::string_view text) {
    Value value;
    std::memcpy(value.bytes() + 2, text.data(), text.size());
    value.meta_ |= static_cast<uint64_t>(Kind::kShortString) | static_cast<uint64_t>(text.size()) << 8;
    return value;
  }
  static Value Pointer(Kind kind, const void* object) { return {kind, reinterpret_cast<uint64_t>(object)}; }
  /// The hidden state of a loop (iteration.h): a form of its own, and a pointer or a count.
  static constexpr Value LoopState(uint8_t form, uint64_t payload) {
    Value value(Kind::kIterator, payload);
    value.meta_ |= static_cast<uint64_t>(form) << 8;
    return value;
  }
  template <typename T>
  static Value Of(T* object) {
    return Pointer(T::kKind, object);
  }

  Kind kind() const { return static_cast<Kind>(static_cast<uint8_t>(meta_)); }
  bool is_null() const { return meta_ == 0; }
  bool is_none() const { return kind() == Kind::kNone; }
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_int64() const { return kind() == Kind::kInt; }
  bool is_int() const { return is_int64() || kind() == Kind::kBigInt; }
  bool is_float() const { return kind() == Kind::kFloat; }
  bool is_string() const { return kind() == Kind::kShortString || kind() == Kind::kString; }
  bool is_object() const { return kind() >= Kind::kString; }
  bool is(Kind kind_wanted) const { return kind() == kind_wanted; }

  // Each requires the kind.
  bool AsBool() const { return payload_ != 0; }
  int64_t AsInt64() const { return static_cast<int64_t>(payload_); }
  double AsFloat() const { return std::bit_cast<double>(payload_); }
  Object* AsObject() const { return reinterpret_cast<Object*>(payload_); }
  /// The object as its struct, e.g. `value.As<List>()`.
  template <typename T>
  T* As() const {
    return reinterpret_cast<T*>(payload_);
  }
  /// The bytes of a string of either kind. A short string's live in *this*: the view must not outlive the Value, which
  /// is why a temporary has none.
  inline std::string_view AsString() const&;
  std::string_view AsString() const&& = delete;

  /// Whether both words are the same: `is` of Python. For short strings and ints this is equality.
  bool IsIdentical(const Value& other) const { return meta_ == other.meta_ && payload_ == other.payload_; }
  uint8_t loop_form() const { return static_cast<uint8_t>(meta_ >> 8); }
  uint64_t meta() const { return meta_; }
  uint64_t payload() const { return payload_; }
  /// Assigns word by word. A value that a function has just returned is in two registers; assigned as a whole it would
  /// go through memory, where a load of 16 bytes waits until both stores of 8 are done.
  void AssignWords(const Value& other) {
    meta_ = other.meta_;
    payload_ = other.payload_;
  }

 private:
  constexpr Value(Kind kind, uint64_t payload) : meta_(static_cast<uint64_t>(kind)), payload_(payload) {}
  char* bytes() { return reinterpret_cast<char*>(this); }

  uint64_t meta_;  ///< the kind in its lowest byte; of a short string also the size, then the first 6 characters
  uint64_t payload_;
};
static_assert(sizeof(Value) == 16);

/// A string longer than Value::kShortStringBytes; the bytes follow. Immutable.
struct String : Object {
  static constexpr Kind kKind = Kind::kString;
  mutable uint64_t hash = 0;  ///< 0 until it is wanted; written atomically (hash.h), since frozen strings are shared
  size_t size = 0;

  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view view() const { return {data(), size}; }
};

inline std::string_view Value::AsString() const& {
  if (kind() == Kind::kShortString)
    return {reinterpret_cast<const char*>(this) + 2, static_cast<size_t>(meta_ >> 8 & 0xff)};
  return As<String>()->view();
}

}  // namespace firn::starlark
