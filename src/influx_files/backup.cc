#include "influx_files/backup.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "influx_files/server_metadata.h"

namespace firn::influx_files {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kManifestSuffix = ".manifest";
constexpr uint64_t kMaxManifestBytes = 64 << 20;

/// The elements of a list; none where it is absent or no list.
Json List(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : Json::array();
}

/// Collects the archives of one manifest after another, the newest first.
class ManifestReader {
 public:
  explicit ManifestReader(Backup& backup) : backup_(backup) {}

  Status Read(storage::FileSystem& files, const std::string& path) {
    FIRN_ASSIGN(const storage::FileInfo info, files.Stat(path));
    if (info.size_bytes > kMaxManifestBytes) return Corrupt("{} is too large for a manifest", path);
    FIRN_ASSIGN(const std::string text, files.ReadFile(path));
    const Json manifest = Json::parse(text, nullptr, false);
    if (!manifest.is_object() || (!manifest.contains("files") && !manifest.contains("buckets")))
      return Corrupt("{} is no manifest of a backup", path);
    folder_ = storage::ParentFolder(path);
    return AddAll(manifest).WithContext(path);
  }

 private:
  Status AddAll(const Json& manifest) {
    for (const Json& file : List(manifest, "files")) {
      AddName(file);  // in backups of 2.0
      FIRN_TRY(AddArchive(file, "shardID"));
    }
    for (const Json& bucket : List(manifest, "buckets")) {
      AddName(bucket);
      for (const Json& policy : List(bucket, "retentionPolicies")) {
        for (const Json& group : List(policy, "shardGroups")) {
          for (const Json& shard : List(group, "shards")) FIRN_TRY(AddArchive(shard, "id"));
        }
      }
    }
    return OkStatus();
  }

  /// Takes the archive that `entry` names, which must stand beside the manifest.
  Status AddArchive(const Json& entry, const char* shard_key) {
    const std::string name = TextMember(entry, "fileName");
    if (name.empty() || name.find('/') != std::string::npos) return Corrupt("an archive of the name \"{}\"", name);
    const auto shard = entry.find(shard_key);
    if (shard == entry.end() || !shard->is_number_unsigned()) return Corrupt("the archive {} of no shard", name);
    if (shards_.insert(shard->get<uint64_t>()).second) backup_.archives.push_back(folder_ + "/" + name);
    return OkStatus();
  }

  void AddName(const Json& entry) {
    if (const std::string id = TextMember(entry, "bucketID"); !id.empty())
      backup_.names.try_emplace(id, BucketName{TextMember(entry, "organizationName"), TextMember(entry, "bucketName")});
  }

  Backup& backup_;
  std::string folder_;
  std::set<uint64_t> shards_;
};

bool IsNumber(std::string_view text, size_t digits) {
  return text.size() >= digits && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether a file's name is that of an archive of the older form, `DATABASE.POLICY.SHARD.NUMBER`: the shard has at
/// least five digits; 00 is a whole backup, the others what has changed since.
bool IsNumberedArchive(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  const size_t number = name.find_last_of('.');
  if (number == std::string_view::npos || number == 0) return false;
  const size_t shard = name.find_last_of('.', number - 1);
  return shard != std::string_view::npos && shard > 0 && IsNumber(name.substr(number + 1), 2) &&
         IsNumber(name.substr(shard + 1, number - shard - 1), 5);
}

/// Shorter names first: what follows 99 is 100.
bool ByNumber(const std::string& a, const std::string& b) {
  return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));
}

}  // namespace

Result<std::optional<Backup>> FindBackup(storage::FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const storage::FileInfo info, files.Stat(path));
  std::vector<std::string> paths = {path};
  if (info.is_folder) {
    FIRN_ASSIGN(paths, files.List(path));
    for (std::string& name : paths) name = path + "/" + name;
  }
  Backup backup;
  std::vector<std::string> manifests;
  for (const std::string& candidate : paths) {
    if (candidate.ends_with(kManifestSuffix)) manifests.push_back(candidate);
    if (IsNumberedArchive(candidate)) backup.archives.push_back(candidate);
  }
  if (manifests.empty() && backup.archives.empty()) return std::optional<Backup>();
  backup.path = manifests.size() == 1 ? manifests.front() : path;
  if (manifests.empty()) {
    std::sort(backup.archives.begin(), backup.archives.end(), ByNumber);
    return std::optional(std::move(backup));
  }
  backup.archives.clear();
  ManifestReader reader(backup);
  // They are named for the time at which they were made.
  for (auto manifest = manifests.rbegin(); manifest != manifests.rend(); ++manifest)
    FIRN_TRY(reader.Read(files, *manifest));
  return std::optional(std::move(backup));
}

}  // namespace firn::influx_files
