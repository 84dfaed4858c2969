#include "formats/parquet/parquet_reader.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <numeric>

#include "formats/parquet/parquet_writer.h"

namespace firn::parquet {
namespace {

class FixedSource final : public ColumnSource {
 public:
  explicit FixedSource(std::vector<ColumnValues> columns) : columns_(std::move(columns)) {}
  Result<ColumnValues> Values(size_t index) override { return columns_[index]; }

 private:
  std::vector<ColumnValues> columns_;
};

std::string Write(std::vector<Column> columns, size_t rows, const std::vector<ColumnValues>& values, int groups = 1) {
  StringSink sink;
  auto writer = ParquetWriter::Make(std::move(columns), {}, &sink);
  EXPECT_TRUE(writer.ok());
  for (int group = 0; group < groups; ++group) {
    FixedSource source(values);
    EXPECT_TRUE((*writer)->WriteRowGroup(rows, source).ok());
  }
  EXPECT_TRUE((*writer)->Finish().ok());
  return sink.Take();
}

Result<std::unique_ptr<ParquetReader>> Open(const std::string& bytes, ReaderOptions options) {
  return ParquetReader::Open(
      [&bytes](uint64_t offset, uint64_t length) -> Result<std::string> { return bytes.substr(offset, length); },
      bytes.size(), std::move(options));
}

const std::vector<int64_t> kLongs = {-1, 0, INT64_MAX};
const std::vector<int32_t> kInts = {7, 0, -7};
const std::vector<uint64_t> kUnsigned = {0, UINT64_MAX, 128};
const std::vector<float> kFloats = {1.5F, 0, -2};
const std::vector<double> kDoubles = {1.5, 0, -0.25};
const std::vector<uint8_t> kBooleans = {1, 0, 1};
const std::vector<int32_t> kOffsets = {0, 1, 1, 4};
const std::vector<uint64_t> kFirstAndLast = {0b101};

TEST(ParquetReaderTest, ReadsBackWhatTheWriterWrites) {
  const std::string bytes = Write({{"time", 1, ColumnType::kTimestampTz, true, false, {}},
                                   {"int", 2, ColumnType::kInt, false, false, {}},
                                   {"unsigned", 3, ColumnType::kDecimal20, false, false, {}},
                                   {"float", 4, ColumnType::kFloat, false, false, {}},
                                   {"double", 5, ColumnType::kDouble, false, true, {}},
                                   {"boolean", 6, ColumnType::kBoolean, false, false, {}},
                                   {"text", 7, ColumnType::kString, false, true, {}}},
                                  3,
                                  {{std::span<const int64_t>(kLongs), {}},
                                   {std::span<const int32_t>(kInts), kFirstAndLast},
                                   {std::span<const uint64_t>(kUnsigned), {}},
                                   {std::span<const float>(kFloats), kFirstAndLast},
                                   {std::span<const double>(kDoubles), {}},
                                   {std::span<const uint8_t>(kBooleans), kFirstAndLast},
                                   {StringValues{kOffsets, "abcd"}, kFirstAndLast}});
  auto reader = Open(bytes, {.field_ids = {7, 1, 99, 2, 3, 4, 5, 6}});
  ASSERT_TRUE(reader.ok()) << reader.error().message();
  auto chunk = (*reader)->Next();
  ASSERT_TRUE(chunk.ok()) << chunk.error().message();
  ASSERT_TRUE(chunk->has_value());
  EXPECT_EQ((*chunk)->rows, 3U);
  const auto& columns = (*chunk)->columns;
  ASSERT_EQ(columns.size(), 7U) << "the file has no field 99";
  const auto& text = std::get<ReadStrings>(columns[0].values);
  EXPECT_EQ(text.bytes, "abcd");
  EXPECT_EQ(text.offsets, kOffsets);
  EXPECT_EQ(columns[0].validity, kFirstAndLast);
  EXPECT_EQ(std::get<std::vector<int64_t>>(columns[1].values), kLongs);
  EXPECT_TRUE(columns[1].validity.empty());
  EXPECT_EQ(std::get<std::vector<int32_t>>(columns[2].values), kInts);
  EXPECT_EQ(std::get<std::vector<uint64_t>>(columns[3].values), kUnsigned);
  EXPECT_EQ(std::get<std::vector<float>>(columns[4].values), kFloats);
  EXPECT_EQ(std::get<std::vector<double>>(columns[5].values), kDoubles);
  EXPECT_EQ(std::get<std::vector<uint8_t>>(columns[6].values), kBooleans);
  chunk = (*reader)->Next();
  ASSERT_TRUE(chunk.ok());
  EXPECT_FALSE(chunk->has_value());
}

TEST(ParquetReaderTest, GivesRowsInChunksAcrossRowGroups) {
  std::vector<int64_t> numbers(1'000);
  std::iota(numbers.begin(), numbers.end(), 0);
  const std::string bytes =
      Write({{"n", 1, ColumnType::kLong, false, false, {}}}, 1'000, {{std::span<const int64_t>(numbers), {}}}, 3);
  auto reader = Open(bytes, {.field_ids = {1}, .rows = 300});
  ASSERT_TRUE(reader.ok());
  std::vector<int64_t> all;
  for (;;) {
    auto chunk = (*reader)->Next();
    ASSERT_TRUE(chunk.ok());
    if (!chunk->has_value()) break;
    EXPECT_LE((*chunk)->rows, 300U);
    const auto& part = std::get<std::vector<int64_t>>((*chunk)->columns[0].values);
    all.insert(all.end(), part.begin(), part.end());
  }
  ASSERT_EQ(all.size(), 3'000U);
  EXPECT_EQ(all[999], 999);
  EXPECT_EQ(all[1'000], 0);
}

TEST(ParquetReaderTest, RefusesBytesThatAreNoParquet) {
  const std::string garbage(1'000, 'x');
  const auto reader = Open(garbage, {.field_ids = {1}});
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().kind(), ErrorKind::kCorrupt);
}

TEST(ParquetReaderTest, RefusesFilesWithoutFieldIds) {
  const auto schema = arrow::schema({arrow::field("v", arrow::int64())});
  const auto table =
      arrow::Table::Make(schema, {arrow::json::ArrayFromJSONString(arrow::int64(), "[1, 2]").ValueOrDie()});
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  ASSERT_TRUE(::parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink).ok());
  const std::string bytes = sink->Finish().ValueOrDie()->ToString();
  const auto reader = Open(bytes, {.field_ids = {1}});
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().kind(), ErrorKind::kUnsupported);
}

TEST(ParquetReaderTest, GivesErrorsOfTheStoreAsTheyAre) {
  const auto reader =
      ParquetReader::Open([](uint64_t, uint64_t) -> Result<std::string> { return Unavailable("the store is away"); },
                          1'000, {.field_ids = {1}});
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().kind(), ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace firn::parquet
