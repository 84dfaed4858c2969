#include "parquet_writers.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "processor_time.h"

namespace firn::bench {
namespace {

namespace pq = ::parquet;
using parquet::Column;
using parquet::ColumnType;
using parquet::ColumnValues;
using parquet::EncodingSet;

template <typename T>
T Must(arrow::Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    std::exit(2);
  }
  return std::move(result).ValueUnsafe();
}

/// A data file in memory, one chunk a column, and how its columns were written.
struct Loaded {
  std::shared_ptr<arrow::Table> table;
  std::vector<Column> columns;
};

ColumnType TypeOf(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::DOUBLE:
      return ColumnType::kDouble;
    case arrow::Type::INT64:
      return ColumnType::kLong;
    case arrow::Type::TIMESTAMP:
      return ColumnType::kTimestampTz;
    case arrow::Type::DICTIONARY:
      return ColumnType::kString;
    default:
      std::fprintf(stderr, "no benchmark has a column of type %s\n", type.ToString().c_str());
      std::exit(2);
  }
}

Loaded Load(const std::string& path) {
  pq::arrow::FileReaderBuilder builder;
  if (!builder.Open(Must(arrow::io::ReadableFile::Open(path))).ok()) std::exit(2);
  pq::ArrowReaderProperties properties;
  for (int i = 0; i < builder.raw_reader()->metadata()->num_columns(); ++i) {
    const bool is_text = builder.raw_reader()->metadata()->schema()->Column(i)->physical_type() == pq::Type::BYTE_ARRAY;
    properties.set_read_dictionary(i, is_text);
  }
  const auto reader = Must(builder.properties(properties)->Build());
  Loaded loaded;
  loaded.table = Must(Must(reader->ReadTable())->CombineChunks());
  const auto group = reader->parquet_reader()->metadata()->RowGroup(0);
  for (int i = 0; i < loaded.table->num_columns(); ++i) {
    const auto& field = *loaded.table->schema()->field(i);
    loaded.columns.push_back({field.name(),
                              i + 1,
                              TypeOf(*field.type()),
                              !field.nullable(),
                              group->ColumnChunk(i)->has_dictionary_page(),
                              {}});
  }
  return loaded;
}

/// The loaded columns, in Firn's form.
class LoadedColumns final : public parquet::ColumnSource {
 public:
  explicit LoadedColumns(const Loaded& loaded) : loaded_(loaded) {}

  Result<ColumnValues> Values(size_t index) override {
    const arrow::Array& array = *loaded_.table->column(static_cast<int>(index))->chunk(0);
    if (array.null_count() > 0) return Internal("the generator leaves nothing out");
    switch (loaded_.columns[index].type) {
      case ColumnType::kDouble:
        return ColumnValues{Numbers<double>(array), {}};
      case ColumnType::kString:
        return Text(static_cast<const arrow::DictionaryArray&>(array));
      default:
        return ColumnValues{Numbers<int64_t>(array), {}};
    }
  }

 private:
  template <typename T>
  static std::span<const T> Numbers(const arrow::Array& array) {
    return {array.data()->GetValues<T>(1), static_cast<size_t>(array.length())};
  }
  static ColumnValues Text(const arrow::DictionaryArray& array) {
    const auto& values = static_cast<const arrow::StringArray&>(*array.dictionary());
    const std::span<const int32_t> offsets(values.raw_value_offsets(), static_cast<size_t>(values.length()) + 1);
    const std::string_view bytes(reinterpret_cast<const char*>(values.value_data()->data()),
                                 static_cast<size_t>(values.value_data()->size()));
    return {parquet::DictionaryValues{Numbers<int32_t>(*array.indices()), {offsets, bytes}}, {}};
  }

  const Loaded& loaded_;
};

/// What ParquetWriter asks Arrow for (src/formats/parquet/parquet_writer.cc).
std::shared_ptr<pq::WriterProperties> ArrowProperties(const Loaded& loaded, EncodingSet encoding) {
  const parquet::WriterOptions like;
  pq::WriterProperties::Builder builder;
  builder.compression(pq::Compression::ZSTD)
      ->compression_level(1)
      ->data_page_version(encoding == EncodingSet::kCompact ? pq::ParquetDataPageVersion::V2
                                                            : pq::ParquetDataPageVersion::V1)
      ->data_pagesize(like.page_bytes)
      ->max_rows_per_page(like.page_rows)
      ->dictionary_pagesize_limit(like.dictionary_bytes)
      ->enable_write_page_index()
      ->set_size_statistics_level(pq::SizeStatisticsLevel::None)
      ->max_row_group_length(INT64_MAX);
  for (const Column& column : loaded.columns) {
    if (column.dictionary) continue;
    builder.disable_dictionary(column.name);
    if (encoding == EncodingSet::kCompatible) continue;
    builder.encoding(column.name, column.type == ColumnType::kDouble ? pq::Encoding::BYTE_STREAM_SPLIT
                                                                     : pq::Encoding::DELTA_BINARY_PACKED);
  }
  return builder.build();
}

/// Takes bytes and keeps none, as Arrow's MockOutputStream does: a buffer that grows would be measured with the writer.
class CountingSink final : public ByteSink {
 public:
  Status Append(std::string_view bytes) override {
    bytes_ += bytes.size();
    return OkStatus();
  }

 private:
  size_t bytes_ = 0;
};

double RunOurs(const Loaded& loaded, EncodingSet encoding) {
  parquet::WriterOptions options;
  options.encoding = encoding;
  LoadedColumns source(loaded);
  CountingSink sink;
  const double start = CpuSeconds();
  auto writer = parquet::ParquetWriter::Make(loaded.columns, options, &sink);
  if (!writer.ok() || !(*writer)->WriteRowGroup(static_cast<size_t>(loaded.table->num_rows()), source).ok() ||
      !(*writer)->Finish().ok()) {
    std::exit(2);
  }
  return CpuSeconds() - start;
}

double RunArrow(const Loaded& loaded, const std::shared_ptr<pq::WriterProperties>& properties) {
  const auto sink = std::make_shared<arrow::io::MockOutputStream>();
  const double start = CpuSeconds();
  const arrow::Status written =
      pq::arrow::WriteTable(*loaded.table, arrow::default_memory_pool(), sink, loaded.table->num_rows(), properties);
  if (!written.ok()) std::exit(2);
  return CpuSeconds() - start;
}

}  // namespace

WriterSeconds CompareParquetWriters(const std::string& path, EncodingSet encoding, int rounds) {
  const Loaded loaded = Load(path);
  const auto properties = ArrowProperties(loaded, encoding);
  std::vector<double> ours;
  std::vector<double> arrow;
  for (int round = 0; round <= rounds; ++round) {
    const double us = RunOurs(loaded, encoding);
    const double them = RunArrow(loaded, properties);
    if (round == 0) continue;
    ours.push_back(us);
    arrow.push_back(them);
  }
  return {Median(ours), Median(arrow)};
}

}  // namespace firn::bench
