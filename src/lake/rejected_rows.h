#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "iceberg/updates/commit.h"
#include "lake/reject_sink.h"

namespace firn::lake {

/// The table `<namespace>.firn_rejected`: received_at, source, shard, position, line, reason, payload. Rows are
/// at-least-once; (source, shard, position, line) tells doubles. Thread-safe.
class RejectedRowsTable final : public RejectSink {
 public:
  static constexpr char kName[] = "firn_rejected";

  /// `environment` is what it points to, and outlives the table. `location` "" = the catalog chooses.
  RejectedRowsTable(iceberg::Namespace levels, const iceberg::CommitEnvironment& environment, std::string location);

  void Reject(RejectedRow row) override;

  /// Makes every row rejected so far durable. On an error they stay and are tried again by the next call. Nothing
  /// happens (no table is made) while nothing was rejected. Gives the number of rows.
  Result<uint64_t> Commit();

  uint64_t pending() const;
  /// Memory of the rows that are not durable yet, about.
  size_t byte_size() const;

 private:
  Result<iceberg::LoadedTable> LoadOrCreate();
  Status Append(const std::vector<RejectedRow>& rows);

  const iceberg::TableIdentifier identifier_;
  const iceberg::CommitEnvironment& environment_;
  const std::string location_;
  mutable std::mutex mutex_;
  std::vector<RejectedRow> rows_;
  size_t bytes_ = 0;  ///< of rows_
};

}  // namespace firn::lake
