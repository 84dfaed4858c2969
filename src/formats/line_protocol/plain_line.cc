#include "formats/line_protocol/plain_line.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "formats/line_protocol/numbers.h"
#include "formats/line_protocol/utf8.h"

namespace firn::line_protocol {
namespace {

constexpr int64_t kMinTime = std::numeric_limits<int64_t>::min() + 2;
constexpr int64_t kMaxTime = std::numeric_limits<int64_t>::max() - 1;
// What InfluxDB puts between the key of a series and a field's name; it counts for the longest key.
constexpr size_t kFieldSeparatorBytes = 4;

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 32 || c == 127;
}

bool IsReservedTag(std::string_view key) {
  return key == "time" || key == "_field" || key == "_measurement" || key == std::string_view("\0", 1) || key == "\xff";
}

/// Reads one line; `at_` is where it stands.
class LineReader {
 public:
  LineReader(std::string_view line, const ParserOptions& options, RawLine& out, Fault& fault)
      : line_(line), options_(options), dialect_(options.dialect), out_(out), fault_(fault) {}

  bool Read() {
    at_ = SkipLeading(line_, dialect_);
    return ReadKey() && ReadFields() && ReadTime();
  }
  /// The byte behind `line` must be readable and is taken for the space that ends the key.
  bool ReadKeyAlone() {
    const std::string_view key = line_;
    line_ = {key.data(), key.size() + 1};
    return SkipLeading(key, dialect_) == 0 && key.front() != '#' && ReadKey() && out_.key.size() == key.size();
  }

 private:
  bool Fail(ParseErrorCode code, size_t at, std::string detail = {}) {
    fault_.code = code;
    fault_.at = at;
    fault_.detail = std::move(detail);
    return false;
  }

  bool AtEnd() const { return at_ >= line_.size(); }
  bool IsSpace(char c) const { return c == ' ' || (dialect_.wide_whitespace && (c == '\t' || c == '\v' || c == '\f')); }
  void SkipSpaces() {
    while (!AtEnd() && IsSpace(line_[at_])) ++at_;
  }
  /// A byte counts as escaped when the one before it, within the same name, is a backslash.
  bool IsEscaped(size_t name_start) const { return at_ > name_start && line_[at_ - 1] == '\\'; }

  bool CheckName(std::string_view name) {
    if (dialect_.control_bytes && !dialect_.names_are_utf8) return true;
    const auto start = static_cast<size_t>(name.data() - line_.data());
    if (!dialect_.control_bytes) {
      const auto bad = std::find_if(name.begin(), name.end(), IsControl);
      if (bad != name.end()) {
        return Fail(ParseErrorCode::kInvalidCharacter, start + static_cast<size_t>(bad - name.begin()));
      }
    }
    if (dialect_.names_are_utf8 && !IsUtf8(name)) return Fail(ParseErrorCode::kInvalidUtf8, start);
    return true;
  }

  std::string LengthDetail(size_t bytes) const {
    return std::to_string(bytes) + " > " + std::to_string(options_.limits.key_bytes);
  }

  bool ReadKey();
  bool ReadTag();
  bool CheckTags();
  bool ReadFields();
  bool ReadField();
  bool ReadFieldName(RawField& field);
  bool ReadValue(RawField& field);
  bool ReadString(RawField& field);
  bool ReadNumber(std::string_view token, RawField& field);
  bool ReadBoolean(std::string_view token, RawField& field);
  bool ReadTime();

  std::string_view line_;
  const ParserOptions& options_;
  const Dialect& dialect_;
  RawLine& out_;
  Fault& fault_;
  size_t at_ = 0;
};

bool LineReader::ReadKey() {
  const size_t start = at_;
  out_.tags.clear();
  if (AtEnd() || line_[at_] == ',') return Fail(ParseErrorCode::kMissingMeasurement, at_);
  while (!AtEnd() && (IsEscaped(start) || (line_[at_] != ',' && !IsSpace(line_[at_])))) ++at_;
  if (AtEnd()) return Fail(ParseErrorCode::kMissingFields, at_);
  out_.measurement = line_.substr(start, at_ - start);
  if (!CheckName(out_.measurement)) return false;
  while (line_[at_] == ',') {
    ++at_;
    if (!ReadTag()) return false;
  }
  out_.key = line_.substr(start, at_ - start);
  if (out_.key.size() > options_.limits.key_bytes) {
    return Fail(ParseErrorCode::kKeyTooLong, start, LengthDetail(out_.key.size()));
  }
  return CheckTags();
}

bool LineReader::ReadTag() {
  const size_t key_start = at_;
  if (AtEnd() || line_[at_] == ',' || line_[at_] == '=' || IsSpace(line_[at_])) {
    return Fail(ParseErrorCode::kMissingTagKey, at_);
  }
  while (!AtEnd() && (IsEscaped(key_start) || (line_[at_] != '=' && line_[at_] != ',' && !IsSpace(line_[at_])))) ++at_;
  if (AtEnd() || line_[at_] != '=') return Fail(ParseErrorCode::kMissingTagValue, at_);
  const std::string_view key = line_.substr(key_start, at_ - key_start);
  const size_t value_start = ++at_;
  if (AtEnd() || line_[at_] == ',' || IsSpace(line_[at_])) return Fail(ParseErrorCode::kMissingTagValue, at_);
  while (!AtEnd() && (IsEscaped(value_start) || (line_[at_] != '=' && line_[at_] != ',' && !IsSpace(line_[at_]))))
    ++at_;
  if (AtEnd()) return Fail(ParseErrorCode::kMissingFields, at_);
  if (line_[at_] == '=') return Fail(ParseErrorCode::kInvalidTagFormat, at_);
  const std::string_view value = line_.substr(value_start, at_ - value_start);
  if (!CheckName(key) || !CheckName(value)) return false;
  if (out_.tags.size() == options_.limits.tags) return Fail(ParseErrorCode::kTooManyTags, key_start);
  out_.tags.push_back({key, value});
  return true;
}

bool LineReader::CheckTags() {
  if (dialect_.refuse_reserved_tags) {
    for (const RawTag& tag : out_.tags) {
      if (!IsReservedTag(tag.key)) continue;
      return Fail(ParseErrorCode::kReservedTag, static_cast<size_t>(tag.key.data() - line_.data()),
                  std::string(tag.key));
    }
  }
  // Sorted for the canonical form of the series; equal keys stay in the order of the line, so that the last one is
  // known.
  const auto by_key = [](const RawTag& a, const RawTag& b) {
    const int order = a.key.compare(b.key);
    return order != 0 ? order < 0 : a.key.data() < b.key.data();
  };
  if (!std::is_sorted(out_.tags.begin(), out_.tags.end(), by_key))
    std::sort(out_.tags.begin(), out_.tags.end(), by_key);
  const auto same_key = [](const RawTag& a, const RawTag& b) { return a.key == b.key; };
  const auto twice = std::adjacent_find(out_.tags.begin(), out_.tags.end(), same_key);
  if (twice == out_.tags.end()) return true;
  if (dialect_.duplicate_tags == DuplicateTags::kReject) {
    return Fail(ParseErrorCode::kDuplicateTags, static_cast<size_t>((twice + 1)->key.data() - line_.data()));
  }
  size_t kept = 0;
  for (size_t i = 0; i < out_.tags.size(); ++i) {
    if (i + 1 < out_.tags.size() && same_key(out_.tags[i], out_.tags[i + 1])) continue;
    out_.tags[kept++] = out_.tags[i];
  }
  out_.tags.resize(kept);
  return true;
}

bool LineReader::ReadFields() {
  out_.fields.clear();
  SkipSpaces();
  if (AtEnd()) return Fail(ParseErrorCode::kInvalidFieldFormat, at_);
  while (true) {
    if (!ReadField()) return false;
    if (AtEnd() || line_[at_] != ',') return true;
    ++at_;
  }
}

bool LineReader::ReadField() {
  if (out_.fields.size() == options_.limits.fields) return Fail(ParseErrorCode::kTooManyFields, at_);
  RawField& field = out_.fields.emplace_back();
  if (!ReadFieldName(field)) return false;
  const size_t key_bytes = out_.key.size() + kFieldSeparatorBytes + field.name.size();
  if (key_bytes > options_.limits.key_bytes) {
    return Fail(ParseErrorCode::kKeyTooLong, at_, LengthDetail(key_bytes));
  }
  return ReadValue(field);
}

bool LineReader::ReadFieldName(RawField& field) {
  const size_t start = at_;
  while (!AtEnd() && (IsEscaped(start) || (line_[at_] != '=' && line_[at_] != ',' && !IsSpace(line_[at_])))) ++at_;
  if (AtEnd() || line_[at_] != '=') return Fail(ParseErrorCode::kInvalidFieldFormat, at_);
  if (at_ == start) return Fail(ParseErrorCode::kMissingFieldKey, at_);
  field.name = line_.substr(start, at_ - start);
  ++at_;
  return CheckName(field.name);
}

bool LineReader::ReadValue(RawField& field) {
  if (AtEnd() || line_[at_] == ',' || IsSpace(line_[at_])) return Fail(ParseErrorCode::kMissingFieldValue, at_);
  if (line_[at_] == '"') return ReadString(field);
  size_t end = at_;
  while (end < line_.size() && line_[end] != ',' && !IsSpace(line_[end])) ++end;
  const std::string_view token = line_.substr(at_, end - at_);
  const char first = token[0];
  const bool numeric = (first >= '0' && first <= '9') || first == '.' || first == '-' || first == 'N' || first == 'n';
  if (!(numeric ? ReadNumber(token, field) : ReadBoolean(token, field))) return false;
  at_ = end;
  return true;
}

bool LineReader::ReadString(RawField& field) {
  const size_t start = at_ + 1;
  field.type = point::FieldType::kString;
  size_t end = start;
  while (end < line_.size() && line_[end] != '"') {
    if (line_[end] != '\\' || end + 1 == line_.size()) {
      ++end;
      continue;
    }
    const char next = line_[end + 1];
    if (dialect_.string_escapes == StringEscapes::kRejectOthers && next != '"' && next != '\\') {
      return Fail(ParseErrorCode::kInvalidString, end);
    }
    field.has_escapes = true;
    end += 2;
  }
  if (end >= line_.size()) return Fail(ParseErrorCode::kUnbalancedQuotes, at_);
  field.text = line_.substr(start, end - start);
  at_ = end + 1;
  if (!AtEnd() && line_[at_] != ',' && !IsSpace(line_[at_])) return Fail(ParseErrorCode::kInvalidFieldFormat, at_);
  return true;
}

bool LineReader::ReadNumber(std::string_view token, RawField& field) {
  NumberFault number_fault = NumberFault::kNone;
  ParseErrorCode beyond = ParseErrorCode::kInvalidFloat;
  const std::string_view digits = token.substr(0, token.size() - 1);
  if (token.back() == 'i') {
    int64_t value = 0;
    number_fault = ParseInteger(digits, value);
    field.type = point::FieldType::kInt64;
    field.bits = static_cast<uint64_t>(value);
    beyond = ParseErrorCode::kIntegerOutOfRange;
  } else if (token.back() == 'u' && dialect_.unsigned_integers) {
    number_fault = ParseUnsigned(digits, field.bits);
    field.type = point::FieldType::kUint64;
    beyond = ParseErrorCode::kUnsignedOutOfRange;
  } else {
    double value = 0;
    number_fault = ParseFloat(token, value);
    field.type = point::FieldType::kFloat64;
    field.bits = std::bit_cast<uint64_t>(value);
  }
  switch (number_fault) {
    case NumberFault::kNone:
      return true;
    case NumberFault::kMalformed:
      return Fail(ParseErrorCode::kInvalidNumber, at_);
    case NumberFault::kBadExponent:
      return Fail(ParseErrorCode::kInvalidFloat, at_);
    case NumberFault::kOutOfRange:
      return Fail(beyond, at_, std::string(digits));
  }
  return true;
}

bool LineReader::ReadBoolean(std::string_view token, RawField& field) {
  field.type = point::FieldType::kBoolean;
  const bool is_true = token == "t" || token == "T" || token == "true" || token == "True" || token == "TRUE";
  const bool is_false = token == "f" || token == "F" || token == "false" || token == "False" || token == "FALSE";
  if (!is_true && !is_false) return Fail(ParseErrorCode::kInvalidBoolean, at_);
  field.bits = is_true ? 1 : 0;
  return true;
}

bool LineReader::ReadTime() {
  SkipSpaces();
  out_.has_time = !AtEnd();
  if (AtEnd()) return true;
  const size_t start = at_;
  size_t end = start + (line_[start] == '-' ? 1 : 0);
  while (end < line_.size() && line_[end] >= '0' && line_[end] <= '9') ++end;
  if (end < line_.size() && !IsSpace(line_[end])) return Fail(ParseErrorCode::kBadTimestamp, end);
  int64_t time = 0;
  switch (ParseInteger(line_.substr(start, end - start), time)) {
    case NumberFault::kNone:
      break;
    case NumberFault::kOutOfRange:
      return Fail(ParseErrorCode::kTimeOutOfRange, start);
    default:
      return Fail(ParseErrorCode::kBadTimestamp, start);
  }
  if (__builtin_mul_overflow(time, options_.precision_ns, &out_.time_ns) || out_.time_ns < kMinTime ||
      out_.time_ns > kMaxTime) {
    return Fail(ParseErrorCode::kTimeOutOfRange, start);
  }
  at_ = end;
  SkipSpaces();
  return AtEnd() || Fail(ParseErrorCode::kInvalidPoint, at_);
}

}  // namespace

bool ReadPlainKey(std::string_view key, const ParserOptions& options, RawLine& out, Fault& fault) {
  return LineReader(key, options, out, fault).ReadKeyAlone();
}

bool ReadPlainLine(std::string_view line, const ParserOptions& options, RawLine& out, Fault& fault) {
  return LineReader(line, options, out, fault).Read();
}

size_t SkipLeading(std::string_view line, const Dialect& dialect) {
  size_t at = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (c == ' ' || (dialect.control_bytes && (c == '\t' || c == '\0'))) continue;
    if (dialect.wide_whitespace && (c == '\v' || c == '\f')) continue;
    break;
  }
  return at;
}

void Unescape(std::string_view raw, std::string_view escapable, std::string& out) {
  out.clear();
  for (size_t i = 0; i < raw.size(); ++i) {
    const bool escape = raw[i] == '\\' && i + 1 < raw.size() && escapable.find(raw[i + 1]) != std::string_view::npos;
    if (!escape) out.push_back(raw[i]);
  }
}

void UnescapeString(std::string_view raw, StringEscapes escapes, std::string& out) {
  out.clear();
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      out.push_back(raw[i]);
      continue;
    }
    const char next = raw[++i];
    const bool control = escapes == StringEscapes::kControls && (next == 'n' || next == 'r' || next == 't');
    if (control) {
      out.push_back(next == 'n' ? '\n' : next == 'r' ? '\r' : '\t');
      continue;
    }
    if (next != '"' && next != '\\') out.push_back('\\');
    out.push_back(next);
  }
}

size_t LineLength(std::string_view text, const Dialect& dialect) {
  size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\0')) ++at;
  bool in_fields = false;
  bool quoted = false;
  // Inside a value there has been one `=` more than commas.
  int64_t in_value = 0;
  // Backslashes right before the byte at hand. In names one or more of them escape it, in strings and before a line
  // feed they go in pairs.
  size_t backslashes = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\') {
      ++backslashes;
      continue;
    }
    const bool escaped = quoted ? backslashes % 2 == 1 : backslashes > 0;
    if (c == '\n' && !quoted && backslashes % 2 == 0) return at;
    backslashes = 0;
    if (escaped) continue;
    if (c == '"' && in_value > 0) quoted = !quoted;
    if (quoted) continue;
    if (c == ' ' || (dialect.wide_whitespace && (c == '\t' || c == '\v' || c == '\f'))) in_fields = true;
    if (c == '=' && in_fields) ++in_value;
    if (c == ',' && in_fields) --in_value;
  }
  return text.size();
}

}  // namespace firn::line_protocol
