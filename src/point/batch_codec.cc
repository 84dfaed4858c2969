#include "point/batch_codec.h"

#include <unordered_map>

#include "base/bytes.h"

namespace firn::point {
namespace {

constexpr char kVersion = 1;

constexpr char kSeriesIntact = 1;
constexpr char kOnlyIfAbsent = 2;

void PutVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void PutText(std::string& out, std::string_view text) {
  PutVarint(out, text.size());
  out += text;
}

template <typename T>
void PutArray(std::string& out, std::span<const T> values) {
  out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

/// Reads from the front of a view and remembers the first failure.
class Cursor {
 public:
  explicit Cursor(std::string_view& bytes) : bytes_(bytes) {}

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::string_view Take(uint64_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view Text() { return Take(Varint()); }
  template <typename T>
  std::vector<T> Array(uint64_t count) {
    if (count > bytes_.size() / sizeof(T)) {
      ok_ = false;
      return {};
    }
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), Take(count * sizeof(T)).data(), count * sizeof(T));
    return values;
  }
  /// A count of things that take at least `least_bytes` each.
  uint64_t Count(size_t least_bytes) {
    const uint64_t count = Varint();
    if (count > bytes_.size() / least_bytes) ok_ = false;
    return ok_ ? count : 0;
  }
  bool ok() const { return ok_; }
  void Fail() { ok_ = false; }

 private:
  std::string_view& bytes_;
  bool ok_ = true;
};

/// The series that rows use, renumbered in order of first use.
std::vector<uint32_t> UsedSeries(const Batch& batch, std::vector<uint32_t>& row_series) {
  std::unordered_map<uint32_t, uint32_t> number;
  std::vector<uint32_t> used;
  row_series.reserve(batch.rows());
  for (const uint32_t series : batch.series) {
    const auto [entry, added] = number.emplace(series, static_cast<uint32_t>(used.size()));
    if (added) used.push_back(series);
    row_series.push_back(entry->second);
  }
  return used;
}

void PutValues(std::string& out, const FieldColumn& field) {
  switch (field.type()) {
    case FieldType::kFloat64:
      PutArray(out, field.float64s());
      break;
    case FieldType::kInt64:
      PutArray(out, field.int64s());
      break;
    case FieldType::kUint64:
      PutArray(out, field.uint64s());
      break;
    case FieldType::kBoolean:
      PutArray(out, field.booleans());
      break;
    case FieldType::kString:
      for (size_t row = 0; row < field.size(); ++row) PutText(out, field.StringAt(row));
      break;
  }
}

void AppendValue(FieldColumn& field, double value) {
  field.AppendFloat64(value);
}
void AppendValue(FieldColumn& field, int64_t value) {
  field.AppendInt64(value);
}
void AppendValue(FieldColumn& field, uint64_t value) {
  field.AppendUint64(value);
}
void AppendValue(FieldColumn& field, uint8_t value) {
  field.AppendBoolean(value != 0);
}

template <typename T>
void ReadFixed(Cursor& cursor, FieldColumn& field, const std::vector<uint64_t>& validity, uint64_t rows) {
  const std::vector<T> values = cursor.Array<T>(rows);
  for (size_t row = 0; row < values.size(); ++row) {
    if (validity.empty() || ((validity[row >> 6] >> (row & 63)) & 1) != 0) {
      AppendValue(field, values[row]);
    } else {
      field.AppendNulls(1);
    }
  }
}

void ReadStrings(Cursor& cursor, FieldColumn& field, const std::vector<uint64_t>& validity, uint64_t rows) {
  for (size_t row = 0; row < rows && cursor.ok(); ++row) {
    const std::string_view text = cursor.Text();
    if (validity.empty() || ((validity[row >> 6] >> (row & 63)) & 1) != 0) {
      field.AppendString(text);
    } else {
      field.AppendNulls(1);
    }
  }
}

void ReadField(Cursor& cursor, Batch& batch, uint64_t rows) {
  const std::string_view name = cursor.Text();
  const uint64_t type = cursor.Varint();
  if (type > static_cast<uint64_t>(FieldType::kString)) return cursor.Fail();
  FieldColumn field{std::string(name), static_cast<FieldType>(type)};
  std::vector<uint64_t> validity;
  if (cursor.Varint() != 0) validity = cursor.Array<uint64_t>((rows + 63) / 64);
  if (!cursor.ok()) return;
  switch (field.type()) {
    case FieldType::kFloat64:
      ReadFixed<double>(cursor, field, validity, rows);
      break;
    case FieldType::kInt64:
      ReadFixed<int64_t>(cursor, field, validity, rows);
      break;
    case FieldType::kUint64:
      ReadFixed<uint64_t>(cursor, field, validity, rows);
      break;
    case FieldType::kBoolean:
      ReadFixed<uint8_t>(cursor, field, validity, rows);
      break;
    case FieldType::kString:
      ReadStrings(cursor, field, validity, rows);
      break;
  }
  batch.fields.push_back(std::move(field));
}

}  // namespace

void EncodeBatch(const Batch& batch, std::string& out) {
  out += kVersion;
  PutText(out, batch.measurement);
  PutText(out, batch.database);
  out += static_cast<char>((batch.series_intact ? kSeriesIntact : 0) | (batch.only_if_absent ? kOnlyIfAbsent : 0));
  std::vector<uint32_t> row_series;
  const std::vector<uint32_t> used = UsedSeries(batch, row_series);
  PutVarint(out, used.size());
  for (const uint32_t series : used) {
    const std::vector<Tag> tags = batch.series_view.TagsOf(series);
    PutVarint(out, tags.size());
    for (const Tag& tag : tags) {
      PutText(out, tag.key);
      PutText(out, tag.value);
    }
  }
  PutVarint(out, batch.rows());
  PutArray<int64_t>(out, batch.times);
  PutArray<uint32_t>(out, row_series);
  PutVarint(out, batch.fields.size());
  for (const FieldColumn& field : batch.fields) {
    PutText(out, field.name());
    PutVarint(out, static_cast<uint64_t>(field.type()));
    PutVarint(out, field.validity().empty() ? 0 : 1);
    PutArray(out, field.validity());
    PutValues(out, field);
  }
}

Result<Batch> DecodeBatch(std::string_view& bytes) {
  Cursor cursor(bytes);
  if (const std::string_view version = cursor.Take(1); !cursor.ok() || version[0] != kVersion) {
    return Corrupt("batch: unknown version");
  }
  Batch batch;
  batch.measurement = std::string(cursor.Text());
  batch.database = std::string(cursor.Text());
  const std::string_view flags = cursor.Take(1);
  batch.series_intact = !flags.empty() && (flags[0] & kSeriesIntact) != 0;
  batch.only_if_absent = !flags.empty() && (flags[0] & kOnlyIfAbsent) != 0;
  auto table = std::make_shared<SeriesTable>();
  const uint64_t series_count = cursor.Count(1);
  std::vector<uint32_t> series(series_count);
  for (uint64_t i = 0; i < series_count && cursor.ok(); ++i) {
    std::vector<Tag> tags(cursor.Count(2));
    for (Tag& tag : tags) tag = {cursor.Text(), cursor.Text()};
    series[i] = table->FindOrAdd(tags);
  }
  const uint64_t rows = cursor.Count(sizeof(int64_t));
  batch.times = cursor.Array<int64_t>(rows);
  batch.series = cursor.Array<uint32_t>(rows);
  for (uint32_t& row : batch.series) {
    if (row >= series.size()) return Corrupt("batch: series {} of {}", row, series.size());
    row = series[row];
  }
  const uint64_t field_count = cursor.Count(3);
  for (uint64_t i = 0; i < field_count && cursor.ok(); ++i) ReadField(cursor, batch, rows);
  if (!cursor.ok()) return Corrupt("batch: cut short or damaged");
  batch.series_view = SeriesView(table);
  FIRN_TRY(batch.Validate());
  return batch;
}

}  // namespace firn::point
