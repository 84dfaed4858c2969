#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "lake/lake_options.h"
#include "lake/positions.h"
#include "lake/reject_sink.h"
#include "lake/table_template.h"
#include "point/batch.h"

namespace firn::lake {

/// Says which table rows go to. Rows that go nowhere are rejected: those whose time is outside `time_range`.
/// Thread-safe; everything handed in outlives the router.
class RowRouter {
 public:
  RowRouter(const LakeOptions& options, TableTemplate table_name, const Clock& clock, RejectSink& rejects);

  /// The rows of one table.
  using Take = std::function<void(const std::string& table, point::Batch rows)>;
  /// Calls `take` once for each table that rows of the batch go to. `shard` is whose rows they are, where it is known.
  void Route(point::Batch batch, const std::optional<ShardName>& shard, const Take& take);

  /// Rejects all rows of the batch.
  void Reject(const point::Batch& batch, const std::optional<ShardName>& shard, const std::string& reason);

 private:
  bool TimesAllowed(const point::Batch& batch);
  point::Batch RejectTimes(const point::Batch& batch, const std::optional<ShardName>& shard);
  void RouteBySeries(point::Batch batch, const Take& take) const;
  void RejectRows(const point::Batch& batch, const std::vector<uint32_t>& rows, const std::optional<ShardName>& shard,
                  const std::string& reason);

  const LakeOptions& options_;
  const TableTemplate table_name_;
  const Clock& clock_;
  RejectSink& rejects_;
  std::atomic<bool> warned_of_1970_{false};
};

}  // namespace firn::lake
