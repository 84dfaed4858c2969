#include "lake/table_writer.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "iceberg/updates/append.h"
#include "lake/data_files.h"
#include "lake/held_points.h"
#include "lake/journal_lives.h"
#include "lake/reject_values.h"
#include "lake/write_groups.h"

namespace firn::lake {
namespace {

using iceberg::CommitDecision;
using point::Batch;

/// Later wins: rows are ordered by where they come from, not by when they were handed over.
void SortByOrigin(std::vector<Batch>& batches) {
  std::stable_sort(batches.begin(), batches.end(), [](const Batch& left, const Batch& right) {
    const auto key = [](const Batch& batch) {
      return std::tuple(batch.origin.shard, batch.origin.position, batch.origin.sequence);
    };
    return key(left) < key(right);
  });
}

void NoteSeriesTable(const Batch& batch, std::map<const point::SeriesTable*, size_t>& tables) {
  size_t& bytes = tables[batch.series_view.table().get()];
  bytes = std::max(bytes, batch.series_view.table_bytes());
}

uint64_t RowsIn(const std::vector<Batch>& batches) {
  uint64_t rows = 0;
  for (const Batch& batch : batches) rows += batch.rows();
  return rows;
}

}  // namespace

TableWriter::TableWriter(iceberg::TableIdentifier identifier, const TableServices& services)
    : services_(services), table_(std::move(identifier), *services.options, services.environment) {}

TableWriter::~TableWriter() = default;

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
  NoteSeriesTable(batch, series_tables_);
  buffer_.push_back(std::move(batch));
}

void TableWriter::CountMemory() {
  const std::lock_guard lock(mutex_);
  std::map<const point::SeriesTable*, size_t> tables;
  for (const Batch& batch : buffer_) NoteSeriesTable(batch, tables);
  for (const Batch& batch : in_flight_) NoteSeriesTable(batch, tables);
  for (const auto& [table, bytes] : series_tables_) {
    if (series_.Keeps(table)) tables.emplace(table, bytes);
  }
  series_tables_ = std::move(tables);
  index_bytes_ = series_.byte_size();
}

void TableWriter::DropIndex() {
  series_ = SeriesIndex();
  CountMemory();
}

MemoryUse TableWriter::memory_use() const {
  const std::lock_guard lock(mutex_);
  MemoryUse use{.rows = buffered_bytes_ + in_flight_bytes_, .series_tables = 0, .indexes = index_bytes_};
  for (const auto& [table, bytes] : series_tables_) use.series_tables += bytes;
  return use;
}

void TableWriter::Discard(uint32_t shard, int64_t position) {
  const auto is_it = [&](const Batch& batch) {
    return batch.origin.shard == shard && batch.origin.position == position;
  };
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(buffer_, is_it);
    buffered_bytes_ = BytesOf(buffer_);
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

std::vector<Batch> TableWriter::TakeComplete(const Progress& progress) {
  return Take([&](const point::Origin& origin) { return progress.IsComplete(origin.shard, origin.position); });
}

std::vector<Batch> TableWriter::TakePosition(uint32_t shard, int64_t position) {
  return Take([&](const point::Origin& origin) { return origin.shard == shard && origin.position == position; });
}

std::vector<Batch> TableWriter::Take(const std::function<bool(const point::Origin&)>& wanted) {
  const std::lock_guard lock(mutex_);
  const auto first =
      std::stable_partition(buffer_.begin(), buffer_.end(), [&](const Batch& batch) { return !wanted(batch.origin); });
  std::vector<Batch> taken(std::make_move_iterator(first), std::make_move_iterator(buffer_.end()));
  buffer_.erase(first, buffer_.end());
  buffered_bytes_ = BytesOf(buffer_);
  return taken;
}

void TableWriter::PutInFlight(std::vector<Batch> batches) {
  // Rows of an earlier attempt that are in files already need not stay; those that are not are written together with
  // these.
  ReleaseRows();
  std::move(batches.begin(), batches.end(), std::back_inserter(in_flight_));
  const std::lock_guard lock(mutex_);
  in_flight_bytes_ = BytesOf(in_flight_);
}

Status TableWriter::Prepare(const Progress& progress) {
  if (stale_ || (!table_.is_loaded() && !files_.empty())) FIRN_TRY(Rework(progress));
  if (std::vector<Batch> ready = TakeComplete(progress); !ready.empty()) PutInFlight(std::move(ready));
  FIRN_TRY(WriteInFlight(progress, Rows::kComplete));
  return MergeFiles(progress);
}

Status TableWriter::Spill(const Progress& progress, size_t bytes_to_free) {
  PutInFlight(TakeComplete(progress));
  size_t freed = BytesOf(in_flight_);
  FIRN_TRY(WriteInFlight(progress, Rows::kCompleteWithMoreToCome));
  ReleaseRows();
  // What is left is of positions that are not complete. Each gets files of its own, to be dropped with it.
  for (const auto& [shard, position] : BufferedPositions()) {
    if (freed >= bytes_to_free) break;
    std::vector<Batch> batches = TakePosition(shard, position);
    freed += BytesOf(batches);
    FIRN_TRY(SpillPosition(std::move(batches), progress));
  }
  return OkStatus();
}

std::set<std::pair<uint32_t, int64_t>> TableWriter::BufferedPositions() const {
  const std::lock_guard lock(mutex_);
  std::set<std::pair<uint32_t, int64_t>> positions;
  for (const Batch& batch : buffer_) positions.emplace(batch.origin.shard, batch.origin.position);
  return positions;
}

Status TableWriter::SpillPosition(std::vector<Batch> batches, const Progress& progress) {
  PutInFlight(std::move(batches));
  const Status status = WriteInFlight(progress, Rows::kOfOnePosition);
  if (!status.ok()) {
    const std::lock_guard lock(mutex_);
    buffered_bytes_ += BytesOf(in_flight_);
    std::move(in_flight_.begin(), in_flight_.end(), std::back_inserter(buffer_));
    in_flight_.clear();
  }
  ReleaseRows();
  return status;
}

Result<std::vector<PendingFile>> TableWriter::WriteFiles(std::span<const Batch* const> batches,
                                                         const SchemaPlan& plan) {
  const DataFileContext context{table_.metadata(), plan, table_.options(), *services_.environment.storage,
                                *services_.environment.random};
  FIRN_ASSIGN(DataFilesWritten written, WriteDataFiles(context, batches, series_));
  const auto schema = std::make_shared<const iceberg::Schema>(table_.metadata().schema());
  const PositionRanges ranges = RangesOf(batches);
  std::vector<PendingFile> files;
  ++writes_;
  for (auto& [file, coverage] : written.files) {
    files.push_back({std::move(file), ranges, schema, table_.metadata().table_uuid, written.content,
                     std::move(coverage), writes_, written.ahead});
  }
  const std::lock_guard lock(mutex_);
  counts_.merged_rows += written.merged_rows;
  return files;
}

Status TableWriter::WriteInFlight(const Progress& progress, Rows which) {
  if (in_flight_.empty() || in_flight_written_) return OkStatus();
  SortByOrigin(in_flight_);
  const bool was_loaded = table_.is_loaded();
  FIRN_TRY(table_.LoadOrCreate(Pointers(in_flight_)));
  if (!was_loaded) NoteHeld();
  if (which != Rows::kOfOnePosition) FIRN_TRY(DropHeldRows(progress));
  FIRN_TRY(DropRowsReadAgain());
  const std::vector<const Batch*> batches = Pointers(in_flight_);
  if (batches.empty()) {
    in_flight_.clear();
    return OkStatus();
  }
  FIRN_ASSIGN(const SchemaPlan plan, table_.PlanAndEvolve(batches));
  NoteHeld();
  if (files_.empty()) series_.BeginTimes();
  const bool shares_commit = which != Rows::kComplete || !files_.empty();
  std::vector<WriteGroup> groups =
      CutIntoGroups(in_flight_, files_, shares_commit && table_.options().deduplicate != Deduplicate::kOff);
  std::vector<std::vector<PendingFile>> written;
  for (const WriteGroup& group : groups) {
    auto files = WriteFiles(group.batches, plan);
    if (!files.ok()) {
      for (const auto& done : written)
        std::for_each(done.begin(), done.end(), [this](auto& file) { DeleteFile(file); });
      return files.status();
    }
    written.push_back(std::move(*files));
  }
  series_.EndFlush(services_.index_bytes);
  last_written_ns_ = services_.environment.clock->MonotonicNs();
  for (size_t i = groups.size(); i-- > 0;) {  // from the last one, so that places stay where they are
    for (PendingFile& file : written[i]) file.from_in_flight = true;
    files_.insert(files_.begin() + static_cast<std::ptrdiff_t>(groups[i].before),
                  std::make_move_iterator(written[i].begin()), std::make_move_iterator(written[i].end()));
  }
  RejectRefused(plan, batches, name(), progress.names, *services_.environment.clock, *services_.rejects);
  in_flight_written_ = true;
  return OkStatus();
}

void TableWriter::NoteHeld() {
  const std::lock_guard lock(mutex_);
  held_ = table_.is_loaded() ? std::optional(table_.metadata().properties) : std::nullopt;
}

Status TableWriter::DropRowsReadAgain() {
  FIRN_ASSIGN(
      const uint64_t dropped,
      DropHeldPoints(in_flight_, {table_.metadata(), files_, *services_.environment.storage, table_.PlanOptions()}));
  const std::lock_guard lock(mutex_);
  counts_.held_rows += dropped;
  return OkStatus();
}

Status TableWriter::DropHeldRows(const Progress& progress) {
  const iceberg::StringMap& properties = table_.metadata().properties;
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

Result<std::optional<TableCommit>> TableWriter::Publish(const Progress& progress) {
  std::vector<PendingFile*> files;
  for (PendingFile& file : files_) {
    if (progress.IsComplete(file.positions)) files.push_back(&file);
  }
  if (files.empty()) {
    ReleaseRows();
    return std::optional(TableCommit{.table = name()});
  }
  auto committed = CommitFiles(files, progress);
  if (committed.ok()) {
    std::erase_if(files_,
                  [&](const PendingFile& file) { return std::find(files.begin(), files.end(), &file) != files.end(); });
    ReleaseRows();
    table_.ExpireSometimes();
    return std::optional(std::move(*committed));
  }
  const Error& error = committed.error();
  if (error.kind() == ErrorKind::kCommitStateUnknown) {
    for (PendingFile* file : files) file->attempted = true;
  }
  if (!stale_ && !table_.IsSameAfter(error)) stale_ = true;
  if (stale_ && error.kind() != ErrorKind::kCommitStateUnknown) return std::optional<TableCommit>();
  ReleaseRows();
  return error.WithContext("cannot commit " + name());
}

Result<CommitDecision> TableWriter::Check(const iceberg::TableMetadata& metadata,
                                          const std::vector<PendingFile*>& files, const Progress& progress) {
  size_t held = 0;
  bool fresh = true;
  for (const PendingFile* file : files) {
    FIRN_TRY(CheckEpochs(metadata.properties, file->positions, progress.names, services_.epoch));
    FIRN_TRY(CheckRemembered(metadata.properties, file->positions, progress.names));
    const Held state = Compare(metadata.properties, file->positions, progress.names);
    held += state == Held::kAll;
    fresh = fresh && state == Held::kNothing && Fits(*file, metadata);
  }
  if (held == files.size()) return CommitDecision::kAlreadyDone;
  if (fresh) return CommitDecision::kProceed;
  stale_ = true;
  return InvalidInput("{}: another writer has changed what these files rest on", name());
}

Result<TableCommit> TableWriter::CommitFiles(const std::vector<PendingFile*>& files, const Progress& progress) {
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
  const auto append = iceberg::MakeAppend(std::move(request));
  const auto lives = iceberg::MakeMetadataChange([&](iceberg::MetadataBuilder& builder) -> Status {
    LifeChanges changes = PlanLifeChanges(builder.base().properties, progress, services_.epoch);
    if (!changes.updates.empty()) FIRN_TRY(builder.Apply(iceberg::SetProperties{std::move(changes.updates)}));
    if (!changes.removals.empty()) FIRN_TRY(builder.Apply(iceberg::RemoveProperties{std::move(changes.removals)}));
    return OkStatus();
  });
  iceberg::CommitOptions options;
  options.check = [&](const iceberg::TableMetadata& metadata) { return Check(metadata, files, progress); };
  FIRN_ASSIGN(iceberg::CommitOutcome outcome,
              iceberg::CommitChanges(services_.environment, table_.loaded(), {lives.get(), append.get()}, options));
  table_.Advance(std::move(outcome.table));
  NoteHeld();
  if (outcome.decision == CommitDecision::kAlreadyDone) {
    const std::lock_guard lock(mutex_);
    counts_.held_rows += commit.rows;
    return TableCommit{.table = name()};
  }
  commit.snapshot_id = outcome.snapshot_id;
  return commit;
}

void TableWriter::ReleaseRows() {
  if (!in_flight_written_ && !in_flight_.empty()) return;
  in_flight_.clear();
  in_flight_written_ = false;
  for (PendingFile& file : files_) file.from_in_flight = false;
  {
    const std::lock_guard lock(mutex_);
    in_flight_bytes_ = 0;
  }
  CountMemory();
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
