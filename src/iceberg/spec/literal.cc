#include "iceberg/spec/literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/bytes.h"

namespace firn::iceberg {
namespace {

std::optional<double> AsFloating(const Literal& literal) {
  if (const auto* value = literal.As<float>()) return *value;
  if (const auto* value = literal.As<double>()) return *value;
  return std::nullopt;
}

std::partial_ordering CompareFloating(double left, double right) {
  const std::partial_ordering order = left <=> right;
  if (order != std::partial_ordering::equivalent) return order;
  // Only zeros of different sign are equal and not the same.
  return std::signbit(right) <=> std::signbit(left);
}

bool IsText(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

}  // namespace

// Not inline: g++ 12 mistakes the unused members of a literal that it sees being made for uninitialised reads.
Literal::Literal() = default;

bool Literal::is_nan() const {
  const std::optional<double> value = AsFloating(*this);
  return value.has_value() && std::isnan(*value);
}

std::optional<int64_t> Literal::AsInteger() const {
  if (const auto* value = As<int32_t>()) return *value;
  if (const auto* value = As<int64_t>()) return *value;
  return std::nullopt;
}

bool Literal::operator==(const Literal& other) const {
  if (value_.index() != other.value_.index()) return false;
  if (const auto* value = As<float>()) {
    return (is_nan() && other.is_nan()) ||
           std::bit_cast<uint32_t>(*value) == std::bit_cast<uint32_t>(*other.As<float>());
  }
  if (const auto* value = As<double>()) {
    return (is_nan() && other.is_nan()) ||
           std::bit_cast<uint64_t>(*value) == std::bit_cast<uint64_t>(*other.As<double>());
  }
  return value_ == other.value_;
}

std::partial_ordering Compare(const Literal& left, const Literal& right) {
  if (const auto a = left.AsInteger()) {
    const auto b = right.AsInteger();
    return b ? std::partial_ordering(*a <=> *b) : std::partial_ordering::unordered;
  }
  if (const auto a = AsFloating(left)) {
    const auto b = AsFloating(right);
    return b ? CompareFloating(*a, *b) : std::partial_ordering::unordered;
  }
  if (const auto* a = left.As<std::string>()) {
    const auto* b = right.As<std::string>();
    return b != nullptr ? std::partial_ordering(a->compare(*b) <=> 0) : std::partial_ordering::unordered;
  }
  if (const auto* a = left.As<Decimal>()) {
    const auto* b = right.As<Decimal>();
    return b != nullptr ? std::partial_ordering(*a <=> *b) : std::partial_ordering::unordered;
  }
  if (const auto* a = left.As<bool>()) {
    const auto* b = right.As<bool>();
    return b != nullptr ? std::partial_ordering(*a <=> *b) : std::partial_ordering::unordered;
  }
  return std::partial_ordering::unordered;
}

std::string DecimalText(Int128 unscaled, int32_t scale) {
  const bool negative = unscaled < 0;
  __extension__ typedef unsigned __int128 Unsigned128;
  Unsigned128 rest = negative ? -static_cast<Unsigned128>(unscaled) : static_cast<Unsigned128>(unscaled);
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  while (static_cast<int32_t>(digits.size()) <= scale) digits.push_back('0');
  if (scale > 0) digits.insert(static_cast<size_t>(scale), 1, '.');
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string ToString(const Literal& literal) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(int32_t value) const { return fmt::format("{}", value); }
    std::string operator()(int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(float value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(Decimal value) const { return DecimalText(value.unscaled, 0); }
    std::string operator()(const std::string& value) const {
      return IsText(value) ? fmt::format("\"{}\"", value) : "0x" + ToHex(value);
    }
  };
  return std::visit(Visitor{}, literal.value());
}

}  // namespace firn::iceberg
