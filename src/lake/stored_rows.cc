#include "lake/stored_rows.h"

#include <algorithm>

#include "lake/value_conversion.h"

namespace firn::lake {
namespace {

using parquet::ReadColumn;
using parquet::ReadStrings;
using point::Batch;
using point::FieldColumn;
using point::FieldType;

using Kind = ColumnKey::Kind;

/// The type in which a column's values come back; empty where Firn writes no field.
std::optional<FieldType> ReadTypeOf(const iceberg::Type& type) {
  using iceberg::TypeId;
  switch (type.id()) {
    case TypeId::kBoolean:
      return FieldType::kBoolean;
    case TypeId::kInt:
    case TypeId::kLong:
      return FieldType::kInt64;
    case TypeId::kFloat:
    case TypeId::kDouble:
      return FieldType::kFloat64;
    case TypeId::kDecimal:
      return FieldType::kUint64;
    case TypeId::kString:
    case TypeId::kBinary:
      return FieldType::kString;
    default:
      return std::nullopt;
  }
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsSamePointSet(const Batch& left, const Batch& right) {
  return left.measurement == right.measurement && left.database == right.database &&
         left.series_intact == right.series_intact;
}

FieldColumn FieldOf(std::string name, ReadColumn&& column) {
  return std::visit(
      [&](auto&& values) {
        using T = std::decay_t<decltype(values)>;
        std::vector<uint64_t>&& validity = std::move(column.validity);
        if constexpr (std::is_same_v<T, std::vector<uint8_t>>) {
          return FieldColumn::FromBooleans(std::move(name), std::move(values), std::move(validity));
        } else if constexpr (std::is_same_v<T, std::vector<uint64_t>>) {
          return FieldColumn::FromUint64s(std::move(name), std::move(values), std::move(validity));
        } else if constexpr (std::is_same_v<T, ReadStrings>) {
          return FieldColumn::FromStrings(std::move(name), std::move(values.offsets), std::move(values.bytes),
                                          std::move(validity));
        } else if constexpr (std::is_same_v<T, std::vector<float>> || std::is_same_v<T, std::vector<double>>) {
          return FieldColumn::FromFloat64s(std::move(name), {values.begin(), values.end()}, std::move(validity));
        } else {
          return FieldColumn::FromInt64s(std::move(name), {values.begin(), values.end()}, std::move(validity));
        }
      },
      std::move(column.values));
}

/// Gives each row its series: rows of one series stand together, so tags are looked up once a run of equal ones.
class SeriesFinder {
 public:
  void AddTag(const std::string& name, const ReadColumn& column) {
    if (const auto* values = std::get_if<ReadStrings>(&column.values)) tags_.push_back({name, values});
  }

  uint32_t Find(size_t row) {
    if (row > 0 && SameAsBefore(row)) return last_;
    std::vector<point::Tag> tags;
    for (const TagValues& tag : tags_) {
      if (const std::string_view value = tag.At(row); !value.empty()) tags.push_back({tag.name, value});
    }
    last_ = table_->FindOrAdd(tags);
    return last_;
  }

  point::SeriesView view() const { return point::SeriesView(table_); }

 private:
  struct TagValues {
    std::string_view name;
    const ReadStrings* values;
    std::string_view At(size_t row) const {
      const auto begin = static_cast<size_t>(values->offsets[row]);
      return std::string_view(values->bytes).substr(begin, static_cast<size_t>(values->offsets[row + 1]) - begin);
    }
  };
  bool SameAsBefore(size_t row) const {
    return std::all_of(tags_.begin(), tags_.end(),
                       [row](const TagValues& tag) { return tag.At(row) == tag.At(row - 1); });
  }

  std::shared_ptr<point::SeriesTable> table_ = std::make_shared<point::SeriesTable>();
  std::vector<TagValues> tags_;
  uint32_t last_ = 0;
};

class StoredRowsSource final : public BatchSource {
 public:
  StoredRowsSource(std::shared_ptr<const StoredContent> content, std::unique_ptr<parquet::ParquetReader> reader)
      : content_(std::move(content)), reader_(std::move(reader)) {}

  Result<std::optional<Batch>> Next() override {
    FIRN_ASSIGN(std::optional<parquet::RowChunk> chunk, reader_->Next());
    if (!chunk) return std::optional<Batch>();
    FIRN_ASSIGN(Batch batch, ToBatch(std::move(*chunk)));
    return std::optional<Batch>(std::move(batch));
  }

 private:
  const ColumnKey& KeyOf(int32_t field_id) const {
    return std::find_if(content_->columns.begin(), content_->columns.end(),
                        [field_id](const StoredColumn& column) { return column.field_id == field_id; })
        ->key;
  }

  Result<Batch> ToBatch(parquet::RowChunk chunk) const {
    Batch batch;
    batch.measurement = content_->measurement;
    batch.database = content_->database;
    batch.series_intact = content_->series_intact;
    batch.times.assign(chunk.rows, 0);
    SeriesFinder series;
    for (ReadColumn& column : chunk.columns) {
      const ColumnKey& key = KeyOf(column.field_id);
      if (key.kind == Kind::kTime) {
        AddTimes(column, content_->time_unit_ns, batch.times);
      } else if (key.kind == Kind::kTimeNanos) {
        AddTimes(column, 1, batch.times);
      } else if (key.kind == Kind::kTag) {
        series.AddTag(key.name, column);
      } else {
        FieldColumn field = FieldOf(key.name, std::move(column));
        if (batch.FindField(field.name(), field.type()) >= 0)
          return Unsupported("two columns hold {}, {}", field.name(), point::FieldTypeName(field.type()));
        batch.fields.push_back(std::move(field));
      }
    }
    batch.series.reserve(chunk.rows);
    for (size_t row = 0; row < chunk.rows; ++row) batch.series.push_back(series.Find(row));
    batch.series_view = series.view();
    return batch;
  }

  static void AddTimes(const ReadColumn& column, int64_t unit_ns, std::vector<int64_t>& times) {
    std::visit(
        [&](const auto& values) {
          using T = std::decay_t<decltype(values)>;
          if constexpr (std::is_same_v<T, std::vector<int64_t>> || std::is_same_v<T, std::vector<int32_t>>) {
            for (size_t row = 0; row < times.size(); ++row) times[row] += int64_t{values[row]} * unit_ns;
          }
        },
        column.values);
  }

  const std::shared_ptr<const StoredContent> content_;
  const std::unique_ptr<parquet::ParquetReader> reader_;
};

}  // namespace

std::optional<int32_t> StoredContent::IdOf(ColumnKey::Kind kind) const {
  for (const StoredColumn& column : columns) {
    if (column.key.kind == kind) return column.field_id;
  }
  return std::nullopt;
}

void AddStoredColumn(const iceberg::TableMetadata& metadata, const ColumnKey& key, int32_t field_id,
                     StoredContent& content) {
  const iceberg::NestedField* field = metadata.schema().FindField(field_id);
  if (field == nullptr || !ParquetTypeFor(field->type)) return;
  const bool known = std::any_of(content.columns.begin(), content.columns.end(),
                                 [field_id](const StoredColumn& column) { return column.field_id == field_id; });
  if (known) return;
  if (key.kind == Kind::kTime && field->type.id() != iceberg::TypeId::kTimestampTz &&
      field->type.id() != iceberg::TypeId::kTimestamp) {
    content.time_unit_ns = 1;
  }
  StoredColumn column{field_id, key};
  if (key.kind == Kind::kField) column.key.type = ReadTypeOf(field->type).value_or(key.type);
  content.columns.push_back(std::move(column));
}

StoredContent DescribeContent(const iceberg::TableMetadata& metadata, const SchemaPlan& plan,
                              std::span<const Batch* const> batches, const TableOptions& options) {
  StoredContent content;
  const Batch& first = *batches.front();
  const bool alike = std::all_of(batches.begin(), batches.end(),
                                 [&first](const Batch* batch) { return IsSamePointSet(*batch, first); });
  if (alike) {
    content.measurement = first.measurement;
    content.database = first.database;
    content.series_intact = first.series_intact;
  }
  for (const auto& [key, id] : plan.target) AddStoredColumn(metadata, key, id, content);
  // Tags in the order of their names, as series tables want them.
  std::sort(content.columns.begin(), content.columns.end(),
            [](const StoredColumn& left, const StoredColumn& right) { return left.key < right.key; });
  const auto is_key = [&options](const ColumnKey& key) {
    return key.kind != Kind::kField || Contains(options.deduplicate_key, key.name);
  };
  const bool whole =
      std::none_of(plan.dropped.begin(), plan.dropped.end(), is_key) &&
      std::none_of(plan.refused.begin(), plan.refused.end(), [&](const auto& entry) { return is_key(entry.first); });
  content.comparable = alike && whole && (first.series_intact || !options.deduplicate_key.empty());
  return content;
}

Result<std::unique_ptr<BatchSource>> ReadStoredRows(storage::Storage& storage, const iceberg::DataFile& file,
                                                    std::shared_ptr<const StoredContent> content, StoredParts parts,
                                                    const std::vector<std::string>& deduplicate_key) {
  parquet::ReaderOptions options;
  for (const StoredColumn& column : content->columns) {
    const bool is_key = column.key.kind != Kind::kField || Contains(deduplicate_key, column.key.name);
    if (parts == StoredParts::kAll || is_key) options.field_ids.push_back(column.field_id);
  }
  auto reader = parquet::ParquetReader::Open(
      [&storage, location = file.file_path](uint64_t offset, uint64_t length) {
        return storage.ReadRange(location, offset, length);
      },
      static_cast<uint64_t>(file.file_size_bytes), std::move(options));
  if (!reader.ok()) return reader.error().WithContext("cannot read " + file.file_path);
  return std::unique_ptr<BatchSource>(std::make_unique<StoredRowsSource>(std::move(content), std::move(*reader)));
}

}  // namespace firn::lake
