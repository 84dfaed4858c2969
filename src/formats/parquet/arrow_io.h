#pragma once

// Internal to formats/parquet: Arrow's streams over Firn's seams, and what every call into Arrow goes through.

#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/status.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>

#include "base/byte_sink.h"
#include "base/result.h"
#include "formats/parquet/parquet_reader.h"

namespace firn::parquet {

/// The heap of the process. Arrow's default is a heap of its own beside it, and what one of two heaps has free the
/// other cannot use.
inline ::arrow::MemoryPool* ProcessHeap() {
  return ::arrow::system_memory_pool();
}

/// Arrow's stream over a ByteSink.
class SinkStream final : public ::arrow::io::OutputStream {
 public:
  explicit SinkStream(ByteSink* sink);
  ~SinkStream() override = default;

  ::arrow::Status Close() override;
  bool closed() const override { return closed_; }
  ::arrow::Result<int64_t> Tell() const override { return position_; }
  ::arrow::Status Write(const void* data, int64_t bytes) override;
  using ::arrow::io::OutputStream::Write;

  int64_t position() const { return position_; }
  /// What to tell of an Arrow error: the sink's own, which says more, or kInternal.
  Error Explain(std::string_view what) const;

 private:
  ByteSink* sink_;
  int64_t position_ = 0;
  bool closed_ = false;
  Status failure_;
};

/// Arrow's file over a ReadRange.
class RangeFile final : public ::arrow::io::RandomAccessFile {
 public:
  RangeFile(ReadRange read, uint64_t bytes) : read_(std::move(read)), bytes_(static_cast<int64_t>(bytes)) {}
  ~RangeFile() override = default;

  ::arrow::Status Close() override;
  bool closed() const override { return closed_; }
  ::arrow::Result<int64_t> Tell() const override { return position_; }
  ::arrow::Status Seek(int64_t position) override;
  ::arrow::Result<int64_t> GetSize() override { return bytes_; }
  ::arrow::Result<std::shared_ptr<::arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override;
  ::arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override;
  ::arrow::Result<std::shared_ptr<::arrow::Buffer>> Read(int64_t bytes) override;
  ::arrow::Result<int64_t> Read(int64_t bytes, void* out) override;

  /// What to tell of an Arrow error: the first of the reads, which says more, or kCorrupt.
  Error Explain(std::string_view what) const;

 private:
  ReadRange read_;
  int64_t bytes_;
  int64_t position_ = 0;
  bool closed_ = false;
  Status failure_;
};

/// Runs code that calls Arrow on a stream; its exceptions and statuses become ours.
template <typename Stream, typename Function>
Status Guard(const Stream& stream, Function&& function) {
  try {
    const ::arrow::Status status = function();
    if (!status.ok()) return stream.Explain(status.ToString());
    return OkStatus();
  } catch (const std::exception& exception) {
    return stream.Explain(exception.what());
  }
}

}  // namespace firn::parquet
