#include "lake/table_writer.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "formats/line_protocol/writer.h"
#include "iceberg/updates/append.h"
#include "iceberg/updates/expire_snapshots.h"
#include "lake/table_template.h"

namespace firn::lake {
namespace {

using iceberg::CommitDecision;
using point::Batch;

constexpr int kMaxAttempts = 8;
constexpr size_t kSeriesIndexBytes = 128 << 20;
constexpr int64_t kSnapshotAgeMs = 24 * 3600 * 1000;
constexpr int32_t kSnapshotsToKeep = 100;

std::vector<const Batch*> Pointers(const std::vector<Batch>& batches) {
  std::vector<const Batch*> pointers;
  for (const Batch& batch : batches) {
    if (!batch.empty()) pointers.push_back(&batch);
  }
  return pointers;
}

PositionRanges RangesOf(std::span<const Batch* const> batches) {
  PositionRanges ranges;
  for (const Batch* batch : batches) {
    const point::Origin& origin = batch->origin;
    ranges.emplace(origin.shard, PositionRange{origin.position, origin.position})
        .first->second.Include(origin.position);
  }
  return ranges;
}

/// Later wins: rows are ordered by where they come from, not by when they were handed over.
void SortByOrigin(std::vector<Batch>& batches) {
  std::stable_sort(batches.begin(), batches.end(), [](const Batch& left, const Batch& right) {
    const auto key = [](const Batch& batch) {
      return std::tuple(batch.origin.shard, batch.origin.position, batch.origin.sequence);
    };
    return key(left) < key(right);
  });
}

bool IsAmong(const iceberg::Schema& schema, const iceberg::NestedField& written) {
  const iceberg::NestedField* field = schema.FindField(written.id);
  // A column that was dropped meanwhile is no harm: readers pass over it. One of another type is.
  return field == nullptr || field->type == written.type ||
         iceberg::CanPromote(written.type, field->type, iceberg::MinimumFormatVersion(field->type));
}

}  // namespace

/// A data file that no commit holds yet.
struct TableWriter::PendingFile {
  iceberg::DataFile file;
  PositionRanges positions;
  std::shared_ptr<const iceberg::Schema> schema;  ///< that it was written under
  std::string table_uuid;
  bool from_in_flight = false;  ///< its rows are still in memory
  bool attempted = false;       ///< a commit with an unknown outcome may hold it: it is never deleted
};

bool TableWriter::Fits(const PendingFile& file, const iceberg::TableMetadata& metadata) {
  if (metadata.table_uuid != file.table_uuid || metadata.FindSpec(file.file.spec_id) == nullptr) return false;
  const auto& fields = file.schema->fields();
  return std::all_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return IsAmong(metadata.schema(), field); });
}

bool Progress::IsComplete(uint32_t shard, int64_t position) const {
  const auto complete = complete_up_to.find(shard);
  return complete != complete_up_to.end() && position <= complete->second;
}

TableWriter::TableWriter(iceberg::TableIdentifier identifier, const TableServices& services)
    : identifier_(std::move(identifier)),
      services_(services),
      options_(OptionsFor(*services.options, identifier_.name)) {}

TableWriter::~TableWriter() = default;

SchemaPlanOptions TableWriter::PlanOptions() const {
  return {services_.options->time_column, services_.options->time_precision, options_.on_type_conflict,
          options_.max_columns};
}

void TableWriter::Add(Batch batch, const std::optional<ShardName>& shard) {
  if (batch.empty()) return;
  const std::lock_guard lock(mutex_);
  if (held_ && shard) {
    const auto held = HeldPosition(*held_, *shard);
    if (held && batch.origin.position <= *held) {
      counts_.held_rows += batch.rows();
      return;
    }
  }
  buffered_bytes_ += batch.byte_size();
  buffer_.push_back(std::move(batch));
}

void TableWriter::Discard(uint32_t shard, int64_t position) {
  const auto is_it = [&](const Batch& batch) {
    return batch.origin.shard == shard && batch.origin.position == position;
  };
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(buffer_, is_it);
    buffered_bytes_ = 0;
    for (const Batch& batch : buffer_) buffered_bytes_ += batch.byte_size();
  }
  std::erase_if(in_flight_, is_it);
  std::erase_if(files_, [&](const PendingFile& file) {
    const auto range = file.positions.find(shard);
    const bool only = file.positions.size() == 1 && range != file.positions.end() && range->second.first == position &&
                      range->second.last == position;
    if (only) DeleteFile(file);
    return only;
  });
}

std::vector<Batch> TableWriter::TakeBatches(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  std::vector<Batch> ready;
  std::vector<Batch> rest;
  buffered_bytes_ = 0;
  for (Batch& batch : buffer_) {
    if (progress.IsComplete(batch.origin.shard, batch.origin.position)) {
      ready.push_back(std::move(batch));
    } else {
      buffered_bytes_ += batch.byte_size();
      rest.push_back(std::move(batch));
    }
  }
  buffer_ = std::move(rest);
  for (const Batch& batch : ready) in_flight_bytes_ += batch.byte_size();
  return ready;
}

Status TableWriter::Prepare(const Progress& progress) {
  std::vector<Batch> ready = TakeBatches(progress);
  if (!ready.empty()) {
    // Rows of an earlier attempt that are in files already need not stay; those that are not are written together with
    // these.
    ReleaseRows();
    std::move(ready.begin(), ready.end(), std::back_inserter(in_flight_));
  }
  return WriteInFlight(progress, false);
}

Status TableWriter::Spill(const Progress& progress) {
  FIRN_TRY(Prepare(progress));
  ReleaseRows();
  // What is left is of positions that are not complete. Each gets files of its own, to be dropped with it.
  std::map<std::pair<uint32_t, int64_t>, std::vector<Batch>> by_position;
  {
    const std::lock_guard lock(mutex_);
    for (Batch& batch : buffer_) by_position[{batch.origin.shard, batch.origin.position}].push_back(std::move(batch));
    buffer_.clear();
    buffered_bytes_ = 0;
  }
  Status first_failure;
  for (auto& [position, batches] : by_position) {
    Status status;
    if (first_failure.ok()) {
      in_flight_ = std::move(batches);
      in_flight_written_ = false;
      status = WriteInFlight(progress, true);
      batches = std::move(in_flight_);
      if (status.ok()) batches.clear();
      in_flight_.clear();
      ReleaseRows();
    }
    if (!status.ok()) first_failure = status;
    const std::lock_guard lock(mutex_);
    for (Batch& batch : batches) {
      buffered_bytes_ += batch.byte_size();
      buffer_.push_back(std::move(batch));
    }
  }
  return first_failure;
}

Status TableWriter::WriteInFlight(const Progress& progress, bool incomplete) {
  if (in_flight_.empty() || in_flight_written_) return OkStatus();
  SortByOrigin(in_flight_);
  FIRN_TRY(Load(Pointers(in_flight_)));
  if (!incomplete) FIRN_TRY(DropHeldRows(progress));
  const std::vector<const Batch*> batches = Pointers(in_flight_);
  if (batches.empty()) {
    in_flight_.clear();
    return OkStatus();
  }
  FIRN_ASSIGN(const SchemaPlan plan, PlanAndEvolve(batches));
  const DataFileContext context{*loaded_->metadata, plan, options_, *services_.environment.storage,
                                *services_.environment.random};
  FIRN_ASSIGN(DataFilesWritten written, WriteDataFiles(context, batches, series_));
  series_.EndFlush(kSeriesIndexBytes);
  RejectRefused(plan, progress);
  const auto schema = std::make_shared<const iceberg::Schema>(loaded_->metadata->schema());
  const PositionRanges ranges = RangesOf(batches);
  for (iceberg::DataFile& file : written.files)
    files_.push_back({std::move(file), ranges, schema, loaded_->metadata->table_uuid, true, false});
  in_flight_written_ = true;
  const std::lock_guard lock(mutex_);
  counts_.merged_rows += written.merged_rows;
  return OkStatus();
}

Status TableWriter::Reload() {
  FIRN_ASSIGN(loaded_, services_.environment.catalog->LoadTable(identifier_));
  const std::lock_guard lock(mutex_);
  held_ = loaded_->metadata->properties;
  return OkStatus();
}

Status TableWriter::Load(std::span<const Batch* const> batches) {
  if (loaded_) return OkStatus();
  const Status found = Reload();
  if (found.ok()) return OkStatus();
  if (found.error().kind() != ErrorKind::kNotFound) return found;
  return Create(batches);
}

Status TableWriter::Create(std::span<const Batch* const> batches) {
  iceberg::Catalog& catalog = *services_.environment.catalog;
  for (size_t depth = 1; depth <= identifier_.levels.size(); ++depth) {
    const auto end = identifier_.levels.begin() + static_cast<std::ptrdiff_t>(depth);
    const Status created = catalog.CreateNamespace({identifier_.levels.begin(), end}, {});
    if (!created.ok() && created.error().kind() != ErrorKind::kAlreadyExists) return created;
  }
  FIRN_ASSIGN(const SchemaPlan plan, PlanSchema(nullptr, batches, PlanOptions()));
  FIRN_ASSIGN(iceberg::TableRequest request, MakeTableRequest(plan, options_, services_.options->format_version));
  if (!services_.options->warehouse.empty()) {
    request.location = services_.options->warehouse;
    for (const std::string& level : identifier_.levels) request.location += "/" + EncodePathPart(level);
    request.location += "/" + EncodePathPart(identifier_.name);
  }
  request.properties.emplace("firn.table", identifier_.name);
  auto created = catalog.CreateTable(identifier_, request);
  // Somebody may have been faster, and a lost answer may have been a yes: in both cases the table is there now.
  if (!created.ok() && created.error().kind() != ErrorKind::kAlreadyExists &&
      created.error().kind() != ErrorKind::kCommitStateUnknown) {
    return created.error().WithContext("cannot create table " + name());
  }
  return Reload();
}

Status TableWriter::DropHeldRows(const Progress& progress) {
  const iceberg::StringMap& properties = loaded_->metadata->properties;
  FIRN_TRY(CheckEpochs(properties, RangesOf(Pointers(in_flight_)), progress.names, services_.epoch));
  uint64_t held_rows = 0;
  std::erase_if(in_flight_, [&](const Batch& batch) {
    const auto shard = progress.names.find(batch.origin.shard);
    if (shard == progress.names.end()) return false;
    const auto held = HeldPosition(properties, shard->second);
    if (!held || batch.origin.position > *held) return false;
    held_rows += batch.rows();
    return true;
  });
  const std::lock_guard lock(mutex_);
  counts_.held_rows += held_rows;
  return OkStatus();
}

Result<SchemaPlan> TableWriter::PlanAndEvolve(std::span<const Batch* const> batches) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    FIRN_ASSIGN(SchemaPlan plan, PlanSchema(loaded_->metadata.get(), batches, PlanOptions()));
    if (!plan.changes_table) return plan;
    const auto change = iceberg::MakeMetadataChange([&](iceberg::MetadataBuilder& builder) -> Status {
      FIRN_ASSIGN(const SchemaPlan fresh, PlanSchema(builder.base_ptr().get(), batches, PlanOptions()));
      return fresh.changes_table ? ApplySchemaPlan(fresh, builder) : OkStatus();
    });
    auto outcome = iceberg::CommitChanges(services_.environment, *loaded_, {change.get()}, {});
    if (outcome.ok()) {
      loaded_ = outcome->table;
      continue;
    }
    if (outcome.error().kind() != ErrorKind::kConflict) ForgetIfGone(outcome.error());
    if (outcome.error().kind() != ErrorKind::kConflict)
      return outcome.error().WithContext("cannot change the schema of " + name());
    FIRN_TRY(Reload());
  }
  return Conflict("{}: other writers change the schema all the time", name());
}

void TableWriter::RejectRefused(const SchemaPlan& plan, const Progress& progress) {
  for (const auto& [key, reason] : plan.refused) {
    for (const Batch& batch : in_flight_) RejectValues(batch, key, fmt::format("{}: {}", name(), reason), progress);
  }
}

void TableWriter::RejectValues(const Batch& batch, const ColumnKey& key, const std::string& reason,
                               const Progress& progress) {
  const bool is_tag = key.kind == ColumnKey::Kind::kTag;
  const int column = is_tag ? batch.series_view.FindColumn(key.name) : batch.FindField(key.name, key.type);
  if (column < 0) return;
  const auto index = static_cast<uint32_t>(column);
  const auto has_value = [&](size_t row) {
    return is_tag ? batch.series_view.column(index).CodeOf(batch.series[row]) != 0 : batch.fields[index].IsSet(row);
  };
  Batch alone;  // the points with the refused field only
  if (!is_tag) {
    alone.measurement = batch.measurement;
    alone.times = batch.times;
    alone.series = batch.series;
    alone.series_view = batch.series_view;
    alone.fields = {batch.fields[index]};
  }
  RejectedRow rejected;
  rejected.received_at_ns = services_.environment.clock->NowNs();
  if (const auto shard = progress.names.find(batch.origin.shard); shard != progress.names.end()) {
    rejected.source = shard->second.source;
    rejected.shard = shard->second.shard;
  }
  rejected.position = batch.origin.position;
  rejected.reason = reason;
  for (size_t row = 0; row < batch.rows(); ++row) {
    if (!has_value(row)) continue;
    line_protocol::WriteReport report;
    rejected.payload.clear();
    line_protocol::WriteRow(is_tag ? batch : alone, row, {.unsigned_integers = true}, rejected.payload, report);
    services_.rejects->Reject(rejected);
  }
}

Result<TableCommit> TableWriter::Publish(const Progress& progress) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    std::vector<PendingFile*> files;
    for (PendingFile& file : files_) {
      const bool complete = std::all_of(file.positions.begin(), file.positions.end(), [&](const auto& range) {
        return progress.IsComplete(range.first, range.second.last);
      });
      if (complete) files.push_back(&file);
    }
    if (files.empty()) {
      ReleaseRows();
      return TableCommit{.table = name()};
    }
    bool needs_rework = false;
    auto committed = CommitFiles(files, progress, &needs_rework);
    if (committed.ok()) {
      FinishCommit(files);
      ExpireSometimes();
      return committed;
    }
    if (committed.error().kind() == ErrorKind::kCommitStateUnknown) {
      for (PendingFile* file : files) file->attempted = true;
    }
    if (!needs_rework) {
      ForgetIfGone(committed.error());
      ReleaseRows();
      return committed.error().WithContext("cannot commit " + name());
    }
    FIRN_TRY(Rework(progress));
  }
  return Conflict("{}: other writers commit all the time", name());
}

Result<CommitDecision> TableWriter::Check(const iceberg::TableMetadata& metadata,
                                          const std::vector<PendingFile*>& files, const Progress& progress,
                                          bool* needs_rework) const {
  size_t held = 0;
  bool fresh = true;
  for (const PendingFile* file : files) {
    FIRN_TRY(CheckEpochs(metadata.properties, file->positions, progress.names, services_.epoch));
    const Held state = Compare(metadata.properties, file->positions, progress.names);
    held += state == Held::kAll;
    fresh = fresh && state == Held::kNothing && Fits(*file, metadata);
  }
  if (held == files.size()) return CommitDecision::kAlreadyDone;
  if (fresh) return CommitDecision::kProceed;
  *needs_rework = true;
  return InvalidInput("{}: another writer has changed what these files rest on", name());
}

Result<TableCommit> TableWriter::CommitFiles(const std::vector<PendingFile*>& files, const Progress& progress,
                                             bool* needs_rework) {
  TableCommit commit{.table = name()};
  iceberg::AppendRequest request;
  for (const PendingFile* file : files) {
    request.files.push_back(file->file);
    commit.rows += static_cast<uint64_t>(file->file.record_count);
    commit.bytes += static_cast<uint64_t>(file->file.file_size_bytes);
    ++commit.files;
    for (const auto& [shard, range] : file->positions) {
      const ShardName& shard_name = progress.names.at(shard);
      request.set_properties[PositionProperty(shard_name)] = std::to_string(progress.complete_up_to.at(shard));
      request.set_properties[EpochProperty(shard_name)] = std::to_string(services_.epoch);
    }
  }
  request.summary = request.set_properties;
  if (!loaded_) FIRN_TRY(Reload());
  const auto append = iceberg::MakeAppend(std::move(request));
  iceberg::CommitOptions options;
  options.check = [&](const iceberg::TableMetadata& metadata) {
    return Check(metadata, files, progress, needs_rework);
  };
  FIRN_ASSIGN(iceberg::CommitOutcome outcome,
              iceberg::CommitChanges(services_.environment, *loaded_, {append.get()}, options));
  loaded_ = std::move(outcome.table);
  {
    const std::lock_guard lock(mutex_);
    held_ = loaded_->metadata->properties;
    if (outcome.decision == CommitDecision::kAlreadyDone) counts_.held_rows += commit.rows;
  }
  if (outcome.decision == CommitDecision::kAlreadyDone) return TableCommit{.table = name()};
  commit.snapshot_id = outcome.snapshot_id;
  return commit;
}

Status TableWriter::Rework(const Progress& progress) {
  FIRN_TRY(Reload());
  const iceberg::TableMetadata& metadata = *loaded_->metadata;
  bool rewrite = false;
  for (const PendingFile& file : files_) {
    const Held state = Compare(metadata.properties, file.positions, progress.names);
    const bool fits = state == Held::kAll || (state == Held::kNothing && Fits(file, metadata));
    if (fits) continue;
    if (!file.from_in_flight) {
      return Cancelled(
          "{}: another process has committed a part of what this one holds in files already; start again, and it "
          "is read anew from there",
          name());
    }
    rewrite = true;
  }
  std::erase_if(files_, [&](const PendingFile& file) {
    const bool held = Compare(metadata.properties, file.positions, progress.names) == Held::kAll;
    const bool drop = held || (rewrite && file.from_in_flight);
    if (drop) DeleteFile(file);
    return drop;
  });
  if (rewrite) in_flight_written_ = false;
  return WriteInFlight(progress, false);
}

void TableWriter::FinishCommit(const std::vector<PendingFile*>& files) {
  std::erase_if(files_,
                [&](const PendingFile& file) { return std::find(files.begin(), files.end(), &file) != files.end(); });
  ReleaseRows();
}

void TableWriter::ReleaseRows() {
  if (!in_flight_written_ && !in_flight_.empty()) return;
  in_flight_.clear();
  in_flight_written_ = false;
  for (PendingFile& file : files_) file.from_in_flight = false;
  const std::lock_guard lock(mutex_);
  in_flight_bytes_ = 0;
}

void TableWriter::ExpireSometimes() {
  const uint32_t every = services_.options->expire_every_commits;
  if (every == 0 || ++commits_ % every != 0) return;
  iceberg::ExpireOptions options;
  options.older_than_ms = services_.environment.clock->NowNs() / 1'000'000 - kSnapshotAgeMs;
  options.retain_last = kSnapshotsToKeep;
  iceberg::ExpireReport report;
  const auto expire = iceberg::MakeExpireSnapshots(options, &report);
  auto outcome = iceberg::CommitChanges(services_.environment, *loaded_, {expire.get()}, {});
  if (outcome.ok()) {
    loaded_ = std::move(outcome->table);
    return;
  }
  log::Warn("{}: cannot expire snapshots, trying again later: {}", name(), outcome.error().message());
  ForgetIfGone(outcome.error());
}

void TableWriter::ForgetIfGone(const Error& error) {
  // While the catalog cannot be reached, the last known state serves to write files by. A table that was dropped, or
  // replaced by another of its name, must be loaded anew.
  const ErrorKind kind = error.kind();
  if (kind == ErrorKind::kNotFound || kind == ErrorKind::kConflict || kind == ErrorKind::kCorrupt) loaded_.reset();
}

void TableWriter::DeleteFile(const PendingFile& file) {
  if (file.attempted) return;
  const Status deleted = services_.environment.storage->Delete(file.file.file_path);
  if (!deleted.ok()) log::Warn("cannot delete {}: {}", file.file.file_path, deleted.error().message());
}

size_t TableWriter::buffered_bytes() const {
  const std::lock_guard lock(mutex_);
  return buffered_bytes_ + in_flight_bytes_;
}

uint64_t TableWriter::RowsIn(const std::vector<Batch>& batches) const {
  uint64_t rows = 0;
  for (const Batch& batch : batches) rows += batch.rows();
  return rows;
}

uint64_t TableWriter::pending_rows() const {
  uint64_t rows = in_flight_written_ ? 0 : RowsIn(in_flight_);
  for (const PendingFile& file : files_) rows += static_cast<uint64_t>(file.file.record_count);
  const std::lock_guard lock(mutex_);
  return rows + RowsIn(buffer_);
}

std::optional<int64_t> TableWriter::LowestPending(uint32_t shard) const {
  std::optional<int64_t> lowest;
  const auto include = [&lowest](int64_t position) { lowest = lowest ? std::min(*lowest, position) : position; };
  for (const PendingFile& file : files_) {
    if (const auto range = file.positions.find(shard); range != file.positions.end()) include(range->second.first);
  }
  for (const Batch& batch : in_flight_) {
    if (batch.origin.shard == shard) include(batch.origin.position);
  }
  const std::lock_guard lock(mutex_);
  for (const Batch& batch : buffer_) {
    if (batch.origin.shard == shard) include(batch.origin.position);
  }
  return lowest;
}

TableWriter::Counts TableWriter::TakeCounts() {
  const std::lock_guard lock(mutex_);
  return std::exchange(counts_, {});
}

}  // namespace firn::lake
