#pragma once

#include <cstdint>
#include <string>

namespace firn::starlark {

/// A place in a source file: both count from 1; a column is a code point, as in every editor. The file is that of the
/// tree or module at hand. {0, 0} is no place.
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;

  bool is_valid() const { return line != 0; }
  friend bool operator==(const Position&, const Position&) = default;
};

/// What is wrong with a source text before anything runs, and where.
struct SyntaxError {
  Position position;
  std::string message;
};

}  // namespace firn::starlark
