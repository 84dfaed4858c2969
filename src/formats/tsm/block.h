#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/tsm/strings.h"
#include "point/field_type.h"

namespace firn::tsm {

/// Most values that a block may have: InfluxDB writes 1,000, after some compactions up to 100,000. A run of equal
/// values takes a few bytes however long it is, so a bound is needed.
constexpr uint64_t kMaxBlockValues = 1 << 20;

/// A block taken apart, not decoded: the values of one key in ascending time. Views into the bytes given.
struct Block {
  point::FieldType type = point::FieldType::kFloat64;
  std::string_view timestamps;
  std::string_view values;
  size_t count = 0;
};

/// Takes a block apart, without its checksum. kCorrupt when it is none or has more than kMaxBlockValues.
Result<Block> ParseBlock(std::string_view bytes);

/// As an index entry points at it: four bytes of CRC-32 (crc32.h), then the block. kCorrupt also when they disagree.
Result<Block> ParseChecked(std::string_view bytes);

/// The encodings of a block's parts in words, for reports: "run length", "simple8b", "raw", "gorilla", "bits",
/// "snappy".
std::string_view TimestampEncodingName(const Block& block);
std::string_view ValueEncodingName(const Block& block);

/// Decoded values of one type; memory is kept from block to block.
struct BlockValues {
  point::FieldType type = point::FieldType::kFloat64;
  std::vector<int64_t> times;        ///< ns since 1970-01-01 UTC, as stored: look yourself whether they ascend
  std::vector<double> float64s;      ///< those of the other types are empty
  std::vector<uint64_t> integers;    ///< int64 and uint64: the bits
  std::vector<uint8_t> booleans;     ///< 0 or 1
  std::vector<int32_t> string_ends;  ///< where string i ends in `string_bytes`; it begins where the one before ends
  std::string string_bytes;

  size_t size() const { return times.size(); }
  void Clear();
};

/// Decodes blocks. Not thread-safe; cheap to make, but keeps scratch memory.
class BlockDecoder {
 public:
  /// Decodes all of `block` in place of what `out` held; on failure `out` is in any state.
  Status Decode(const Block& block, BlockValues& out);

 private:
  StringDecoder strings_;
};

}  // namespace firn::tsm
