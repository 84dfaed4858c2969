#include "point/batch.h"

#include <algorithm>

namespace firn::point {

size_t Batch::byte_size() const {
  size_t size = sizeof(Batch) + times.capacity() * 8 + series.capacity() * 4;
  for (const FieldColumn& field : fields) size += sizeof(FieldColumn) + field.byte_size();
  return size;
}

std::vector<const FieldColumn*> Batch::FindField(std::string_view name) const {
  std::vector<const FieldColumn*> found;
  for (const FieldColumn& field : fields) {
    if (field.name() == name) found.push_back(&field);
  }
  return found;
}

int Batch::FindField(std::string_view name, FieldType type) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].type() == type && fields[i].name() == name) return static_cast<int>(i);
  }
  return -1;
}

Batch Batch::EmptyLike() const {
  Batch batch;
  batch.measurement = measurement;
  batch.database = database;
  batch.series_view = series_view;
  batch.origin = origin;
  batch.series_intact = series_intact;
  batch.only_if_absent = only_if_absent;
  batch.fields.reserve(fields.size());
  for (const FieldColumn& field : fields) batch.fields.emplace_back(field.name(), field.type());
  return batch;
}

Batch Batch::Slice(size_t from, size_t to) const {
  Batch batch = EmptyLike();
  batch.times.assign(times.begin() + static_cast<std::ptrdiff_t>(from),
                     times.begin() + static_cast<std::ptrdiff_t>(to));
  batch.series.assign(series.begin() + static_cast<std::ptrdiff_t>(from),
                      series.begin() + static_cast<std::ptrdiff_t>(to));
  for (size_t i = 0; i < fields.size(); ++i) batch.fields[i].AppendRange(fields[i], from, to);
  return batch;
}

Batch Batch::Select(std::span<const uint32_t> rows) const {
  Batch batch = EmptyLike();
  batch.times.reserve(rows.size());
  batch.series.reserve(rows.size());
  for (const uint32_t row : rows) {
    batch.times.push_back(times[row]);
    batch.series.push_back(series[row]);
  }
  for (size_t i = 0; i < fields.size(); ++i) batch.fields[i].AppendRows(fields[i], rows);
  return batch;
}

std::vector<Batch> Batch::Split(std::span<const uint32_t> part_of_row, size_t parts) const {
  std::vector<std::vector<uint32_t>> rows(parts);
  for (uint32_t row = 0; row < part_of_row.size(); ++row) rows[part_of_row[row]].push_back(row);
  std::vector<Batch> batches;
  batches.reserve(parts);
  for (const auto& part : rows) {
    batches.push_back(Select(part));
    batches.back().DropEmptyColumns();
  }
  return batches;
}

void Batch::Append(const Batch& other) {
  if (other.series_view.series_count() > series_view.series_count() ||
      other.series_view.tag_column_count() > series_view.tag_column_count()) {
    series_view = other.series_view;
  }
  const size_t before = rows();
  times.insert(times.end(), other.times.begin(), other.times.end());
  series.insert(series.end(), other.series.begin(), other.series.end());
  series_intact = series_intact && other.series_intact;
  for (const FieldColumn& field : other.fields) {
    int index = FindField(field.name(), field.type());
    if (index < 0) {
      index = static_cast<int>(fields.size());
      fields.emplace_back(field.name(), field.type());
      fields.back().AppendNulls(before);
    }
    fields[static_cast<size_t>(index)].AppendRange(field, 0, field.size());
  }
  for (FieldColumn& field : fields) field.AppendNulls(rows() - field.size());
}

void Batch::DropEmptyColumns() {
  std::erase_if(fields, [](const FieldColumn& field) { return field.null_count() == field.size(); });
}

Status Batch::Validate() const {
  if (series.size() != rows()) return Internal("batch {}: {} series for {} rows", measurement, series.size(), rows());
  for (const FieldColumn& field : fields) {
    if (field.size() != rows()) {
      return Internal("batch {}: field {} has {} values for {} rows", measurement, field.name(), field.size(), rows());
    }
  }
  for (const uint32_t index : series) {
    if (index >= series_view.series_count())
      return Internal("batch {}: series {} is not in the table", measurement, index);
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    for (size_t j = i + 1; j < fields.size(); ++j) {
      if (fields[i].name() != fields[j].name()) continue;
      if (fields[i].type() == fields[j].type())
        return Internal("batch {}: field {} twice", measurement, fields[i].name());
      for (size_t row = 0; row < rows(); ++row) {
        if (fields[i].IsSet(row) && fields[j].IsSet(row)) {
          return Internal("batch {}: row {} has two types of {}", measurement, row, fields[i].name());
        }
      }
    }
  }
  return OkStatus();
}

}  // namespace firn::point
