#include "formats/parquet/parquet_reader.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/schema.h>

#include <cstring>

#include "formats/parquet/arrow_io.h"

namespace firn::parquet {
namespace {

namespace pq = ::parquet;

/// Bytes that are asked of a store at once, per column: small enough for many columns, large enough for a round trip.
constexpr int64_t kBufferBytes = 256 << 10;

std::vector<uint64_t> ValidityOf(const arrow::Array& array) {
  std::vector<uint64_t> validity;
  if (array.null_count() == 0) return validity;
  const auto rows = static_cast<size_t>(array.length());
  validity.assign((rows + 63) / 64, 0);
  for (size_t row = 0; row < rows; ++row) {
    validity[row >> 6] |= uint64_t{array.IsValid(static_cast<int64_t>(row))} << (row & 63);
  }
  return validity;
}

template <typename T>
std::vector<T> NumbersOf(const arrow::Array& array) {
  const T* values = array.data()->GetValues<T>(1);
  std::vector<T> numbers(values, values + array.length());
  for (int64_t row = 0; array.null_count() > 0 && row < array.length(); ++row) {
    if (array.IsNull(row)) numbers[static_cast<size_t>(row)] = T{};
  }
  return numbers;
}

std::vector<uint8_t> BooleansOf(const arrow::BooleanArray& array) {
  std::vector<uint8_t> booleans;
  booleans.reserve(static_cast<size_t>(array.length()));
  for (int64_t row = 0; row < array.length(); ++row) booleans.push_back(array.IsValid(row) && array.Value(row) ? 1 : 0);
  return booleans;
}

/// decimal(20, 0) holds what uint64 does: the low half of its 128 bits.
std::vector<uint64_t> UnsignedOf(const arrow::Decimal128Array& array) {
  std::vector<uint64_t> numbers(static_cast<size_t>(array.length()), 0);
  for (int64_t row = 0; row < array.length(); ++row) {
    if (array.IsValid(row)) std::memcpy(&numbers[static_cast<size_t>(row)], array.GetValue(row), sizeof(uint64_t));
  }
  return numbers;
}

ReadStrings StringsOf(const arrow::BinaryArray& array) {
  ReadStrings strings;
  strings.offsets.reserve(static_cast<size_t>(array.length()) + 1);
  strings.offsets.push_back(0);
  for (int64_t row = 0; row < array.length(); ++row) {
    if (array.IsValid(row)) strings.bytes += array.GetView(row);
    strings.offsets.push_back(static_cast<int32_t>(strings.bytes.size()));
  }
  return strings;
}

Result<ReadColumn> ColumnOf(const arrow::Array& array, int32_t field_id) {
  ReadColumn column;
  column.field_id = field_id;
  column.validity = ValidityOf(array);
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      column.values = BooleansOf(static_cast<const arrow::BooleanArray&>(array));
      return column;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      column.values = NumbersOf<int32_t>(array);
      return column;
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
      column.values = NumbersOf<int64_t>(array);
      return column;
    case arrow::Type::FLOAT:
      column.values = NumbersOf<float>(array);
      return column;
    case arrow::Type::DOUBLE:
      column.values = NumbersOf<double>(array);
      return column;
    case arrow::Type::DECIMAL128:
      column.values = UnsignedOf(static_cast<const arrow::Decimal128Array&>(array));
      return column;
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      column.values = StringsOf(static_cast<const arrow::BinaryArray&>(array));
      return column;
    default:
      return Unsupported("field {}: cannot read Parquet columns of type {}", field_id, array.type()->ToString());
  }
}

class ParquetReaderImpl final : public ParquetReader {
 public:
  ParquetReaderImpl(ReadRange read, uint64_t bytes, ReaderOptions options)
      : file_(std::make_shared<RangeFile>(std::move(read), bytes)), options_(std::move(options)) {}

  Status Open() {
    FIRN_TRY(OpenFile());
    // All its columns would be taken for absent ones.
    if (!HasFieldIds()) return Unsupported("the file's columns have no field ids");
    return Guard(*file_, [this] {
      std::vector<int> groups;
      for (int group = 0; group < reader_->num_row_groups(); ++group) groups.push_back(group);
      ARROW_ASSIGN_OR_RAISE(batches_, reader_->GetRecordBatchReader(groups, ColumnIndices()));
      return arrow::Status::OK();
    });
  }

  Result<std::optional<RowChunk>> Next() override {
    std::shared_ptr<arrow::RecordBatch> batch;
    do {
      FIRN_TRY(Guard(*file_, [&] { return batches_->ReadNext(&batch); }));
      if (batch == nullptr) return std::optional<RowChunk>();
    } while (batch->num_rows() == 0);
    RowChunk chunk;
    chunk.rows = static_cast<size_t>(batch->num_rows());
    for (int i = 0; i < batch->num_columns(); ++i) {
      FIRN_ASSIGN(ReadColumn column, ColumnOf(*batch->column(i), read_ids_[static_cast<size_t>(i)]));
      chunk.columns.push_back(std::move(column));
    }
    return std::optional<RowChunk>(std::move(chunk));
  }

 private:
  Status OpenFile() {
    return Guard(*file_, [this] {
      pq::ReaderProperties properties(ProcessHeap());
      properties.enable_buffered_stream();
      properties.set_buffer_size(kBufferBytes);
      pq::ArrowReaderProperties arrow_properties;
      arrow_properties.set_pre_buffer(false);
      arrow_properties.set_batch_size(static_cast<int64_t>(options_.rows));
      pq::arrow::FileReaderBuilder builder;
      ARROW_RETURN_NOT_OK(builder.Open(file_, properties));
      builder.memory_pool(ProcessHeap())->properties(arrow_properties);
      ARROW_RETURN_NOT_OK(builder.Build(&reader_));
      return arrow::Status::OK();
    });
  }

  bool HasFieldIds() const {
    const pq::SchemaDescriptor& schema = *reader_->parquet_reader()->metadata()->schema();
    for (int column = 0; column < schema.num_columns(); ++column) {
      if (schema.Column(column)->schema_node()->field_id() >= 0) return true;
    }
    return schema.num_columns() == 0;
  }

  std::vector<int> ColumnIndices() {
    const pq::SchemaDescriptor& schema = *reader_->parquet_reader()->metadata()->schema();
    std::vector<int> indices;
    for (const int32_t id : options_.field_ids) {
      for (int column = 0; column < schema.num_columns(); ++column) {
        if (schema.Column(column)->schema_node()->field_id() != id) continue;
        indices.push_back(column);
        read_ids_.push_back(id);
      }
    }
    return indices;
  }

  std::shared_ptr<RangeFile> file_;
  const ReaderOptions options_;
  std::vector<int32_t> read_ids_;
  std::unique_ptr<pq::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;  ///< reads from reader_
};

}  // namespace

Result<std::unique_ptr<ParquetReader>> ParquetReader::Open(ReadRange read, uint64_t file_bytes, ReaderOptions options) {
  auto reader = std::make_unique<ParquetReaderImpl>(std::move(read), file_bytes, std::move(options));
  FIRN_TRY(reader->Open());
  return std::unique_ptr<ParquetReader>(std::move(reader));
}

}  // namespace firn::parquet
