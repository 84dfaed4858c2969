#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn::starlark {

/// A number at the front of a text.
struct NumberLiteral {
  size_t size = 0;  ///< characters that belong to it
  bool is_float = false;
  double float_value = 0;
  int64_t int_value = 0;
  std::string_view digits;  ///< of an integer beyond int64, without prefix; else empty
  int base = 10;            ///< of `digits`

  /// What is wrong with it, and how many characters into it.
  struct Error {
    size_t offset = 0;
    std::string message;
  };
  std::optional<Error> error;
};

/// Reads the longest number that `text` begins with: an integer in base 10, 16, 8 (`0o`) or 2, or a float. `text`
/// begins with a digit, or with a period and a digit.
NumberLiteral ScanNumber(std::string_view text);

}  // namespace firn::starlark
