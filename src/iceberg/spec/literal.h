#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace firn::iceberg {

__extension__ typedef __int128 Int128;

/// The unscaled value of a decimal; its precision and scale are in the type.
struct Decimal {
  Int128 unscaled = 0;
  auto operator<=>(const Decimal&) const = default;
};

/// One value of a primitive type, or null. The type itself is not kept: whoever holds a literal knows it from the
/// schema, partition field or bound.
///
/// | Iceberg type | held as |
/// |---|---|
/// | boolean | bool |
/// | int, date | int32_t (date: days since 1970) |
/// | long, time, timestamp*, timestamp*_ns | int64_t (µs, or ns for _ns) |
/// | float / double | float / double |
/// | decimal | Decimal |
/// | string, uuid (16 bytes), fixed, binary | std::string |
class Literal {
 public:
  using Value = std::variant<std::monostate, bool, int32_t, int64_t, float, double, Decimal, std::string>;

  Literal();                                                       ///< null
  Literal(bool value) : value_(value) {}                           // NOLINT: a value is a literal
  Literal(int32_t value) : value_(value) {}                        // NOLINT
  Literal(int64_t value) : value_(value) {}                        // NOLINT
  Literal(float value) : value_(value) {}                          // NOLINT
  Literal(double value) : value_(value) {}                         // NOLINT
  Literal(Decimal value) : value_(value) {}                        // NOLINT
  Literal(std::string value) : value_(std::move(value)) {}         // NOLINT
  Literal(std::string_view value) : value_(std::string(value)) {}  // NOLINT
  Literal(const char* value) : value_(std::string(value)) {}       // NOLINT

  bool is_null() const { return value_.index() == 0; }
  bool is_nan() const;
  const Value& value() const { return value_; }
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&value_);
  }
  /// int32_t and int64_t alike; absent for anything else.
  std::optional<int64_t> AsInteger() const;

  /// Equal values of the same kind; null equals null, NaN equals NaN, -0.0 differs from +0.0 (partition tuples are
  /// compared so).
  bool operator==(const Literal& other) const;

 private:
  Value value_;
};

/// Orders two values: integers of both widths with each other, float with double, byte strings unsigned; -0.0 < +0.0.
/// Unordered when one is null or NaN, or when their kinds cannot be compared.
std::partial_ordering Compare(const Literal& left, const Literal& right);

/// For messages: `null`, `42`, `"text"`, `0x00ff` for bytes that are not UTF-8.
std::string ToString(const Literal& literal);

/// Decimal digits with `scale` fraction digits: 1420, 2 → "14.20".
std::string DecimalText(Int128 unscaled, int32_t scale);

}  // namespace firn::iceberg
