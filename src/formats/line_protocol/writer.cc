#include "formats/line_protocol/writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <vector>

#include "base/floor_divide.h"
#include "formats/line_protocol/line_text.h"
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

constexpr size_t kLongestWhole = 20;   // -9223372036854775808
constexpr size_t kLongestFloat = 360;  // -5e-324 without an exponent, and some

template <typename T>
void AddWhole(T value, LineText& out) {
  char* const end = out.Room(kLongestWhole);
  out.EndAt(std::to_chars(end, end + kLongestWhole, value).ptr);
}

void AddString(std::string_view value, LineText& out) {
  char* end = out.Room(2 * value.size() + 2);
  *end++ = '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') *end++ = '\\';
    *end++ = c;
  }
  *end++ = '"';
  out.EndAt(end);
}

/// Most measured values have no more than two decimals: these need no search for the shortest digits. A quotient of two
/// numbers without rounding is the number nearest to it, so where it gives the value back, its digits do too; and of up
/// to fifteen digits no two numbers are nearest to the same value. Null when it is no such value.
char* WriteHundredths(double value, char* out) {
  const double hundredths = std::nearbyint(value * 100);
  if (!(std::fabs(hundredths) < 1e15) || hundredths / 100 != value || hundredths == 0) return nullptr;
  const auto whole = static_cast<uint64_t>(std::fabs(hundredths));
  if (hundredths < 0) *out++ = '-';
  out = std::to_chars(out, out + kLongestWhole, whole / 100).ptr;
  if (const auto rest = static_cast<char>(whole % 100); rest != 0) {
    *out++ = '.';
    *out++ = static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) *out++ = static_cast<char>('0' + rest % 10);
  }
  return out;
}

/// Writes a finite value to `out`, which has room for kLongestFloat bytes, and gives the end.
char* WriteFloat(double value, char* out) {
  if (char* const end = WriteHundredths(value, out)) return end;
  if (const double size = std::fabs(value); size >= 1e-5 && size < 1e15) {
    // Here the shortest form without an exponent needs no zeros before or behind its digits.
    return std::to_chars(out, out + kLongestFloat, value, std::chars_format::fixed).ptr;
  }
  // The digits come from the shortest scientific form "d.ddde±xx"; only the place of the point is new.
  char text[32];
  const char* const end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  const char* at = text;
  if (*at == '-') *out++ = *at++;
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
    *out++ = '0';
    if (digits == "0") return out;
    *out++ = '.';
    out = std::fill_n(out, -before_point, '0');
    return std::copy(digits.begin(), digits.end(), out);
  }
  if (before_point >= count) {
    out = std::copy(digits.begin(), digits.end(), out);
    return std::fill_n(out, before_point - count, '0');
  }
  out = std::copy_n(digits.begin(), before_point, out);
  *out++ = '.';
  return std::copy(digits.begin() + before_point, digits.end(), out);
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
    for (const point::FieldColumn& field : batch.fields) {
      WriteReport of_name;
      std::string text;
      const bool writable = AppendName(field.name(), kNameEscapes, text, of_name);
      names_.push_back({PaddedName(text + "="), writable, of_name.names_changed > 0});
    }
    has_measurement_ = AppendMeasurement(batch.measurement, measurement_, report_);
    if (options.max_line_bytes > 0) longest_line_ = options.max_line_bytes;
  }

  void Write(size_t row) {
    SetKey(row);
    SetTail(row);
    point_.Truncate(0);
    uint64_t lines = 0;
    size_t line_start = 0;
    bool in_line = false;
    for (const size_t column : order_) {
      if (!batch_.fields[column].IsSet(row)) continue;
      const size_t before = point_.size();
      in_line ? point_.Add(',') : BeginLine();
      const size_t field_start = point_.size();
      if (!AddField(column, row)) {
        point_.Truncate(before);
        ++report_.values_left_out;
        continue;
      }
      const size_t line_of_its_own = key_.size() + 1 + (point_.size() - field_start) + tail_.size();
      if (!has_measurement_ || line_of_its_own > longest_line_) {
        ++report_.points_left_out;
        return;
      }
      if (in_line && point_.size() - line_start + tail_.size() > longest_line_) {
        const std::string field(point_.view().substr(field_start));
        point_.Truncate(before);
        point_.Add(tail_.view());
        ++lines;
        line_start = point_.size();
        BeginLine();
        point_.Add(field);
      }
      in_line = true;
    }
    if (!in_line) {
      ++report_.points_left_out;
      return;
    }
    point_.Add(tail_.view());
    report_.lines += lines + 1;
    out_ += point_.view();
  }

 private:
  void BeginLine() {
    point_.Add(key_);
    point_.Add(' ');
  }

  /// What ends each line of a row.
  void SetTail(size_t row) {
    tail_.Truncate(0);
    if (!options_.omit_timestamp) {
      tail_.Add(' ');
      AddWhole(FloorDivide(batch_.times[row], options_.precision_ns), tail_);
    }
    tail_.Add('\n');
  }

  /// What begins each line of a row: measurement and tags.
  void SetKey(size_t row) {
    const uint32_t series = batch_.series[row];
    if (has_key_ && series == key_series_) return;
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
  }

  /// False when the value has no text.
  bool AddField(size_t index, size_t row) {
    const point::FieldColumn& column = batch_.fields[index];
    EscapedName& name = names_[index];
    if (!name.writable) return false;
    if (name.changed) {
      ++report_.names_changed;
      name.changed = false;
    }
    point_.Add(name.text);
    switch (column.type()) {
      case point::FieldType::kFloat64: {
        const double value = column.float64s()[row];
        if (!std::isfinite(value)) return false;
        point_.EndAt(WriteFloat(value, point_.Room(kLongestFloat)));
        return true;
      }
      case point::FieldType::kInt64:
        AddWhole(column.int64s()[row], point_);
        point_.Add('i');
        return true;
      case point::FieldType::kUint64:
        AddUnsigned(column.uint64s()[row]);
        return true;
      case point::FieldType::kBoolean:
        point_.Add(std::string_view(column.booleans()[row] != 0 ? "true" : "false"));
        return true;
      case point::FieldType::kString:
        AddString(column.StringAt(row), point_);
        return true;
    }
    return false;
  }

  void AddUnsigned(uint64_t value) {
    constexpr auto kHighest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    AddWhole(options_.unsigned_integers ? value : std::min(value, kHighest), point_);
    point_.Add(options_.unsigned_integers ? 'u' : 'i');
  }

  const point::Batch& batch_;
  const WriterOptions& options_;
  std::string& out_;
  WriteReport& report_;
  std::vector<size_t> order_;
  struct EscapedName {
    PaddedName text;  // with its `=`
    bool writable = false;
    bool changed = false;  // and not yet reported
  };
  std::vector<EscapedName> names_;
  std::string measurement_;
  bool has_measurement_ = false;
  size_t longest_line_ = std::numeric_limits<size_t>::max();
  bool has_key_ = false;
  uint32_t key_series_ = 0;
  std::string key_;
  LineText tail_;
  LineText point_;  // the lines of the row in the making
};

}  // namespace

void AppendFloat(double value, std::string& out) {
  char text[kLongestFloat];
  out.append(text, WriteFloat(value, text));
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
