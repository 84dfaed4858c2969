#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "journal/segment_format.h"
#include "storage/file_system.h"

namespace firn::journal {

/// The segment that is being written. One thread.
///
/// Files are not preallocated: blocks that are reserved but not written cost the file system a change of metadata at
/// each fsync just as growing does.
class SegmentWriter {
 public:
  /// Makes the file with its header, durably, under a temporary name first, so that a segment without a whole header is
  /// never seen. An existing file of that name, which must hold no record, is replaced.
  static Result<std::unique_ptr<SegmentWriter>> Create(storage::FileSystem& file_system, const std::string& folder,
                                                       const SegmentHeader& header);

  /// Writes and fsyncs. kResourceExhausted: the disk is full, what was written has been taken back, the writer is as
  /// before. Any other error: nobody knows what is on disk, and the writer must not be used again.
  Status AppendDurably(std::span<const std::string_view> parts);

  const std::string& path() const { return path_; }
  const SegmentHeader& header() const { return header_; }
  uint64_t bytes() const { return bytes_; }

 private:
  SegmentWriter(std::unique_ptr<storage::File> file, std::string path, const SegmentHeader& header)
      : file_(std::move(file)), path_(std::move(path)), header_(header) {}

  std::unique_ptr<storage::File> file_;
  std::string path_;
  SegmentHeader header_;
  uint64_t bytes_ = kSegmentHeaderBytes;
};

}  // namespace firn::journal
