#include "influx_files/row_assembler.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace firn::influx_files {
namespace {

/// Batches smaller than this are never too sparse.
constexpr size_t kDenseCells = 65'536;

/// Times of a run that are at or before `until`.
std::span<const int64_t> TimesUntil(const FieldStream::Run& run, int64_t until) {
  const std::span<const int64_t> times = run.times();
  if (times.back() <= until) return times;
  return times.first(static_cast<size_t>(std::upper_bound(times.begin(), times.end(), until) - times.begin()));
}

}  // namespace

Status RowAssembler::AddSeries(const tsm::Series& series, std::span<SeriesField> fields) {
  if (series.measurement != measurement_) {
    FIRN_TRY(HandOver());
    measurement_ = series.measurement;
    expected_rows_ = 0;
  }
  tags_.clear();
  for (const auto& [key, value] : series.tags) tags_.push_back({key, value});
  std::vector<Input> inputs;
  for (SeriesField& field : fields) inputs.push_back({&field, {}, {kNone, kNone, kNone, kNone, kNone}});
  while (true) {
    FIRN_ASSIGN(const int64_t until, Fill(inputs));
    if (inputs.empty()) return OkStatus();
    AddRows(inputs, until);
    if (!IsFull()) continue;
    FIRN_TRY(HandOver());
    for (Input& input : inputs) std::fill(std::begin(input.column), std::end(input.column), kNone);
  }
}

/// Moves inputs whose run is used up on to their next one and drops those that have ended; gives the time up to which
/// the values of all of them are at hand.
Result<int64_t> RowAssembler::Fill(std::vector<Input>& inputs) {
  int64_t until = std::numeric_limits<int64_t>::max();
  for (Input& input : inputs) {
    if (input.run.empty()) {
      FIRN_ASSIGN(input.run, input.field->stream->Next());
    }
    if (!input.run.empty() && input.field->stream->HasMore()) until = std::min(until, input.run.times().back());
  }
  std::erase_if(inputs, [](const Input& input) { return input.run.empty(); });
  return until;
}

void RowAssembler::AddRows(std::vector<Input>& inputs, int64_t until) {
  UniteTimes(inputs, until);
  if (const size_t room = limits_.rows - times_.size(); united_.size() > room) united_.resize(room);
  const size_t first_row = times_.size();
  times_.insert(times_.end(), united_.begin(), united_.end());
  series_.resize(times_.size(), table_->FindOrAdd(tags_));
  for (Input& input : inputs) AddValues(input, first_row);
}

/// The times at which any input has a value, up to `until`: those of the next rows.
void RowAssembler::UniteTimes(const std::vector<Input>& inputs, int64_t until) {
  united_.clear();
  for (const Input& input : inputs) {
    const std::span<const int64_t> times = TimesUntil(input.run, until);
    // Fields of one series mostly have the same times.
    if (std::equal(times.begin(), times.end(), united_.begin(), united_.end())) continue;
    united_scratch_.clear();
    std::set_union(united_.begin(), united_.end(), times.begin(), times.end(), std::back_inserter(united_scratch_));
    united_.swap(united_scratch_);
  }
}

/// Takes the input's values for the rows that UniteTimes chose, the first of which is `first_row`.
void RowAssembler::AddValues(Input& input, size_t first_row) {
  const std::span<const int64_t> times = TimesUntil(input.run, united_.back());
  if (times.empty()) return;
  ColumnBuffer& column = ColumnFor(input);
  size_t row = 0;
  for (size_t at = 0; at < times.size();) {
    while (united_[row] != times[at]) ++row;
    size_t count = 1;
    if (times.size() == united_.size()) {
      count = times.size();
    } else {
      while (at + count < times.size() && united_[row + count] == times[at + count]) ++count;
    }
    column.PadTo(first_row + row);
    column.Append(*input.run.values, input.run.begin + at, input.run.begin + at + count);
    at += count;
    row += count;
  }
  set_cells_ += times.size();
  input.run.begin += times.size();
}

ColumnBuffer& RowAssembler::ColumnFor(Input& input) {
  const point::FieldType type = input.run.values->type;
  size_t& column = input.column[static_cast<size_t>(type)];
  if (column == kNone) {
    const auto [found, is_new] =
        column_by_name_[static_cast<size_t>(type)].try_emplace(input.field->name, columns_.size());
    if (is_new) columns_.emplace_back(input.field->name, type, expected_rows_);
    column = found->second;
  }
  return columns_[column];
}

bool RowAssembler::IsFull() const {
  const size_t cells = times_.size() * columns_.size();
  size_t bytes = cells * sizeof(uint64_t);
  for (const ColumnBuffer& column : columns_) bytes += column.string_bytes();
  return times_.size() >= limits_.rows || bytes >= limits_.bytes ||
         (cells > kDenseCells && cells > limits_.sparsity * set_cells_);
}

Status RowAssembler::HandOver() {
  if (times_.empty()) return OkStatus();
  point::Batch batch;
  batch.measurement = measurement_;
  batch.database = database_;
  for (ColumnBuffer& column : columns_) {
    column.PadTo(times_.size());
    batch.fields.push_back(column.Finish());
  }
  batch.times = std::exchange(times_, {});
  batch.series = std::exchange(series_, {});
  batch.series_view = point::SeriesView(table_);
  times_.reserve(batch.rows());
  series_.reserve(batch.rows());
  table_ = std::make_shared<point::SeriesTable>();
  columns_.clear();
  for (auto& columns : column_by_name_) columns.clear();
  set_cells_ = 0;
  expected_rows_ = batch.rows();
  rows_delivered_ += batch.rows();
  return sink_(std::move(batch));
}

}  // namespace firn::influx_files
