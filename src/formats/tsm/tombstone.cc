#include "formats/tsm/tombstone.h"

#include <memory>
#include <string>

#include "formats/compression/compression.h"
#include "formats/tsm/byte_reader.h"

namespace firn::tsm {
namespace {

constexpr uint32_t kVersion2 = 0x1502;
constexpr uint32_t kVersion3 = 0x1503;
constexpr uint32_t kVersion4 = 0x1504;
constexpr size_t kMagicBytes = 4;

/// Version 1: a key a line, each deleted as a whole.
Status VisitLines(std::string_view text, const TombstoneVisitor& visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) FIRN_TRY(visit(Tombstone{text.substr(0, end)}));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return OkStatus();
}

Status VisitEntries(std::string_view bytes, const TombstoneVisitor& visit) {
  ByteReader reader(bytes);
  while (true) {
    const std::optional<uint32_t> key_size = reader.BigEndian<uint32_t>();
    const std::optional<std::string_view> key = key_size ? reader.Bytes(*key_size) : std::nullopt;
    const std::optional<uint64_t> min_time = key ? reader.BigEndian<uint64_t>() : std::nullopt;
    const std::optional<uint64_t> max_time = min_time ? reader.BigEndian<uint64_t>() : std::nullopt;
    if (!max_time) return OkStatus();
    FIRN_TRY(visit(Tombstone{*key, static_cast<int64_t>(*min_time), static_cast<int64_t>(*max_time)}));
  }
}

/// Versions 3 and 4 differ in how many gzip members there are, which a gzip stream may always be made of. A member that
/// ends within an entry would make that entry go on in the next one, which no writer does.
Status VisitCompressed(std::string_view packed, uint64_t max_bytes, const TombstoneVisitor& visit) {
  if (packed.empty()) return OkStatus();
  const std::unique_ptr<compression::Decoder> decoder = compression::MakeDecoder(compression::Codec::kGzip, max_bytes);
  std::string entries;
  Status unpacked = decoder->Append(packed, entries);
  if (unpacked.ok()) unpacked = decoder->Finish();
  FIRN_TRY(VisitEntries(entries, visit));
  if (unpacked.ok()) return OkStatus();
  if (unpacked.error().kind() == ErrorKind::kResourceExhausted) return unpacked.error();
  return Corrupt("tombstones: {}", unpacked.error().message());
}

}  // namespace

Status ReadTombstones(std::string_view file, uint64_t max_bytes, const TombstoneVisitor& visit) {
  if (file.size() < kMagicBytes) return VisitLines(file, visit);
  const std::string_view entries = file.substr(kMagicBytes);
  switch (LoadBigEndian<uint32_t>(file.data())) {
    case kVersion2:
      return VisitEntries(entries, visit);
    case kVersion3:
    case kVersion4:
      return VisitCompressed(entries, max_bytes, visit);
    default:
      return VisitLines(file, visit);
  }
}

}  // namespace firn::tsm
