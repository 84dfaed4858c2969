#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "formats/tsm/key.h"
#include "influx_files/column_buffer.h"
#include "influx_files/field_stream.h"
#include "point/batch.h"

namespace firn::influx_files {

/// Takes batches in the order in which they are made; an error ends the reading.
using BatchSink = std::function<Status(point::Batch)>;

/// When a batch is handed over.
struct RowLimits {
  size_t rows = 65'536;
  size_t bytes = 16 << 20;  ///< of the columns
  size_t sparsity = 8;      ///< cells may outnumber values by this factor, once there are many
};

/// One field of a series.
struct SeriesField {
  std::string name;
  std::unique_ptr<FieldStream> stream;
};

/// Joins the fields of a series into rows by time and collects the rows of a measurement into batches.
///
/// Series come one after another; a batch ends where the measurement changes. Within a series rows ascend in time. Each
/// batch has a series table of its own, with the series that it holds. One thread.
class RowAssembler {
 public:
  RowAssembler(std::string database, RowLimits limits, BatchSink sink)
      : database_(std::move(database)), limits_(limits), sink_(std::move(sink)) {}

  /// Adds all rows of a series.
  Status AddSeries(const tsm::Series& series, std::span<SeriesField> fields);
  /// Hands over what is left.
  Status Finish() { return HandOver(); }

  uint64_t rows() const { return rows_delivered_; }

 private:
  static constexpr size_t kTypes = 5;
  static constexpr size_t kNone = SIZE_MAX;

  /// A field of the series at hand and the run that it has reached.
  struct Input {
    SeriesField* field = nullptr;
    FieldStream::Run run;
    size_t column[kTypes] = {kNone, kNone, kNone, kNone, kNone};  // by type, in the batch in the making
  };

  Result<int64_t> Fill(std::vector<Input>& inputs);
  void AddRows(std::vector<Input>& inputs, int64_t until);
  void UniteTimes(const std::vector<Input>& inputs, int64_t until);
  void AddValues(Input& input, size_t first_row);
  ColumnBuffer& ColumnFor(Input& input);
  bool IsFull() const;
  Status HandOver();

  std::string database_;
  RowLimits limits_;
  BatchSink sink_;
  std::string measurement_;
  std::vector<point::Tag> tags_;  // of the series at hand
  std::shared_ptr<point::SeriesTable> table_ = std::make_shared<point::SeriesTable>();
  std::vector<int64_t> times_;
  std::vector<uint32_t> series_;
  std::vector<ColumnBuffer> columns_;
  std::unordered_map<std::string, size_t> column_by_name_[kTypes];  // by type
  size_t set_cells_ = 0;
  size_t expected_rows_ = 0;     // of a batch of this measurement: as many as the last one had
  std::vector<int64_t> united_;  // times of the rows that are being added
  std::vector<int64_t> united_scratch_;
  uint64_t rows_delivered_ = 0;
};

}  // namespace firn::influx_files
