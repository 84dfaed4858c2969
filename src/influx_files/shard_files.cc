#include "influx_files/shard_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "formats/tsm/file_layout.h"
#include "influx_files/shard_listing.h"

namespace firn::influx_files {
namespace {

/// Databases, retention policies and shards below a `data` or `wal` folder.
constexpr int kLevels = 3;

std::string Join(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

std::string BaseName(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

bool IsFolder(storage::FileSystem& files, const std::string& path) {
  const Result<storage::FileInfo> info = files.Stat(path);
  return info.ok() && info->is_folder;
}

/// Shard numbers and other digits by value, everything else by its bytes.
bool NaturalLess(const std::string& a, const std::string& b) {
  const auto is_number = [](const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  };
  if (is_number(a) && is_number(b) && a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

class Finder {
 public:
  explicit Finder(storage::FileSystem& files) : files_(files) {}

  /// Walks `levels` folders down from `data_folder`; `wal_folder` is its likeness in the WAL, "" when there is none.
  Status Walk(const std::string& data_folder, const std::string& wal_folder, int levels,
              std::vector<std::string> names) {
    if (levels == 0) return AddShard(data_folder, wal_folder, names);
    std::vector<std::string> children;
    for (const std::string& folder : {data_folder, wal_folder}) {
      if (folder.empty() || !IsFolder(files_, folder)) continue;
      const Result<std::vector<std::string>> found = files_.List(folder);
      if (!found.ok() && found.error().kind() == ErrorKind::kNotFound) continue;  // a server has just removed it
      if (!found.ok()) return found.error();
      for (const std::string& name : *found) {
        if (name != "_series" && IsFolder(files_, Join(folder, name))) children.push_back(name);
      }
    }
    std::sort(children.begin(), children.end(), NaturalLess);
    children.erase(std::unique(children.begin(), children.end()), children.end());
    for (const std::string& child : children) {
      std::vector<std::string> child_names = names;
      child_names.push_back(child);
      FIRN_TRY(Walk(Join(data_folder, child), wal_folder.empty() ? "" : Join(wal_folder, child), levels - 1,
                    std::move(child_names)));
    }
    return OkStatus();
  }

  /// `names`: the last of database, retention policy, shard.
  Status AddShard(const std::string& data_folder, const std::string& wal_folder,
                  const std::vector<std::string>& names) {
    ShardFiles shard;
    std::string* const parts[] = {&shard.shard, &shard.retention_policy, &shard.database};
    for (size_t i = 0; i < names.size() && i < std::size(parts); ++i) *parts[i] = names[names.size() - 1 - i];
    shard.folder = data_folder;
    shard.wal_folder = wal_folder;
    const Result<ShardListing> listing = ListShard(files_, shard);
    if (!listing.ok() && listing.error().kind() == ErrorKind::kNotFound) return OkStatus();
    if (!listing.ok()) return listing.error();
    shard.size_bytes = listing->size_bytes();
    if (!listing->empty()) shards_.push_back(std::move(shard));
    return OkStatus();
  }

  bool HasTsmFiles(const std::string& folder) {
    const Result<std::vector<std::string>> names = files_.List(folder);
    return names.ok() && std::any_of(names->begin(), names->end(),
                                     [](const std::string& name) { return tsm::ParseFileName(name).has_value(); });
  }

  std::vector<ShardFiles> Take() { return std::move(shards_); }
  bool empty() const { return shards_.empty(); }

 private:
  storage::FileSystem& files_;
  std::vector<ShardFiles> shards_;
};

/// `folder` as an absolute path without a slash at its end, links left as they are.
std::string Absolute(const std::string& folder) {
  std::error_code ignored;
  std::string path = std::filesystem::absolute(folder, ignored).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// The names of the folders that lead from `data` down to `path`, when there is such a one at most three above it.
struct BelowData {
  std::string data;
  std::vector<std::string> names;
};
std::optional<BelowData> FindDataAbove(const std::string& path) {
  BelowData below{path, {}};
  for (int level = 0; level <= kLevels; ++level) {
    if (BaseName(below.data) == "data") return below;
    below.names.insert(below.names.begin(), BaseName(below.data));
    below.data = storage::ParentFolder(below.data);
  }
  return std::nullopt;
}

Status FindBelow(Finder& finder, const std::string& path) {
  const std::optional<BelowData> below = FindDataAbove(path);
  if (below && below->names.size() <= kLevels) {
    std::string wal = Join(storage::ParentFolder(below->data), "wal");
    for (const std::string& name : below->names) wal = Join(wal, name);
    FIRN_TRY(finder.Walk(path, wal, kLevels - static_cast<int>(below->names.size()), below->names));
    if (!finder.empty()) return OkStatus();
  }
  // Copied out of its place: as many levels as there are, without a WAL.
  for (int levels = 0; levels <= kLevels && finder.empty(); ++levels) FIRN_TRY(finder.Walk(path, "", levels, {}));
  return OkStatus();
}

}  // namespace

std::string ShardFiles::Name() const {
  std::string name = database;
  for (const std::string& part : {retention_policy, shard}) {
    if (!part.empty()) name += name.empty() ? part : "/" + part;
  }
  return name.empty() ? folder : name;
}

Result<std::vector<ShardFiles>> FindShards(storage::FileSystem& files, const std::string& given_path) {
  const std::string path = Absolute(given_path);
  FIRN_ASSIGN(const storage::FileInfo info, files.Stat(path));
  if (!info.is_folder) {
    ShardFiles shard;
    shard.folder = storage::ParentFolder(path);
    shard.only_file = path;
    shard.size_bytes = info.size_bytes;
    return std::vector<ShardFiles>{std::move(shard)};
  }
  Finder finder(files);
  const std::string engine = IsFolder(files, Join(path, "engine")) ? Join(path, "engine") : path;
  const std::string data = Join(engine, "data");
  if (IsFolder(files, data) || IsFolder(files, Join(engine, "wal"))) {
    FIRN_TRY(finder.Walk(data, Join(engine, "wal"), kLevels, {}));
    // The first releases of 2.0 kept all buckets in one flat folder.
    if (finder.HasTsmFiles(data)) FIRN_TRY(finder.AddShard(data, Join(engine, "wal"), {}));
  } else {
    FIRN_TRY(FindBelow(finder, path));
  }
  if (finder.empty()) return NotFound("no TSM files and no WAL under {}", path);
  return finder.Take();
}

std::string FindServerFile(storage::FileSystem& files, const std::string& path, const std::string& name) {
  std::string folder = Absolute(path);
  for (int level = 0; level < 8; ++level) {
    const Result<bool> exists = files.Exists(Join(folder, name));
    if (exists.ok() && *exists) return Join(folder, name);
    const std::string parent = storage::ParentFolder(folder);
    if (parent == folder) break;
    folder = parent;
  }
  return "";
}

}  // namespace firn::influx_files
