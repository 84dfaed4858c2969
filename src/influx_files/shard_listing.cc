#include "influx_files/shard_listing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "formats/tsm/file_layout.h"

namespace firn::influx_files {
namespace {

constexpr std::string_view kTsmSuffix = ".tsm";
constexpr std::string_view kTombstoneSuffix = ".tombstone";

/// None when there is no such file (any more).
Result<std::optional<ListedFile>> Look(storage::FileSystem& files, const std::string& path) {
  const Result<storage::FileInfo> info = files.Stat(path);
  if (info.ok() && info->is_folder) return std::optional<ListedFile>();
  if (info.ok()) return std::optional(ListedFile{path, info->size_bytes, info->modified_ms});
  if (info.error().kind() == ErrorKind::kNotFound) return std::optional<ListedFile>();
  return info.error();
}

/// The names in a folder; none when there is no folder.
Result<std::optional<std::vector<std::string>>> Names(storage::FileSystem& files, const std::string& folder) {
  if (folder.empty()) return std::optional<std::vector<std::string>>();
  Result<std::vector<std::string>> names = files.List(folder);
  if (names.ok()) return std::optional(std::move(*names));
  if (names.error().kind() == ErrorKind::kNotFound) return std::optional<std::vector<std::string>>();
  return names.error();
}

/// The files of `names` that `parse` gives a number, in the order of the numbers; empty ones are left out.
template <typename Parse>
Result<std::vector<ListedFile>> Numbered(storage::FileSystem& files, const std::string& folder,
                                         const std::vector<std::string>& names, Parse parse) {
  std::vector<std::pair<decltype(parse("")), ListedFile>> numbered;
  for (const std::string& name : names) {
    const auto number = parse(name);
    if (!number) continue;
    FIRN_ASSIGN(std::optional<ListedFile> file, Look(files, folder + "/" + name));
    if (file && file->size_bytes > 0) numbered.emplace_back(number, std::move(*file));
  }
  std::stable_sort(numbered.begin(), numbered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ListedFile> listed;
  for (auto& [number, file] : numbered) listed.push_back(std::move(file));
  return listed;
}

Status AddTombstones(storage::FileSystem& files, const std::string& folder, const std::vector<std::string>& names,
                     ShardListing& listing) {
  for (const std::string& name : names) {
    if (!name.ends_with(kTombstoneSuffix)) continue;
    FIRN_ASSIGN(std::optional<ListedFile> file, Look(files, folder + "/" + name));
    if (file) listing.tombstones.push_back(std::move(*file));
  }
  return OkStatus();
}

Result<ShardListing> ListOneFile(storage::FileSystem& files, const std::string& path) {
  ShardListing listing;
  FIRN_ASSIGN(std::optional<ListedFile> file, Look(files, path));
  if (!file) return NotFound("no such file: {}", path);
  listing.tsm_files.push_back(std::move(*file));
  FIRN_ASSIGN(std::optional<ListedFile> tombstones, Look(files, TombstonePath(path)));
  if (tombstones) listing.tombstones.push_back(std::move(*tombstones));
  return listing;
}

}  // namespace

std::string TombstonePath(const std::string& tsm_path) {
  if (!tsm_path.ends_with(kTsmSuffix)) return "";
  return tsm_path.substr(0, tsm_path.size() - kTsmSuffix.size()) + std::string(kTombstoneSuffix);
}

uint64_t ShardListing::size_bytes() const {
  uint64_t size = 0;
  for (const ListedFile& file : tsm_files) size += file.size_bytes;
  for (const ListedFile& file : wal_segments) size += file.size_bytes;
  return size;
}

Result<ShardListing> ListShard(storage::FileSystem& files, const ShardFiles& shard) {
  if (!shard.only_file.empty()) return ListOneFile(files, shard.only_file);
  ShardListing listing;
  FIRN_ASSIGN(const auto wal, Names(files, shard.wal_folder));
  FIRN_ASSIGN(const auto data, Names(files, shard.folder));
  if (!wal && !data) return NotFound("the shard is gone: {}", shard.folder);
  if (wal) {
    FIRN_ASSIGN(listing.wal_segments, Numbered(files, shard.wal_folder, *wal, tsm::ParseSegmentName));
  }
  if (data) {
    FIRN_ASSIGN(listing.tsm_files, Numbered(files, shard.folder, *data, tsm::ParseFileName));
    FIRN_TRY(AddTombstones(files, shard.folder, *data, listing));
  }
  return listing;
}

}  // namespace firn::influx_files
