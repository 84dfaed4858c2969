#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Writes InfluxDB's files, for tests: Firn itself only reads them. Encoders choose as the server's do; that they do is
/// tested against its bytes (src/formats/tsm/block_test.cc).
namespace firn::testing {

struct TsmBoolean {
  bool value = false;
  friend bool operator==(const TsmBoolean&, const TsmBoolean&) = default;
};
using TsmValues = std::variant<std::vector<double>, std::vector<int64_t>, std::vector<uint64_t>,
                               std::vector<TsmBoolean>, std::vector<std::string>>;

std::string EncodeTimestamps(std::span<const int64_t> times);
std::string EncodeFloats(std::span<const double> values);
std::string EncodeIntegers(std::span<const int64_t> values);
std::string EncodeBooleans(std::span<const TsmBoolean> values);
std::string EncodeStrings(std::span<const std::string> values);

/// A block without its checksum. As many times as values.
std::string EncodeBlock(std::span<const int64_t> times, const TsmValues& values);

/// A TSM file in memory. Keys must come ascending, the blocks of a key one behind the other.
class TsmWriter {
 public:
  TsmWriter();
  void AddBlock(std::string_view key, std::span<const int64_t> times, const TsmValues& values);
  /// An entry for bytes that need be no block: `block` gets its checksum.
  void AddRawBlock(std::string_view key, uint8_t type, std::pair<int64_t, int64_t> times, std::string_view block);
  /// The file so far, with index and footer.
  std::string Finish() const;

 private:
  struct Record {
    std::string key;
    uint8_t type = 0;
    uint16_t count = 0;
    std::string entries;
  };
  std::string file_;
  std::vector<Record> index_;
};

struct TombstoneEntry {
  std::string key;
  int64_t min_time = 0;
  int64_t max_time = 0;
};
/// `version` 1 to 4; 1 says nothing of ranges, 4 has a gzip member for each entry.
std::string EncodeTombstones(int version, std::span<const TombstoneEntry> entries);

/// A segment of the WAL in memory.
class WalWriter {
 public:
  void Write(std::string_view key, std::span<const int64_t> times, const TsmValues& values);
  void Delete(std::span<const std::string> keys);
  void DeleteRange(std::span<const std::string> keys, int64_t min_time, int64_t max_time);
  const std::string& bytes() const { return segment_; }

 private:
  void AddEntry(uint8_t type, std::string_view payload);

  std::string segment_;
};

}  // namespace firn::testing
