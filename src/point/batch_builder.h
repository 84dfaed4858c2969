#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "point/batch.h"
#include "point/row.h"

namespace firn::point {

/// When a builder closes a batch and starts another.
struct BatchLimits {
  size_t rows = 65'536;
  size_t bytes = 64 << 20;
  /// Cells (rows × columns) may outnumber set values by this factor, once there are `dense_cells` of them: the bound
  /// that keeps hostile bodies (ten thousand field names) at a constant factor of their bytes.
  size_t sparsity = 8;
  size_t dense_cells = 65'536;
  /// A series table beyond this is replaced by a new generation.
  size_t series_table_bytes = 64 << 20;

  /// Whether a writer had better begin a new series table: this one is too large, or holds mostly absent tags.
  bool IsFull(const SeriesTable& table) const {
    if (table.byte_size() > series_table_bytes) return true;
    const size_t cells = size_t{table.series_count()} * table.tag_column_count();
    return cells > dense_cells && cells > sparsity * table.tag_count();
  }
};

/// Collects rows of any measurements into batches, for inputs that make rows one at a time. Parsers with a faster way
/// (line protocol) write columns themselves. Not thread-safe.
class BatchBuilder {
 public:
  explicit BatchBuilder(BatchLimits limits = {}) : limits_(limits) {}

  /// Adds a row. `tags` need no order, an empty value means that the tag is absent, and the last of equal keys wins; so
  /// does the last of equal field names. A row without fields is ignored.
  void Add(std::string_view measurement, std::span<const Tag> tags, std::span<const Field> fields, int64_t time_ns);

  /// The batches so far, grouped by measurement in order of first appearance; series tables live on for the next ones.
  std::vector<Batch> Take();

  /// Rows since the last Take.
  size_t rows() const { return rows_; }
  /// Memory of the batches since the last Take, about.
  size_t byte_size() const;

 private:
  struct Measurement {
    std::string name;
    std::shared_ptr<SeriesTable> series = std::make_shared<SeriesTable>();
    Batch batch;
    size_t set_cells = 0;
    std::unordered_map<std::string, size_t> column_by_name[5];  // by field type
  };
  Measurement& MeasurementFor(std::string_view name);
  void AddField(Measurement& to, const Field& field, size_t row);
  void Close(Measurement& of);
  bool IsFull(const Measurement& measurement) const;

  BatchLimits limits_;
  std::vector<std::unique_ptr<Measurement>> measurements_;
  std::unordered_map<std::string_view, size_t> by_name_;  // keys are the measurements' own names
  std::vector<Batch> closed_;
  size_t rows_ = 0;
  std::vector<Tag> tag_scratch_;
};

}  // namespace firn::point
