#include "formats/line_protocol/measurement_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "formats/line_protocol/plain_line.h"

namespace firn::line_protocol {
namespace {

constexpr uint32_t kFirstRoom = 16;
constexpr uint32_t kRoomStep = 1'024;
// A batch that reached this many rows is taken for one of many: its arrays are made as large as the rest of the body
// suggests.
constexpr uint32_t kRowsBeforeGuess = kRoomStep;
// Beyond this many field names a measurement forgets them with the batch that they were made for.
constexpr size_t kNamesKept = 16'384;
constexpr size_t kNameOverhead = sizeof(FieldName) + sizeof(ColumnWriter) + 64;

}  // namespace

FieldName* MeasurementWriter::FindField(std::string_view raw) {
  const auto found = field_by_raw_.find(raw);
  return found == field_by_raw_.end() ? nullptr : found->second;
}

FieldName* MeasurementWriter::FindOrAddField(std::string_view raw) {
  if (FieldName* found = FindField(raw)) return found;
  FieldName& made = fields_.emplace_back();
  made.raw_text.reserve(raw.size() + 1);
  made.raw_text.append(raw).push_back('=');
  made.raw_size = MayRepeat(raw) ? static_cast<uint32_t>(made.raw_text.size()) : FieldName::kPlainOnly;
  if (made.raw_size <= FieldName::kInline) std::memcpy(made.raw, made.raw_text.data(), made.raw_size);
  Unescape(raw, kNameEscapes, made.name);
  field_by_raw_.emplace(std::string_view(made.raw_text).substr(0, raw.size()), &made);
  cache_bytes_ += kNameOverhead + 2 * raw.size();
  return &made;
}

uint32_t MeasurementWriter::InternSeries(std::span<const point::Tag> tags) {
  if (!HasRoomForSeries()) {
    Close();
    table_ = std::make_shared<point::SeriesTable>();
    ++generation_;
  }
  return table_->FindOrAdd(tags);
}

void MeasurementWriter::AddRow(std::span<const ParsedField> fields, uint32_t series, int64_t time_ns) {
  const uint32_t row = rows_;
  if (row == room_) Grow();
  times_[row] = time_ns;
  series_[row] = series;
  for (const ParsedField& field : fields) {
    ColumnWriter* column = field.name->columns[static_cast<size_t>(field.type)];
    if (column != nullptr && column->next_row() == row) [[likely]] {
      column->PutNext(row, field.value);
    } else {
      PutSlowly(field, row);
    }
    string_bytes_ += field.value.text.size();
  }
  set_cells_ += fields.size();
  ++rows_;
  if (IsFull()) Close();
}

void MeasurementWriter::PutSlowly(const ParsedField& field, uint32_t row) {
  FieldName& name = *field.name;
  ColumnWriter* column = name.columns[static_cast<size_t>(field.type)];
  if (column == nullptr) column = MakeColumn(name, field.type);
  if (!column->active()) {
    column->Start(room_, rows_expected_);
    active_.push_back({column, &name});
    for (ColumnWriter* other : name.columns)
      name.several_types |= other != nullptr && other != column && other->active();
  }
  if (name.several_types) {
    for (ColumnWriter* other : name.columns) {
      if (other != nullptr && other != column && other->active()) other->Clear(row);
    }
    column->Put(row, field.value);
    return;
  }
  if (column->next_row() == row) {
    column->PutNext(row, field.value);
  } else {
    column->Put(row, field.value);
  }
}

ColumnWriter* MeasurementWriter::MakeColumn(FieldName& name, point::FieldType type) {
  ColumnWriter* column = &columns_.emplace_back(type);
  name.columns[static_cast<size_t>(type)] = column;
  return column;
}

void MeasurementWriter::Grow() {
  if (rows_ == 0) batch_began_at_ = progress_.bytes_read;
  if (rows_ == kRowsBeforeGuess && rows_ > rows_expected_) {
    const auto used = static_cast<double>(progress_.bytes_read - batch_began_at_ + 1);
    const auto left = static_cast<double>(progress_.bytes_total - progress_.bytes_read);
    const double guess = rows_ * (1.05 + left / used) + kRoomStep;
    rows_expected_ = static_cast<uint32_t>(std::min<double>(guess, static_cast<double>(limits_.rows)));
    times_.reserve(rows_expected_);
    series_.reserve(rows_expected_);
    for (const ActiveColumn& active : active_) active.column->Reserve(rows_expected_);
  }
  room_ = rows_ < kRoomStep ? std::max(kFirstRoom, rows_ * 2) : rows_ + kRoomStep;
  times_.resize(room_);
  series_.resize(room_);
  for (const ActiveColumn& active : active_) active.column->GrowTo(room_);
}

bool MeasurementWriter::IsFull() const {
  const size_t cells = size_t{rows_} * active_.size();
  if (rows_ >= limits_.rows || cells * sizeof(uint64_t) + string_bytes_ > limits_.bytes) return true;
  return cells > limits_.dense_cells && cells > limits_.sparsity * set_cells_;
}

void MeasurementWriter::Close() {
  if (rows_ == 0) return;
  point::Batch& batch = done_.emplace_back();
  batch.measurement = name_;
  times_.resize(rows_);
  series_.resize(rows_);
  batch.times = std::exchange(times_, {});
  batch.series = std::exchange(series_, {});
  batch.series_view = point::SeriesView(table_);
  batch.fields.reserve(active_.size());
  for (const ActiveColumn& active : active_) {
    active.name->several_types = false;
    point::FieldColumn column = active.column->Finish(active.name->name, rows_);
    if (column.null_count() < column.size()) batch.fields.push_back(std::move(column));
  }
  active_.clear();
  rows_expected_ = rows_ >= kRoomStep ? rows_ : 0;
  rows_ = 0;
  room_ = 0;
  set_cells_ = 0;
  string_bytes_ = 0;
  if (fields_.size() > kNamesKept) ForgetFields();
}

void MeasurementWriter::ForgetFields() {
  first_field = nullptr;
  field_by_raw_.clear();
  fields_.clear();
  columns_.clear();
  cache_bytes_ = 0;
}

void MeasurementWriter::TakeBatches(std::vector<point::Batch>& out) {
  Close();
  for (point::Batch& batch : done_) out.push_back(std::move(batch));
  done_.clear();
  touched = false;
}

}  // namespace firn::line_protocol
