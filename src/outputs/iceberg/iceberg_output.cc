#include "outputs/iceberg/iceberg_output.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "base/log.h"

namespace firn::outputs::iceberg {
namespace {

class IcebergOutput final : public Output {
 public:
  IcebergOutput(Warehouse warehouse, std::unique_ptr<lake::Lake> lake, const Options& options, OutputContext context)
      : warehouse_(std::move(warehouse)),
        lake_(std::move(lake)),
        flush_rows_(options.flush_rows),
        flush_bytes_(options.flush_size),
        memory_bytes_(context.memory_bytes),
        context_(std::move(context)) {}

  /// Reads the namespace's low-water marks: positions up to which all of its tables hold everything.
  Status ReadLowWater() {
    FIRN_ASSIGN(const std::vector<lake::StoredPosition> stored, lake_->ReadPositions());
    for (const lake::StoredPosition& position : stored) {
      if (position.table.empty()) low_water_[{position.source, position.shard_name}] = position.position;
      stored_sources_.insert(position.source);
      held_[{position.source, position.shard_name}].insert(position.position);
    }
    return OkStatus();
  }
  std::optional<int64_t> NextHeldPosition(const std::string& source, const std::string& shard,
                                          int64_t position) const override {
    const auto found = held_.find({source, shard});
    if (found == held_.end()) return std::nullopt;
    const auto next = found->second.upper_bound(position);
    return next == found->second.end() ? std::nullopt : std::optional<int64_t>(*next);
  }
  std::vector<std::string> StoredSources() const override { return {stored_sources_.begin(), stored_sources_.end()}; }

  Status Write(std::vector<point::Batch> batches) override {
    for (const point::Batch& batch : batches) Announce(batch.origin.shard);
    return lake_->Write(std::move(batches));
  }
  void Discard(uint32_t shard, int64_t position) override { lake_->Discard(shard, position); }
  Result<FlushReport> Flush(std::span<const ShardProgress> progress) override;
  Status Relieve(std::span<const ShardProgress> progress, size_t bytes) override {
    return lake_->Spill(progress, bytes);
  }
  size_t buffered_bytes() const override {
    const lake::MemoryUse use = lake_->memory_use();
    // Inputs share the series tables, and writing rows does not free those: were they to crowd rows out of the budget,
    // every body would become a file of its own.
    const size_t beside_rows = use.series_tables + use.indexes;
    return use.rows + (memory_bytes_ == 0 ? beside_rows : std::min(beside_rows, memory_bytes_ / 2));
  }
  bool wants_flush() const override {
    return (flush_rows_ > 0 && lake_->pending_rows() >= flush_rows_) ||
           (flush_bytes_ > 0 && lake_->buffered_bytes() >= flush_bytes_);
  }
  std::optional<int64_t> DurablePosition(const std::string& source, const std::string& shard) override {
    const auto found = low_water_.find({source, shard});
    return found == low_water_.end() ? std::nullopt : std::optional<int64_t>(found->second);
  }

 private:
  void Announce(uint32_t shard) {
    const std::lock_guard lock(mutex_);
    if (!announced_.insert(shard).second) return;
    auto [source, name] = context_.name_of_shard(shard);
    lake_->AddShard(shard, std::move(source), std::move(name));
  }

  Warehouse warehouse_;
  std::unique_ptr<lake::Lake> lake_;
  const uint64_t flush_rows_;
  const uint64_t flush_bytes_;
  const size_t memory_bytes_;
  const OutputContext context_;
  std::map<std::pair<std::string, std::string>, int64_t> low_water_;
  std::map<std::pair<std::string, std::string>, std::set<int64_t>> held_;  ///< by any table, when it was opened
  std::set<std::string> stored_sources_;
  std::mutex mutex_;
  std::set<uint32_t> announced_;
};

Result<FlushReport> IcebergOutput::Flush(std::span<const ShardProgress> progress) {
  FIRN_ASSIGN(const lake::CommitReport commit, lake_->Commit(progress));
  FlushReport report;
  std::map<uint32_t, int64_t> durable;
  for (const lake::DurablePosition& position : commit.durable) durable[position.shard] = position.position;
  for (const ShardProgress& shard : progress) {
    if (const auto found = durable.find(shard.shard); found != durable.end()) {
      report.durable.push_back({shard.shard, shard.source, shard.shard_name, found->second});
    }
  }
  for (const lake::TableCommit& table : commit.tables) {
    report.rows += table.rows;
    report.files += table.files;
    report.bytes += table.bytes;
    log::Debug("committed {} rows in {} files to {} (snapshot {})", table.rows, table.files, table.table,
               table.snapshot_id);
  }
  for (const lake::TableFailure& failure : commit.failures) {
    report.failures.push_back(fmt::format("{}: {}", failure.table, failure.error.message()));
  }
  if (commit.rejected_rows > 0) {
    log::Warn("{} rows or values were rejected; `firn rejected list` shows them", commit.rejected_rows);
  }
  return report;
}

}  // namespace

Result<std::unique_ptr<Output>> MakeOutput(const Options& options, const OutputContext& context) {
  FIRN_ASSIGN(lake::LakeOptions lake_options, ToLakeOptions(options));
  FIRN_ASSIGN(Warehouse warehouse, OpenWarehouse(options, Access::kReadWrite, *context.clock, *context.random));
  return MakeOutput(options, std::move(lake_options), std::move(warehouse), context);
}

Result<std::unique_ptr<Output>> MakeOutput(const Options& options, lake::LakeOptions lake_options, Warehouse warehouse,
                                           const OutputContext& context) {
  if (lake_options.time_precision == lake::TimePrecision::kNanos) {
    log::Warn("time_precision = \"ns\": Spark and DuckDB cannot read timestamptz_ns yet, PyIceberg can");
  }
  FIRN_ASSIGN(std::unique_ptr<lake::Lake> lake,
              lake::Lake::Make(std::move(lake_options), warehouse.catalog, warehouse.storage,
                               {context.clock, context.random, context.epoch, nullptr, context.sleeper,
                                context.memory_bytes, context.stop}));
  auto output = std::make_unique<IcebergOutput>(std::move(warehouse), std::move(lake), options, context);
  FIRN_TRY(output->ReadLowWater());
  return std::unique_ptr<Output>(std::move(output));
}

}  // namespace firn::outputs::iceberg
