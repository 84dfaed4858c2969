#include "journal/segment_format.h"

#include <lz4.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/bytes.h"

namespace firn::journal {
namespace {

constexpr std::string_view kSegmentMagic = "FIRNJRNL";
constexpr uint32_t kVersion = 2;
constexpr uint32_t kVersionWithoutLives = 1;
constexpr std::string_view kRecordMarker = "FREC";
constexpr uint8_t kFlagLz4 = 1;
constexpr uint8_t kFlagDigest = 2;
/// A block of LZ4 expands at most 255 times; a header that claims more is not one of ours.
constexpr uint64_t kMaxExpansion = 255;

std::string Joined(std::span<const std::string_view> parts) {
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string joined;
  joined.reserve(size);
  for (const std::string_view part : parts) joined.append(part);
  return joined;
}

/// The compressed bytes; empty where compression does not save a sixteenth.
std::string CompressedOrEmpty(std::string_view raw) {
  const size_t worth = raw.size() - raw.size() / 16;
  std::string out(worth, '\0');
  const int written =
      LZ4_compress_default(raw.data(), out.data(), static_cast<int>(raw.size()), static_cast<int>(out.size()));
  out.resize(static_cast<size_t>(std::max(written, 0)));
  return out;
}

}  // namespace

std::string SerializeSegmentHeader(const SegmentHeader& header) {
  std::string out(kSegmentMagic);
  AppendLittleEndian<uint32_t>(out, header.life == 0 ? kVersionWithoutLives : kVersion);
  AppendLittleEndian<uint32_t>(out, kSegmentHeaderBytes);
  out.append(reinterpret_cast<const char*>(header.id.data()), header.id.size());
  AppendLittleEndian(out, header.first_sequence);
  AppendLittleEndian(out, header.follows);
  AppendLittleEndian(out, header.created_ns);
  AppendLittleEndian(out, header.life);
  AppendLittleEndian(out, Crc32c(out));
  return out;
}

Result<SegmentHeader> ParseSegmentHeader(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes) return Corrupt("the segment header is cut off after {} bytes", bytes.size());
  bytes = bytes.substr(0, kSegmentHeaderBytes);
  if (!bytes.starts_with(kSegmentMagic)) return Corrupt("not a journal segment");
  const char* data = bytes.data();
  if (LoadLittleEndian<uint32_t>(data + 60) != Crc32c(bytes.substr(0, 60))) {
    return Corrupt("the segment header's checksum is wrong");
  }
  const auto version = LoadLittleEndian<uint32_t>(data + 8);
  if (version > kVersion || version < kVersionWithoutLives) {
    return Unsupported("journal format version {} was written by a newer Firn; this one reads up to version {}",
                       version, kVersion);
  }
  SegmentHeader header;
  std::memcpy(header.id.data(), data + 16, header.id.size());
  header.first_sequence = LoadLittleEndian<int64_t>(data + 32);
  header.follows = LoadLittleEndian<int64_t>(data + 40);
  header.created_ns = LoadLittleEndian<int64_t>(data + 48);
  if (version > kVersionWithoutLives) header.life = LoadLittleEndian<LifeId>(data + 56);
  if (header.follows < 0 || header.first_sequence <= header.follows) {
    return Corrupt("the segment header's sequences {} after {} are impossible", header.first_sequence, header.follows);
  }
  return header;
}

uint32_t HeaderSeed(const JournalId& id) {
  return Crc32c(std::string_view(reinterpret_cast<const char*>(id.data()), id.size()));
}

void SerializeRecordHeader(const RecordHeader& header, uint32_t seed, std::span<char, kRecordHeaderBytes> out) {
  const auto store = [&out](size_t at, const auto& value) { std::memcpy(out.data() + at, &value, sizeof(value)); };
  std::memcpy(out.data(), kRecordMarker.data(), kRecordMarker.size());
  store(8, header.payload_crc);
  store(12, header.stored_bytes);
  store(16, header.raw_bytes);
  store(20, header.kind);
  const int flags = (header.compressed ? kFlagLz4 : 0) | (header.digest.has_value() ? kFlagDigest : 0);
  store(21, static_cast<uint8_t>(flags));
  store(22, uint16_t{0});
  store(24, header.sequence);
  store(32, header.batch_first);
  store(40, header.time_ns);
  store(48, header.digest.value_or(Digest128{}));
  store(4, Crc32c(std::string_view(out.data() + 8, kRecordHeaderBytes - 8), seed));
}

std::optional<RecordHeader> ParseRecordHeader(std::string_view bytes, uint32_t seed) {
  if (bytes.size() < kRecordHeaderBytes || !bytes.starts_with(kRecordMarker)) return std::nullopt;
  const char* data = bytes.data();
  if (LoadLittleEndian<uint32_t>(data + 4) != Crc32c(bytes.substr(8, kRecordHeaderBytes - 8), seed))
    return std::nullopt;
  RecordHeader header;
  header.payload_crc = LoadLittleEndian<uint32_t>(data + 8);
  header.stored_bytes = LoadLittleEndian<uint32_t>(data + 12);
  header.raw_bytes = LoadLittleEndian<uint32_t>(data + 16);
  header.kind = static_cast<RecordKind>(data[20]);
  const auto flags = static_cast<uint8_t>(data[21]);
  header.compressed = (flags & kFlagLz4) != 0;
  header.sequence = LoadLittleEndian<int64_t>(data + 24);
  header.batch_first = LoadLittleEndian<int64_t>(data + 32);
  header.time_ns = LoadLittleEndian<int64_t>(data + 40);
  if ((flags & kFlagDigest) != 0) {
    header.digest.emplace();
    std::memcpy(header.digest->data(), data + 48, header.digest->size());
  }
  // Checksums say what was written, not that it makes sense.
  if (header.sequence < 1 || header.batch_first < 1 || header.batch_first > header.sequence) return std::nullopt;
  if (!header.compressed && header.raw_bytes != header.stored_bytes) return std::nullopt;
  if (header.raw_bytes > kMaxExpansion * header.stored_bytes) return std::nullopt;
  return header;
}

size_t FindRecordHeader(std::string_view bytes, uint32_t seed) {
  size_t at = bytes.find(kRecordMarker);
  while (at != std::string_view::npos && !ParseRecordHeader(bytes.substr(at), seed).has_value()) {
    at = bytes.find(kRecordMarker, at + 1);
  }
  return at;
}

StoredPayload StorePayload(std::span<const std::string_view> parts, Compression compression) {
  StoredPayload stored;
  std::string joined;
  const std::string_view raw = parts.size() == 1 ? parts[0] : std::string_view(joined = Joined(parts));
  stored.raw_bytes = static_cast<uint32_t>(raw.size());
  if (compression == Compression::kLz4) {
    stored.bytes = CompressedOrEmpty(raw);
    stored.compressed = !stored.bytes.empty();
  }
  if (!stored.compressed) stored.bytes = joined.empty() ? std::string(raw) : std::move(joined);
  stored.crc = Crc32c(stored.bytes);
  return stored;
}

Result<std::string> LoadPayload(const RecordHeader& header, std::string stored) {
  if (stored.size() != header.stored_bytes) return Corrupt("the payload is cut off after {} bytes", stored.size());
  if (Crc32c(stored) != header.payload_crc) return Corrupt("the payload's checksum is wrong");
  if (!header.compressed) return stored;
  std::string raw(header.raw_bytes, '\0');
  const int written =
      LZ4_decompress_safe(stored.data(), raw.data(), static_cast<int>(stored.size()), static_cast<int>(raw.size()));
  if (written < 0 || static_cast<uint32_t>(written) != header.raw_bytes)
    return Corrupt("the payload does not decompress");
  return raw;
}

std::string SegmentFileName(int64_t first_sequence) {
  return fmt::format("{:020}{}", first_sequence, kSegmentSuffix);
}

std::optional<int64_t> ParseSegmentFileName(std::string_view name) {
  if (name.size() != 20 + kSegmentSuffix.size() || !name.ends_with(kSegmentSuffix)) return std::nullopt;
  int64_t sequence = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + 20, sequence);
  if (error != std::errc() || end != name.data() + 20 || sequence < 1) return std::nullopt;
  return sequence;
}

std::string IdText(const JournalId& id) {
  std::string text = ToHex(std::string_view(reinterpret_cast<const char*>(id.data()), id.size()));
  for (const size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return text;
}

std::optional<JournalId> ParseIdText(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '-');
  JournalId id{};
  if (digits.size() != 2 * id.size()) return std::nullopt;
  for (size_t i = 0; i < id.size(); ++i) {
    const char* begin = digits.data() + 2 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, id[i], 16);
    if (error != std::errc() || end != begin + 2) return std::nullopt;
  }
  return id;
}

}  // namespace firn::journal
