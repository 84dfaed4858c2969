#pragma once

#include <string_view>

#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"

/// Making strings and bytes. Null means that the heap's limit would be broken.

namespace firn::starlark {

/// A string of these bytes, which may be any; short ones need no memory.
Value MakeString(Heap& heap, std::string_view text);
/// Both one after the other.
Value Concatenate(Heap& heap, std::string_view first, std::string_view second);
/// A string of `size` > Value::kShortStringBytes bytes, which the caller fills in at once; null beyond the limit.
String* NewLongString(Heap& heap, size_t size);

/// Immutable bytes; they follow the struct.
struct Bytes : Object {
  static constexpr Kind kKind = Kind::kBytes;
  size_t size = 0;

  char* data() { return reinterpret_cast<char*>(this + 1); }
  std::string_view view() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};
Value MakeBytes(Heap& heap, std::string_view bytes);

/// The lazy sequences that methods of string and bytes return. Element i is made when it is asked for.
struct Elements : Object {
  static constexpr Kind kKind = Kind::kElements;
  enum class Form : uint8_t { kElems, kElemOrds, kCodepoints, kCodepointOrds, kBytesElems };
  Form form = Form::kElems;
  Value text{};  ///< a string; bytes for kBytesElems
};
Value MakeElements(Heap& heap, Elements::Form form, const Value& text);
/// The element that begins at byte `*offset`, which is moved behind it. Null at the end.
Value NextElement(const Elements& elements, size_t* offset);
/// What len() says; −1 for codepoints, which have none.
int64_t ElementsLength(const Elements& elements);

}  // namespace firn::starlark
