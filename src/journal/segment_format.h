#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "journal/record.h"

/// The bytes of a segment file: docs/formats/journal.md. Pure: no I/O.

namespace firn::journal {

inline constexpr size_t kSegmentHeaderBytes = 64;
inline constexpr size_t kRecordHeaderBytes = 64;
inline constexpr std::string_view kSegmentSuffix = ".journal";
inline constexpr std::string_view kDamagedSuffix = ".damaged";

using JournalId = std::array<uint8_t, 16>;

/// The first bytes of a segment.
struct SegmentHeader {
  JournalId id{};
  int64_t first_sequence = 1;  ///< of the first record that it holds or will hold
  int64_t follows = 0;     ///< the last sequence before it; first_sequence - 1 unless sequences were skipped on purpose
  int64_t created_ns = 0;  ///< since 1970
  LifeId life = 0;
};

/// What stands in front of each payload.
struct RecordHeader {
  int64_t sequence = 0;
  int64_t batch_first = 0;  ///< first sequence of the batch that was made durable with one fsync
  int64_t time_ns = 0;
  uint32_t stored_bytes = 0;
  uint32_t raw_bytes = 0;
  uint32_t payload_crc = 0;  ///< CRC-32C of the payload as stored
  RecordKind kind = RecordKind::kPushedBody;
  bool compressed = false;  ///< one LZ4 block
  std::optional<Digest128> digest;
};

std::string SerializeSegmentHeader(const SegmentHeader& header);
/// kCorrupt for anything but a whole header, kUnsupported for a version that this program does not know.
Result<SegmentHeader> ParseSegmentHeader(std::string_view bytes);

/// Where checksums of a journal's record headers begin: a record of another journal, or one that somebody planted in a
/// payload without knowing the id, is not taken for one of this journal.
uint32_t HeaderSeed(const JournalId& id);

void SerializeRecordHeader(const RecordHeader& header, uint32_t seed, std::span<char, kRecordHeaderBytes> out);
/// Nothing when `bytes` do not begin with a record header whose checksum is right.
std::optional<RecordHeader> ParseRecordHeader(std::string_view bytes, uint32_t seed);
/// Where in `bytes` the first whole record header begins; npos when there is none.
size_t FindRecordHeader(std::string_view bytes, uint32_t seed);

/// A payload ready to be written, and what its header says about it.
struct StoredPayload {
  std::string bytes;
  uint32_t raw_bytes = 0;
  uint32_t crc = 0;
  bool compressed = false;
};
/// Joins, compresses where it saves at least a sixteenth, and checksums. The parts together are at most 1 GiB.
StoredPayload StorePayload(std::span<const std::string_view> parts, Compression compression);
/// The payload as it was appended. kCorrupt when checksum or compression are wrong; allocates no more than raw_bytes.
Result<std::string> LoadPayload(const RecordHeader& header, std::string stored);

/// "00000000000000000001.journal".
std::string SegmentFileName(int64_t first_sequence);
/// The first sequence in such a name; nothing for another name.
std::optional<int64_t> ParseSegmentFileName(std::string_view name);

/// Text form of an id, as UUIDs are written, and back.
std::string IdText(const JournalId& id);
std::optional<JournalId> ParseIdText(std::string_view text);

}  // namespace firn::journal
