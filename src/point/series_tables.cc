#include "point/series_tables.h"

namespace firn::point {
namespace {

constexpr size_t kEmptyTableBytes = sizeof(SeriesTable) + 128;

}  // namespace

SeriesView SeriesTables::Extend(std::string_view measurement, const std::function<void(SeriesTable&)>& add) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<SeriesTable>& table = TableFor(measurement);
  const size_t before = table->byte_size();
  add(*table);
  byte_size_ += table->byte_size() - before;
  return SeriesView(table);
}

const std::shared_ptr<SeriesTable>& SeriesTables::TableFor(std::string_view measurement) {
  if (byte_size_ > limits_.series_table_bytes) {
    by_measurement_.clear();
    byte_size_ = 0;
  }
  std::shared_ptr<SeriesTable>& table = by_measurement_[std::string(measurement)];
  if (table && limits_.IsFull(*table)) {
    byte_size_ -= kEmptyTableBytes + table->byte_size();
    table = nullptr;
  }
  if (!table) {
    table = std::make_shared<SeriesTable>();
    byte_size_ += kEmptyTableBytes;
  }
  return table;
}

}  // namespace firn::point
