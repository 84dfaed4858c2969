// Header, footer, index and keys of a TSM file: any bytes give records within the file, or an error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/tsm/file_layout.h"
#include "formats/tsm/index.h"
#include "formats/tsm/key.h"

namespace {

using namespace firn;

bool IsWithin(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void ReadRecord(const tsm::IndexRecord& record, std::string_view file, uint64_t index_offset) {
  if (!IsWithin(record.key, file) || !IsWithin(record.entries, file)) __builtin_trap();
  for (size_t i = 0; i < record.entry_count(); ++i) {
    const tsm::IndexEntry entry = record.entry(i);
    if (!tsm::CheckIndexEntry(entry, index_offset).ok()) continue;
    if (entry.offset < tsm::kFileHeaderBytes || entry.offset + entry.size > index_offset) __builtin_trap();
  }
  const auto parts = tsm::SplitKey(record.key);
  if (!parts) return;
  (void)tsm::ParseSeriesKey(parts->series);
  (void)tsm::MeasurementOf(parts->series);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  (void)tsm::ParseFileName(file);
  (void)tsm::ParseSegmentName(file);
  if (size < tsm::kFileHeaderBytes + tsm::kFileFooterBytes) return 0;
  (void)tsm::CheckFileHeader(file.substr(0, tsm::kFileHeaderBytes));
  const auto index_offset = tsm::ParseFileFooter(file.substr(size - tsm::kFileFooterBytes), size);
  if (!index_offset.ok()) return 0;
  std::string_view index = file.substr(*index_offset, size - tsm::kFileFooterBytes - *index_offset);
  while (!index.empty() && tsm::IndexRecordBytes(index) <= index.size()) {
    const auto record = tsm::ParseIndexRecord(index);
    if (!record.ok()) return 0;
    ReadRecord(*record, file, *index_offset);
    if (record->size == 0 || record->size > index.size()) __builtin_trap();
    index.remove_prefix(record->size);
  }
  return 0;
}
