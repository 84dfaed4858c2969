#include "formats/parquet/arrow_io.h"

#include <arrow/buffer.h>
#include <arrow/result.h>

#include <algorithm>
#include <cstring>

namespace firn::parquet {

SinkStream::SinkStream(ByteSink* sink) : sink_(sink) {
  set_mode(arrow::io::FileMode::WRITE);
}

arrow::Status SinkStream::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

arrow::Status SinkStream::Write(const void* data, int64_t bytes) {
  if (failure_.ok()) failure_ = sink_->Append({static_cast<const char*>(data), static_cast<size_t>(bytes)});
  if (!failure_.ok()) return arrow::Status::IOError(failure_.error().message());
  position_ += bytes;
  return arrow::Status::OK();
}

Error SinkStream::Explain(std::string_view what) const {
  return failure_.ok() ? Internal("cannot encode Parquet: {}", what) : failure_.error();
}

arrow::Status RangeFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

arrow::Status RangeFile::Seek(int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Result<std::shared_ptr<arrow::Buffer>> RangeFile::ReadAt(int64_t position, int64_t bytes) {
  if (position < 0 || bytes < 0 || position > bytes_) return arrow::Status::IOError("a read outside of the file");
  const int64_t length = std::min(bytes, bytes_ - position);
  Result<std::string> read = read_(static_cast<uint64_t>(position), static_cast<uint64_t>(length));
  if (!read.ok()) {
    if (failure_.ok()) failure_ = read.status();
    return arrow::Status::IOError(read.error().message());
  }
  return arrow::Buffer::FromString(std::move(*read));
}

arrow::Result<int64_t> RangeFile::ReadAt(int64_t position, int64_t bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const auto buffer, ReadAt(position, bytes));
  std::memcpy(out, buffer->data(), static_cast<size_t>(buffer->size()));
  return buffer->size();
}

arrow::Result<std::shared_ptr<arrow::Buffer>> RangeFile::Read(int64_t bytes) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
  position_ += buffer->size();
  return buffer;
}

arrow::Result<int64_t> RangeFile::Read(int64_t bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const int64_t got, ReadAt(position_, bytes, out));
  position_ += got;
  return got;
}

Error RangeFile::Explain(std::string_view what) const {
  return failure_.ok() ? Corrupt("cannot decode Parquet: {}", what) : failure_.error();
}

}  // namespace firn::parquet
