#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "iceberg/catalog/catalog.h"
#include "iceberg/updates/metadata_builder.h"
#include "storage/storage.h"

namespace firn::iceberg {

/// Waits between attempts; a seam, so that tests do not wait and a stopping process does not either.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// An error ends the commit, which then fails for the reason that it waited for. Thread-safe.
  virtual Status Sleep(std::chrono::nanoseconds duration) = 0;
};

/// Really waits. From the moment that `stop` is requested all waits together last `grace` at most, a bounded last
/// attempt, and kCancelled is the answer to any further one.
std::unique_ptr<Sleeper> MakeSystemSleeper(std::stop_token stop = {},
                                           std::chrono::nanoseconds grace = std::chrono::seconds(5));

/// What commits need from outside. All must outlive the commit.
struct CommitEnvironment {
  storage::Storage* storage = nullptr;
  Catalog* catalog = nullptr;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  Sleeper* sleeper = nullptr;
};

enum class CommitDecision {
  kProceed,      ///< apply the change to this state
  kAlreadyDone,  ///< the table holds it already: report success without a commit
};

struct CommitOptions {
  int32_t retries = 10;  ///< after the first attempt, on kConflict
  std::chrono::milliseconds minimum_wait{20};
  std::chrono::milliseconds maximum_wait{5'000};
  std::chrono::milliseconds total_time{1'800'000};
  /// Asked with the state of the table after every load and before the change is applied to it. An error ends the
  /// commit.
  std::function<Result<CommitDecision>(const TableMetadata&)> check;
};

/// One change that can be applied to whatever state the table is in when its turn comes.
class TableChange {
 public:
  virtual ~TableChange() = default;
  /// Writes the files that the change needs and puts its updates (and requirements) into `builder`. Called once an
  /// attempt, on a fresh builder; what an earlier attempt wrote may be used again. kConflict is retried, other errors
  /// are final.
  virtual Status Apply(MetadataBuilder& builder, const CommitEnvironment& environment) = 0;
  /// The commit was made: `metadata` is the new state. Delete what failed attempts left. Errors are logged, not
  /// reported.
  virtual void OnCommitted(const TableMetadata& metadata, const CommitEnvironment& environment);
  /// The commit has definitely failed: delete everything that Apply wrote. Never called while the outcome is unknown.
  virtual void OnFailed(const CommitEnvironment& environment);
  /// The id of the snapshot that the last Apply added; by it a commit whose answer was lost is found again. 0 = none.
  virtual int64_t snapshot_id() const { return 0; }
};

struct CommitOutcome {
  CommitDecision decision = CommitDecision::kProceed;  ///< kAlreadyDone: nothing was committed
  LoadedTable table;                                   ///< the state afterwards
  int64_t snapshot_id = 0;                             ///< 0 when no snapshot was added
  int32_t attempts = 0;
};

/// Applies `changes`, in order and as one commit, to the table: load → check → apply → swap, again on conflict with
/// exponential back-off and jitter, as long as the options allow. `loaded` saves the first load; it may be stale.
///
/// A swap whose answer was lost is looked up (snapshot id; else the same requirements still hold = not applied). When
/// that gives no answer, the error is kCommitStateUnknown and no file is deleted. All files are durable before the
/// swap.
Result<CommitOutcome> CommitChanges(const CommitEnvironment& environment, const LoadedTable& loaded,
                                    const std::vector<TableChange*>& changes, const CommitOptions& options);

/// A change made of updates alone: `apply` is called once an attempt.
std::unique_ptr<TableChange> MakeMetadataChange(std::function<Status(MetadataBuilder&)> apply);

}  // namespace firn::iceberg
