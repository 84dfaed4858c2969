#include "iceberg/updates/commit.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "base/log.h"

namespace firn::iceberg {
namespace {

constexpr int kStatusChecks = 4;
constexpr int64_t kNanosPerMilli = 1'000'000;

class SystemSleeper final : public Sleeper {
 public:
  SystemSleeper(std::stop_token stop, std::chrono::nanoseconds grace) : stop_(std::move(stop)), grace_(grace) {}

  Status Sleep(std::chrono::nanoseconds duration) override {
    using std::chrono::steady_clock;
    std::unique_lock lock(mutex_);
    if (!stop_.stop_requested()) {
      never_.wait_for(lock, stop_, duration, [] { return false; });
      if (!stop_.stop_requested()) return OkStatus();
    }
    if (!end_) end_ = steady_clock::now() + grace_;
    const auto wake = std::min(steady_clock::now() + duration, *end_);
    never_.wait_until(lock, wake, [] { return false; });
    if (steady_clock::now() >= *end_) return Cancelled("the process is stopping");
    return OkStatus();
  }

 private:
  const std::stop_token stop_;
  const std::chrono::nanoseconds grace_;
  std::mutex mutex_;
  std::condition_variable_any never_;
  std::optional<std::chrono::steady_clock::time_point> end_;  ///< of all waits, once stopping
};

class MetadataChange final : public TableChange {
 public:
  explicit MetadataChange(std::function<Status(MetadataBuilder&)> apply) : apply_(std::move(apply)) {}
  Status Apply(MetadataBuilder& builder, const CommitEnvironment& /*environment*/) override { return apply_(builder); }

 private:
  std::function<Status(MetadataBuilder&)> apply_;
};

bool IsUnknown(const Error& error) {
  return error.kind() == ErrorKind::kCommitStateUnknown || error.kind() == ErrorKind::kTimeout;
}

/// One call of CommitChanges: the state between its attempts.
class CommitLoop {
 public:
  CommitLoop(const CommitEnvironment& environment, const LoadedTable& loaded, const std::vector<TableChange*>& changes,
             const CommitOptions& options)
      : environment_(environment), table_(loaded), changes_(changes), options_(options) {}

  Result<CommitOutcome> Run() {
    started_ns_ = environment_.clock->MonotonicNs();
    const std::string uuid = table_.metadata == nullptr ? std::string() : table_.metadata->table_uuid;
    for (int32_t attempt = 1;; ++attempt) {
      attempts_ = attempt;
      if (attempt > 1 || table_.metadata == nullptr) {
        if (Status status = Refresh(uuid); !status.ok()) {
          // The table is gone, which is an answer too.
          if (status.error().kind() == ErrorKind::kNotFound || status.error().kind() == ErrorKind::kCorrupt)
            refused_ = false;
          return Fail(status.error());
        }
        if (IsCommitted()) return Succeed();
        refused_ = false;
      }
      if (options_.check) {
        const Result<CommitDecision> decision = options_.check(*table_.metadata);
        if (!decision.ok()) return Fail(decision.error());
        if (*decision == CommitDecision::kAlreadyDone) return AlreadyDone();
      }
      Result<bool> done = Attempt();
      if (done.ok()) return *done ? Succeed() : Outcome(CommitDecision::kProceed);
      if (IsUnknown(done.error())) {
        unknown_ = true;
        if (FindLostCommit(uuid)) return Succeed();
      } else if (done.error().kind() != ErrorKind::kConflict) {
        return Fail(done.error());
      } else {
        refused_ = true;
      }
      if (!MayRetry(attempt) || !environment_.sleeper->Sleep(Wait(attempt)).ok()) {
        if (FindLostCommit(uuid)) return Succeed();
        return Fail(done.error());
      }
    }
  }

 private:
  Status Refresh(const std::string& uuid) {
    FIRN_ASSIGN(table_, environment_.catalog->LoadTable(table_.identifier));
    if (!uuid.empty() && table_.metadata->table_uuid != uuid) {
      return Corrupt("another table has taken the name {}: expected uuid {}, is {}", ToString(table_.identifier), uuid,
                     table_.metadata->table_uuid);
    }
    return OkStatus();
  }

  /// False: there was nothing to commit.
  Result<bool> Attempt() {
    MetadataBuilder builder(table_.metadata, table_.metadata_location);
    for (TableChange* change : changes_) FIRN_TRY(change->Apply(builder, environment_));
    if (!builder.changed()) return false;
    FIRN_ASSIGN(table_,
                environment_.catalog->CommitTable(table_.identifier, builder.requirements(), builder.updates()));
    return true;
  }

  /// True when the table as loaded holds a snapshot of ours. Its id is the same in every attempt.
  bool IsCommitted() const {
    return std::any_of(changes_.begin(), changes_.end(), [&](const TableChange* change) {
      return change->snapshot_id() != 0 && table_.metadata->FindSnapshot(change->snapshot_id()) != nullptr;
    });
  }

  /// Looks a few times whether the swap happened after all. Going on afterwards is safe: every attempt asserts the same
  /// ref and adds the same snapshot id, so at most one of them can ever be applied.
  bool FindLostCommit(const std::string& uuid) {
    for (int i = 1; i <= kStatusChecks; ++i) {
      if (Refresh(uuid).ok()) {
        refused_ = false;
        return IsCommitted();
      }
      if (!environment_.sleeper->Sleep(Wait(i)).ok()) return false;
    }
    return false;
  }

  bool IsOpen() const { return unknown_ || refused_; }

  bool MayRetry(int32_t attempt) const {
    const int64_t elapsed_ms = (environment_.clock->MonotonicNs() - started_ns_) / kNanosPerMilli;
    return attempt <= options_.retries && elapsed_ms < options_.total_time.count();
  }

  /// Doubles with each attempt, and spreads over half of it so that writers who collided do not meet again.
  std::chrono::nanoseconds Wait(int32_t attempt) const {
    const int64_t doubled = options_.minimum_wait.count() << std::min(attempt - 1, 20);
    const int64_t wait_ns = std::min<int64_t>(doubled, options_.maximum_wait.count()) * kNanosPerMilli;
    const auto jitter = static_cast<int64_t>(environment_.random->Below(static_cast<uint64_t>(wait_ns / 2 + 1)));
    return std::chrono::nanoseconds(wait_ns / 2 + jitter);
  }

  CommitOutcome Outcome(CommitDecision decision) const {
    CommitOutcome outcome;
    outcome.decision = decision;
    outcome.table = table_;
    outcome.attempts = attempts_;
    return outcome;
  }

  CommitOutcome Succeed() {
    CommitOutcome outcome = Outcome(CommitDecision::kProceed);
    for (TableChange* change : changes_) {
      change->OnCommitted(*table_.metadata, environment_);
      if (change->snapshot_id() != 0) outcome.snapshot_id = change->snapshot_id();
    }
    return outcome;
  }

  CommitOutcome AlreadyDone() {
    if (!IsOpen()) {
      for (TableChange* change : changes_) change->OnFailed(environment_);
    }
    return Outcome(CommitDecision::kAlreadyDone);
  }

  Error Fail(const Error& error) {
    const std::string context = fmt::format("cannot commit to {}", ToString(table_.identifier));
    if (IsOpen()) {
      return CommitStateUnknown("{}: the outcome of an earlier attempt is not known: {}", context, error.message());
    }
    for (TableChange* change : changes_) change->OnFailed(environment_);
    return error.WithContext(context);
  }

  const CommitEnvironment& environment_;
  LoadedTable table_;
  const std::vector<TableChange*>& changes_;
  const CommitOptions& options_;
  int64_t started_ns_ = 0;
  int32_t attempts_ = 0;
  bool unknown_ = false;  ///< an attempt's outcome is open: delete nothing
  /// The last attempt met a conflict, and the table has not been read since: something on the way may have sent it
  /// twice, and the conflict be with itself.
  bool refused_ = false;
};

}  // namespace

std::unique_ptr<Sleeper> MakeSystemSleeper(std::stop_token stop, std::chrono::nanoseconds grace) {
  return std::make_unique<SystemSleeper>(std::move(stop), grace);
}

void TableChange::OnCommitted(const TableMetadata& /*metadata*/, const CommitEnvironment& /*environment*/) {}

void TableChange::OnFailed(const CommitEnvironment& /*environment*/) {}

Result<CommitOutcome> CommitChanges(const CommitEnvironment& environment, const LoadedTable& loaded,
                                    const std::vector<TableChange*>& changes, const CommitOptions& options) {
  return CommitLoop(environment, loaded, changes, options).Run();
}

std::unique_ptr<TableChange> MakeMetadataChange(std::function<Status(MetadataBuilder&)> apply) {
  return std::make_unique<MetadataChange>(std::move(apply));
}

}  // namespace firn::iceberg
