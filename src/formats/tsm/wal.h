#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "point/field_type.h"

/// A segment of the write-ahead log: what was written or deleted since the last TSM file (docs/formats/tsm.md, "WAL").
namespace firn::tsm {

struct WalValue {
  int64_t time = 0;       ///< ns since 1970-01-01 UTC
  uint64_t bits = 0;      ///< of a number; 0 or 1 for a boolean
  std::string_view text;  ///< of a string
};

/// Values of one key in order of arrival: times need not ascend, and of equal times the last stands.
class WalValues {
 public:
  WalValues(std::string_view key, point::FieldType type, uint32_t count, std::string_view bytes)
      : key_(key), type_(type), count_(count), bytes_(bytes) {}

  std::string_view key() const { return key_; }
  point::FieldType type() const { return type_; }
  /// Values that Next has yet to give.
  uint32_t count() const { return count_; }
  /// Takes the next value; false at the end.
  bool Next(WalValue& value);

 private:
  std::string_view key_;
  point::FieldType type_;
  uint32_t count_;
  std::string_view bytes_;  // known to hold count_ whole values
};

struct WalWrite {
  std::vector<WalValues> values;
};
/// Deletes keys, or their times in a range (both ends included), from what the log has said so far. TSM files have
/// tombstones for the same.
struct WalDelete {
  std::vector<std::string_view> keys;
  int64_t min_time = std::numeric_limits<int64_t>::min();
  int64_t max_time = std::numeric_limits<int64_t>::max();
};
using WalEntry = std::variant<WalWrite, WalDelete>;

/// Where an entry's parts are in a segment.
struct WalEntryHeader {
  static constexpr size_t kBytes = 5;
  uint8_t type = 0;
  uint32_t packed_bytes = 0;  ///< that follow the header
};
/// Requires kBytes bytes.
WalEntryHeader ParseWalEntryHeader(std::string_view bytes);

/// Unpacks entries. Not thread-safe.
class WalDecoder {
 public:
  /// The entry with this header, whose packed bytes are given. Its views are good until the next call. kCorrupt when it
  /// is damaged: the server cuts a segment there and goes on with the next one.
  Result<WalEntry> Decode(const WalEntryHeader& header, std::string_view packed);

 private:
  std::string payload_;
};

}  // namespace firn::tsm
