#include "world.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "iceberg/catalog/sqlite_catalog.h"
#include "journal/segment_format.h"
#include "storage/local_storage.h"

namespace firn::faults {
namespace {

std::string NewFolder() {
  static std::atomic<uint64_t> count{0};
  // Of one length whatever the number, so that files have the same sizes in each run of a seed.
  return fmt::format("{}/firn-faults-{:08}-{:06}", std::filesystem::temp_directory_path().string(), ::getpid(),
                     ++count);
}

}  // namespace

World::World(uint64_t seed)
    : folder(NewFolder()),
      shared_disk(std::make_shared<testing::FaultFileSystem>()),
      disk(*shared_disk),
      sleeper(clock, disk),
      seeds_(MakeSeededRandom(seed)),
      sqlite_(disk, folder) {
  std::filesystem::create_directories(folder);
  (void)disk.CreateFolders(folder + "/lake");
}

World::~World() {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

Result<OpenedWarehouse> World::OpenWarehouse(Random& random) {
  const auto storage = std::make_shared<testing::FaultStorage>(storage::MakeLocalStorage(shared_disk));
  iceberg::SqliteCatalogOptions options;
  options.path = folder + "/catalog.db";
  options.warehouse = warehouse();
  options.busy_timeout_ms = 0;
  FIRN_ASSIGN(auto catalog, iceberg::OpenSqliteCatalog(options, storage, clock, random));
  return OpenedWarehouse{storage, std::make_shared<testing::FaultCatalog>(std::move(catalog))};
}

Status World::CopyState(const std::string& from, const std::string& to, uint64_t last_segment) {
  for (const std::string& part : {std::string(), std::string("/journal")}) {
    FIRN_TRY(disk.CreateFolders(to + part));
    FIRN_ASSIGN(const std::vector<std::string> names, disk.List(from + part));
    for (const std::string& name : names) {
      const bool is_last = !part.empty() && name == names.back();
      const bool is_folder = part.empty() && name == "journal";
      if (is_folder || name == "LOCK") continue;
      FIRN_ASSIGN(std::string bytes, disk.ReadFile(from + part + "/" + name));
      // A segment has its header from the first moment on.
      const size_t head = std::min(bytes.size(), journal::kSegmentHeaderBytes);
      if (is_last) bytes.resize(head + (bytes.size() - head) * last_segment / 100);
      FIRN_TRY(disk.ReplaceFile(to + part + "/" + name, bytes));
    }
  }
  return OkStatus();
}

void World::Restart(std::optional<uint64_t> power_loss_seed) {
  if (power_loss_seed.has_value()) {
    disk.LosePower(*power_loss_seed);
  } else {
    disk.KillProcess();
  }
  sqlite_.ReleaseLocks();
}

}  // namespace firn::faults
