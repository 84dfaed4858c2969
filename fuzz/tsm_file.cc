// A whole TSM file with its tombstones and WAL: any bytes are read as a shard, through index, merge and rows. The first
// byte says which part of the input is which. And the server's metadata, of all of it.

#include <cstddef>
#include <cstdint>
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

influx_files::OpenedFile Opened(const char* path, const std::string& bytes) {
  return {path, std::make_shared<Bytes>(bytes), bytes.size()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  // A part of the input is the tombstones, one the log, the rest the file.
  const size_t tombstone_bytes = bytes.size() * (data[0] & 0xf) / 32;
  const size_t wal_bytes = bytes.size() * (data[0] >> 4) / 32;
  const std::string tombstones = bytes.substr(0, tombstone_bytes);
  const std::string wal = bytes.substr(tombstone_bytes, wal_bytes);
  const std::string blocks = bytes.substr(tombstone_bytes + wal_bytes);
  const influx_files::ShardSnapshot::TsmFile file = {Opened("1.tsm", blocks), Opened("1.tombstone", tombstones)};
  influx_files::ShardSnapshot shard;
  shard.tsm_files = {file, file};
  shard.wal_segments = {Opened("_00001.wal", wal)};
  (void)influx_files::ReadShard(
      shard, {}, [](const influx_files::Damage&) {},
      [](const point::Batch& batch) {
        if (!batch.Validate().ok()) __builtin_trap();
        return OkStatus();
      });
  (void)influx_files::InspectShard(shard, influx_files::InspectDepth::kValues, nullptr);
  (void)influx_files::ParseShardGroups(bytes);
  return 0;
}
