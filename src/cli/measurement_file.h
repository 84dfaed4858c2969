#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_sink.h"
#include "base/result.h"
#include "influx_files/shard_schema.h"
#include "point/batch.h"

namespace firn::cli {

/// A column of an exported file and where its values come from.
struct ExportColumn {
  enum class Kind : uint8_t { kTime, kTag, kField };

  Kind kind = Kind::kTime;
  std::string name;                                   ///< in the file: distinct
  std::string source;                                 ///< of the tag or field
  point::FieldType type = point::FieldType::kString;  ///< of a field
};

/// Time first, then tags, then fields, each by name. A field with several types has a column for each: the second and
/// further ones, and fields named like a tag or `time`, are called `name_<type>`.
std::vector<ExportColumn> PlanColumns(const influx_files::MeasurementSchema& schema);

/// A file of rows of one measurement. One thread.
class MeasurementFile {
 public:
  virtual ~MeasurementFile() = default;
  /// Columns of the batch that the plan does not have are an error of the program.
  virtual Status Write(const point::Batch& batch) = 0;
  /// Writes what stands at the end. The sink is not closed.
  virtual Status Finish() = 0;
};

/// RFC 4180 with a header: times as RFC 3339 in ns; no value is an empty cell, an empty string `""`.
std::unique_ptr<MeasurementFile> MakeCsvFile(std::vector<ExportColumn> columns, ByteSink* sink);

/// Parquet with Snappy: time as a timestamp in ns, UTC; tags and strings as text, unsigned as decimal(20, 0).
Result<std::unique_ptr<MeasurementFile>> MakeParquetFile(std::vector<ExportColumn> columns, ByteSink* sink);

}  // namespace firn::cli
