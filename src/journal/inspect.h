#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/reader.h"
#include "journal/segment_reader.h"
#include "storage/file_system.h"

namespace firn::journal {

/// One segment file, after every record in it was checked.
struct SegmentReport {
  std::string path;
  int64_t first_sequence = 1;  ///< as its name says
  SegmentScan scan;
  std::optional<Error> unreadable;  ///< the header is damaged: `scan` says nothing
  bool is_last = false;
};

/// What `firn journal` shows.
struct JournalReport {
  std::string id;
  std::vector<SegmentReport> segments;  ///< oldest first
  std::vector<std::string> kept_aside;  ///< files with damage that trimming has renamed
  std::vector<std::string> problems;    ///< in words; a torn tail is none. Empty = the journal is whole
};

/// Reads a journal from end to end without a lock, changing nothing; it may be in use. kNotFound when the folder holds
/// none.
Result<JournalReport> InspectJournal(storage::FileSystem& file_system, const std::string& folder);

/// The records from `from_sequence` on in a journal that may be in use; up to the last one that is whole now.
Result<std::unique_ptr<Reader>> ReadFolder(storage::FileSystem& file_system, const std::string& folder,
                                           std::optional<int64_t> from_sequence);

}  // namespace firn::journal
