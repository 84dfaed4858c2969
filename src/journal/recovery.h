#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/segment_list.h"
#include "journal/segment_reader.h"
#include "storage/file_system.h"

namespace firn::journal {

/// What a folder holds, after a look at the headers of all segments and at every record of the last one.
struct Inventory {
  std::shared_ptr<SegmentList> list;  ///< null when there is no segment
  std::optional<SegmentScan> last;    ///< of the last segment; none when its header is damaged
  uint64_t torn_bytes = 0;            ///< at the end of the last segment
  int64_t last_time_ns = 0;           ///< when the last record was appended; 0 when there is none
};

/// Reads only, so that it may look at a journal in use. kCorrupt when a segment is of another journal or has been
/// renamed.
Result<Inventory> TakeInventory(storage::FileSystem& file_system, const std::string& folder);

struct Recovered {
  std::shared_ptr<SegmentList> list;  ///< null when there is no journal yet
  int64_t next_sequence = 1;
  int64_t follows = 0;
  uint64_t torn_bytes = 0;
  int64_t last_time_ns = 0;
  std::vector<EarlierLife> lives;  ///< oldest first
};

/// TakeInventory, then makes the folder ready to be written: removes unfinished files, cuts a torn tail, and makes what
/// stands before it durable, whatever became of its fsync (the last segment is copied: at most segment_bytes).
/// The folder must be locked.
Result<Recovered> RecoverFolder(storage::FileSystem& file_system, const std::string& folder);

}  // namespace firn::journal
