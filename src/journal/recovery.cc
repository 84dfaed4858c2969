#include "journal/recovery.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/log.h"

namespace firn::journal {
namespace {

constexpr uint64_t kCopyBytes = 1 << 20;

/// Why a file that bears a segment's name does not belong here; nothing when it does.
Status CheckOwner(const SegmentHeader& header, const Segment& segment, const SegmentList& list) {
  if (header.first_sequence != segment.first_sequence) {
    return Corrupt("{} says that it begins with record {}: it has been copied or renamed; move it out of the folder",
                   segment.path, header.first_sequence);
  }
  if (header.id != list.id()) {
    return Corrupt("{} belongs to journal {}, the segments before it to {}: keep one journal in a folder", segment.path,
                   IdText(header.id), IdText(list.id()));
  }
  return OkStatus();
}

Result<std::vector<Segment>> ListSegmentFiles(storage::FileSystem& file_system, const std::string& folder) {
  FIRN_ASSIGN(const std::vector<std::string> names, file_system.List(folder));
  std::vector<Segment> segments;
  for (const std::string& name : names) {
    const auto first_sequence = ParseSegmentFileName(name);
    if (!first_sequence.has_value()) continue;
    Segment segment;
    segment.path = folder + "/" + name;
    segment.first_sequence = *first_sequence;
    segment.follows = *first_sequence - 1;
    FIRN_ASSIGN(const storage::FileInfo info, file_system.Stat(segment.path));
    segment.bytes = info.size_bytes;
    segments.push_back(std::move(segment));
  }
  return segments;
}

/// The header of the first segment that has a whole one tells the journal's id.
Result<std::shared_ptr<SegmentList>> ReadHeaders(storage::FileSystem& file_system, std::vector<Segment>& segments) {
  std::shared_ptr<SegmentList> list;
  for (Segment& segment : segments) {
    const auto reader = SegmentReader::Open(file_system, segment.path);
    if (!reader.ok() && reader.error().kind() != ErrorKind::kCorrupt) return reader.error();
    if (!reader.ok()) {
      segment.damaged = true;
      continue;
    }
    const SegmentHeader& header = (*reader)->header();
    if (list == nullptr) list = std::make_shared<SegmentList>(header.id);
    FIRN_TRY(CheckOwner(header, segment, *list));
    segment.follows = header.follows;
    segment.created_ns = header.created_ns;
    segment.life = header.life;
  }
  if (list == nullptr) {
    return Corrupt(
        "no segment in {} has a whole header: move the folder away to begin a new journal; `firn journal verify` "
        "shows what is left",
        segments.front().path);
  }
  return list;
}

/// When the last record that can be read was appended; a run that stored nothing leaves an empty segment.
Result<int64_t> LastTime(storage::FileSystem& file_system, const std::vector<Segment>& segments,
                         const std::optional<SegmentScan>& last) {
  if (last.has_value() && last->records > 0) return last->last_time_ns;
  for (auto segment = std::next(segments.rbegin()); segment != segments.rend(); ++segment) {
    if (segment->damaged) continue;
    FIRN_ASSIGN(const auto reader, SegmentReader::Open(file_system, segment->path));
    FIRN_ASSIGN(const SegmentScan scan, ScanSegment(*reader));
    if (scan.records > 0) return scan.last_time_ns;
  }
  return int64_t{0};
}

/// Copies the first `end` bytes to a new file that takes the segment's name.
Status Rewrite(storage::FileSystem& file_system, const Segment& segment, uint64_t end) {
  const std::string copy_path = segment.path + ".tmp";
  FIRN_ASSIGN(const auto source, file_system.Open(segment.path, storage::FileSystem::Mode::kRead));
  FIRN_ASSIGN(const auto copy, file_system.Open(copy_path, storage::FileSystem::Mode::kCreateNew));
  for (uint64_t at = 0; at < end;) {
    FIRN_ASSIGN(const std::string bytes, source->ReadAt(at, std::min<uint64_t>(kCopyBytes, end - at)));
    if (bytes.empty()) return Corrupt("the segment has become shorter: {}", segment.path);
    FIRN_TRY(copy->Append(bytes));
    at += bytes.size();
  }
  FIRN_TRY(copy->Sync());
  FIRN_TRY(file_system.Rename(copy_path, segment.path));
  return file_system.SyncFolder(storage::ParentFolder(segment.path));
}

/// Makes durable what the last segment holds up to `valid_end`, and cuts what follows. Its last batch may be in the
/// kernel's memory alone, as the process may have died before the fsync, or because of one that failed; from now on
/// retries are answered by it. After a failed fsync another one of the same file proves nothing, so it is a new file.
Status MakeTailDurable(storage::FileSystem& file_system, const Segment& segment, uint64_t valid_end) {
  const Status rewritten = Rewrite(file_system, segment, valid_end);
  if (rewritten.ok() || rewritten.error().kind() != ErrorKind::kResourceExhausted) return rewritten;
  // No room for a copy: in place, which is as good unless an fsync has failed.
  FIRN_TRY(file_system.Remove(segment.path + ".tmp"));
  FIRN_ASSIGN(const auto file, file_system.Open(segment.path, storage::FileSystem::Mode::kAppend));
  FIRN_TRY(file->Truncate(valid_end));
  return file->Sync();
}

std::vector<EarlierLife> LivesOf(const std::vector<Segment>& segments, int64_t durable_end) {
  std::vector<EarlierLife> lives;
  for (size_t i = 0; i < segments.size(); ++i) {
    const int64_t last_sequence = i + 1 < segments.size() ? segments[i + 1].follows : durable_end;
    if (lives.empty() || lives.back().life != segments[i].life) lives.push_back({segments[i].life, 0});
    lives.back().last_sequence = last_sequence;
  }
  return lives;
}

Status RemoveUnfinished(storage::FileSystem& file_system, const std::string& folder) {
  FIRN_ASSIGN(const std::vector<std::string> names, file_system.List(folder));
  for (const std::string& name : names) {
    if (name.ends_with(std::string(kSegmentSuffix) + ".tmp")) FIRN_TRY(file_system.Remove(folder + "/" + name));
  }
  return OkStatus();
}

}  // namespace

Result<Inventory> TakeInventory(storage::FileSystem& file_system, const std::string& folder) {
  Inventory inventory;
  FIRN_ASSIGN(std::vector<Segment> segments, ListSegmentFiles(file_system, folder));
  if (segments.empty()) return inventory;
  FIRN_ASSIGN(inventory.list, ReadHeaders(file_system, segments));
  Segment& last = segments.back();
  int64_t end = last.follows;
  if (!last.damaged) {
    FIRN_ASSIGN(const auto reader, SegmentReader::Open(file_system, last.path));
    FIRN_ASSIGN(inventory.last, ScanSegment(*reader));
    end = inventory.last->last_sequence;
    last.damaged = inventory.last->damaged_at.has_value();
    if (inventory.last->torn) {
      inventory.torn_bytes = last.bytes - inventory.last->valid_end;
      last.bytes = inventory.last->valid_end;
    }
  }
  FIRN_ASSIGN(inventory.last_time_ns, LastTime(file_system, segments, inventory.last));
  for (Segment& segment : segments) inventory.list->Add(std::move(segment));
  inventory.list->SetDurableEnd(end);
  return inventory;
}

Result<Recovered> RecoverFolder(storage::FileSystem& file_system, const std::string& folder) {
  FIRN_TRY(RemoveUnfinished(file_system, folder));
  FIRN_ASSIGN(const Inventory inventory, TakeInventory(file_system, folder));
  Recovered recovered;
  recovered.list = inventory.list;
  recovered.torn_bytes = inventory.torn_bytes;
  recovered.last_time_ns = inventory.last_time_ns;
  if (inventory.list == nullptr) return recovered;
  const std::vector<Segment> segments = inventory.list->All();
  const Segment last = segments.back();
  recovered.follows = inventory.list->durable_end();
  recovered.lives = LivesOf(segments, recovered.follows);
  recovered.next_sequence = recovered.follows + 1;
  if (inventory.torn_bytes > 0) {
    log::Warn("journal: {} bytes of a batch that was never acknowledged are cut from {}", inventory.torn_bytes,
              last.path);
  }
  if (!last.damaged && inventory.last->records > 0) {
    FIRN_TRY(MakeTailDurable(file_system, last, last.bytes));
  }
  if (!last.damaged) {
    if (inventory.last->records == 0) {
      // It will be written anew under the same name. It may begin behind sequences that were skipped.
      recovered.next_sequence = last.first_sequence;
      recovered.list->Remove(last.first_sequence);
    }
    return recovered;
  }
  log::LogError("journal: acknowledged records in {} are damaged; new ones go on behind it", last.path);
  // A sequence that may have been given out never names another record.
  const uint64_t readable_end = inventory.last.has_value() ? inventory.last->records_end : 0;
  recovered.next_sequence += static_cast<int64_t>((last.bytes - readable_end) / kRecordHeaderBytes);
  if (!inventory.last.has_value()) ++recovered.next_sequence;
  return recovered;
}

}  // namespace firn::journal
