#include "influx_files/backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "formats/compression/compression.h"
#include "formats/tar/tar_reader.h"
#include "formats/tsm/file_layout.h"

namespace firn::influx_files {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kManifestSuffix = ".manifest";
constexpr std::string_view kTombstoneSuffix = ".tombstone";
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr uint64_t kMaxManifestBytes = 64 << 20;
constexpr size_t kPieceBytes = 256 << 10;

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The elements of a list; none where it is absent or no list.
Json List(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : Json::array();
}

/// Takes the archive that `entry` names, which must stand beside the manifest.
Status AddArchive(const Json& entry, Backup& backup) {
  const std::string name = Text(entry, "fileName");
  if (name.empty() || name.find('/') != std::string::npos) return Corrupt("an archive of the name \"{}\"", name);
  backup.archives.push_back(storage::ParentFolder(backup.manifest) + "/" + name);
  return OkStatus();
}

void AddName(const Json& entry, Backup& backup) {
  if (const std::string id = Text(entry, "bucketID"); !id.empty())
    backup.names[id] = {Text(entry, "organizationName"), Text(entry, "bucketName")};
}

Status AddBucket(const Json& bucket, Backup& backup) {
  AddName(bucket, backup);
  for (const Json& policy : List(bucket, "retentionPolicies")) {
    for (const Json& group : List(policy, "shardGroups")) {
      for (const Json& shard : List(group, "shards")) FIRN_TRY(AddArchive(shard, backup));
    }
  }
  return OkStatus();
}

Result<Backup> ReadManifest(storage::FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const storage::FileInfo info, files.Stat(path));
  if (info.size_bytes > kMaxManifestBytes) return Corrupt("{} is too large for a manifest", path);
  FIRN_ASSIGN(const std::string text, files.ReadFile(path));
  const Json manifest = Json::parse(text, nullptr, false);
  if (!manifest.is_object() || (!manifest.contains("files") && !manifest.contains("buckets")))
    return Corrupt("{} is no manifest of a backup", path);
  Backup backup;
  backup.manifest = path;
  Status taken = OkStatus();
  for (const Json& file : List(manifest, "files")) {
    AddName(file, backup);  // in backups of 2.0
    if (taken.ok()) taken = AddArchive(file, backup);
  }
  for (const Json& bucket : List(manifest, "buckets")) {
    if (taken.ok()) taken = AddBucket(bucket, backup);
  }
  if (!taken.ok()) return taken.error().WithContext(path);
  return backup;
}

/// Whether a reader of shards looks at files of this name.
bool IsShardFile(std::string_view name) {
  if (name == "fields.idx" || name == "fields.idxl" || tsm::ParseFileName(name)) return true;
  if (!name.ends_with(kTombstoneSuffix)) return false;
  name.remove_suffix(kTombstoneSuffix.size());
  return tsm::ParseFileName(std::string(name) + ".tsm").has_value();
}

/// The folder DATABASE/POLICY/SHARD of an archive's file, "" when it is none that is to be unpacked.
std::string ShardFolderOf(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = name; parts.size() <= 4;) {
    const size_t slash = rest.find('/');
    parts.push_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (parts.size() != 4 || !IsShardFile(parts[3])) return "";
  const bool plain = std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos;
  });
  return plain ? std::string(name.substr(0, name.size() - parts[3].size() - 1)) : "";
}

/// Makes the files of an archive below a folder.
class Unpacker final : public tar::TarReader::Visitor {
 public:
  Unpacker(storage::FileSystem& files, std::string data_folder) : files_(files), data_folder_(std::move(data_folder)) {}

  Status BeginFile(std::string_view name, uint64_t) override {
    const std::string shard = ShardFolderOf(name);
    if (shard.empty()) return OkStatus();
    FIRN_TRY(files_.CreateFolders(data_folder_ + "/" + shard));
    FIRN_ASSIGN(file_, files_.Open(fmt::format("{}/{}", data_folder_, name), storage::FileSystem::Mode::kCreateNew));
    return OkStatus();
  }
  Status Content(std::string_view bytes) override { return file_ ? file_->Append(bytes) : OkStatus(); }
  Status EndFile() override {
    file_.reset();
    return OkStatus();
  }

 private:
  storage::FileSystem& files_;
  std::string data_folder_;
  std::unique_ptr<storage::File> file_;  // none while a file is passed over
};

Status UnpackArchive(storage::FileSystem& files, const std::string& archive, const std::string& data_folder) {
  FIRN_ASSIGN(const std::shared_ptr<const storage::File> file, files.Open(archive, storage::FileSystem::Mode::kRead));
  FIRN_ASSIGN(const uint64_t free_bytes, files.FreeBytes(data_folder));
  Unpacker unpacker(files, data_folder);
  tar::TarReader reader(unpacker);
  std::unique_ptr<compression::Decoder> gzip;
  std::string unpacked;
  for (uint64_t offset = 0;;) {
    FIRN_ASSIGN(const std::string piece, file->ReadAt(offset, kPieceBytes));
    if (piece.empty()) break;
    if (offset == 0 && piece.starts_with(kGzipMagic))
      gzip = compression::MakeDecoder(compression::Codec::kGzip, free_bytes);
    offset += piece.size();
    if (!gzip) {
      FIRN_TRY(reader.Append(piece));
      continue;
    }
    unpacked.clear();
    if (const Status decoded = gzip->Append(piece, unpacked); !decoded.ok()) {
      if (decoded.error().kind() == ErrorKind::kResourceExhausted) return decoded;
      return Corrupt("{}", decoded.error().message());
    }
    FIRN_TRY(reader.Append(unpacked));
  }
  if (gzip && !gzip->Finish().ok()) return Corrupt("the archive is cut");
  return reader.Finish();
}

}  // namespace

Result<std::optional<Backup>> FindBackup(storage::FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const storage::FileInfo info, files.Stat(path));
  std::vector<std::string> manifests;
  if (!info.is_folder) {
    if (path.ends_with(kManifestSuffix)) manifests.push_back(path);
  } else {
    FIRN_ASSIGN(const std::vector<std::string> names, files.List(path));
    for (const std::string& name : names) {
      if (name.ends_with(kManifestSuffix)) manifests.push_back(path + "/" + name);
    }
  }
  if (manifests.empty()) return std::optional<Backup>();
  if (manifests.size() > 1) {
    return InvalidInput("{} backups in {}: name the manifest of one, say {}", manifests.size(), path, manifests.back());
  }
  FIRN_ASSIGN(Backup backup, ReadManifest(files, manifests.front()));
  return std::optional<Backup>(std::move(backup));
}

Status UnpackBackup(storage::FileSystem& files, const Backup& backup, const std::string& folder) {
  const std::string data_folder = folder + "/data";
  FIRN_TRY(files.CreateFolders(data_folder));
  for (const std::string& archive : backup.archives) {
    if (const Status unpacked = UnpackArchive(files, archive, data_folder); !unpacked.ok())
      return unpacked.WithContext(archive);
  }
  return OkStatus();
}

}  // namespace firn::influx_files
