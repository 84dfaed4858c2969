#include "formats/go_time/layout.h"

#include <algorithm>
#include <array>

namespace firn::go_time {
namespace {

struct Fixed {
  std::string_view text;
  Verb verb;
  OffsetForm offset = {};
  bool no_lower_case_after = false;  ///< "Month" is not the verb Mon and "th".
};

/// Verbs of fixed text; of those with a common beginning the longer one stands first.
constexpr Fixed kFixed[] = {
    {"January", Verb::kLongMonth},
    {"Jan", Verb::kMonth, {}, true},
    {"Monday", Verb::kLongWeekday},
    {"Mon", Verb::kWeekday, {}, true},
    {"MST", Verb::kZoneName},
    {"01", Verb::kZeroMonth},
    {"02", Verb::kZeroDay},
    {"03", Verb::kZeroHour12},
    {"04", Verb::kZeroMinute},
    {"05", Verb::kZeroSecond},
    {"06", Verb::kYear},
    {"002", Verb::kZeroYearDay},
    {"15", Verb::kHour},
    {"1", Verb::kNumericMonth},
    {"2006", Verb::kLongYear},
    {"2", Verb::kDay},
    {"__2", Verb::kSpaceYearDay},
    {"3", Verb::kHour12},
    {"4", Verb::kMinute},
    {"5", Verb::kSecond},
    {"PM", Verb::kUpperPm},
    {"pm", Verb::kLowerPm},
    {"-070000", Verb::kOffset, {.seconds = true}},
    {"-07:00:00", Verb::kOffset, {.colons = true, .seconds = true}},
    {"-0700", Verb::kOffset, {}},
    {"-07:00", Verb::kOffset, {.colons = true}},
    {"-07", Verb::kOffset, {.minutes = false}},
    {"Z070000", Verb::kOffset, {.z_for_utc = true, .seconds = true}},
    {"Z07:00:00", Verb::kOffset, {.z_for_utc = true, .colons = true, .seconds = true}},
    {"Z0700", Verb::kOffset, {.z_for_utc = true}},
    {"Z07:00", Verb::kOffset, {.z_for_utc = true, .colons = true}},
    {"Z07", Verb::kOffset, {.z_for_utc = true, .minutes = false}},
};

constexpr std::string_view kFirstCharacters = "JM012_345Pp-Z.,";

/// ".000" or ",999": digits all alike, with no other digit after them.
bool ReadFraction(std::string_view text, Layout::Piece& piece) {
  if (text.size() < 2 || (text[1] != '0' && text[1] != '9')) return false;
  size_t end = std::min(text.find_first_not_of(text[1], 1), text.size());
  if (end < text.size() && text[end] >= '0' && text[end] <= '9') return false;
  piece.verb = text[1] == '0' ? Verb::kZeroFraction : Verb::kNineFraction;
  piece.verb_size = static_cast<uint32_t>(end);
  piece.fraction_digits = static_cast<int>(std::min<size_t>(end - 1, 4095));  // Go keeps 12 bits of it.
  piece.separator = text[0];
  return true;
}

/// Sets verb and size of `piece` if `text` begins with a verb.
bool ReadVerb(std::string_view text, Layout::Piece& piece) {
  if (text[0] == '.' || text[0] == ',') return ReadFraction(text, piece);
  if (text.starts_with("_2")) {
    if (text.starts_with("_2006")) return false;  // A plain '_', then the year.
    piece.verb = Verb::kSpaceDay;
    piece.verb_size = 2;
    return true;
  }
  for (const Fixed& fixed : kFixed) {
    if (!text.starts_with(fixed.text)) continue;
    const std::string_view after = text.substr(fixed.text.size());
    if (fixed.no_lower_case_after && !after.empty() && after[0] >= 'a' && after[0] <= 'z') continue;
    piece.verb = fixed.verb;
    piece.verb_size = static_cast<uint32_t>(fixed.text.size());
    piece.offset = fixed.offset;
    return true;
  }
  return false;
}

}  // namespace

Layout::Layout(std::string_view text) : text_(text) {
  size_t literal = 0;
  for (size_t i = 0; i < text.size();) {
    Piece piece;
    if (kFirstCharacters.find(text[i]) == std::string_view::npos || !ReadVerb(text.substr(i), piece)) {
      ++i;
      continue;
    }
    piece.literal_begin = static_cast<uint32_t>(literal);
    piece.literal_size = static_cast<uint32_t>(i - literal);
    i += piece.verb_size;
    literal = i;
    pieces_.push_back(piece);
  }
  Piece rest;
  rest.literal_begin = static_cast<uint32_t>(literal);
  rest.literal_size = static_cast<uint32_t>(text.size() - literal);
  pieces_.push_back(rest);
}

std::string DisplayText(const ZonedTime& time) {
  static const Layout layout("2006-01-02 15:04:05.999999999 -0700 MST");
  std::string text;
  layout.Format(time, text);
  return text;
}

std::string_view MonthName(int month) {
  constexpr std::array<std::string_view, 12> kNames = {"January",   "February", "March",    "April",
                                                       "May",       "June",     "July",     "August",
                                                       "September", "October",  "November", "December"};
  return kNames[static_cast<size_t>(month - 1)];
}

std::string_view WeekdayName(int weekday) {
  constexpr std::array<std::string_view, 7> kNames = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                      "Thursday", "Friday", "Saturday"};
  return kNames[static_cast<size_t>(weekday)];
}

}  // namespace firn::go_time
