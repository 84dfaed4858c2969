#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "journal/segment_format.h"
#include "storage/file_system.h"

namespace firn::journal {

/// Goes through the records of one segment file. Holds one payload and a window of the file in memory. One thread.
class SegmentReader {
 public:
  /// Why no record header could be had.
  enum class Stop : uint8_t {
    kEnd,     ///< nothing follows
    kBroken,  ///< bytes follow that are not a record
  };
  struct Position {
    uint64_t offset = 0;
    RecordHeader header;
  };
  using Step = std::variant<Position, Stop>;

  /// Reads and checks the segment's header. kCorrupt and kUnsupported name the file.
  static Result<std::unique_ptr<SegmentReader>> Open(storage::FileSystem& file_system, std::string path);
  /// On an open file; `name` is for messages.
  static Result<std::unique_ptr<SegmentReader>> Open(std::unique_ptr<storage::File> file, std::string name);

  const SegmentHeader& header() const { return header_; }
  const std::string& path() const { return path_; }
  /// Where the next record begins.
  uint64_t offset() const { return offset_; }
  /// Takes the file to end at `bytes`: what is behind has not been acknowledged yet.
  void SetEnd(uint64_t bytes) { end_ = bytes; }

  /// The header at offset(), without going on. kBroken also where the record reaches beyond the file's end. Errors are
  /// the disk's.
  Result<Step> Peek();
  /// Reads and checks the payload of the record that Peek gave. kCorrupt without file and offset.
  Result<std::string> ReadPayload(const Position& position);
  /// Goes behind the record that Peek gave.
  void Skip(const Position& position) { offset_ = position.offset + kRecordHeaderBytes + position.header.stored_bytes; }
  /// Goes behind what is wrong at offset(): behind the record where its header is whole, else to the next whole header,
  /// found byte by byte; false, standing at the end, when there is none.
  Result<bool> SkipBroken();

 private:
  Result<bool> Resynchronise();
  SegmentReader(std::unique_ptr<storage::File> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  /// Bytes of the file from `offset`, at least `length` of them unless the file ends; valid until the next call.
  Result<std::string_view> Window(uint64_t offset, size_t length);
  Result<uint64_t> End() const;

  std::unique_ptr<storage::File> file_;
  std::string path_;
  SegmentHeader header_;
  uint32_t seed_ = 0;
  uint64_t offset_ = kSegmentHeaderBytes;
  uint64_t end_ = std::numeric_limits<uint64_t>::max();
  std::string window_;
  uint64_t window_offset_ = 0;
};

/// What a whole pass over a segment finds.
struct SegmentScan {
  SegmentHeader header;
  int64_t last_sequence = 0;  ///< of its last whole record; header.follows when it has none
  int64_t last_time_ns = 0;   ///< 0 when it has no record
  uint64_t records = 0;
  uint64_t raw_bytes = 0;
  uint64_t size_bytes = 0;
  uint64_t valid_end = kSegmentHeaderBytes;  ///< where the whole records from the start end
  uint64_t records_end =
      kSegmentHeaderBytes;             ///< where the last record that counts ends; differs where there is damage
  bool torn = false;                   ///< behind valid_end stands what is left of a batch that was never acknowledged
  std::optional<uint64_t> damaged_at;  ///< offset of the first damage in acknowledged records
};

/// Checks every record of `reader`, from its start, payloads included.
///
/// What is broken is a torn batch when no whole record of a later batch follows: a batch is written only after the one
/// before it was fsynced and acknowledged. So a later batch proves damage.
Result<SegmentScan> ScanSegment(SegmentReader& reader);

}  // namespace firn::journal
