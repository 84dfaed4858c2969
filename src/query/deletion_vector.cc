#include "query/deletion_vector.h"

#include <zlib.h>

#include <bit>

#include "base/bytes.h"

namespace firn::query {
namespace {

constexpr std::string_view kMagic = "\xD1\xD3\x39\x64";
constexpr uint32_t kCookieWithRuns = 12'347;
constexpr uint32_t kCookieWithoutRuns = 12'346;
constexpr uint32_t kOffsetsFromContainers = 4;  ///< with runs, fewer containers come without an offset table
constexpr uint32_t kArrayMaximum = 4'096;
constexpr size_t kBitmapBytes = 8'192;

uint32_t LoadBigEndian32(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

class BitmapDecoder {
 public:
  BitmapDecoder(std::string_view bytes, uint64_t expected_count) : rest_(bytes), expected_count_(expected_count) {}

  Result<std::vector<uint64_t>> Decode() {
    FIRN_ASSIGN(const uint64_t bitmap_count, Take<uint64_t>());
    int64_t previous_key = -1;
    for (uint64_t i = 0; i < bitmap_count; ++i) {
      FIRN_ASSIGN(const uint32_t key, Take<uint32_t>());
      if (static_cast<int64_t>(key) <= previous_key) return Corrupt("deletion vector: keys are not in order");
      previous_key = key;
      FIRN_TRY(DecodeBitmap(static_cast<uint64_t>(key) << 32));
    }
    if (!rest_.empty()) return Corrupt("deletion vector: {} bytes too many", rest_.size());
    if (positions_.size() != expected_count_) {
      return Corrupt("deletion vector: it has {} positions, the manifest says {}", positions_.size(), expected_count_);
    }
    return std::move(positions_);
  }

 private:
  struct Container {
    uint64_t base;
    uint32_t cardinality;
    bool is_run;
  };

  template <typename T>
  Result<T> Take() {
    if (rest_.size() < sizeof(T)) return Corrupt("deletion vector: cut short");
    const T value = LoadLittleEndian<T>(rest_.data());
    rest_.remove_prefix(sizeof(T));
    return value;
  }

  Result<std::string_view> TakeBytes(size_t count) {
    if (rest_.size() < count) return Corrupt("deletion vector: cut short");
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  Status Add(uint64_t position) {
    if (positions_.size() >= expected_count_) return Corrupt("deletion vector: more positions than the manifest says");
    if (!positions_.empty() && positions_.back() >= position)
      return Corrupt("deletion vector: positions are not in order");
    positions_.push_back(position);
    return OkStatus();
  }

  /// One 32-bit Roaring bitmap: cookie, flags of run containers, keys and sizes, offsets (not needed), containers.
  Status DecodeBitmap(uint64_t base) {
    FIRN_ASSIGN(const uint32_t cookie, Take<uint32_t>());
    uint32_t count = 0;
    std::string_view run_flags;
    if ((cookie & 0xffff) == kCookieWithRuns) {
      count = (cookie >> 16) + 1;
      FIRN_ASSIGN(run_flags, TakeBytes((count + 7) / 8));
    } else if (cookie == kCookieWithoutRuns) {
      FIRN_ASSIGN(count, Take<uint32_t>());
      if (count > 65'536) return Corrupt("deletion vector: {} containers", count);
    } else {
      return Corrupt("deletion vector: no Roaring bitmap (cookie {})", cookie);
    }
    std::vector<Container> containers;
    for (uint32_t i = 0; i < count; ++i) {
      FIRN_ASSIGN(const uint16_t key, Take<uint16_t>());
      FIRN_ASSIGN(const uint16_t cardinality, Take<uint16_t>());
      const bool is_run = !run_flags.empty() && ((static_cast<unsigned char>(run_flags[i / 8]) >> (i % 8)) & 1) != 0;
      containers.push_back({base | (static_cast<uint64_t>(key) << 16), static_cast<uint32_t>(cardinality) + 1, is_run});
    }
    if (run_flags.empty() || count >= kOffsetsFromContainers) FIRN_TRY(TakeBytes(size_t{4} * count));
    for (const Container& container : containers) FIRN_TRY(DecodeContainer(container));
    return OkStatus();
  }

  Status DecodeContainer(const Container& container) {
    if (container.is_run) return DecodeRuns(container.base);
    if (container.cardinality > kArrayMaximum) return DecodeBits(container);
    for (uint32_t i = 0; i < container.cardinality; ++i) {
      FIRN_ASSIGN(const uint16_t low, Take<uint16_t>());
      FIRN_TRY(Add(container.base | low));
    }
    return OkStatus();
  }

  Status DecodeRuns(uint64_t base) {
    FIRN_ASSIGN(const uint16_t run_count, Take<uint16_t>());
    for (uint32_t run = 0; run < run_count; ++run) {
      FIRN_ASSIGN(const uint16_t start, Take<uint16_t>());
      FIRN_ASSIGN(const uint16_t further, Take<uint16_t>());
      if (uint32_t{start} + further > 65'535) return Corrupt("deletion vector: a run is too long");
      for (uint32_t i = 0; i <= further; ++i) FIRN_TRY(Add(base | (start + i)));
    }
    return OkStatus();
  }

  Status DecodeBits(const Container& container) {
    FIRN_ASSIGN(const std::string_view bytes, TakeBytes(kBitmapBytes));
    uint32_t found = 0;
    for (size_t word = 0; word < kBitmapBytes / 8; ++word) {
      uint64_t bits = LoadLittleEndian<uint64_t>(bytes.data() + word * 8);
      for (; bits != 0; bits &= bits - 1, ++found) {
        FIRN_TRY(Add(container.base | (word * 64 + static_cast<size_t>(std::countr_zero(bits)))));
      }
    }
    if (found != container.cardinality)
      return Corrupt("deletion vector: a container holds {} positions, not {}", found, container.cardinality);
    return OkStatus();
  }

  std::string_view rest_;
  uint64_t expected_count_;
  std::vector<uint64_t> positions_;
};

}  // namespace

Result<std::vector<uint64_t>> DecodeDeletionVector(std::string_view blob, uint64_t expected_count) {
  // 4 bytes big-endian length of magic and bitmap; magic; bitmap; CRC-32 of magic and bitmap, big-endian.
  if (blob.size() < 12) return Corrupt("deletion vector: only {} bytes", blob.size());
  const uint32_t length = LoadBigEndian32(blob);
  if (length != blob.size() - 8)
    return Corrupt("deletion vector: its length says {}, it has {} bytes", length, blob.size() - 8);
  const std::string_view content = blob.substr(4, length);
  if (!content.starts_with(kMagic)) return Corrupt("deletion vector: the magic number is missing");
  const auto checksum = static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
  if (checksum != LoadBigEndian32(blob.substr(4 + length)))
    return Corrupt("deletion vector: its checksum does not fit");
  return BitmapDecoder(content.substr(kMagic.size()), expected_count).Decode();
}

}  // namespace firn::query
