// A segment of the write-ahead log, and the keys in it: any bytes give entries or an error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/tsm/key.h"
#include "formats/tsm/wal.h"

namespace {

void ReadEntry(const firn::tsm::WalEntry& entry) {
  const auto* write = std::get_if<firn::tsm::WalWrite>(&entry);
  if (write == nullptr) return;
  for (firn::tsm::WalValues values : write->values) {
    firn::tsm::WalValue value;
    uint64_t count = 0;
    const uint64_t expected = values.count();
    while (values.Next(value)) ++count;
    if (count != expected) __builtin_trap();
    if (const auto parts = firn::tsm::SplitKey(values.key())) (void)firn::tsm::ParseSeriesKey(parts->series);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  firn::tsm::WalDecoder decoder;
  while (bytes.size() >= firn::tsm::WalEntryHeader::kBytes) {
    const firn::tsm::WalEntryHeader header = firn::tsm::ParseWalEntryHeader(bytes);
    bytes.remove_prefix(firn::tsm::WalEntryHeader::kBytes);
    const std::string_view packed = bytes.substr(0, header.packed_bytes);
    const firn::Result<firn::tsm::WalEntry> entry = decoder.Decode(header, packed);
    if (entry.ok()) ReadEntry(*entry);
    bytes.remove_prefix(packed.size());
  }
  return 0;
}
