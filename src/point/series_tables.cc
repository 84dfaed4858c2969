#include "point/series_tables.h"

namespace firn::point {
namespace {

constexpr size_t kEmptyTableBytes = sizeof(SeriesTable) + 128;

}  // namespace

const std::shared_ptr<SeriesTable>& SeriesTables::For(std::string_view measurement) {
  CountLast();
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
  last_ = table.get();
  last_bytes_ = table->byte_size();
  return table;
}

void SeriesTables::CountLast() {
  if (last_ != nullptr) byte_size_ += last_->byte_size() - last_bytes_;
  last_ = nullptr;
}

}  // namespace firn::point
