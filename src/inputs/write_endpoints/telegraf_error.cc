#include "inputs/write_endpoints/telegraf_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "inputs/write_endpoints/quoting.h"

namespace firn::inputs::write_endpoints {
namespace {

constexpr std::string_view kExpectedTag = "expected tag";
constexpr std::string_view kExpectedField = "expected field";
constexpr std::string_view kOutOfRange = "value out of range";

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Reads one line as Telegraf's state machine does. Each function returns what is wrong, or nothing and moves on.
class LineScanner {
 public:
  using Problem = std::optional<std::string_view>;

  explicit LineScanner(std::string_view line) : line_(line) {}

  Problem Scan() {
    SkipSpace();
    if (const Problem problem = ScanMeasurement()) return problem;
    while (Here() == ',') {
      if (const Problem problem = ScanTag()) return problem;
    }
    if (!AtSpace()) return kExpectedTag;
    SkipSpace();
    for (;;) {
      if (const Problem problem = ScanField()) return problem;
      if (Here() != ',') break;
      ++at_;
    }
    if (AtEndOfLine()) return {};
    if (!AtSpace()) return kExpectedField;
    SkipSpace();
    return AtEndOfLine() ? Problem() : ScanTimestamp();
  }

  size_t line_feeds() const { return line_feeds_; }
  size_t column() const { return at_ - line_start_ + 1; }
  std::string_view current_line() const {
    std::string_view line = line_.substr(line_start_);
    line = line.substr(0, line.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

 private:
  // '\0' is a byte like any other in names; the end is told by AtEnd.
  char Here(size_t ahead = 0) const { return at_ + ahead < line_.size() ? line_[at_ + ahead] : '\0'; }
  bool AtEnd() const { return at_ >= line_.size(); }
  bool AtEndOfLine() const {
    return AtEnd() || Here() == '\n' || (Here() == '\r' && (at_ + 1 >= line_.size() || Here(1) == '\n'));
  }
  bool AtSpace() const { return !AtEnd() && std::string_view(" \t\v\f").find(Here()) != std::string_view::npos; }
  void SkipSpace() {
    while (AtSpace()) ++at_;
  }
  bool AtOneOf(std::string_view set) const { return AtEnd() || set.find(Here()) != std::string_view::npos; }

  Problem ScanMeasurement() {
    if (AtOneOf("\t\n\f\r ,#")) return "expected measurement name";
    while (!AtOneOf("\t\n\f\r ,")) {
      if (Here() == '\\') {
        ++at_;
        if (AtOneOf("\t\n\f\r")) return "parse error";
      }
      ++at_;
    }
    return {};
  }

  // Reads a name of tag or field; false at the byte that cannot stand in one.
  bool ScanName() {
    if (AtOneOf("\t\n\f\r ,=")) return false;
    while (!AtOneOf("\t\n\f\r ,=")) {
      if (Here() == '\\') {
        ++at_;
        if (AtOneOf("\t\n\f\r")) return false;
      }
      ++at_;
    }
    return true;
  }

  Problem ScanTag() {
    ++at_;  // the comma
    if (!ScanName() || Here() != '=') return kExpectedTag;
    ++at_;
    if (!ScanName() || Here() == '=') return kExpectedTag;
    return {};
  }

  Problem ScanField() {
    if (!ScanName() || Here() != '=') return kExpectedField;
    ++at_;
    Problem problem;
    if (Here() == '"') {
      problem = ScanString();
    } else if (IsDigit(Here()) || Here() == '-' || Here() == '.') {
      problem = ScanNumber();
    } else {
      problem = ScanBoolean();
    }
    if (problem) return problem;
    return AtEndOfLine() || AtSpace() || Here() == ',' ? out_of_range_ : Problem(kExpectedField);
  }

  Problem ScanString() {
    ++at_;
    for (; !AtEnd() && Here() != '"'; ++at_) {
      if (Here() == '\\') {
        ++at_;
        if (Here() != '\\' && Here() != '"') return kExpectedField;
      } else if (Here() == '\n') {
        ++line_feeds_;
        line_start_ = at_ + 1;
      } else if (Here() == '\f' || (Here() == '\r' && Here(1) != '\n')) {
        return kExpectedField;
      }
    }
    if (AtEnd()) return kExpectedField;
    ++at_;
    return {};
  }

  Problem ScanNumber() {
    const size_t begin = at_;
    if (Here() == '-') ++at_;
    const size_t digits_begin = at_;
    while (IsDigit(Here())) ++at_;
    const size_t whole_digits = at_ - digits_begin;
    const bool canonical = whole_digits == 1 || (whole_digits > 1 && line_[digits_begin] != '0');
    if (canonical && Here() == 'i') return EndNumber(IntegerFits(line_.substr(begin, at_ - begin)));
    if (canonical && Here() == 'u' && digits_begin == begin)
      return EndNumber(UnsignedFits(line_.substr(begin, at_ - begin)));
    size_t fraction_digits = 0;
    if (Here() == '.') {
      ++at_;
      for (; IsDigit(Here()); ++at_) ++fraction_digits;
    }
    if (whole_digits + fraction_digits == 0) return kExpectedField;
    if (Here() == 'e' || Here() == 'E') {
      ++at_;
      if (Here() == '-' || Here() == '+') ++at_;
      if (!IsDigit(Here())) return kExpectedField;
      while (IsDigit(Here())) ++at_;
    }
    const std::string text(line_.substr(begin, at_ - begin));
    const bool finite = std::isfinite(std::strtod(text.c_str(), nullptr));
    out_of_range_ = finite ? Problem() : Problem(kOutOfRange);
    return {};
  }

  Problem EndNumber(bool fits) {
    ++at_;  // the suffix
    out_of_range_ = fits ? Problem() : Problem(kOutOfRange);
    return {};
  }
  static bool IntegerFits(std::string_view text) {
    int64_t value = 0;
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  }
  static bool UnsignedFits(std::string_view text) {
    uint64_t value = 0;
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  }

  Problem ScanBoolean() {
    constexpr std::array<std::string_view, 10> kWords = {"true",  "TRUE",  "True",  "T", "t",
                                                         "false", "FALSE", "False", "F", "f"};
    size_t longest_prefix = 0;
    size_t longest_word = 0;
    for (const std::string_view word : kWords) {
      size_t same = 0;
      while (same < word.size() && Here(same) == word[same]) ++same;
      longest_prefix = std::max(longest_prefix, same);
      if (same == word.size()) longest_word = std::max(longest_word, same);
    }
    at_ += longest_prefix;
    out_of_range_.reset();
    return longest_word == longest_prefix && longest_word > 0 ? Problem() : Problem(kExpectedField);
  }

  Problem ScanTimestamp() {
    constexpr size_t kMaxDigits = 19;
    const size_t begin = at_;
    if (Here() == '-') ++at_;
    size_t digits = 0;
    while (IsDigit(Here()) && digits < kMaxDigits) {
      ++at_;
      ++digits;
    }
    if (digits == 0 || !(AtEndOfLine() || AtSpace())) return "expected timestamp";
    if (!IntegerFits(line_.substr(begin, at_ - begin))) return kOutOfRange;
    SkipSpace();
    return AtEndOfLine() ? Problem() : Problem("parse error");
  }

  std::string_view line_;
  size_t at_ = 0;
  size_t line_start_ = 0;
  size_t line_feeds_ = 0;
  Problem out_of_range_;  // of the value just read; told when the byte behind it is right
};

}  // namespace

std::string TelegrafMessage(const line_protocol::ParseError& error) {
  LineScanner scanner(error.text);
  const auto problem = scanner.Scan();
  if (!problem) {
    return fmt::format("metric parse error: {} at {}:{}: {}", line_protocol::ParseErrorText(error.code), error.line,
                       error.column, GoQuote(error.text));
  }
  return fmt::format("metric parse error: {} at {}:{}: {}", *problem, error.line + scanner.line_feeds(),
                     scanner.column(), GoQuote(scanner.current_line()));
}

std::string TelegrafMessage(const line_protocol::ParseErrors& errors) {
  if (errors.kept.empty()) return {};
  std::string first = TelegrafMessage(errors.kept.front());
  if (errors.total == 1) return first;
  const uint64_t others = errors.total - 1;
  return fmt::format("{} (and {} other parse error{})", first, others, others == 1 ? "" : "s");
}

}  // namespace firn::inputs::write_endpoints
