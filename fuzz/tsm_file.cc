// A whole TSM file with its tombstones and WAL: any bytes are read as a shard, through index, merge and rows. The first
// byte says which part of the input is which. And the server's metadata, of all of it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "influx_files/inspect.h"
#include "influx_files/shard_groups.h"
#include "influx_files/shard_reader.h"

namespace {

using namespace firn;

class Bytes final : public storage::File {
 public:
  explicit Bytes(const std::string& bytes) : bytes_(bytes) {}
  Status Append(std::string_view) override { return Internal("read-only"); }
  Result<std::string> ReadAt(uint64_t offset, size_t length) const override {
    return offset >= bytes_.size() ? std::string() : bytes_.substr(offset, length);
  }
  Result<uint64_t> Size() const override { return uint64_t{bytes_.size()}; }
  Status Sync() override { return OkStatus(); }
  Status Truncate(uint64_t) override { return Internal("read-only"); }

 private:
  const std::string& bytes_;
};

/// A few read-only files in memory.
class Files final : public storage::FileSystem {
 public:
  std::map<std::string, std::string> contents;

  Result<std::unique_ptr<storage::File>> Open(const std::string& path, Mode) override {
    const auto found = contents.find(path);
    if (found == contents.end()) return NotFound("{}", path);
    return std::unique_ptr<storage::File>(std::make_unique<Bytes>(found->second));
  }
  Result<bool> Exists(const std::string& path) override { return contents.contains(path); }
  Result<storage::FileInfo> Stat(const std::string& path) override {
    const auto found = contents.find(path);
    if (found == contents.end()) return NotFound("{}", path);
    storage::FileInfo info;
    info.size_bytes = found->second.size();
    return info;
  }
  Result<std::vector<std::string>> List(const std::string&) override { return std::vector<std::string>(); }
  Status CreateFolders(const std::string&) override { return Internal("read-only"); }
  Status Rename(const std::string&, const std::string&) override { return Internal("read-only"); }
  Status RenameNoReplace(const std::string&, const std::string&) override { return Internal("read-only"); }
  Status Remove(const std::string&) override { return Internal("read-only"); }
  Status SyncFolder(const std::string&) override { return OkStatus(); }
  Result<uint64_t> FreeBytes(const std::string&) override { return uint64_t{0}; }
  Result<std::unique_ptr<storage::FolderLock>> Lock(const std::string&) override { return Internal("read-only"); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  // A part of the input is the tombstones, one the log, the rest the file.
  const size_t tombstone_bytes = bytes.size() * (data[0] & 0xf) / 32;
  const size_t wal_bytes = bytes.size() * (data[0] >> 4) / 32;
  Files files;
  files.contents["1.tombstone"] = bytes.substr(0, tombstone_bytes);
  files.contents["_00001.wal"] = bytes.substr(tombstone_bytes, wal_bytes);
  files.contents["1.tsm"] = bytes.substr(tombstone_bytes + wal_bytes);
  influx_files::ShardFiles shard;
  shard.folder = ".";
  shard.tsm_files = {"1.tsm", "1.tsm"};
  shard.wal_segments = {"_00001.wal"};
  (void)influx_files::ReadShard(
      files, shard, {}, [](const influx_files::Damage&) {},
      [](const point::Batch& batch) {
        if (!batch.Validate().ok()) __builtin_trap();
        return OkStatus();
      });
  (void)influx_files::InspectShard(files, shard, influx_files::InspectDepth::kValues, nullptr);
  (void)influx_files::ParseShardGroups(bytes);
  return 0;
}
