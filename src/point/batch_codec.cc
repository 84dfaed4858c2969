#include "point/batch_codec.h"

#include <algorithm>
#include <span>

#include "point/byte_cursor.h"
#include "point/series_codec.h"

namespace firn::point {
namespace {

constexpr char kVersion = 2;

constexpr char kSeriesIntact = 1;
constexpr char kOnlyIfAbsent = 2;

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

using Validity = std::vector<uint64_t>;

bool IsSet(const Validity& validity, size_t row) {
  return validity.empty() || ((validity[row >> 6] >> (row & 63)) & 1) != 0;
}

/// One bit a row, and none beyond the last row.
Validity ReadValidity(ByteCursor& cursor, uint64_t rows) {
  if (cursor.Varint() == 0) return {};
  Validity validity = cursor.Array<uint64_t>((rows + 63) / 64);
  if (!validity.empty() && (rows & 63) != 0 && (validity.back() >> (rows & 63)) != 0) cursor.Fail();
  return validity;
}

/// Values of rows that have none are zero.
template <typename T>
std::vector<T> ReadValues(ByteCursor& cursor, const Validity& validity, uint64_t rows) {
  std::vector<T> values = cursor.Array<T>(rows);
  for (size_t row = 0; !validity.empty() && row < values.size(); ++row) {
    if (!IsSet(validity, row)) values[row] = T{};
  }
  return values;
}

std::vector<uint8_t> ReadBooleans(ByteCursor& cursor, const Validity& validity, uint64_t rows) {
  std::vector<uint8_t> values = ReadValues<uint8_t>(cursor, validity, rows);
  for (uint8_t& value : values) value = value != 0 ? 1 : 0;
  return values;
}

FieldColumn ReadStrings(ByteCursor& cursor, std::string name, const Validity& validity, uint64_t rows) {
  FieldColumn field(std::move(name), FieldType::kString);
  for (size_t row = 0; row < rows && cursor.ok(); ++row) {
    const std::string_view text = cursor.Text();
    if (IsSet(validity, row)) {
      field.AppendString(text);
    } else {
      field.AppendNulls(1);
    }
  }
  return field;
}

void ReadField(ByteCursor& cursor, Batch& batch, uint64_t rows) {
  std::string name(cursor.Text());
  const uint64_t type = cursor.Varint();
  Validity validity = ReadValidity(cursor, rows);
  if (type > static_cast<uint64_t>(FieldType::kString)) cursor.Fail();
  if (!cursor.ok()) return;
  const auto add = [&](auto make, auto values) {
    if (cursor.ok()) batch.fields.push_back(make(std::move(name), std::move(values), std::move(validity)));
  };
  switch (static_cast<FieldType>(type)) {
    case FieldType::kFloat64:
      return add(FieldColumn::FromFloat64s, ReadValues<double>(cursor, validity, rows));
    case FieldType::kInt64:
      return add(FieldColumn::FromInt64s, ReadValues<int64_t>(cursor, validity, rows));
    case FieldType::kUint64:
      return add(FieldColumn::FromUint64s, ReadValues<uint64_t>(cursor, validity, rows));
    case FieldType::kBoolean:
      return add(FieldColumn::FromBooleans, ReadBooleans(cursor, validity, rows));
    case FieldType::kString:
      batch.fields.push_back(ReadStrings(cursor, std::move(name), validity, rows));
      return;
  }
}

}  // namespace

void EncodeBatch(const Batch& batch, std::string& out) {
  out += kVersion;
  PutText(out, batch.measurement);
  PutText(out, batch.database);
  out += static_cast<char>((batch.series_intact ? kSeriesIntact : 0) | (batch.only_if_absent ? kOnlyIfAbsent : 0));
  PutVarint(out, batch.rows());
  PutArray<int64_t>(out, batch.times);
  EncodeSeries(batch.series_view, batch.series, out);
  PutVarint(out, batch.fields.size());
  for (const FieldColumn& field : batch.fields) {
    PutText(out, field.name());
    PutVarint(out, static_cast<uint64_t>(field.type()));
    PutVarint(out, field.validity().empty() ? 0 : 1);
    PutArray(out, field.validity());
    PutValues(out, field);
  }
}

Result<Batch> DecodeBatch(std::string_view& bytes, SeriesTables& tables) {
  ByteCursor cursor(bytes);
  if (const std::string_view version = cursor.Take(1); !cursor.ok() || version[0] != kVersion) {
    return Corrupt("batch: unknown version");
  }
  Batch batch;
  batch.measurement = std::string(cursor.Text());
  batch.database = std::string(cursor.Text());
  const std::string_view flags = cursor.Take(1);
  batch.series_intact = !flags.empty() && (flags[0] & kSeriesIntact) != 0;
  batch.only_if_absent = !flags.empty() && (flags[0] & kOnlyIfAbsent) != 0;
  const uint64_t rows = cursor.Count(sizeof(int64_t));
  batch.times = cursor.Array<int64_t>(rows);
  batch.series_view =
      tables.Extend(batch.measurement, [&](SeriesTable& table) { batch.series = DecodeSeries(cursor, rows, table); });
  const uint64_t field_count = cursor.Count(3);
  for (uint64_t i = 0; i < field_count && cursor.ok(); ++i) ReadField(cursor, batch, rows);
  if (!cursor.ok()) return Corrupt("batch: cut short or damaged");
  FIRN_TRY(batch.Validate());
  return batch;
}

}  // namespace firn::point
