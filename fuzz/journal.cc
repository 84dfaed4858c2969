#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "journal/checkpoint.h"
#include "journal/segment_format.h"
#include "journal/segment_reader.h"

// The first byte says how to take the rest: as a segment file; as the records of a segment whose header is right, so
// that the search behind damage is reached; as a record header with a payload, checksums made right; as a checkpoint.

namespace {

using firn::journal::RecordHeader;

/// A file that is a string.
class StringFile final : public firn::storage::File {
 public:
  explicit StringFile(std::string bytes) : bytes_(std::move(bytes)) {}
  firn::Status Append(std::string_view) override { return firn::Internal("read only"); }
  firn::Result<std::string> ReadAt(uint64_t offset, size_t length) const override {
    if (offset >= bytes_.size()) return std::string();
    return bytes_.substr(offset, length);
  }
  firn::Result<uint64_t> Size() const override { return bytes_.size(); }
  firn::Status Sync() override { return firn::Internal("read only"); }
  firn::Status Truncate(uint64_t) override { return firn::Internal("read only"); }

 private:
  std::string bytes_;
};

void ScanBytes(std::string bytes) {
  const size_t size = bytes.size();
  const auto reader = firn::journal::SegmentReader::Open(std::make_unique<StringFile>(std::move(bytes)), "fuzz");
  if (!reader.ok()) return;
  const auto scan = firn::journal::ScanSegment(**reader);
  if (!scan.ok()) std::abort();  // damage is a finding, not an error
  if (scan->valid_end > size || scan->records_end > size) std::abort();
}

void LoadBytes(std::string_view bytes) {
  if (bytes.size() < firn::journal::kRecordHeaderBytes) return;
  RecordHeader header;
  header.compressed = true;
  header.raw_bytes = static_cast<uint8_t>(bytes[0]) * 100u;
  const std::string stored(bytes.substr(1));
  header.stored_bytes = static_cast<uint32_t>(stored.size());
  header.payload_crc = firn::Crc32c(stored);
  const auto payload = firn::journal::LoadPayload(header, stored);
  if (payload.ok() && payload->size() != header.raw_bytes) std::abort();
}

void ReadCheckpoint(std::string_view bytes) {
  const auto checkpoint = firn::journal::Checkpoint::Parse(bytes);
  if (!checkpoint.ok()) return;
  const auto again = firn::journal::Checkpoint::Parse(checkpoint->Serialize());
  if (!again.ok() || again->positions() != checkpoint->positions()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      ScanBytes(std::string(bytes));
      break;
    case 1:
      ScanBytes(firn::journal::SerializeSegmentHeader({}) + std::string(bytes));
      break;
    case 2:
      LoadBytes(bytes);
      break;
    default:
      ReadCheckpoint(bytes);
  }
  return 0;
}
