#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "fault_catalog.h"
#include "fault_file_system.h"
#include "fault_sqlite.h"
#include "fault_storage.h"
#include "iceberg/updates/commit.h"

namespace firn::faults {

inline constexpr char kNamespace[] = "metrics";

/// Passes virtual time instead of waiting; gives up when the machine is off.
class VirtualSleeper final : public iceberg::Sleeper {
 public:
  VirtualSleeper(FakeClock& clock, const testing::FaultFileSystem& disk) : clock_(clock), disk_(disk) {}
  Status Sleep(std::chrono::nanoseconds duration) override {
    if (disk_.is_off()) return Cancelled("the machine is off");
    clock_.Advance(duration);
    slept_ += duration;
    return OkStatus();
  }
  std::chrono::nanoseconds slept() const { return slept_; }

 private:
  FakeClock& clock_;
  const testing::FaultFileSystem& disk_;
  std::chrono::nanoseconds slept_{0};
};

/// Storage and catalog as one process has opened them.
struct OpenedWarehouse {
  std::shared_ptr<testing::FaultStorage> storage;
  std::shared_ptr<testing::FaultCatalog> catalog;
};

/// A machine: a disk with journal, warehouse and SQLite catalog on it, and a clock. Processes come and go. The folder
/// exists on the machine's own disk too, empty: some paths are only looked at there.
struct World {
  explicit World(uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  std::string warehouse() const { return "file://" + folder + "/lake"; }
  std::string state() const { return folder + "/state"; }
  /// Copies a state folder as it is now, also while a process lives on it; of the journal's last segment only
  /// `last_segment` of 100 parts, as when it was read while it grew.
  Status CopyState(const std::string& from, const std::string& to, uint64_t last_segment = 100);
  /// `random` outlives what is opened.
  Result<OpenedWarehouse> OpenWarehouse(Random& random);
  /// Each process has its own, so that what one does while the machine goes off changes nothing for the next.
  std::unique_ptr<Random> NewRandom() { return MakeSeededRandom(seeds_->Next()); }
  /// The machine goes off and on; with `seed`, by a power cut, which takes what was not synced.
  void Restart(std::optional<uint64_t> power_loss_seed);

  const std::string folder;
  const std::shared_ptr<testing::FaultFileSystem> shared_disk;
  testing::FaultFileSystem& disk;
  FakeClock clock{1'700'000'000'000'000'000};
  VirtualSleeper sleeper;

 private:
  const std::unique_ptr<Random> seeds_;
  testing::SqliteOnFaultDisk sqlite_;
};

}  // namespace firn::faults
