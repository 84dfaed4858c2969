#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/line_protocol/column_writer.h"
#include "point/batch.h"
#include "point/batch_builder.h"

namespace firn::line_protocol {

/// Whether the fast path may take a name or key as it was written: not with a line feed (escaped), which would have to
/// be counted.
inline bool MayRepeat(std::string_view raw) {
  return raw.find('\n') == std::string_view::npos;
}

/// A field name of a measurement, as the fast path meets it.
struct FieldName {
  /// Size of names that the fast path must not take.
  static constexpr uint32_t kPlainOnly = std::numeric_limits<uint32_t>::max();
  /// Long enough for most names: compared as two words of 16 bytes.
  static constexpr size_t kInline = 32;

  FieldName* next = nullptr;   ///< the name that followed this one last time
  uint32_t raw_size = 0;       ///< of the name as written, with its `=`; or kPlainOnly
  bool several_types = false;  ///< in the batch in the making
  char raw[kInline] = {};      ///< name as written and `=`, padded with zeros; only when raw_size <= kInline
  std::array<ColumnWriter*, 5> columns{};  ///< by field type
  std::string raw_text;                    ///< name as written and `=`
  std::string name;                        ///< without escapes
};

/// A field of a line that has been read to its end.
struct ParsedField {
  FieldName* name = nullptr;
  point::FieldType type = point::FieldType::kFloat64;
  Value value;
};

/// How far a body has been read, for guesses of how many rows are still to come.
struct Progress {
  uint64_t bytes_read = 0;
  uint64_t bytes_total = 0;
};

/// Makes the batches of one measurement. Names, columns and the series table live on from batch to batch.
class MeasurementWriter {
 public:
  MeasurementWriter(std::string name, const point::BatchLimits& limits, const Progress& progress)
      : name_(std::move(name)), limits_(limits), progress_(progress) {}
  MeasurementWriter(const MeasurementWriter&) = delete;
  MeasurementWriter& operator=(const MeasurementWriter&) = delete;

  /// The field written as `raw` (escapes included, without `=`), made when it is new.
  FieldName* FindOrAddField(std::string_view raw);
  FieldName* FindField(std::string_view raw);
  /// The field that began the last line.
  FieldName* first_field = nullptr;

  /// Index of the series with these tags (sorted, without escapes) in the present series table. May close the batch in
  /// the making and begin a new generation of the table.
  uint32_t InternSeries(std::span<const point::Tag> tags);
  /// Whether InternSeries would neither close a batch nor begin a new table.
  bool HasRoomForSeries() const { return !limits_.IsFull(*table_); }
  /// Changes with every new series table: indices of another generation mean nothing.
  uint32_t generation() const { return generation_; }

  /// Adds a row. `fields` have no order; the last of equal names stands, whatever the types.
  void AddRow(std::span<const ParsedField> fields, uint32_t series, int64_t time_ns);

  /// Whether the body at hand has had a line for this measurement. Set by the parser, taken back by TakeBatches.
  bool touched = false;

  size_t cache_bytes() const { return cache_bytes_; }
  /// Moves the batches since the last call to `out`.
  void TakeBatches(std::vector<point::Batch>& out);

 private:
  void PutSlowly(const ParsedField& field, uint32_t row);
  ColumnWriter* MakeColumn(FieldName& name, point::FieldType type);
  void Grow();
  bool IsFull() const;
  void ForgetFields();
  void Close();

  struct ActiveColumn {
    ColumnWriter* column;
    FieldName* name;
  };

  std::string name_;
  const point::BatchLimits& limits_;
  const Progress& progress_;
  uint32_t rows_ = 0;
  uint32_t room_ = 0;
  std::vector<int64_t> times_;
  std::vector<uint32_t> series_;
  std::vector<ActiveColumn> active_;  // the columns of the batch in the making, in order of appearance
  size_t set_cells_ = 0;
  size_t string_bytes_ = 0;
  uint32_t rows_expected_ = 0;   // as many as the last batch had
  uint64_t batch_began_at_ = 0;  // byte of the body
  std::shared_ptr<point::SeriesTable> table_ = std::make_shared<point::SeriesTable>();
  uint32_t generation_ = 1;
  std::deque<FieldName> fields_;  // a deque: addresses are kept
  std::deque<ColumnWriter> columns_;
  std::unordered_map<std::string_view, FieldName*> field_by_raw_;  // keys are the names' raw_text, without `=`
  size_t cache_bytes_ = 0;
  std::vector<point::Batch> done_;
};

}  // namespace firn::line_protocol
