#include "journal/segment_writer.h"

#include <utility>

namespace firn::journal {

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::Create(storage::FileSystem& file_system,
                                                             const std::string& folder, const SegmentHeader& header) {
  std::string path = folder + "/" + SegmentFileName(header.first_sequence);
  FIRN_TRY(file_system.ReplaceFile(path, SerializeSegmentHeader(header)));
  FIRN_ASSIGN(auto file, file_system.Open(path, storage::FileSystem::Mode::kAppend));
  return std::unique_ptr<SegmentWriter>(new SegmentWriter(std::move(file), std::move(path), header));
}

Status SegmentWriter::AppendDurably(std::span<const std::string_view> parts) {
  Status written = file_->AppendParts(parts);
  if (!written.ok()) {
    if (written.error().kind() != ErrorKind::kResourceExhausted) return written;
    Status taken_back = file_->Truncate(bytes_);
    if (!taken_back.ok())
      return taken_back.WithContext("the disk is full, and a part of a record stands in the journal");
    return written;
  }
  Status synced = file_->Sync();
  // Also when the disk is full: what the kernel dropped is unknown.
  if (!synced.ok()) return Unavailable("{}", synced.error().message());
  for (const std::string_view part : parts) bytes_ += part.size();
  return OkStatus();
}

}  // namespace firn::journal
