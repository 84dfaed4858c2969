#include "formats/go_time/duration.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "formats/go_time/quote.h"

namespace firn::go_time {
namespace {

constexpr uint64_t kLimit = uint64_t{1} << 63;
constexpr uint64_t kSecond = 1'000'000'000;

constexpr std::pair<std::string_view, uint64_t> kUnits[] = {
    {"ns", 1},         {"us", 1000},   {"\xC2\xB5s", 1000}, {"\xCE\xBCs", 1000},
    {"ms", 1'000'000}, {"s", kSecond}, {"m", 60 * kSecond}, {"h", 3600 * kSecond},
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes digits off the front; nothing when their value is beyond 2^63.
std::optional<uint64_t> TakeInteger(std::string_view& text) {
  uint64_t value = 0;
  while (!text.empty() && IsDigit(text.front())) {
    if (value > kLimit / 10) return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(text.front() - '0');
    if (value > kLimit) return std::nullopt;
    text.remove_prefix(1);
  }
  return value;
}

struct Fraction {
  uint64_t digits = 0;
  double scale = 1;
};

/// Takes digits off the front; those beyond what uint64 holds do not count.
Fraction TakeFraction(std::string_view& text) {
  Fraction fraction;
  bool full = false;
  for (; !text.empty() && IsDigit(text.front()); text.remove_prefix(1)) {
    full = full || fraction.digits > (kLimit - 1) / 10;
    if (full) continue;
    fraction.digits = fraction.digits * 10 + static_cast<uint64_t>(text.front() - '0');
    fraction.scale *= 10;
  }
  return fraction;
}

std::string_view TakeUnit(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c == '.' || IsDigit(c); });
  const std::string_view unit = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(unit.size());
  return unit;
}

/// Takes one number with its unit off the front. `whole` is the text for messages.
Result<uint64_t> TakeComponent(std::string_view& text, std::string_view whole) {
  const auto invalid = [&] { return InvalidInput("time: invalid duration {}", Quoted(whole)); };
  if (text.front() != '.' && !IsDigit(text.front())) return invalid();
  size_t before = text.size();
  const std::optional<uint64_t> integer = TakeInteger(text);
  if (!integer) return invalid();
  bool has_digits = text.size() != before;
  Fraction fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    before = text.size();
    fraction = TakeFraction(text);
    has_digits = has_digits || text.size() != before;
  }
  if (!has_digits) return invalid();
  const std::string_view name = TakeUnit(text);
  if (name.empty()) return InvalidInput("time: missing unit in duration {}", Quoted(whole));
  const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const auto& u) { return u.first == name; });
  if (unit == std::end(kUnits)) {
    return InvalidInput("time: unknown unit {} in duration {}", Quoted(name), Quoted(whole));
  }
  if (*integer > kLimit / unit->second) return invalid();
  uint64_t value = *integer * unit->second;
  if (fraction.digits > 0) {
    value += static_cast<uint64_t>(static_cast<double>(fraction.digits) *
                                   (static_cast<double>(unit->second) / fraction.scale));
    if (value > kLimit) return invalid();
  }
  return value;
}

/// Appends `value` / 10^digits: the whole part, and the fraction without the zeros at its end.
void AppendDecimal(std::string& out, uint64_t value, int digits) {
  std::string fraction;
  bool significant = false;
  for (int i = 0; i < digits; ++i) {
    const auto digit = static_cast<char>('0' + value % 10);
    significant = significant || digit != '0';
    if (significant) fraction.push_back(digit);
    value /= 10;
  }
  out.append(std::to_string(value));
  if (!fraction.empty()) out.append(1, '.').append(fraction.rbegin(), fraction.rend());
}

}  // namespace

Result<int64_t> ParseDuration(std::string_view text) {
  const std::string_view whole = text;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return InvalidInput("time: invalid duration {}", Quoted(whole));
  uint64_t total = 0;
  while (!text.empty()) {
    FIRN_ASSIGN(const uint64_t component, TakeComponent(text, whole));
    total += component;
    if (total > kLimit) return InvalidInput("time: invalid duration {}", Quoted(whole));
  }
  if (negative) return static_cast<int64_t>(0 - total);
  if (total == kLimit) return InvalidInput("time: invalid duration {}", Quoted(whole));
  return static_cast<int64_t>(total);
}

std::string FormatDuration(int64_t nanoseconds) {
  std::string text = nanoseconds < 0 ? "-" : "";
  const uint64_t value = nanoseconds < 0 ? 0 - static_cast<uint64_t>(nanoseconds) : static_cast<uint64_t>(nanoseconds);
  if (value == 0) return "0s";
  if (value < kSecond) {
    if (value < 1000) {
      AppendDecimal(text, value, 0);
      return text.append("ns");
    }
    AppendDecimal(text, value, value < 1'000'000 ? 3 : 6);
    return text.append(value < 1'000'000 ? "\xC2\xB5s" : "ms");
  }
  const uint64_t minutes = value / (60 * kSecond);
  if (minutes >= 60) text.append(std::to_string(minutes / 60)).append("h");
  if (minutes > 0) text.append(std::to_string(minutes % 60)).append("m");
  AppendDecimal(text, value % (60 * kSecond), 9);
  return text.append("s");
}

}  // namespace firn::go_time
