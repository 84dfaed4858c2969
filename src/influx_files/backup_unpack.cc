#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "formats/compression/compression.h"
#include "formats/tar/tar_reader.h"
#include "formats/tsm/file_layout.h"
#include "influx_files/backup.h"

namespace firn::influx_files {
namespace {

constexpr std::string_view kTombstoneSuffix = ".tombstone";
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr size_t kPieceBytes = 256 << 10;

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
    const std::string path = fmt::format("{}/{}", data_folder_, name);
    FIRN_ASSIGN(const bool exists, files_.Exists(path));
    if (exists) FIRN_TRY(files_.Remove(path));
    FIRN_ASSIGN(file_, files_.Open(path, storage::FileSystem::Mode::kCreateNew));
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
