#include "formats/parquet/parquet_writer.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include <cmath>
#include <limits>

#include "base/bytes.h"

namespace firn::parquet {
namespace {

/// Gives columns that a test has laid out.
class FixedSource final : public ColumnSource {
 public:
  explicit FixedSource(std::vector<ColumnValues> columns) : columns_(std::move(columns)) {}
  Result<ColumnValues> Values(size_t index) override { return columns_[index]; }

 private:
  std::vector<ColumnValues> columns_;
};

template <typename T>
std::string Bytes(T value) {
  std::string bytes;
  AppendLittleEndian(bytes, value);
  return bytes;
}

struct Written {
  std::string bytes;
  FileMetrics metrics;
};

Written Write(std::vector<Column> columns, WriterOptions options, size_t rows,
              const std::vector<std::vector<ColumnValues>>& groups) {
  StringSink sink;
  auto writer = ParquetWriter::Make(std::move(columns), std::move(options), &sink);
  EXPECT_TRUE(writer.ok());
  for (const auto& group : groups) {
    FixedSource source(group);
    const Status written = (*writer)->WriteRowGroup(rows, source);
    EXPECT_TRUE(written.ok()) << (written.ok() ? "" : written.error().message());
  }
  auto metrics = (*writer)->Finish();
  EXPECT_TRUE(metrics.ok());
  return {sink.Take(), *metrics};
}

std::shared_ptr<arrow::Table> ReadTable(const std::string& bytes) {
  auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes));
  auto reader = ::parquet::arrow::OpenFile(input, arrow::default_memory_pool()).ValueOrDie();
  return reader->ReadTable().ValueOrDie();
}

std::unique_ptr<::parquet::ParquetFileReader> OpenFile(const std::string& bytes) {
  return ::parquet::ParquetFileReader::Open(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes)));
}

const std::vector<int64_t> kTimes = {1'600'000'000'000'000, 1'600'000'000'000'001, 1'600'000'000'000'002};
const std::vector<double> kDoubles = {1.5, std::numeric_limits<double>::quiet_NaN(), -0.0};
const std::vector<uint64_t> kUnsigned = {0, UINT64_MAX, 128};
const std::vector<uint8_t> kBooleans = {1, 0, 1};
const std::vector<int32_t> kOffsets = {0, 3, 3, 26};
const std::string kText = "abcabcdefghijklmnopqrstuvw";
const std::vector<int32_t> kCodes = {1, 0, 1};
const std::vector<int32_t> kDictionaryOffsets = {0, 1, 3, 4};
const std::vector<uint64_t> kFirstAndLast = {0b101};

std::vector<Column> AllTypes() {
  return {
      {"time", 1, ColumnType::kTimestampTz, true, false, {}}, {"host", 2, ColumnType::kString, false, true, {}},
      {"load", 3, ColumnType::kDouble, false, false, {}},     {"count", 4, ColumnType::kDecimal20, false, false, {}},
      {"up", 5, ColumnType::kBoolean, false, false, {}},      {"note", 6, ColumnType::kString, false, false, {}}};
}

std::vector<ColumnValues> AllValues() {
  return {{std::span<const int64_t>(kTimes), {}},
          {DictionaryValues{kCodes, {kDictionaryOffsets, "abbc"}}, kFirstAndLast},
          {std::span<const double>(kDoubles), {}},
          {std::span<const uint64_t>(kUnsigned), {}},
          {std::span<const uint8_t>(kBooleans), {}},
          {StringValues{kOffsets, kText}, kFirstAndLast}};
}

WriterOptions With(EncodingSet encoding) {
  WriterOptions options;
  options.encoding = encoding;
  return options;
}

TEST(ParquetWriter, WritesEveryTypeSoThatArrowReadsItBack) {
  for (const EncodingSet encoding : {EncodingSet::kCompatible, EncodingSet::kCompact}) {
    const auto table = ReadTable(Write(AllTypes(), With(encoding), 3, {AllValues()}).bytes);
    EXPECT_EQ(table->num_rows(), 3);
    EXPECT_EQ(table->schema()->field(0)->type()->ToString(), "timestamp[us, tz=UTC]");
    EXPECT_EQ(table->column(1)->GetScalar(0).ValueOrDie()->ToString(), "bb");
    EXPECT_FALSE(table->column(1)->GetScalar(1).ValueOrDie()->is_valid);
    EXPECT_EQ(table->column(3)->type()->ToString(), "decimal128(20, 0)");
    EXPECT_EQ(table->column(3)->GetScalar(1).ValueOrDie()->ToString(), "18446744073709551615");
    EXPECT_EQ(table->column(4)->GetScalar(1).ValueOrDie()->ToString(), "false");
    EXPECT_FALSE(table->column(5)->GetScalar(1).ValueOrDie()->is_valid);
    EXPECT_EQ(table->column(5)->GetScalar(2).ValueOrDie()->ToString(), "abcdefghijklmnopqrstuvw");
  }
}

TEST(ParquetWriter, PutsFieldIdsTypesAndSchemaIntoTheFooter) {
  WriterOptions options;
  options.iceberg_schema_json = "{}";
  options.sorted_by = {2, 1};
  const auto file = OpenFile(Write(AllTypes(), options, 3, {AllValues()}).bytes);
  const auto metadata = file->metadata();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(metadata->schema()->Column(i)->schema_node()->field_id(), i + 1);
  EXPECT_EQ(metadata->schema()->Column(0)->logical_type()->ToString(),
            "Timestamp(isAdjustedToUTC=true, timeUnit=microseconds, is_from_converted_type=false, "
            "force_set_converted_type=false)");
  EXPECT_EQ(metadata->key_value_metadata()->Get("iceberg.schema").ValueOrDie(), "{}");
  const auto sorting = metadata->RowGroup(0)->sorting_columns();
  ASSERT_EQ(sorting.size(), 2U);
  EXPECT_EQ(sorting[0].column_idx, 1);
  EXPECT_TRUE(sorting[0].nulls_first);
  EXPECT_TRUE(metadata->RowGroup(0)->ColumnChunk(0)->GetColumnIndexLocation().has_value());
}

TEST(ParquetWriter, CountsValuesNullsAndNans) {
  const FileMetrics metrics = Write(AllTypes(), {}, 3, {AllValues(), AllValues()}).metrics;
  EXPECT_EQ(metrics.rows, 6);
  EXPECT_EQ(metrics.columns.at(2).value_count, 6);
  EXPECT_EQ(metrics.columns.at(2).null_count, 2);
  EXPECT_EQ(metrics.columns.at(2).nan_count, std::nullopt);
  EXPECT_EQ(metrics.columns.at(3).nan_count, 2);
  EXPECT_GT(metrics.columns.at(3).compressed_bytes, 0);
}

TEST(ParquetWriter, GivesBoundsInIcebergsBinaryForm) {
  const FileMetrics metrics = Write(AllTypes(), {}, 3, {AllValues(), AllValues()}).metrics;
  EXPECT_EQ(metrics.columns.at(1).lower_bound, Bytes(kTimes[0]));
  EXPECT_EQ(metrics.columns.at(1).upper_bound, Bytes(kTimes[2]));
  EXPECT_EQ(metrics.columns.at(2).lower_bound, "bb") << "the dictionary's unused value is in no row";
  EXPECT_EQ(metrics.columns.at(3).lower_bound, Bytes(-0.0)) << "NaN is in no bound";
  EXPECT_EQ(metrics.columns.at(3).upper_bound, Bytes(1.5));
  EXPECT_EQ(metrics.columns.at(4).lower_bound, std::string(1, '\0'));
  EXPECT_EQ(metrics.columns.at(4).upper_bound, std::string("\0\xff\xff\xff\xff\xff\xff\xff\xff", 9));
  EXPECT_EQ(metrics.columns.at(5).lower_bound, std::string(1, '\0'));
  EXPECT_EQ(metrics.columns.at(6).lower_bound, "abc");
  EXPECT_EQ(metrics.columns.at(6).upper_bound, "abcdefghijklmnoq") << "sixteen code points, the last one raised";
}

TEST(ParquetWriter, OrdersZerosOnTheSafeSide) {
  const std::vector<double> zeros = {0.0, -0.0};
  const FileMetrics metrics =
      Write({{"x", 1, ColumnType::kDouble, false, false, {}}}, {}, 2, {{{std::span<const double>(zeros), {}}}}).metrics;
  EXPECT_EQ(metrics.columns.at(1).lower_bound, Bytes(-0.0));
  EXPECT_EQ(metrics.columns.at(1).upper_bound, Bytes(0.0));
}

TEST(ParquetWriter, GivesNoBoundsWhereNoValueIs) {
  const std::vector<double> nans = {NAN, NAN};
  const std::vector<uint64_t> nothing = {0};
  const FileMetrics metrics =
      Write({{"x", 1, ColumnType::kDouble, false, false, {}}, {"y", 2, ColumnType::kDouble, false, false, {}}}, {}, 2,
            {{{std::span<const double>(nans), {}}, {std::span<const double>(nans), nothing}}})
          .metrics;
  EXPECT_EQ(metrics.columns.at(1).lower_bound, std::nullopt);
  EXPECT_EQ(metrics.columns.at(1).nan_count, 2);
  EXPECT_EQ(metrics.columns.at(2).upper_bound, std::nullopt);
  EXPECT_EQ(metrics.columns.at(2).null_count, 2);
  EXPECT_EQ(metrics.columns.at(2).nan_count, 0);
}

TEST(ParquetWriter, ObeysMetricsModes) {
  std::vector<Column> columns = {{"a", 1, ColumnType::kString, false, false, {MetricsMode::Kind::kFull, 0}},
                                 {"b", 2, ColumnType::kString, false, false, {MetricsMode::Kind::kCounts, 0}},
                                 {"c", 3, ColumnType::kBinary, false, false, {MetricsMode::Kind::kTruncate, 2}}};
  const ColumnValues text{StringValues{kOffsets, kText}, kFirstAndLast};
  const FileMetrics metrics = Write(columns, {}, 3, {{text, text, text}}).metrics;
  EXPECT_EQ(metrics.columns.at(1).upper_bound, "abcdefghijklmnopqrstuvw");
  EXPECT_EQ(metrics.columns.at(2).upper_bound, std::nullopt);
  EXPECT_EQ(metrics.columns.at(2).value_count, 3);
  EXPECT_EQ(metrics.columns.at(3).lower_bound, "ab");
  EXPECT_EQ(metrics.columns.at(3).upper_bound, "ac");
}

TEST(ParquetWriter, SplitsAtRowGroups) {
  const Written written = Write(AllTypes(), {}, 3, {AllValues(), AllValues()});
  ASSERT_EQ(written.metrics.split_offsets.size(), 2U);
  EXPECT_EQ(written.metrics.split_offsets[0], 4);
  EXPECT_GT(written.metrics.split_offsets[1], 4);
  EXPECT_EQ(written.metrics.file_bytes, written.bytes.size());
}

TEST(ParquetWriter, UsesOnlyWidelyReadEncodingsWhenCompatible) {
  const auto file = OpenFile(Write(AllTypes(), With(EncodingSet::kCompatible), 3, {AllValues()}).bytes);
  for (int i = 0; i < 6; ++i) {
    const auto chunk = file->metadata()->RowGroup(0)->ColumnChunk(i);
    for (const auto encoding : chunk->encodings()) {
      EXPECT_TRUE(encoding == ::parquet::Encoding::PLAIN || encoding == ::parquet::Encoding::RLE ||
                  encoding == ::parquet::Encoding::RLE_DICTIONARY || encoding == ::parquet::Encoding::PLAIN_DICTIONARY);
    }
  }
}

TEST(ParquetWriter, RefusesANullInARequiredColumn) {
  StringSink sink;
  auto writer = ParquetWriter::Make({{"t", 1, ColumnType::kLong, true, false, {}}}, {}, &sink);
  FixedSource source({{std::span<const int64_t>(kTimes), kFirstAndLast}});
  EXPECT_EQ((*writer)->WriteRowGroup(3, source).error().kind(), ErrorKind::kInternal);
}

TEST(ParquetWriter, RefusesTwoColumnsWithOneId) {
  StringSink sink;
  EXPECT_FALSE(
      ParquetWriter::Make(
          {{"a", 1, ColumnType::kLong, false, false, {}}, {"b", 1, ColumnType::kLong, false, false, {}}}, {}, &sink)
          .ok());
}

/// Fails from the first byte on.
class FullDisk final : public ByteSink {
 public:
  Status Append(std::string_view) override { return ResourceExhausted("the disk is full"); }
};

TEST(ParquetWriter, PassesTheSinksErrorOn) {
  FullDisk disk;
  auto writer = ParquetWriter::Make(AllTypes(), {}, &disk);
  if (!writer.ok()) {
    EXPECT_EQ(writer.error().kind(), ErrorKind::kResourceExhausted);
    return;
  }
  FixedSource source(AllValues());
  Status status = (*writer)->WriteRowGroup(3, source);
  if (status.ok()) status = (*writer)->Finish().status();
  EXPECT_EQ(status.error().kind(), ErrorKind::kResourceExhausted);
}

std::vector<uint64_t> SampleOf(uint64_t distinct) {
  std::vector<uint64_t> sample;
  uint64_t state = 1;
  for (size_t i = 0; i < 2'048; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    sample.push_back((state >> 33) % distinct);
  }
  return sample;
}

TEST(DictionaryPaysFor, ColumnsOfFewValuesComparedWithTheirRows) {
  EXPECT_TRUE(DictionaryPays(SampleOf(100), 1'000'000));
  EXPECT_TRUE(DictionaryPays(SampleOf(10'000), 1'000'000)) << "two decimals between 0 and 100";
  EXPECT_FALSE(DictionaryPays(SampleOf(10'000), 20'000)) << "the dictionary would be half of the column";
  EXPECT_FALSE(DictionaryPays(SampleOf(1'000'000), 1'000'000));
  EXPECT_FALSE(DictionaryPays({}, 1'000'000));
}

}  // namespace
}  // namespace firn::parquet
