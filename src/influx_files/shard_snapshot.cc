#include "influx_files/shard_snapshot.h"

#include <algorithm>
#include <utility>

#include "formats/tsm/wal.h"
#include "influx_files/file_window.h"
#include "influx_files/shard_listing.h"

namespace firn::influx_files {
namespace {

using std::chrono::milliseconds;

constexpr int kAttempts = 12;
constexpr milliseconds kFirstPause{10};
constexpr milliseconds kLongestPause{1'000};
constexpr milliseconds kLongestPauseForEntry{256};
constexpr size_t kWindowBytes = 256 << 10;

Result<OpenedFile> Open(storage::FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(std::shared_ptr<const storage::File> file, files.Open(path, storage::FileSystem::Mode::kRead));
  FIRN_ASSIGN(const uint64_t size, file->Size());
  return OpenedFile{path, std::move(file), size};
}

Result<OpenedFile> OpenIfThere(storage::FileSystem& files, const std::string& path) {
  Result<OpenedFile> opened = Open(files, path);
  if (!opened.ok() && opened.error().kind() == ErrorKind::kNotFound) return OpenedFile{path, nullptr, 0};
  return opened;
}

/// Opens what is listed. kNotFound when some of it is gone.
Result<ShardSnapshot> OpenListed(storage::FileSystem& files, const ShardFiles& shard, const ShardListing& listing) {
  ShardSnapshot snapshot;
  for (const ListedFile& segment : listing.wal_segments) {
    FIRN_ASSIGN(OpenedFile opened, Open(files, segment.path));
    snapshot.wal_segments.push_back(std::move(opened));
  }
  for (const ListedFile& listed : listing.tsm_files) {
    ShardSnapshot::TsmFile file;
    FIRN_ASSIGN(file.data, Open(files, listed.path));
    FIRN_ASSIGN(file.tombstones, OpenIfThere(files, TombstonePath(listed.path)));
    snapshot.tsm_files.push_back(std::move(file));
  }
  if (!shard.only_file.empty()) return snapshot;
  FIRN_ASSIGN(snapshot.field_types, OpenIfThere(files, shard.folder + "/fields.idx"));
  FIRN_ASSIGN(snapshot.field_type_changes, OpenIfThere(files, shard.folder + "/fields.idxl"));
  return snapshot;
}

/// Whether nothing was replaced or removed between two listings. Segments may have grown, and new ones begun.
bool IsUnchanged(const ShardListing& before, const ShardListing& after) {
  const auto is_still_there = [&](const ListedFile& segment) {
    return std::any_of(after.wal_segments.begin(), after.wal_segments.end(),
                       [&](const ListedFile& other) { return other.path == segment.path; });
  };
  return before.tsm_files == after.tsm_files && before.tombstones == after.tombstones &&
         std::all_of(before.wal_segments.begin(), before.wal_segments.end(), is_still_there);
}

/// Where the entries of a segment that begin before `end` end, or the first of them begins that is not whole in a
/// segment of `size` bytes.
Result<uint64_t> EndOfWholeEntries(const OpenedFile& segment, uint64_t end, uint64_t size) {
  FileWindow window(segment.file, size, kWindowBytes);
  uint64_t at = 0;
  while (at < end) {
    if (size - at < tsm::WalEntryHeader::kBytes) return at;
    FIRN_ASSIGN(const std::string_view header, window.View(at, tsm::WalEntryHeader::kBytes));
    const uint64_t bytes = tsm::WalEntryHeader::kBytes + uint64_t{tsm::ParseWalEntryHeader(header).packed_bytes};
    if (bytes > size - at) return at;
    at += bytes;
  }
  return at;
}

/// The server writes an entry in several parts: gives it the time to write the last one to its end.
Status AwaitLastEntry(OpenedFile& segment, const Pause& pause) {
  const uint64_t seen = segment.size_bytes;
  uint64_t size = seen;
  for (milliseconds wait = kFirstPause; wait <= kLongestPauseForEntry; wait *= 2) {
    FIRN_ASSIGN(const uint64_t end, EndOfWholeEntries(segment, seen, size));
    if (end >= seen) {
      segment.size_bytes = end;
      return OkStatus();
    }
    pause(wait);
    FIRN_ASSIGN(size, segment.file->Size());
  }
  return OkStatus();
}

}  // namespace

Result<ShardSnapshot> OpenShard(storage::FileSystem& files, const ShardFiles& shard, const Pause& pause) {
  milliseconds wait = kFirstPause;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0) pause(std::exchange(wait, std::min(wait * 2, kLongestPause)));
    FIRN_ASSIGN(const ShardListing before, ListShard(files, shard));
    Result<ShardSnapshot> opened = OpenListed(files, shard, before);
    if (!opened.ok()) {
      if (opened.error().kind() == ErrorKind::kNotFound) continue;
      return opened;
    }
    FIRN_ASSIGN(const ShardListing after, ListShard(files, shard));
    if (!IsUnchanged(before, after)) continue;
    if (!opened->wal_segments.empty()) FIRN_TRY(AwaitLastEntry(opened->wal_segments.back(), pause));
    return opened;
  }
  return Unavailable(
      "the server replaced files of the shard each of the {} times that they were opened; stop it, or "
      "read a backup: {}",
      kAttempts, shard.folder);
}

}  // namespace firn::influx_files
