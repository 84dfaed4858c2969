#include "formats/line_protocol/writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <vector>

#include "formats/line_protocol/plain_line.h"
#include "point/row.h"

namespace firn::line_protocol {
namespace {

/// Appends a name with its escapes. False when nothing of it can be written.
bool AppendName(std::string_view name, std::string_view escapable, std::string& out, WriteReport& report) {
  const size_t whole = name.size();
  // Before the delimiter that follows, a backslash would escape that.
  while (!name.empty() && name.back() == '\\') name.remove_suffix(1);
  bool changed = name.size() != whole;
  for (const char c : name) {
    if (c == '\n') {
      out += "\\n";
      changed = true;
      continue;
    }
    if (escapable.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  if (changed && !name.empty()) ++report.names_changed;
  return !name.empty();
}

bool AppendMeasurement(std::string_view name, std::string& out, WriteReport& report) {
  const size_t start = out.size();
  if (!AppendName(name, kMeasurementEscapes, out, report)) return false;
  char& first = out[start];
  if (first == '#' || first == '\t' || first == '\0') {
    first = '_';
    ++report.names_changed;
  }
  return true;
}

template <typename T>
void AppendWhole(T value, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

void AppendString(std::string_view value, std::string& out) {
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

int64_t FloorDivide(int64_t value, int64_t by) {
  const int64_t quotient = value / by;
  return quotient - (value % by < 0 ? 1 : 0);
}

/// Writes the rows of one batch: names and keys are escaped once.
class BatchWriter {
 public:
  BatchWriter(const point::Batch& batch, const WriterOptions& options, std::string& out, WriteReport& report)
      : batch_(batch), options_(options), out_(out), report_(report) {
    order_.resize(batch.fields.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    if (options.field_order == FieldOrder::kSorted) {
      std::sort(order_.begin(), order_.end(), [&](size_t a, size_t b) {
        const int order = batch.fields[a].name().compare(batch.fields[b].name());
        return order != 0 ? order < 0 : a < b;
      });
    }
    names_.resize(batch.fields.size());
    for (size_t i = 0; i < names_.size(); ++i) {
      WriteReport of_name;
      AppendName(batch.fields[i].name(), kNameEscapes, names_[i].text, of_name);
      names_[i].changed = of_name.names_changed > 0;
    }
    has_measurement_ = AppendMeasurement(batch.measurement, measurement_, report_);
  }

  void Write(size_t row) {
    const std::string_view key = KeyOf(row);
    tail_.clear();
    if (!options_.omit_timestamp) {
      tail_ += ' ';
      AppendWhole(FloorDivide(batch_.times[row], options_.precision_ns), tail_);
    }
    tail_ += '\n';
    const size_t point_start = out_.size();
    const uint64_t lines_before = report_.lines;
    size_t line_start = point_start;
    bool in_line = false;
    for (const size_t column : order_) {
      if (!batch_.fields[column].IsSet(row)) continue;
      field_.clear();
      if (!AppendField(column, row)) {
        ++report_.values_left_out;
        continue;
      }
      const size_t longest =
          options_.max_line_bytes == 0 ? std::numeric_limits<size_t>::max() : options_.max_line_bytes;
      if (in_line && out_.size() - line_start + 1 + field_.size() + tail_.size() > longest) {
        EndLine();
        in_line = false;
      }
      if (!in_line) {
        line_start = out_.size();
        out_ += key;
        in_line = true;
        if (key.size() + 1 + field_.size() + tail_.size() > longest || !has_measurement_) {
          out_.resize(point_start);
          report_.lines = lines_before;
          ++report_.points_left_out;
          return;
        }
        out_ += ' ';
      } else {
        out_ += ',';
      }
      out_ += field_;
    }
    if (in_line) {
      EndLine();
    } else {
      ++report_.points_left_out;
    }
  }

 private:
  void EndLine() {
    out_ += tail_;
    ++report_.lines;
  }

  std::string_view KeyOf(size_t row) {
    const uint32_t series = batch_.series[row];
    if (has_key_ && series == key_series_) return key_;
    has_key_ = true;
    key_series_ = series;
    key_ = measurement_;
    for (const point::Tag& tag : batch_.series_view.TagsOf(series)) {
      const size_t start = key_.size();
      key_ += ',';
      bool whole = AppendName(tag.key, kNameEscapes, key_, report_);
      key_ += '=';
      whole = AppendName(tag.value, kNameEscapes, key_, report_) && whole;
      if (whole) continue;
      key_.resize(start);
      ++report_.tags_left_out;
    }
    return key_;
  }

  /// False when the value has no text.
  bool AppendField(size_t index, size_t row) {
    const point::FieldColumn& column = batch_.fields[index];
    if (names_[index].text.empty()) return false;
    if (names_[index].changed) {
      ++report_.names_changed;
      names_[index].changed = false;
    }
    field_ += names_[index].text;
    field_ += '=';
    switch (column.type()) {
      case point::FieldType::kFloat64: {
        const double value = column.float64s()[row];
        if (!std::isfinite(value)) return false;
        AppendFloat(value, field_);
        return true;
      }
      case point::FieldType::kInt64:
        AppendWhole(column.int64s()[row], field_), field_ += 'i';
        return true;
      case point::FieldType::kUint64:
        AppendUnsigned(column.uint64s()[row]);
        return true;
      case point::FieldType::kBoolean:
        field_ += column.booleans()[row] != 0 ? "true" : "false";
        return true;
      case point::FieldType::kString:
        AppendString(column.StringAt(row), field_);
        return true;
    }
    return false;
  }

  void AppendUnsigned(uint64_t value) {
    if (options_.unsigned_integers) {
      AppendWhole(value, field_);
      field_ += 'u';
      return;
    }
    constexpr auto kHighest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    AppendWhole(std::min(value, kHighest), field_);
    field_ += 'i';
  }

  const point::Batch& batch_;
  const WriterOptions& options_;
  std::string& out_;
  WriteReport& report_;
  std::vector<size_t> order_;
  struct EscapedName {
    std::string text;
    bool changed = false;  // and not yet reported
  };
  std::vector<EscapedName> names_;
  std::string measurement_;
  bool has_measurement_ = false;
  bool has_key_ = false;
  uint32_t key_series_ = 0;
  std::string key_;
  std::string field_;
  std::string tail_;
};

}  // namespace

namespace {

/// Most measured values have no more than two decimals: these need no search for the shortest digits. A quotient of two
/// numbers without rounding is the number nearest to it, so where it gives the value back, its digits do too; and of up
/// to fifteen digits no two numbers are nearest to the same value.
bool AppendHundredths(double value, std::string& out) {
  const double hundredths = std::nearbyint(value * 100);
  if (!(std::fabs(hundredths) < 1e15) || hundredths / 100 != value || hundredths == 0) return false;
  const auto whole = static_cast<uint64_t>(std::fabs(hundredths));
  if (hundredths < 0) out += '-';
  char text[24];
  char* end = std::to_chars(text, text + sizeof(text), whole / 100).ptr;
  if (const auto rest = static_cast<char>(whole % 100); rest != 0) {
    *end++ = '.';
    *end++ = static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) *end++ = static_cast<char>('0' + rest % 10);
  }
  out.append(text, end);
  return true;
}

}  // namespace

void AppendFloat(double value, std::string& out) {
  if (AppendHundredths(value, out)) return;
  char text[32];
  if (const double size = std::fabs(value); size >= 1e-5 && size < 1e15) {
    // Here the shortest form without an exponent needs no zeros before or behind its digits.
    out.append(text, std::to_chars(text, text + sizeof(text), value, std::chars_format::fixed).ptr);
    return;
  }
  // The digits come from the shortest scientific form "d.ddde±xx"; only the place of the point is new.
  const char* const end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  const char* at = text;
  if (*at == '-') out += *at++;
  std::string digits;
  for (; *at != 'e'; ++at) {
    if (*at != '.') digits += *at;
  }
  ++at;
  if (*at == '+') ++at;
  int exponent = 0;
  std::from_chars(at, end, exponent);
  const int before_point = exponent + 1;
  const auto count = static_cast<int>(digits.size());
  if (before_point <= 0) {
    out += "0";
    if (digits == "0") return;
    out += '.';
    out.append(static_cast<size_t>(-before_point), '0');
    out += digits;
  } else if (before_point >= count) {
    out += digits;
    out.append(static_cast<size_t>(before_point - count), '0');
  } else {
    out.append(digits, 0, static_cast<size_t>(before_point));
    out += '.';
    out.append(digits, static_cast<size_t>(before_point));
  }
}

void WriteBatch(const point::Batch& batch, const WriterOptions& options, std::string& out, WriteReport& report) {
  BatchWriter writer(batch, options, out, report);
  for (size_t row = 0; row < batch.rows(); ++row) writer.Write(row);
}

void WriteRow(const point::Batch& batch, size_t row, const WriterOptions& options, std::string& out,
              WriteReport& report) {
  BatchWriter(batch, options, out, report).Write(row);
}

}  // namespace firn::line_protocol
