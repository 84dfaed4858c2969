#include "formats/parquet/parquet_writer.h"

#include <arrow/util/key_value_metadata.h>
#include <parquet/column_writer.h>
#include <parquet/file_writer.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>
#include <set>

#include "formats/parquet/arrow_columns.h"
#include "formats/parquet/arrow_io.h"

namespace firn::parquet {
namespace {

namespace pq = ::parquet;

pq::Compression::type CodecOf(Compression compression) {
  switch (compression) {
    case Compression::kUncompressed:
      return pq::Compression::UNCOMPRESSED;
    case Compression::kSnappy:
      return pq::Compression::SNAPPY;
    case Compression::kGzip:
      return pq::Compression::GZIP;
    case Compression::kZstd:
      return pq::Compression::ZSTD;
  }
  return pq::Compression::ZSTD;
}

/// The encoding where no dictionary is used; UNKNOWN = Parquet's default (PLAIN).
pq::Encoding::type PlainEncoding(ColumnType type, EncodingSet set) {
  if (set == EncodingSet::kCompatible) return pq::Encoding::UNKNOWN;
  switch (type) {
    case ColumnType::kInt:
    case ColumnType::kLong:
    case ColumnType::kDate:
    case ColumnType::kTimestamp:
    case ColumnType::kTimestampTz:
    case ColumnType::kTimestampNs:
    case ColumnType::kTimestampTzNs:
      return pq::Encoding::DELTA_BINARY_PACKED;
    case ColumnType::kFloat:
    case ColumnType::kDouble:
      return pq::Encoding::BYTE_STREAM_SPLIT;
    case ColumnType::kBoolean:
      // Arrow's own choice in version 2 pages is RLE, which Iceberg's vectorized reader (1.12) refuses; bits compress.
      return pq::Encoding::PLAIN;
    default:
      return pq::Encoding::UNKNOWN;
  }
}

std::vector<pq::SortingColumn> SortingColumns(const std::vector<Column>& columns,
                                              const std::vector<int32_t>& field_ids) {
  std::vector<pq::SortingColumn> sorting;
  for (const int32_t id : field_ids) {
    const auto at =
        std::find_if(columns.begin(), columns.end(), [id](const Column& column) { return column.field_id == id; });
    // A column that the file lacks is null in every row: equal, so the ones behind it still order the rows.
    if (at == columns.end()) continue;
    sorting.push_back({static_cast<int32_t>(at - columns.begin()), /*descending=*/false, /*nulls_first=*/true});
  }
  return sorting;
}

std::shared_ptr<pq::WriterProperties> MakeProperties(const std::vector<Column>& columns, const WriterOptions& options) {
  pq::WriterProperties::Builder builder;
  builder.memory_pool(ProcessHeap())
      ->created_by("firn")
      ->compression(CodecOf(options.compression))
      ->data_page_version(options.encoding == EncodingSet::kCompact ? pq::ParquetDataPageVersion::V2
                                                                    : pq::ParquetDataPageVersion::V1)
      ->data_pagesize(options.page_bytes)
      ->max_rows_per_page(options.page_rows)
      ->dictionary_pagesize_limit(options.dictionary_bytes)
      ->enable_write_page_index()
      ->max_row_group_length(INT64_MAX)
      ->set_size_statistics_level(pq::SizeStatisticsLevel::None)
      ->set_sorting_columns(SortingColumns(columns, options.sorted_by));
  const bool has_level = options.compression == Compression::kZstd || options.compression == Compression::kGzip;
  if (options.compression_level) {
    builder.compression_level(*options.compression_level);
  } else if (has_level) {
    builder.compression_level(options.compression == Compression::kZstd ? 1 : 6);
  }
  for (const Column& column : columns) {
    const auto encoding = PlainEncoding(column.type, options.encoding);
    // Series change slowly, so deltas of integers are narrower than codes of their values.
    const bool has_better = column.type == ColumnType::kBoolean || encoding == pq::Encoding::DELTA_BINARY_PACKED;
    if (column.dictionary && !has_better) continue;
    builder.disable_dictionary(column.name);
    if (encoding != pq::Encoding::UNKNOWN) builder.encoding(column.name, encoding);
  }
  return builder.build();
}

Status CheckColumns(const std::vector<Column>& columns) {
  if (columns.empty()) return InvalidInput("a Parquet file needs a column");
  std::set<int32_t> ids;
  std::set<std::string> names;
  for (const Column& column : columns) {
    if (!ids.insert(column.field_id).second) return InvalidInput("two columns have field id {}", column.field_id);
    if (!names.insert(column.name).second) return InvalidInput("two columns are called '{}'", column.name);
  }
  return OkStatus();
}

class ParquetWriterImpl final : public ParquetWriter {
 public:
  ParquetWriterImpl(std::vector<Column> columns, WriterOptions options, ByteSink* sink)
      : columns_(std::move(columns)),
        options_(std::move(options)),
        stream_(std::make_shared<SinkStream>(sink)),
        nan_counts_(columns_.size(), 0),
        context_(ProcessHeap(), pq::default_arrow_writer_properties().get()) {}

  Status Open() {
    return Guard(*stream_, [this] {
      std::shared_ptr<const arrow::KeyValueMetadata> metadata;
      if (!options_.iceberg_schema_json.empty()) {
        metadata = arrow::key_value_metadata({"iceberg.schema"}, {options_.iceberg_schema_json});
      }
      file_ = pq::ParquetFileWriter::Open(stream_, MakeParquetSchema(columns_), MakeProperties(columns_, options_),
                                          metadata);
      return arrow::Status::OK();
    });
  }

  Status WriteRowGroup(size_t rows, ColumnSource& source) override {
    if (rows == 0) return InvalidInput("a row group needs a row");
    pq::RowGroupWriter* group = nullptr;
    FIRN_TRY(Guard(*stream_, [&] {
      group = file_->AppendRowGroup();
      return arrow::Status::OK();
    }));
    for (size_t index = 0; index < columns_.size(); ++index) {
      FIRN_ASSIGN(const ColumnValues values, source.Values(index));
      FIRN_TRY(WriteColumn(*group, index, values, rows).WithContext(columns_[index].name));
    }
    return Guard(*stream_, [&] {
      group->Close();
      return arrow::Status::OK();
    });
  }

  uint64_t bytes_written() const override { return static_cast<uint64_t>(stream_->position()); }

  Result<FileMetrics> Finish() override {
    FIRN_TRY(Guard(*stream_, [this] {
      file_->Close();
      return arrow::Status::OK();
    }));
    FileMetrics metrics;
    FIRN_TRY(Guard(*stream_, [&] {
      metrics = CollectMetrics(*file_->metadata());
      return arrow::Status::OK();
    }));
    return metrics;
  }

 private:
  Status WriteColumn(pq::RowGroupWriter& group, size_t index, const ColumnValues& values, size_t rows) {
    const Column& column = columns_[index];
    FIRN_ASSIGN(const auto array, view_.Make(column, values, rows));
    if (column.required && array->null_count() > 0) return Internal("a required column has a row without a value");
    if (column.type == ColumnType::kFloat || column.type == ColumnType::kDouble)
      nan_counts_[index] += CountNans(values, rows);
    return Guard(*stream_, [&] {
      pq::ColumnWriter* writer = group.NextColumn();
      const int16_t* levels = column.required ? nullptr : DefinitionLevels(values, rows, array->null_count());
      ARROW_RETURN_NOT_OK(
          writer->WriteArrow(levels, nullptr, static_cast<int64_t>(rows), *array, &context_, !column.required));
      writer->Close();
      return arrow::Status::OK();
    });
  }

  /// 1 where a row has a value. All-ones levels are made once and shared.
  const int16_t* DefinitionLevels(const ColumnValues& values, size_t rows, int64_t nulls) {
    if (nulls == 0) {
      if (ones_.size() < rows) ones_.resize(rows, 1);
      return ones_.data();
    }
    levels_.resize(rows);
    for (size_t row = 0; row < rows; ++row) {
      levels_[row] = static_cast<int16_t>((values.validity[row >> 6] >> (row & 63)) & 1);
    }
    return levels_.data();
  }

  FileMetrics CollectMetrics(const pq::FileMetaData& file) const {
    FileMetrics metrics;
    metrics.rows = file.num_rows();
    metrics.file_bytes = bytes_written();
    for (int group = 0; group < file.num_row_groups(); ++group) {
      const auto first = file.RowGroup(group)->ColumnChunk(0);
      const bool has_dictionary = first->has_dictionary_page() && first->dictionary_page_offset() > 0;
      metrics.split_offsets.push_back(has_dictionary
                                          ? std::min(first->dictionary_page_offset(), first->data_page_offset())
                                          : first->data_page_offset());
    }
    for (size_t index = 0; index < columns_.size(); ++index) {
      metrics.columns.emplace(columns_[index].field_id, CollectColumn(file, index));
    }
    return metrics;
  }

  ColumnMetrics CollectColumn(const pq::FileMetaData& file, size_t index) const {
    ColumnMetrics metrics;
    BoundsMerger bounds(columns_[index]);
    for (int group = 0; group < file.num_row_groups(); ++group) {
      const auto chunk = file.RowGroup(group)->ColumnChunk(static_cast<int>(index));
      const auto statistics = chunk->statistics();
      const int64_t nulls = statistics ? statistics->null_count() : 0;
      metrics.compressed_bytes += chunk->total_compressed_size();
      metrics.value_count += chunk->num_values();
      metrics.null_count += nulls;
      bounds.Add(statistics, chunk->num_values() - nulls);
    }
    const ColumnType type = columns_[index].type;
    if (type == ColumnType::kFloat || type == ColumnType::kDouble) metrics.nan_count = nan_counts_[index];
    std::move(bounds).MoveInto(metrics);
    return metrics;
  }

  std::vector<Column> columns_;
  WriterOptions options_;
  std::shared_ptr<SinkStream> stream_;
  std::unique_ptr<pq::ParquetFileWriter> file_;
  std::vector<int64_t> nan_counts_;
  std::vector<int16_t> ones_;
  std::vector<int16_t> levels_;
  ArrowView view_;
  pq::ArrowWriteContext context_;
};

}  // namespace

Result<std::unique_ptr<ParquetWriter>> ParquetWriter::Make(std::vector<Column> columns, WriterOptions options,
                                                           ByteSink* sink) {
  FIRN_TRY(CheckColumns(columns));
  auto writer = std::make_unique<ParquetWriterImpl>(std::move(columns), std::move(options), sink);
  FIRN_TRY(writer->Open());
  return std::unique_ptr<ParquetWriter>(std::move(writer));
}

bool DictionaryPays(std::span<const uint64_t> sample, size_t rows) {
  constexpr size_t kTooFewToTell = 64;
  constexpr double kMostDistinct = 32'768;  // codes of 15 bits, a dictionary of 256 KiB that caches still hold
  if (sample.size() < kTooFewToTell) return false;
  std::vector<uint64_t> sorted(sample.begin(), sample.end());
  std::sort(sorted.begin(), sorted.end());
  const auto distinct = static_cast<double>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  const auto drawn = static_cast<double>(sample.size());
  const double repeated = drawn - distinct;
  if (repeated < 8) return false;
  // n draws from d values give about n²/2d repetitions as long as they are few; where they are many, nearly all values
  // have been seen.
  const double all_distinct = repeated > drawn / 2 ? distinct : drawn * drawn / (2 * repeated);
  return all_distinct <= kMostDistinct && all_distinct * 8 <= static_cast<double>(rows);
}

}  // namespace firn::parquet
