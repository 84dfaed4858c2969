#include "query/value_text.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>

#include "base/floor_divide.h"

namespace firn::query {
namespace {

__extension__ using Uint128 = unsigned __int128;

struct Civil {
  int64_t year;
  int month;
  int day;
};

/// Days since 1970 → proleptic Gregorian date, by counting in eras of 400 years that begin on a first of March.
Civil CivilFromDays(int64_t days) {
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const int64_t day_of_era = days - era * 146'097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

void AppendFraction(int64_t fraction, int digits, std::string& out) {
  if (fraction == 0) return;
  while (digits > 3 && fraction % 1000 == 0) {
    fraction /= 1000;
    digits -= 3;
  }
  fmt::format_to(std::back_inserter(out), ".{:0{}}", fraction, digits);
}

void AppendDigits(Uint128 value, std::string& out) {
  char buffer[40];
  char* at = std::end(buffer);
  do {
    *--at = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  out.append(at, std::end(buffer));
}

template <typename Number>
void AppendFloating(Number value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
    return;
  }
  const size_t start = out.size();
  fmt::format_to(std::back_inserter(out), "{}", value);
  if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
}

}  // namespace

void AppendDate(int64_t days, std::string& out) {
  const Civil civil = CivilFromDays(days);
  if (civil.year >= 0 && civil.year <= 9999) {
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
  } else {
    fmt::format_to(std::back_inserter(out), "{:+05}-{:02}-{:02}", civil.year, civil.month, civil.day);
  }
}

void AppendTimeOfDay(int64_t micros, std::string& out) {
  const int64_t seconds = micros / 1'000'000;
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  AppendFraction(micros % 1'000'000, 6, out);
}

void AppendTimestamp(int64_t ticks, int digits, bool utc, std::string& out) {
  if (ticks == std::numeric_limits<int64_t>::max()) {
    out += "infinity";
    return;
  }
  if (ticks == -std::numeric_limits<int64_t>::max()) {
    out += "-infinity";
    return;
  }
  int64_t per_second = 1;
  for (int i = 0; i < digits; ++i) per_second *= 10;
  const int64_t seconds = FloorDivide(ticks, per_second);
  const int64_t fraction = ticks - seconds * per_second;
  const int64_t days = FloorDivide(seconds, 86'400);
  const int64_t second_of_day = seconds - days * 86'400;
  AppendDate(days, out);
  fmt::format_to(std::back_inserter(out), "T{:02}:{:02}:{:02}", second_of_day / 3600, second_of_day / 60 % 60,
                 second_of_day % 60);
  AppendFraction(fraction, digits, out);
  if (utc) out += 'Z';
}

void AppendDouble(double value, std::string& out) {
  AppendFloating(value, out);
}
void AppendFloat(float value, std::string& out) {
  AppendFloating(value, out);
}

void AppendInt128(uint64_t lower, int64_t upper, int scale, std::string& out) {
  Uint128 magnitude = (static_cast<Uint128>(static_cast<uint64_t>(upper)) << 64) | lower;
  if (upper < 0) {
    out += '-';
    magnitude = ~magnitude + 1;
  }
  if (scale <= 0) {
    AppendDigits(magnitude, out);
    return;
  }
  std::string digits;
  AppendDigits(magnitude, digits);
  const auto places = static_cast<size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  out.append(digits, 0, digits.size() - places);
  out += '.';
  out.append(digits, digits.size() - places);
}

void AppendUint128(uint64_t lower, uint64_t upper, std::string& out) {
  AppendDigits((static_cast<Uint128>(upper) << 64) | lower, out);
}

void AppendInterval(int32_t months, int32_t days, int64_t micros, std::string& out) {
  if (months == 0 && days == 0 && micros == 0) {
    out += "PT0S";
    return;
  }
  out += 'P';
  if (months != 0) fmt::format_to(std::back_inserter(out), "{}M", months);
  if (days != 0) fmt::format_to(std::back_inserter(out), "{}D", days);
  if (micros == 0) return;
  out += 'T';
  if (micros < 0) out += '-';
  const uint64_t magnitude = micros < 0 ? 0 - static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  fmt::format_to(std::back_inserter(out), "{}", magnitude / 1'000'000);
  AppendFraction(static_cast<int64_t>(magnitude % 1'000'000), 6, out);
  out += 'S';
}

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace firn::query
