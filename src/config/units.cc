#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "config/value_reader.h"

// Durations and sizes as Telegraf reads them, and option values as text.

namespace firn::config {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// Longer names stand before their prefixes.
constexpr std::array<Unit, 9> kDurationUnits = {{{"ns", 1.0},
                                                 {"us", 1e3},
                                                 {"\u00b5s", 1e3},
                                                 {"\u03bcs", 1e3},
                                                 {"ms", 1e6},
                                                 {"s", 1e9},
                                                 {"m", 60e9},
                                                 {"h", 3600e9},
                                                 {"d", 86400e9}}};

constexpr std::array<Unit, 12> kSizeUnits = {{{"kib", 1024.0},
                                              {"mib", 1048576.0},
                                              {"gib", 1073741824.0},
                                              {"tib", 1099511627776.0},
                                              {"pib", 1125899906842624.0},
                                              {"kb", 1e3},
                                              {"mb", 1e6},
                                              {"gb", 1e9},
                                              {"tb", 1e12},
                                              {"pb", 1e15},
                                              {"b", 1.0},
                                              {"", 1.0}}};

/// An unsigned decimal number off the front of `text`; its integer part is kept exactly.
struct Number {
  uint64_t whole = 0;
  double fraction = 0;
};

bool TakeNumber(std::string_view& text, Number& number) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [after_whole, error] = std::from_chars(begin, end, number.whole);
  const bool has_whole = after_whole != begin;
  if (error == std::errc::result_out_of_range) return false;
  const char* after = after_whole;
  if (after != end && *after == '.') {
    double scale = 0.1;
    const char* const first_digit = ++after;
    for (; after != end && *after >= '0' && *after <= '9'; ++after, scale /= 10)
      number.fraction += (*after - '0') * scale;
    if (!has_whole && after == first_digit) return false;
  } else if (!has_whole) {
    return false;
  }
  text.remove_prefix(static_cast<size_t>(after - begin));
  return true;
}

/// whole × factor + fraction × factor, or nothing when it does not fit. The whole part is multiplied exactly.
bool Multiply(const Number& number, double factor, uint64_t limit, uint64_t& out) {
  const uint64_t exact_factor = static_cast<uint64_t>(factor);
  uint64_t product = 0;
  if (__builtin_mul_overflow(number.whole, exact_factor, &product) || product > limit) return false;
  const uint64_t rest = static_cast<uint64_t>(std::llround(number.fraction * factor));
  return !__builtin_add_overflow(product, rest, &out) && out <= limit;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

template <typename T>
std::string FormatList(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() == 1 ? "" : ", ") + FormatValue(value);
  return text + "]";
}

}  // namespace

Result<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  const Error bad = InvalidConfig("no duration: \"{}\" (write \"10s\", \"1h30m\" or \"1d\")", text);
  if (text.empty()) return std::chrono::nanoseconds(0);
  constexpr uint64_t kLimit = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  std::string_view rest = text;
  const bool negative = rest.front() == '-';
  if (negative || rest.front() == '+') rest.remove_prefix(1);
  if (rest.empty()) return bad;
  uint64_t total = 0;
  bool first = true;
  while (!rest.empty()) {
    Number number;
    if (!TakeNumber(rest, number)) return bad;
    const Unit* unit = nullptr;
    for (const Unit& candidate : kDurationUnits) {
      if (rest.starts_with(candidate.name)) {
        unit = &candidate;
        break;
      }
    }
    const bool bare_seconds = first && rest.empty();
    if (unit == nullptr && !bare_seconds) return bad;
    uint64_t part = 0;
    if (!Multiply(number, unit == nullptr ? 1e9 : unit->factor, kLimit, part) || part > kLimit - total) {
      return InvalidConfig("too long a duration: \"{}\"", text);
    }
    total += part;
    if (unit != nullptr) rest.remove_prefix(unit->name.size());
    first = false;
  }
  const int64_t magnitude = static_cast<int64_t>(total);
  return std::chrono::nanoseconds(negative ? -magnitude : magnitude);
}

Result<uint64_t> ParseSize(std::string_view text) {
  std::string_view rest = text;
  Number number;
  if (!TakeNumber(rest, number)) return InvalidConfig("no size: \"{}\" (write \"32MiB\", \"50MB\" or bytes)", text);
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  std::string unit_name;
  for (const char c : rest) unit_name += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  for (const Unit& unit : kSizeUnits) {
    if (unit.name != unit_name) continue;
    uint64_t bytes = 0;
    constexpr uint64_t kLimit = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    if (!Multiply(number, unit.factor, kLimit, bytes)) return InvalidConfig("too large a size: \"{}\"", text);
    return bytes;
  }
  return InvalidConfig("no size: \"{}\" (write \"32MiB\", \"50MB\" or bytes)", text);
}

std::string FormatValue(const std::string& value) {
  return Quoted(value);
}
std::string FormatValue(const Secret& value) {
  return value.empty() ? "\"\"" : "\"***\"";
}
std::string FormatValue(bool value) {
  return value ? "true" : "false";
}
std::string FormatValue(int64_t value) {
  return fmt::format("{}", value);
}
std::string FormatValue(double value) {
  const std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}
std::string FormatValue(const std::vector<std::string>& value) {
  return FormatList(value);
}
std::string FormatValue(const std::vector<int64_t>& value) {
  return FormatList(value);
}
std::string FormatValue(const std::vector<double>& value) {
  return FormatList(value);
}

std::string FormatValue(std::chrono::nanoseconds value) {
  constexpr std::array<Unit, 7> kUnits = {
      {{"d", 86400e9}, {"h", 3600e9}, {"m", 60e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1.0}}};
  if (value.count() == 0) return "\"0s\"";
  for (const Unit& unit : kUnits) {
    const int64_t factor = static_cast<int64_t>(unit.factor);
    if (value.count() % factor == 0) return fmt::format("\"{}{}\"", value.count() / factor, unit.name);
  }
  return fmt::format("\"{}ns\"", value.count());
}

std::string FormatSize(uint64_t value) {
  constexpr std::array<Unit, 4> kUnits = {
      {{"TiB", 1099511627776.0}, {"GiB", 1073741824.0}, {"MiB", 1048576.0}, {"KiB", 1024.0}}};
  for (const Unit& unit : kUnits) {
    const uint64_t factor = static_cast<uint64_t>(unit.factor);
    if (value != 0 && value % factor == 0) return fmt::format("\"{}{}\"", value / factor, unit.name);
  }
  return fmt::format("{}", value);
}

}  // namespace firn::config
