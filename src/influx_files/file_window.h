#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// A part of a file in memory that moves along as the file is read from front to back. One thread; several windows may
/// share a file.
///
/// Files are read, not mapped: a mapped file whose disk fails, or that somebody cuts, ends the program with a signal,
/// and counts as memory in use. It would save little: 60 MB took 9.0 ms by reading and 6.6 ms by mapping, of the 350 ms
/// in which they become Parquet.
class FileWindow {
 public:
  /// Reads at least `window_bytes` at a time.
  FileWindow(std::shared_ptr<const storage::File> file, uint64_t file_bytes, size_t window_bytes)
      : file_(std::move(file)), file_bytes_(file_bytes), window_bytes_(window_bytes) {}

  /// `size` bytes from `offset`, good until the next call. They are read together with what follows them, but nothing
  /// from `end` on. kCorrupt when the file does not have them.
  Result<std::string_view> View(uint64_t offset, size_t size, uint64_t end);
  Result<std::string_view> View(uint64_t offset, size_t size) { return View(offset, size, file_bytes_); }

  uint64_t file_bytes() const { return file_bytes_; }

 private:
  std::shared_ptr<const storage::File> file_;
  uint64_t file_bytes_;
  size_t window_bytes_;
  uint64_t offset_ = 0;
  std::string bytes_;
};

}  // namespace firn::influx_files
