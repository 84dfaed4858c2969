#include "lake/data_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "iceberg/json/schema_json.h"
#include "lake/partition_assigner.h"
#include "lake/row_columns.h"

namespace firn::lake {
namespace {

using point::Batch;

constexpr size_t kMinRowGroupRows = 8'192;

/// A file that is being written.
struct OpenFile {
  std::string location;
  std::unique_ptr<storage::ObjectWriter> object;
  std::unique_ptr<parquet::ParquetWriter> parquet;
};

class Writer {
 public:
  Writer(const DataFileContext& context, std::span<const Batch* const> batches, SeriesIndex& series)
      : context_(context), batches_(batches), series_(series), uuid_(context.random.Uuid()) {}

  Result<DataFilesWritten> Run() {
    Status status = WriteAll();
    if (!status.ok()) {
      DeleteWritten();
      return status.error();
    }
    return std::move(written_);
  }

 private:
  Status WriteAll() {
    const iceberg::TableMetadata& metadata = context_.metadata;
    FIRN_ASSIGN(const auto partitions, MakePartitionAssigner(metadata, context_.plan, batches_, series_));
    RowOrderOptions options;
    options.tag_order = TagOrder(context_.plan.map, metadata.schema());
    options.merge_equal_points = context_.options.deduplicate != Deduplicate::kOff;
    options.deduplicate_key = context_.options.deduplicate_key;
    order_ = OrderRows(batches_, series_, *partitions, options);
    written_.merged_rows = order_.merged_away;
    NoteTimes();
    written_.content =
        std::make_shared<const StoredContent>(DescribeContent(metadata, context_.plan, batches_, context_.options));
    columns_ = MakeFileColumns(metadata, context_.plan, batches_, series_);
    ChooseDictionaries(columns_, order_);
    for (const FileColumn& column : columns_) parquet_columns_.push_back(column.column);
    sort_order_id_ = SortOrderIdFor(metadata, context_.plan.map);
    group_rows_ = RowGroupRows();
    for (const PartitionRows& partition : order_.partitions) FIRN_TRY(WritePartition(partition));
    return OkStatus();
  }

  void NoteTimes() {
    const auto is_ahead = [this](const SeriesRun& run) { return series_.IsAhead(run.series, order_.times[run.begin]); };
    written_.ahead = std::all_of(order_.runs.begin(), order_.runs.end(), is_ahead);
    for (const SeriesRun& run : order_.runs) series_.NoteTime(run.series, order_.times[run.end - 1]);
  }

  size_t RowGroupRows() const {
    size_t bytes = 0;
    for (const Batch* batch : batches_) bytes += batch->byte_size();
    const size_t row_bytes = std::max<size_t>(1, bytes / std::max<size_t>(1, order_.rows.size()));
    const auto target = static_cast<size_t>(
        std::max<int64_t>(1, context_.metadata.IntegerProperty("write.parquet.row-group-size-bytes", 128 << 20)));
    const auto limit = static_cast<size_t>(
        std::max<int64_t>(1, context_.metadata.IntegerProperty("write.parquet.row-group-limit", 1 << 20)));
    return std::min(limit, std::max(kMinRowGroupRows, target / row_bytes));
  }

  Status WritePartition(const PartitionRows& partition) {
    RowColumns source(columns_, order_, series_);
    for (size_t row = partition.begin; row < partition.end;) {
      const size_t first_row = row;
      FIRN_ASSIGN(OpenFile file, Open(partition.values));
      size_t groups = 0;
      while (row < partition.end &&
             (groups == 0 || file.parquet->bytes_written() < context_.options.target_file_bytes)) {
        // The last two groups share what is left, so that none is tiny.
        const size_t left = partition.end - row;
        const size_t rows = left > group_rows_ && left < 2 * group_rows_ ? (left + 1) / 2 : std::min(left, group_rows_);
        source.SetRange(row, row + rows);
        FIRN_TRY(file.parquet->WriteRowGroup(rows, source).WithContext(file.location));
        row += rows;
        ++groups;
      }
      FIRN_TRY(Close(std::move(file), partition.values));
      written_.files.back().coverage = CoverageOf(partition, first_row, row);
    }
    return OkStatus();
  }

  PointCoverage CoverageOf(const PartitionRows& partition, size_t first_row, size_t end_row) const {
    PointCoverage coverage;
    for (size_t r = partition.first_run; r < partition.last_run; ++r) {
      const SeriesRun& run = order_.runs[r];
      const size_t begin = std::max(run.begin, first_row);
      const size_t end = std::min(run.end, end_row);
      if (begin >= end) continue;
      coverage.Add(series_.HashOf(run.series) % PointCoverage::kClasses, &order_.times[begin], end - begin);
    }
    return coverage;
  }

  Result<OpenFile> Open(const iceberg::PartitionValues& partition) {
    OpenFile file;
    const std::string name = fmt::format("00000-{}-{}-{:05}.parquet", 0, uuid_, ++file_count_);
    file.location = DataFileLocation(context_.metadata, partition, name);
    FIRN_ASSIGN(file.object, context_.storage.Create(file.location));
    parquet::WriterOptions options;
    options.encoding = context_.options.encoding;
    options.compression = context_.options.compression;
    options.compression_level = context_.options.compression_level;
    options.iceberg_schema_json = iceberg::SerializeSchema(context_.metadata.schema());
    if (sort_order_id_) {
      for (const auto& field : context_.metadata.FindSortOrder(*sort_order_id_)->fields)
        options.sorted_by.push_back(field.source_id);
    }
    FIRN_ASSIGN(file.parquet, parquet::ParquetWriter::Make(parquet_columns_, std::move(options), file.object.get()));
    return file;
  }

  Status Close(OpenFile file, const iceberg::PartitionValues& partition) {
    FIRN_ASSIGN(const parquet::FileMetrics metrics, file.parquet->Finish());
    FIRN_TRY(file.object->Close().WithContext(file.location));
    iceberg::DataFile& data_file = written_.files.emplace_back().file;
    data_file.file_path = file.location;
    data_file.partition = partition;
    data_file.spec_id = context_.metadata.default_spec_id;
    data_file.sort_order_id = sort_order_id_.value_or(0);
    FillMetrics(parquet_columns_, metrics, data_file);
    return OkStatus();
  }

  void DeleteWritten() {
    for (const WrittenFile& written : written_.files) {
      const Status deleted = context_.storage.Delete(written.file.file_path);
      if (!deleted.ok()) log::Warn("cannot delete {}: {}", written.file.file_path, deleted.error().message());
    }
  }

  const DataFileContext& context_;
  std::span<const Batch* const> batches_;
  SeriesIndex& series_;
  std::string uuid_;
  RowOrder order_;
  std::vector<FileColumn> columns_;
  std::vector<parquet::Column> parquet_columns_;
  std::optional<int32_t> sort_order_id_;
  size_t group_rows_ = 0;
  int file_count_ = 0;
  DataFilesWritten written_;
};

/// Twenty binary digits of the name's hash as four folders (Iceberg's object-store layout).
std::string HashFolders(const std::string& name) {
  const uint32_t hash = iceberg::Murmur3(name);
  std::string digits;
  for (int bit = 19; bit >= 0; --bit) digits.push_back((hash >> bit & 1) != 0 ? '1' : '0');
  return fmt::format("{}/{}/{}/{}", digits.substr(0, 4), digits.substr(4, 4), digits.substr(8, 4), digits.substr(12));
}

}  // namespace

std::string DataFileLocation(const iceberg::TableMetadata& metadata, const iceberg::PartitionValues& partition,
                             const std::string& name) {
  const std::string path = iceberg::PartitionPath(metadata.spec(), metadata.schema(), partition);
  if (!metadata.BoolProperty("write.object-storage.enabled", false)) {
    return path.empty() ? fmt::format("{}/{}", metadata.DataLocation(), name)
                        : fmt::format("{}/{}/{}", metadata.DataLocation(), path, name);
  }
  const std::string folders = fmt::format("{}/{}", metadata.DataLocation(), HashFolders(name));
  if (!metadata.BoolProperty("write.object-storage.partitioned-paths", true))
    return fmt::format("{}-{}", folders, name);
  return path.empty() ? fmt::format("{}/{}", folders, name) : fmt::format("{}/{}/{}", folders, path, name);
}

void FillMetrics(const std::vector<parquet::Column>& columns, const parquet::FileMetrics& metrics,
                 iceberg::DataFile& file) {
  file.record_count = metrics.rows;
  file.file_size_bytes = static_cast<int64_t>(metrics.file_bytes);
  file.split_offsets = metrics.split_offsets;
  for (const parquet::Column& column : columns) {
    const int32_t id = column.field_id;
    const parquet::ColumnMetrics& of = metrics.columns.at(id);
    file.column_sizes[id] = of.compressed_bytes;
    if (column.metrics.kind == parquet::MetricsMode::Kind::kNone) continue;
    file.value_counts[id] = of.value_count;
    file.null_value_counts[id] = of.null_count;
    if (of.nan_count) file.nan_value_counts[id] = *of.nan_count;
    if (of.lower_bound) file.lower_bounds[id] = *of.lower_bound;
    if (of.upper_bound) file.upper_bounds[id] = *of.upper_bound;
  }
}

Result<DataFilesWritten> WriteDataFiles(const DataFileContext& context, std::span<const Batch* const> batches,
                                        SeriesIndex& series) {
  return Writer(context, batches, series).Run();
}

}  // namespace firn::lake
