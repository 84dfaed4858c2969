#include "point/batch_builder.h"

#include <algorithm>

namespace firn::point {

BatchBuilder::Measurement& BatchBuilder::MeasurementFor(std::string_view name) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) return *measurements_[found->second];
  auto& made = measurements_.emplace_back(std::make_unique<Measurement>());
  made->name = std::string(name);
  made->batch.measurement = made->name;
  by_name_.emplace(made->name, measurements_.size() - 1);
  return *made;
}

void BatchBuilder::AddField(Measurement& to, const Field& field, size_t row) {
  const FieldType type = TypeOf(field.value);
  auto& columns = to.batch.fields;
  auto& by_name = to.column_by_name[static_cast<size_t>(type)];
  auto found = by_name.find(std::string(field.name));
  if (found == by_name.end()) {
    found = by_name.emplace(std::string(field.name), columns.size()).first;
    columns.emplace_back(std::string(field.name), type);
  }
  FieldColumn& column = columns[found->second];
  column.AppendNulls(row - column.size());
  switch (type) {
    case FieldType::kFloat64:
      column.AppendFloat64(std::get<double>(field.value));
      break;
    case FieldType::kInt64:
      column.AppendInt64(std::get<int64_t>(field.value));
      break;
    case FieldType::kUint64:
      column.AppendUint64(std::get<uint64_t>(field.value));
      break;
    case FieldType::kBoolean:
      column.AppendBoolean(std::get<bool>(field.value));
      break;
    case FieldType::kString:
      column.AppendString(std::get<std::string_view>(field.value));
      break;
  }
}

void BatchBuilder::Add(std::string_view measurement, std::span<const Tag> tags, std::span<const Field> fields,
                       int64_t time_ns) {
  if (fields.empty()) return;
  Measurement& to = MeasurementFor(measurement);
  tag_scratch_.assign(tags.begin(), tags.end());
  std::stable_sort(tag_scratch_.begin(), tag_scratch_.end(), [](const Tag& a, const Tag& b) { return a.key < b.key; });
  size_t kept = 0;
  for (size_t i = 0; i < tag_scratch_.size(); ++i) {
    const bool last_of_key = i + 1 == tag_scratch_.size() || tag_scratch_[i + 1].key != tag_scratch_[i].key;
    if (last_of_key && !tag_scratch_[i].value.empty()) tag_scratch_[kept++] = tag_scratch_[i];
  }
  tag_scratch_.resize(kept);

  const size_t row = to.batch.rows();
  to.batch.times.push_back(time_ns);
  to.batch.series.push_back(to.series->FindOrAdd(tag_scratch_));
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool repeated_later = std::any_of(fields.begin() + static_cast<std::ptrdiff_t>(i) + 1, fields.end(),
                                            [&](const Field& later) { return later.name == fields[i].name; });
    if (repeated_later) continue;
    AddField(to, fields[i], row);
    ++to.set_cells;
  }
  ++rows_;
  if (IsFull(to)) Close(to);
}

bool BatchBuilder::IsFull(const Measurement& measurement) const {
  const Batch& batch = measurement.batch;
  if (batch.rows() >= limits_.rows) return true;
  const size_t cells = batch.rows() * batch.fields.size();
  if (cells > limits_.dense_cells && cells > limits_.sparsity * measurement.set_cells) return true;
  return batch.rows() % 256 == 0 && batch.byte_size() > limits_.bytes;
}

void BatchBuilder::Close(Measurement& of) {
  if (of.batch.empty()) return;
  for (FieldColumn& field : of.batch.fields) field.AppendNulls(of.batch.rows() - field.size());
  of.batch.series_view = SeriesView(of.series);
  closed_.push_back(std::exchange(of.batch, Batch()));
  of.batch.measurement = of.name;
  of.set_cells = 0;
  for (auto& columns : of.column_by_name) columns.clear();
  if (limits_.IsFull(*of.series)) of.series = std::make_shared<SeriesTable>();
}

std::vector<Batch> BatchBuilder::Take() {
  for (const auto& measurement : measurements_) Close(*measurement);
  rows_ = 0;
  return std::exchange(closed_, {});
}

size_t BatchBuilder::byte_size() const {
  size_t size = 0;
  for (const Batch& batch : closed_) size += batch.byte_size();
  for (const auto& measurement : measurements_) size += measurement->batch.byte_size();
  return size;
}

}  // namespace firn::point
