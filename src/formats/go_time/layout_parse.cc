#include <algorithm>
#include <optional>

#include "formats/go_time/layout.h"
#include "formats/go_time/quote.h"

namespace firn::go_time {
namespace {

bool IsDigit(std::string_view text, size_t i) {
  return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

bool IsFractionMark(char c) {
  return c == '.' || c == ',';
}

/// What has been read so far. −1 is "not given".
struct Fields {
  int year = 0;
  int month = -1;
  int day = -1;
  int year_day = -1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int32_t nanosecond = 0;
  bool am = false;
  bool pm = false;
  bool is_utc = false;
  std::optional<int32_t> offset_seconds;
  std::string_view zone_name;
};

/// How reading one verb ended.
struct Outcome {
  bool ok = true;
  const char* out_of_range = nullptr;  ///< the field that has an impossible value
};

constexpr Outcome kBad{false, nullptr};

/// One or two digits; `width` 2 asks for both.
bool TakeNumber(std::string_view& value, int width, int& number) {
  if (!IsDigit(value, 0) || (width == 2 && !IsDigit(value, 1))) return false;
  const size_t size = IsDigit(value, 1) ? 2 : 1;
  number = 0;
  for (char c : value.substr(0, size)) number = number * 10 + (c - '0');
  value.remove_prefix(size);
  return true;
}

Outcome TakeInRange(std::string_view& value, int width, int limit, const char* name, int& number) {
  if (!TakeNumber(value, width, number)) return kBad;
  return number >= limit ? Outcome{true, name} : Outcome{};
}

bool StartsWithIgnoringCase(std::string_view value, std::string_view name) {
  return value.size() >= name.size() && std::equal(name.begin(), name.end(), value.begin(), [](char a, char b) {
           return (a | 0x20) == (b | 0x20) && ((b | 0x20) >= 'a' && (b | 0x20) <= 'z');
         });
}

/// Takes the first of `count` names, or of their first three letters, that `value` begins with.
template <typename NameOf>
bool TakeName(std::string_view& value, int count, bool is_short, NameOf name_of, int& index) {
  for (int i = 0; i < count; ++i) {
    const std::string_view name = is_short ? name_of(i).substr(0, 3) : name_of(i);
    if (!StartsWithIgnoringCase(value, name)) continue;
    value.remove_prefix(name.size());
    index = i;
    return true;
  }
  return false;
}

bool TakeMonthName(std::string_view& value, bool is_short, int& month) {
  if (!TakeName(value, 12, is_short, [](int i) { return MonthName(i + 1); }, month)) return false;
  ++month;
  return true;
}

Outcome TakeYear(std::string_view& value, int& year) {
  if (value.size() < 2) return kBad;
  // Go reads these two with Atoi, which takes a sign.
  const bool is_signed = value[0] == '-' || value[0] == '+';
  std::string_view digits = value.substr(is_signed ? 1 : 0, is_signed ? 1 : 2);
  int number = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (!IsDigit(digits, i)) return kBad;
    number = number * 10 + (digits[i] - '0');
  }
  if (value[0] == '-') number = -number;
  value.remove_prefix(2);
  year = number >= 69 ? number + 1900 : number + 2000;
  return {};
}

Outcome TakeLongYear(std::string_view& value, int& year) {
  year = 0;
  for (size_t i = 0; i < 4; ++i) {
    if (!IsDigit(value, i)) return kBad;
    year = year * 10 + (value[i] - '0');
  }
  value.remove_prefix(4);
  return {};
}

Outcome TakeYearDay(std::string_view& value, bool is_spaced, int& year_day) {
  for (int i = 0; is_spaced && i < 2 && value.starts_with(' '); ++i) value.remove_prefix(1);
  size_t size = 0;
  int number = 0;
  for (; size < 3 && IsDigit(value, size); ++size) number = number * 10 + (value[size] - '0');
  if (size == 0 || (!is_spaced && size != 3)) return kBad;
  value.remove_prefix(size);
  year_day = number;
  return {};
}

/// `size` characters: a point or comma, then digits, of which nine count. Go reads them with Atoi: a sign may be the
/// first.
Outcome TakeFraction(std::string_view& value, size_t size, int32_t& nanosecond) {
  if (value.size() < size || size < 2 || !IsFractionMark(value[0])) return kBad;
  const bool is_signed = size > 2 && (value[1] == '-' || value[1] == '+');
  int32_t number = 0;
  for (size_t i = 1; i <= 9; ++i) {
    const bool counts = i < size && !(is_signed && i == 1);
    if (counts && !IsDigit(value, i)) return kBad;
    number = number * 10 + (counts ? value[i] - '0' : 0);
  }
  if (value[1] == '-' && number != 0) return {true, "fractional second"};
  nanosecond = number;
  value.remove_prefix(size);
  return {};
}

size_t FractionSize(std::string_view value) {
  size_t size = 1;
  while (IsDigit(value, size)) ++size;
  return size;
}

bool StartsWithFraction(std::string_view value) {
  return value.size() >= 2 && IsFractionMark(value[0]) && IsDigit(value, 1);
}

/// A fraction may follow the seconds though the layout has none.
Outcome TakeSecond(std::string_view& value, int width, Verb next, Fields& fields) {
  const Outcome outcome = TakeInRange(value, width, 60, "second", fields.second);
  if (!outcome.ok || outcome.out_of_range != nullptr) return outcome;
  if (!StartsWithFraction(value) || next == Verb::kZeroFraction || next == Verb::kNineFraction) return {};
  return TakeFraction(value, FractionSize(value), fields.nanosecond);
}

Outcome TakePm(std::string_view& value, std::string_view am, std::string_view pm, Fields& fields) {
  if (!value.starts_with(am) && !value.starts_with(pm)) return kBad;
  fields.pm = fields.pm || value.starts_with(pm);
  fields.am = fields.am || value.starts_with(am);
  value.remove_prefix(2);
  return {};
}

Outcome TakeOffset(std::string_view& value, OffsetForm form, Fields& fields) {
  if (form.z_for_utc && value.starts_with('Z')) {
    value.remove_prefix(1);
    fields.is_utc = true;
    return {};
  }
  const int parts = form.seconds ? 3 : form.minutes ? 2 : 1;
  const size_t step = form.colons ? 3 : 2;
  const size_t size = 3 + static_cast<size_t>(parts - 1) * step;
  if (value.size() < size) return kBad;
  int numbers[3] = {0, 0, 0};
  for (int i = 0; i < parts; ++i) {
    const size_t at = 1 + static_cast<size_t>(i) * step;
    if (form.colons && i > 0 && value[at - 1] != ':') return kBad;
    std::string_view digits = value.substr(at, 2);
    if (!TakeNumber(digits, 2, numbers[i])) return kBad;
  }
  // Go allows offsets of 24 hours and 60 minutes, as some people write them.
  if (numbers[0] > 24) return {true, "time zone offset hour"};
  if (numbers[1] > 60) return {true, "time zone offset minute"};
  if (numbers[2] > 60) return {true, "time zone offset second"};
  if (value[0] != '+' && value[0] != '-') return kBad;
  const int32_t offset = (numbers[0] * 60 + numbers[1]) * 60 + numbers[2];
  fields.offset_seconds = value[0] == '-' ? -offset : offset;
  value.remove_prefix(size);
  return {};
}

/// "+03", "-04": the length, 0 if it is none or beyond 23.
size_t SignedHourSize(std::string_view value) {
  if (value.empty() || (value[0] != '+' && value[0] != '-')) return 0;
  size_t size = 1;
  int hours = 0;
  for (; IsDigit(value, size); ++size) hours = std::min(hours * 10 + (value[size] - '0'), 1000);
  return size == 1 || hours > 23 ? 0 : size;
}

/// The length of what looks like a zone's abbreviation, 0 if nothing does.
size_t ZoneNameSize(std::string_view value) {
  if (value.size() < 3) return 0;
  if (value.starts_with("ChST") || value.starts_with("MeST")) return 4;
  if (value.starts_with("GMT")) return 3 + SignedHourSize(value.substr(3));
  if (value[0] == '+' || value[0] == '-') return SignedHourSize(value);
  size_t size = 0;
  while (size < 6 && size < value.size() && value[size] >= 'A' && value[size] <= 'Z') ++size;
  if (size == 3) return 3;
  if (size == 4 && (value[3] == 'T' || value.starts_with("WITA"))) return 4;
  return size == 5 && value[4] == 'T' ? 5 : 0;
}

Outcome TakeZoneName(std::string_view& value, Fields& fields) {
  if (value.starts_with("UTC")) {
    fields.is_utc = true;
    value.remove_prefix(3);
    return {};
  }
  const size_t size = ZoneNameSize(value);
  if (size == 0) return kBad;
  fields.zone_name = value.substr(0, size);
  value.remove_prefix(size);
  return {};
}

Outcome TakeDateVerb(std::string_view& value, Verb verb, Fields& fields) {
  int ignored = 0;
  switch (verb) {
    case Verb::kYear:
      return TakeYear(value, fields.year);
    case Verb::kLongYear:
      return TakeLongYear(value, fields.year);
    case Verb::kMonth:
    case Verb::kLongMonth:
      return TakeMonthName(value, verb == Verb::kMonth, fields.month) ? Outcome{} : kBad;
    case Verb::kNumericMonth:
    case Verb::kZeroMonth: {
      const Outcome outcome = TakeInRange(value, verb == Verb::kZeroMonth ? 2 : 1, 13, "month", fields.month);
      return outcome.ok && fields.month == 0 ? Outcome{true, "month"} : outcome;
    }
    case Verb::kWeekday:
    case Verb::kLongWeekday:
      return TakeName(value, 7, verb == Verb::kWeekday, WeekdayName, ignored) ? Outcome{} : kBad;
    case Verb::kSpaceYearDay:
    case Verb::kZeroYearDay:
      return TakeYearDay(value, verb == Verb::kSpaceYearDay, fields.year_day);
    default:
      if (verb == Verb::kSpaceDay && value.starts_with(' ')) value.remove_prefix(1);
      return TakeNumber(value, verb == Verb::kZeroDay ? 2 : 1, fields.day) ? Outcome{} : kBad;
  }
}

Outcome TakeVerb(std::string_view& value, const Layout::Piece& piece, Verb next, Fields& fields) {
  switch (piece.verb) {
    case Verb::kHour:
      return TakeInRange(value, 1, 24, "hour", fields.hour);
    case Verb::kHour12:
      return TakeInRange(value, 1, 13, "hour", fields.hour);
    case Verb::kZeroHour12:
      return TakeInRange(value, 2, 13, "hour", fields.hour);
    case Verb::kMinute:
      return TakeInRange(value, 1, 60, "minute", fields.minute);
    case Verb::kZeroMinute:
      return TakeInRange(value, 2, 60, "minute", fields.minute);
    case Verb::kSecond:
      return TakeSecond(value, 1, next, fields);
    case Verb::kZeroSecond:
      return TakeSecond(value, 2, next, fields);
    case Verb::kUpperPm:
      return TakePm(value, "AM", "PM", fields);
    case Verb::kLowerPm:
      return TakePm(value, "am", "pm", fields);
    case Verb::kZoneName:
      return TakeZoneName(value, fields);
    case Verb::kOffset:
      return TakeOffset(value, piece.offset, fields);
    case Verb::kZeroFraction:
      return TakeFraction(value, static_cast<size_t>(piece.fraction_digits) + 1, fields.nanosecond);
    case Verb::kNineFraction:
      return StartsWithFraction(value) ? TakeFraction(value, FractionSize(value), fields.nanosecond) : Outcome{};
    default:
      return TakeDateVerb(value, piece.verb, fields);
  }
}

/// Takes `literal` off the front of `value`; runs of spaces are alike whatever their length.
bool Skip(std::string_view& value, std::string_view literal) {
  const auto skip_spaces = [](std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  };
  while (!literal.empty()) {
    if (literal[0] == ' ') {
      if (!value.empty() && value[0] != ' ') return false;
      skip_spaces(literal);
      skip_spaces(value);
      continue;
    }
    if (value.empty() || value[0] != literal[0]) return false;
    literal.remove_prefix(1);
    value.remove_prefix(1);
  }
  return true;
}

/// Works out month and day from the day of the year, or what is wrong with it.
const char* ResolveYearDay(Fields& fields) {
  const bool leap = IsLeapYear(fields.year);
  if (fields.year_day < 1 || fields.year_day > (leap ? 366 : 365)) return "day-of-year out of range";
  const int64_t first = DaysFromDate({fields.year, 1, 1});
  const Date date = DateFromDays(first + fields.year_day - 1);
  if (fields.month >= 0 && fields.month != date.month) return "day-of-year does not match month";
  if (fields.day >= 0 && fields.day != date.day) return "day-of-year does not match day";
  fields.month = date.month;
  fields.day = date.day;
  return nullptr;
}

/// Fills in what was not given and checks what only all fields together show.
const char* Resolve(Fields& fields) {
  if (fields.pm && fields.hour < 12) {
    fields.hour += 12;
  } else if (fields.am && fields.hour == 12) {
    fields.hour = 0;
  }
  if (fields.year_day >= 0) {
    if (const char* problem = ResolveYearDay(fields)) return problem;
  }
  if (fields.month < 0) fields.month = 1;
  if (fields.day < 0) fields.day = 1;
  return fields.day < 1 || fields.day > DaysInMonth(fields.year, fields.month) ? "day out of range" : nullptr;
}

ZonedTime Build(const Fields& fields, const std::shared_ptr<const TimeZone>& zone,
                const std::shared_ptr<const TimeZone>& local) {
  Instant clock = NormalizedSeconds(
      {fields.year, fields.month, fields.day, fields.hour, fields.minute, fields.second, fields.nanosecond});
  if (fields.is_utc) return {clock, nullptr};
  const TimeZone& here = local ? *local : TimeZone::Utc();
  if (fields.offset_seconds) {
    const int32_t offset = *fields.offset_seconds;
    clock.seconds -= offset;
    const ZonePeriod period = here.Lookup(clock.seconds);
    const bool same_name = fields.zone_name.empty() || fields.zone_name == period.abbreviation;
    if (period.offset_seconds == offset && same_name) return {clock, local};
    return {clock, TimeZone::Fixed(std::string(fields.zone_name), offset)};
  }
  if (!fields.zone_name.empty()) {
    if (const std::optional<int32_t> offset = here.OffsetOf(fields.zone_name, clock.seconds)) {
      clock.seconds -= *offset;
      return {clock, local};
    }
    int32_t offset = 0;  // Unknown, but for GMT+3.
    if (fields.zone_name.size() > 3 && fields.zone_name.starts_with("GMT")) {
      for (char c : fields.zone_name.substr(4)) offset = offset * 10 + (c - '0');
      offset *= fields.zone_name[3] == '-' ? -3600 : 3600;
    }
    return {clock, TimeZone::Fixed(std::string(fields.zone_name), offset)};
  }
  clock.seconds = (zone ? *zone : TimeZone::Utc()).ToUtc(clock.seconds);
  return {clock, zone};
}

}  // namespace

Result<ZonedTime> Layout::Parse(std::string_view value, const std::shared_ptr<const TimeZone>& zone,
                                const std::shared_ptr<const TimeZone>& local) const {
  const auto mismatch = [&](std::string_view found, std::string_view wanted) {
    return InvalidInput("parsing time {} as {}: cannot parse {} as {}", Quoted(value), Quoted(text_), Quoted(found),
                        Quoted(wanted));
  };
  Fields fields;
  std::string_view rest = value;
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    const std::string_view literal = std::string_view(text_).substr(piece.literal_begin, piece.literal_size);
    if (!Skip(rest, literal)) return mismatch(rest, literal);
    if (piece.verb == Verb::kNone) break;
    const std::string_view before = rest;
    const Outcome outcome = TakeVerb(rest, piece, pieces_[i + 1].verb, fields);
    if (outcome.out_of_range != nullptr) {
      return InvalidInput("parsing time {}: {} out of range", Quoted(value), outcome.out_of_range);
    }
    if (!outcome.ok) {
      return mismatch(before,
                      std::string_view(text_).substr(piece.literal_begin + piece.literal_size, piece.verb_size));
    }
  }
  if (!rest.empty()) return InvalidInput("parsing time {}: extra text: {}", Quoted(value), Quoted(rest));
  if (const char* problem = Resolve(fields)) return InvalidInput("parsing time {}: {}", Quoted(value), problem);
  return Build(fields, zone, local);
}

}  // namespace firn::go_time
