#include "formats/line_protocol/fast_line.h"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "formats/line_protocol/numbers.h"
#include "formats/line_protocol/swar.h"

namespace firn::line_protocol {
namespace {

constexpr size_t kMostFields = 1'024;
constexpr uint32_t kLongestName = 256;

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::array<uint64_t, 9> kWholePowersOfTen = {1,       10,        100,        1'000,      10'000,
                                                       100'000, 1'000'000, 10'000'000, 100'000'000};
// Whole numbers up to here are doubles, so that one division of two of them rounds once, correctly.
constexpr uint64_t kExactDoubles = uint64_t{1} << 53;
// So many digits always fit 64 bits.
constexpr unsigned kDigitsOfWord = 19;

bool NameMatches(const char* at, const FieldName& name) {
  if (name.raw_size > FieldName::kInline) {
    return name.raw_size <= kLongestName && std::memcmp(at, name.raw_text.data(), name.raw_size) == 0;
  }
  const unsigned low = EqualMask(LoadBlock(at), LoadBlock(name.raw));
  const unsigned high = EqualMask(LoadBlock(at + 16), LoadBlock(name.raw + 16));
  const uint64_t wanted = (uint64_t{1} << name.raw_size) - 1;
  return ((low | (uint64_t{high} << 16)) & wanted) == wanted;
}

/// Digits from `at` on, put behind those that `value` has; `count` says how many these are in all. Stops after so many
/// that the value has overflown for long.
const char* ReadDigits(const char* at, uint64_t& value, unsigned& count) {
  while (count <= 2 * kDigitsOfWord) {
    const uint64_t digits = LoadWord(at) ^ kZeros;
    const uint64_t others = NonDigits(digits);
    if (others == 0) {
      value = value * kWholePowersOfTen[8] + EightDigits(digits);
      count += 8;
      at += 8;
      continue;
    }
    const unsigned run = FirstMarked(others);
    if (run == 0) return at;
    value = value * kWholePowersOfTen[run] + FirstDigits(digits, run);
    count += run;
    return at + run;
  }
  return at;
}

bool SetDouble(ParsedField& field, uint64_t mantissa, unsigned fraction_digits, bool negative) {
  double value = 0;
  if (mantissa <= kExactDoubles) {
    value = static_cast<double>(mantissa) / kPowersOfTen[fraction_digits];
  } else {
    const fast_float::adjusted_mantissa nearest =
        fast_float::compute_float<fast_float::binary_format<double>>(-static_cast<int64_t>(fraction_digits), mantissa);
    if (nearest.power2 < 0) return false;
    value = std::bit_cast<double>(nearest.mantissa | (static_cast<uint64_t>(nearest.power2) << 52));
  }
  field.type = point::FieldType::kFloat64;
  field.value.bits = std::bit_cast<uint64_t>(negative ? -value : value);
  return true;
}

}  // namespace

FastPath::FastPath(const ParserOptions& options, SeriesInterner& series, BodyState& state)
    : options_(options), series_(series), state_(state), fields_(std::min(kMostFields, options.limits.fields)) {}

const char* FastPath::ReadLines(const char* at, const char* end) {
  if (end - at <= kLookAhead) return at;
  const char* const limit = end - kLookAhead;
  while (at < limit) {
    SeriesEntry* const entry = state_.last->next;
    const bool predicted = entry != nullptr && limit - at > static_cast<ptrdiff_t>(entry->key_size) &&
                           EqualAhead(at, entry->key(), entry->key_size + 1);
    const char* const next = predicted ? ReadLine(at, *entry, limit) : ReadUnexpected(at, limit);
    if (next == nullptr) return at;
    state_.progress.bytes_read += static_cast<uint64_t>(next - at);
    at = next;
  }
  return at;
}

/// The bytes up to the first space that is not escaped; nothing when the line ends before.
std::string_view FastPath::KeyAt(const char* at, const char* limit) {
  const char* end = at;
  while (true) {
    end = FindEither(end, limit, ' ', '\n');
    if (end == limit || *end == '\n') return {};
    if (end == at || end[-1] != '\\') return {at, static_cast<size_t>(end - at)};
    ++end;
  }
}

const char* FastPath::ReadUnexpected(const char* line, const char* limit) {
  const std::string_view key = KeyAt(line, limit);
  if (key.empty()) return nullptr;
  const uint64_t prefetched = series_.Prefetch(key);
  // Another series of the last line's measurement, most likely: its fields are read while memory looks for the series.
  SeriesEntry* const before = state_.last;
  const bool guessed = before->measurement != nullptr && before->measurement->touched;
  const char* const next = guessed ? ReadFields(key.data() + key.size() + 1, *before->measurement, limit) : nullptr;
  SeriesEntry* entry = series_.Find(key, prefetched);
  if (entry != nullptr) {
    if (!entry->repeatable) return nullptr;
    before->next = entry;
    if (!guessed || entry->measurement != before->measurement) return ReadLine(line, *entry, limit);
    if (entry->generation != entry->measurement->generation()) return nullptr;
  }
  if (next == nullptr || static_cast<size_t>(next - line) > options_.limits.line_bytes) return nullptr;
  if (entry == nullptr) {
    // It is added now that its line is known to be good.
    entry = series_.AddLike(*before, key);
    if (entry == nullptr) return nullptr;
    before->next = entry;
  }
  AddRow(*entry);
  return next;
}

const char* FastPath::ReadLine(const char* line, SeriesEntry& entry, const char* limit) {
  MeasurementWriter& measurement = *entry.measurement;
  if (entry.generation != measurement.generation() || !measurement.touched) return nullptr;
  const char* const next = ReadFields(line + entry.key_size + 1, measurement, limit);
  if (next == nullptr || static_cast<size_t>(next - line) > options_.limits.line_bytes) return nullptr;
  AddRow(entry);
  return next;
}

void FastPath::AddRow(SeriesEntry& entry) {
  state_.last = &entry;
  state_.all_lines_timed &= timed_;
  ++state_.rows;
  ++state_.lines;
  entry.measurement->AddRow({fields_.data(), field_count_}, entry.series, line_time_ns_);
}

FieldName* FastPath::LookUpName(const char* at, const char* limit, MeasurementWriter& measurement) {
  const char* const last = std::min(limit, at + kLongestName);
  const char* end = at;
  while (true) {
    end = FindEither(end, last, '=', '\n');
    if (end == last || *end == '\n') return nullptr;
    if (end == at || end[-1] != '\\') break;
    ++end;
  }
  FieldName* const name = measurement.FindField({at, static_cast<size_t>(end - at)});
  return name != nullptr && name->raw_size != FieldName::kPlainOnly ? name : nullptr;
}

const char* FastPath::ReadFields(const char* at, MeasurementWriter& measurement, const char* limit) {
  FieldName** link = &measurement.first_field;
  ParsedField* field = fields_.data();
  ParsedField* const fields_end = field + fields_.size();
  line_time_ns_ = state_.default_time_ns;
  timed_ = true;
  while (true) {
    if (at >= limit || field == fields_end) return nullptr;
    FieldName* name = *link;
    if (name == nullptr || !NameMatches(at, *name)) {
      name = LookUpName(at, limit, measurement);
      if (name == nullptr) return nullptr;
      *link = name;
    }
    link = &name->next;
    field->name = name;
    at = ReadValue(at + name->raw_size, *field++, limit);
    if (at == nullptr) return nullptr;
    const char c = *at++;
    if (c == ',') continue;
    field_count_ = static_cast<size_t>(field - fields_.data());
    if (c == ' ') return ReadTime(at, line_time_ns_);
    timed_ = false;
    if (c == '\n') return at;
    return c == '\r' && *at == '\n' && options_.dialect.carriage_return_ends_line ? at + 1 : nullptr;
  }
}

inline const char* FastPath::ReadValue(const char* at, ParsedField& field, const char* limit) const {
  field.value.text = {};
  const bool negative = *at == '-';
  const char* const number = at + (negative ? 1 : 0);
  const uint64_t digits = LoadWord(number) ^ kZeros;
  const uint64_t others = NonDigits(digits);
  if (others == 0) return ReadLongNumber(at, field);
  const unsigned whole = FirstMarked(others);
  if (whole == 0) return ReadWord(at, field, limit);
  const char suffix = number[whole];
  if (suffix == 'i') {
    const uint64_t value = FirstDigits(digits, whole);
    field.type = point::FieldType::kInt64;
    field.value.bits = negative ? 0 - value : value;
    return number + whole + 1;
  }
  if (suffix == '.') {
    // All of the number lies within the word: close the gap that the point makes between its digits.
    const uint64_t behind_point = others & (others - 1);
    if (behind_point == 0) return ReadLongNumber(at, field);
    const unsigned size = FirstMarked(behind_point);
    const uint64_t before = (uint64_t{1} << (8 * whole)) - 1;
    const uint64_t packed = (digits & before) | ((digits >> 8) & ~before);
    const double value = static_cast<double>(FirstDigits(packed, size - 1)) / kPowersOfTen[size - whole - 1];
    field.type = point::FieldType::kFloat64;
    field.value.bits = std::bit_cast<uint64_t>(negative ? -value : value);
    if ((number[size] | 0x20) == 'e') return ReadNumberToken(at, field);
    return number + size;
  }
  return ReadLongNumber(at, field);
}

const char* FastPath::ReadLongNumber(const char* at, ParsedField& field) const {
  const bool negative = *at == '-';
  uint64_t mantissa = 0;
  unsigned count = 0;
  const char* end = ReadDigits(at + (negative ? 1 : 0), mantissa, count);
  const unsigned whole = count;
  if (*end == '.') {
    end = ReadDigits(end + 1, mantissa, count);
    if (count == 0 || count > kDigitsOfWord || (*end | 0x20) == 'e') return ReadNumberToken(at, field);
    return SetDouble(field, mantissa, count - whole, negative) ? end : ReadNumberToken(at, field);
  }
  if (count == 0 || count >= kDigitsOfWord) return ReadNumberToken(at, field);
  if (*end == 'i') {
    field.type = point::FieldType::kInt64;
    field.value.bits = negative ? 0 - mantissa : mantissa;
    return end + 1;
  }
  if (*end == 'u') {
    if (negative || !options_.dialect.unsigned_integers) return nullptr;
    field.type = point::FieldType::kUint64;
    field.value.bits = mantissa;
    return end + 1;
  }
  if ((*end | 0x20) == 'e') return ReadNumberToken(at, field);
  return SetDouble(field, mantissa, 0, negative) ? end : nullptr;
}

const char* FastPath::ReadNumberToken(const char* at, ParsedField& field) const {
  const char* end = at;
  while (end - at < kLookAhead / 2 && *end != ',' && *end != ' ' && *end != '\n' && *end != '\r') ++end;
  if (end == at) return nullptr;
  const std::string_view token(at, static_cast<size_t>(end - at));
  if (token.back() == 'i') {
    int64_t value = 0;
    if (ParseInteger(token.substr(0, token.size() - 1), value) != NumberFault::kNone) return nullptr;
    field.type = point::FieldType::kInt64;
    field.value.bits = static_cast<uint64_t>(value);
    return end;
  }
  if (token.back() == 'u') {
    if (!options_.dialect.unsigned_integers) return nullptr;
    field.type = point::FieldType::kUint64;
    return ParseUnsigned(token.substr(0, token.size() - 1), field.value.bits) == NumberFault::kNone ? end : nullptr;
  }
  double value = 0;
  if (ParseFloat(token, value) != NumberFault::kNone) return nullptr;
  field.type = point::FieldType::kFloat64;
  field.value.bits = std::bit_cast<uint64_t>(value);
  return end;
}

const char* FastPath::ReadWord(const char* at, ParsedField& field, const char* limit) const {
  if (*at == '"') {
    const char* const text = at + 1;
    const char* const end = FindEither(text, limit, '"', '\\');
    if (end == limit || *end == '\\') return nullptr;
    field.type = point::FieldType::kString;
    field.value.text = {text, static_cast<size_t>(end - text)};
    if (field.value.text.find('\n') != std::string_view::npos) return nullptr;
    return end + 1;
  }
  field.type = point::FieldType::kBoolean;
  const bool is_true = *at == 't' || *at == 'T';
  if (!is_true && *at != 'f' && *at != 'F') return *at == '.' || *at == '-' ? ReadLongNumber(at, field) : nullptr;
  field.value.bits = is_true ? 1 : 0;
  const char after = at[1];
  if (after == ',' || after == ' ' || after == '\n' || after == '\r') return at + 1;
  const std::string_view word(at, is_true ? 4 : 5);
  const bool known = is_true ? word == "true" || word == "True" || word == "TRUE"
                             : word == "false" || word == "False" || word == "FALSE";
  return known ? at + word.size() : nullptr;
}

inline const char* FastPath::ReadTime(const char* at, int64_t& time_ns) {
  const size_t size = time_text_size_;
  if (size >= 16 && EqualMask(LoadBlock(at), LoadBlock(time_text_)) == 0xffff &&
      EqualMask(LoadBlock(at + size - 16), LoadBlock(time_text_ + size - 16)) == 0xffff) {
    time_ns = time_ns_;
    return at + size;
  }
  return ReadNewTime(at, time_ns);
}

const char* FastPath::ReadNewTime(const char* at, int64_t& time_ns) {
  const bool negative = *at == '-';
  uint64_t value = 0;
  unsigned count = 0;
  const char* end = ReadDigits(at + (negative ? 1 : 0), value, count);
  if (count == 0 || count > kDigitsOfWord || value > uint64_t{std::numeric_limits<int64_t>::max() - 1}) return nullptr;
  if (*end == '\r' && options_.dialect.carriage_return_ends_line) ++end;
  if (*end++ != '\n') return nullptr;
  const auto time = static_cast<int64_t>(value);
  // All times in range are below the lowest and the highest int64, which the plain path refuses.
  if (__builtin_mul_overflow(negative ? -time : time, options_.precision_ns, &time_ns)) return nullptr;
  if (time_ns < std::numeric_limits<int64_t>::min() + 2 || time_ns > std::numeric_limits<int64_t>::max() - 1)
    return nullptr;
  const auto size = static_cast<size_t>(end - at);
  time_text_size_ = size <= sizeof(time_text_) ? size : 0;
  std::memcpy(time_text_, at, time_text_size_);
  time_ns_ = time_ns;
  return end;
}

}  // namespace firn::line_protocol
