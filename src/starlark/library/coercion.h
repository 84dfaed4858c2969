#pragma once

#include <optional>
#include <string>

#include "starlark/runtime/value.h"

/// What builtins make of their arguments, with the words of starlark-go where it does not fit.

namespace firn::starlark {
class Thread;
}

namespace firn::starlark::library {

/// An int, or a float without its fraction; else fails: "cannot convert bool to int".
Value ToInteger(Thread& thread, const Value& value);

/// An int that fits 32 bits, which is what positions and code points must; else fails: "got string, want int" or
/// "4294967296 out of range".
std::optional<int32_t> ToInt32(Thread& thread, const Value& value);

/// Part [begin, end) of something of `length`, from arguments that may be absent, None, negative or beyond.
struct Bounds {
  int64_t begin = 0;
  int64_t end = 0;

  size_t size() const { return begin < end ? static_cast<size_t>(end - begin) : 0; }
};

/// Fails with "`function`: invalid start index: …" where an index is not an int.
std::optional<Bounds> ToBounds(Thread& thread, std::string_view function, const Value& begin, const Value& end,
                               size_t length);

}  // namespace firn::starlark::library
