#include "lake/lake.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "base/log.h"
#include "iceberg/catalog/catalog.h"
#include "iceberg/updates/commit.h"
#include "lake/positions.h"
#include "lake/rejected_rows.h"
#include "lake/row_router.h"
#include "lake/table_template.h"
#include "lake/table_writer.h"
#include "storage/storage.h"

namespace firn::lake {
namespace {

using point::Batch;

constexpr int64_t kLowWaterIntervalNs = 60'000'000'000;
constexpr int kMaxRounds = 8;  // of a commit whose tables change under it

/// Runs `work(0) … work(count - 1)` on up to `threads` threads.
void ForEach(size_t count, unsigned threads, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next{0};
  const auto run = [&] {
    for (size_t index = next++; index < count; index = next++) work(index);
  };
  std::vector<std::jthread> helpers;
  for (size_t i = 1; i < std::min<size_t>(threads, count); ++i) helpers.emplace_back(run);
  run();
}

/// Counts what passes on its way to the table of rejected rows.
class CountingSink final : public RejectSink {
 public:
  explicit CountingSink(RejectSink* to) : to_(to) {}
  void Reject(RejectedRow row) override {
    ++count_;
    to_->Reject(std::move(row));
  }
  uint64_t Take() { return count_.exchange(0); }

 private:
  RejectSink* to_;
  std::atomic<uint64_t> count_{0};
};

class LakeImpl final : public Lake {
 public:
  LakeImpl(LakeOptions options, TableTemplate table_name, std::shared_ptr<iceberg::Catalog> catalog,
           std::shared_ptr<storage::Storage> storage, const LakeContext& context)
      : options_(std::move(options)),
        levels_(iceberg::SplitNamespace(options_.name_space)),
        catalog_(std::move(catalog)),
        storage_(std::move(storage)),
        sleeper_(iceberg::MakeSystemSleeper(context.stop)),
        clock_(context.clock),
        memory_bytes_(context.memory_bytes) {
    services_.options = &options_;
    services_.environment = {storage_.get(), catalog_.get(), context.clock, context.random,
                             context.sleeper != nullptr ? context.sleeper : sleeper_.get()};
    services_.epoch = context.epoch;
    if (memory_bytes_ > 0) services_.index_bytes = memory_bytes_ / 2;
    rejected_ =
        std::make_unique<RejectedRowsTable>(levels_, services_.environment, LocationOf(RejectedRowsTable::kName));
    counting_ = std::make_unique<CountingSink>(context.rejects != nullptr ? context.rejects : rejected_.get());
    services_.rejects = counting_.get();
    router_ = std::make_unique<RowRouter>(options_, std::move(table_name), *clock_, *counting_);
  }

  void AddShard(uint32_t shard, std::string source, std::string shard_name) override {
    const std::unique_lock lock(tables_mutex_);
    names_[shard] = {std::move(source), std::move(shard_name)};
  }

  Status Write(std::vector<Batch> batches) override {
    for (Batch& batch : batches) {
      const std::optional<ShardName> shard = NameOf(batch.origin.shard);
      router_->Route(std::move(batch), shard,
                     [&](const std::string& table, Batch rows) { AddTo(table, std::move(rows), shard); });
    }
    return OkStatus();
  }

  void Discard(uint32_t shard, int64_t position) override {
    const std::lock_guard commit_lock(commit_mutex_);
    for (TableWriter* table : Tables()) table->Discard(shard, position);
  }

  Status Spill(std::span<const ShardProgress> progress, size_t bytes_to_free) override {
    const std::lock_guard commit_lock(commit_mutex_);
    const Progress state = Remember(progress);
    size_t freed = rejected_->byte_size();
    if (freed > 0) FIRN_TRY(rejected_->Commit().status());  // at-least-once: they may be durable before their positions
    std::vector<std::pair<size_t, TableWriter*>> by_size;
    for (TableWriter* table : Tables()) by_size.emplace_back(table->buffered_bytes(), table);
    std::sort(by_size.rbegin(), by_size.rend());
    for (const auto& [bytes, table] : by_size) {
      if (freed >= bytes_to_free || bytes == 0) break;
      FIRN_TRY(table->Spill(state, bytes_to_free - freed).WithContext(table->name()));
      freed += bytes - std::min(bytes, table->buffered_bytes());
    }
    BoundIndexes();
    return OkStatus();
  }

  Result<CommitReport> Commit(std::span<const ShardProgress> progress) override {
    const std::lock_guard commit_lock(commit_mutex_);
    const Progress state = Remember(progress);
    const std::vector<TableWriter*> tables = Tables();
    CommitReport report;
    std::vector<Part> open;
    for (TableWriter* table : tables) open.push_back({table, {}, {}, false});
    bool rejects_are_durable = true;
    // One round in any case: rows may have been rejected before any of them reached a table.
    for (int round = 1; (round == 1 || !open.empty()) && rejects_are_durable; ++round) {
      FIRN_TRY(CommitRound(state, open, report, rejects_are_durable));
      std::erase_if(open, [](const Part& part) { return part.decided; });
      if (round < kMaxRounds) continue;
      for (const Part& part : open)
        report.failures.push_back({part.table->name(), Unavailable("other writers change the table all the time")});
      break;
    }
    for (TableWriter* table : tables) {
      const TableWriter::Counts counts = table->TakeCounts();
      report.merged_rows += counts.merged_rows;
      report.held_rows += counts.held_rows;
    }
    report.rejected_rows = counting_->Take();
    BoundIndexes();
    if (!rejects_are_durable) return report;
    FindDurable(progress, tables, report);
    WriteLowWater(state, report);
    return report;
  }

  size_t buffered_bytes() const override {
    size_t bytes = 0;
    for (const TableWriter* table : Tables()) bytes += table->buffered_bytes();
    return bytes + rejected_->byte_size();
  }

  MemoryUse memory_use() const override {
    MemoryUse sum{.rows = rejected_->byte_size(), .series_tables = 0, .indexes = 0};
    for (const TableWriter* table : Tables()) {
      const MemoryUse use = table->memory_use();
      sum.rows += use.rows;
      sum.series_tables += use.series_tables;
      sum.indexes += use.indexes;
    }
    return sum;
  }

  uint64_t pending_rows() const override {
    const std::lock_guard commit_lock(commit_mutex_);
    uint64_t rows = 0;
    for (const TableWriter* table : Tables()) rows += table->pending_rows();
    return rows;
  }

  Result<std::vector<StoredPosition>> ReadPositions() override {
    std::vector<StoredPosition> positions;
    auto properties = catalog_->LoadNamespaceProperties(levels_);
    if (!properties.ok() && properties.error().kind() == ErrorKind::kNotFound) return positions;
    if (!properties.ok()) return properties.error();
    AddPositions("", *properties, positions);
    FIRN_ASSIGN(const auto tables, catalog_->ListTables(levels_));
    for (const iceberg::TableIdentifier& identifier : tables) {
      auto loaded = catalog_->LoadTable(identifier);
      if (!loaded.ok() && loaded.error().kind() == ErrorKind::kNotFound) continue;  // dropped meanwhile
      if (!loaded.ok()) return loaded.error();
      AddPositions(identifier.name, loaded->metadata->properties, positions);
      services_.epoch = std::max(services_.epoch, HighestEpoch(loaded->metadata->properties) + 1);
    }
    return positions;
  }

  RejectSink& rejects() override { return *counting_; }

 private:
  /// Lets the indexes of tables go, those that have been quiet longest first, until half of the memory holds them.
  void BoundIndexes() {
    if (memory_bytes_ == 0) return;
    std::vector<TableWriter*> tables = Tables();
    std::sort(tables.begin(), tables.end(), [](const TableWriter* left, const TableWriter* right) {
      return left->last_written_ns() < right->last_written_ns();
    });
    size_t held = 0;
    for (const TableWriter* table : tables) held += table->memory_use().indexes;
    for (TableWriter* table : tables) {
      if (held <= memory_bytes_ / 2) return;
      held -= table->memory_use().indexes;
      table->DropIndex();
    }
  }

  /// A table's part of a commit.
  struct Part {
    TableWriter* table = nullptr;
    Status status;
    std::optional<TableCommit> commit;
    bool decided = false;
  };

  /// Prepares each table, commits what that has rejected, then publishes: no position passes before the rows rejected
  /// on its way are durable, as nothing is rejected between the second step and the third. A table that has changed
  /// meanwhile stays undecided, for another round.
  Status CommitRound(const Progress& state, std::vector<Part>& open, CommitReport& report, bool& rejects_are_durable) {
    ForEach(open.size(), options_.threads, [&](size_t i) { open[i].status = open[i].table->Prepare(state); });
    if (const auto rejected = rejected_->Commit(); !rejected.ok()) {
      report.failures.push_back({options_.name_space + "." + RejectedRowsTable::kName, rejected.error()});
      rejects_are_durable = false;
      return OkStatus();
    }
    ForEach(open.size(), options_.threads, [&](size_t i) {
      Part& part = open[i];
      if (part.status.ok()) {
        auto published = part.table->Publish(state);
        part.status = published.status();
        if (published.ok()) part.commit = std::move(*published);
      }
      part.decided = !part.status.ok() || part.commit.has_value();
    });
    for (Part& part : open) {
      if (part.commit && part.commit->rows > 0) report.tables.push_back(std::move(*part.commit));
      if (part.status.ok()) continue;
      const Error& error = part.status.error();
      if (error.kind() == ErrorKind::kCancelled) return error;
      if (part.table->must_read_again()) return Conflict("{}", error.message());
      report.failures.push_back({part.table->name(), error});
    }
    return OkStatus();
  }

  static void AddPositions(const std::string& table, const iceberg::StringMap& properties,
                           std::vector<StoredPosition>& positions) {
    for (const auto& [key, value] : properties) {
      const auto name = ParsePositionProperty(key);
      const auto position = name ? HeldPosition(properties, *name) : std::nullopt;
      if (!position) continue;
      positions.push_back({table, name->source, name->shard, *position, HeldEpoch(properties, *name).value_or(0)});
    }
  }

  std::string LocationOf(const std::string& table) const {
    if (options_.warehouse.empty()) return {};
    std::string location = options_.warehouse;
    for (const std::string& level : levels_) location += "/" + EncodePathPart(level);
    return location + "/" + EncodePathPart(table);
  }

  std::vector<TableWriter*> Tables() const {
    const std::shared_lock lock(tables_mutex_);
    std::vector<TableWriter*> tables;
    for (const auto& [name, table] : tables_) tables.push_back(table.get());
    return tables;
  }

  Progress Remember(std::span<const ShardProgress> progress) {
    const std::unique_lock lock(tables_mutex_);
    Progress state;
    for (const ShardProgress& shard : progress) {
      names_[shard.shard] = {shard.source, shard.shard_name};
      state.complete_up_to[shard.shard] = shard.complete_up_to;
    }
    state.names = names_;
    return state;
  }

  std::optional<ShardName> NameOf(uint32_t shard) const {
    const std::shared_lock lock(tables_mutex_);
    const auto name = names_.find(shard);
    if (name == names_.end()) return std::nullopt;
    return name->second;
  }

  void AddTo(const std::string& name, Batch batch, const std::optional<ShardName>& shard) {
    if (TableWriter* table = FindOrAddTable(name); table != nullptr) return table->Add(std::move(batch), shard);
    const Status named = CheckTableName(name);
    router_->Reject(batch, shard,
                    named.ok() ? fmt::format("there are max_tables = {} tables already", options_.max_tables)
                               : named.error().message());
  }

  /// Null when the name is no table's or the limit is reached.
  TableWriter* FindOrAddTable(const std::string& name) {
    {
      const std::shared_lock lock(tables_mutex_);
      if (const auto known = tables_.find(name); known != tables_.end()) return known->second.get();
    }
    if (!CheckTableName(name).ok()) return nullptr;
    const std::unique_lock lock(tables_mutex_);
    if (const auto known = tables_.find(name); known != tables_.end()) return known->second.get();
    if (tables_.size() >= options_.max_tables) return nullptr;
    return tables_.emplace(name, std::make_unique<TableWriter>(iceberg::TableIdentifier{levels_, name}, services_))
        .first->second.get();
  }

  static void FindDurable(std::span<const ShardProgress> progress, const std::vector<TableWriter*>& tables,
                          CommitReport& report) {
    for (const ShardProgress& shard : progress) {
      int64_t durable = shard.complete_up_to;
      for (const TableWriter* table : tables) {
        const auto pending = table->LowestPending(shard.shard);
        if (pending && *pending <= durable) durable = *pending - 1;
      }
      report.durable.push_back({shard.shard, durable});
    }
  }

  /// Once a minute, how far each shard has come goes to the namespace: a quiet table would drag re-reading far back
  /// otherwise, should local state be lost. A failure costs only that.
  void WriteLowWater(const Progress& state, const CommitReport& report) {
    const int64_t now = clock_->MonotonicNs();
    if (last_low_water_ && now - *last_low_water_ < kLowWaterIntervalNs) return;
    iceberg::StringMap updates;
    for (const DurablePosition& durable : report.durable) {
      const ShardName& name = state.names.at(durable.shard);
      if (name.source == point::kJournalSource) continue;  // what is left of it is known only beside its records
      updates[PositionProperty(name)] = std::to_string(durable.position);
    }
    if (updates.empty() || report.tables.empty()) return;
    const Status updated = catalog_->UpdateNamespaceProperties(levels_, updates, {});
    if (!updated.ok())
      log::Warn("cannot note positions in namespace {}: {}", options_.name_space, updated.error().message());
    last_low_water_ = now;
  }

  const LakeOptions options_;
  const iceberg::Namespace levels_;
  const std::shared_ptr<iceberg::Catalog> catalog_;
  const std::shared_ptr<storage::Storage> storage_;
  const std::unique_ptr<iceberg::Sleeper> sleeper_;
  const Clock* clock_;
  const size_t memory_bytes_;
  TableServices services_;
  std::unique_ptr<RejectedRowsTable> rejected_;
  std::unique_ptr<CountingSink> counting_;
  std::unique_ptr<RowRouter> router_;

  mutable std::mutex commit_mutex_;  ///< Commit, Spill and Discard one at a time; taken before tables_mutex_
  std::optional<int64_t> last_low_water_;

  mutable std::shared_mutex tables_mutex_;  ///< guards the maps; tables themselves live as long as the lake
  std::map<std::string, std::unique_ptr<TableWriter>> tables_;
  ShardNames names_;
};

}  // namespace

Result<std::unique_ptr<Lake>> Lake::Make(LakeOptions options, std::shared_ptr<iceberg::Catalog> catalog,
                                         std::shared_ptr<storage::Storage> storage, LakeContext context) {
  FIRN_TRY(Validate(options));
  FIRN_ASSIGN(TableTemplate table_name, TableTemplate::Parse(options.table));
  return std::unique_ptr<Lake>(std::make_unique<LakeImpl>(std::move(options), std::move(table_name), std::move(catalog),
                                                          std::move(storage), context));
}

}  // namespace firn::lake
