#include <algorithm>

#include "lake/equal_point_merge.h"
#include "lake/reject_values.h"
#include "lake/table_writer.h"

// What TableWriter does to files that it has written already: merging equal points of several, and writing anew those
// that the table cannot take any more.

namespace firn::lake {
namespace {

using point::Batch;

constexpr size_t kReadBackBytes = 48 << 20;

}  // namespace

Status TableWriter::MergeFiles(const Progress& progress) {
  if (table_.options().deduplicate == Deduplicate::kOff || files_.size() < 2) return OkStatus();
  std::vector<size_t> places;
  std::vector<const PendingFile*> files;
  for (size_t i = 0; i < files_.size(); ++i) {
    // A file that an earlier commit may hold stays what it is, and one that does not fit is written anew first.
    if (files_[i].attempted || !progress.IsComplete(files_[i].positions) || !Fits(files_[i], table_.metadata()))
      continue;
    places.push_back(i);
    files.push_back(&files_[i]);
  }
  const SchemaPlanOptions plan_options = table_.PlanOptions();
  const MergeContext context{table_.metadata(), plan_options, table_.options(), *services_.environment.storage,
                             *services_.environment.random};
  FIRN_ASSIGN(MergeResult merged, MergeEqualPoints(context, files));
  ++comparisons_;
  for (const size_t place : places) files_[place].compared = comparisons_;
  if (merged.merges.empty()) return OkStatus();
  // Rows in memory are no longer what one file holds.
  ReleaseRows();
  std::vector<std::vector<PendingFile>> in_place_of(files_.size());
  std::vector<bool> replaced(files_.size(), false);
  for (MergedFiles& merge : merged.merges) {
    for (PendingFile& file : merge.files) file.compared = comparisons_;
    for (const size_t index : merge.replaced) replaced[places[index]] = true;
    in_place_of[places[merge.replaced.back()]] = std::move(merge.files);
  }
  std::vector<PendingFile> kept;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (replaced[i]) DeleteFile(files_[i]);
    if (!replaced[i]) kept.push_back(std::move(files_[i]));
    std::move(in_place_of[i].begin(), in_place_of[i].end(), std::back_inserter(kept));
  }
  files_ = std::move(kept);
  const std::lock_guard lock(mutex_);
  counts_.merged_rows += merged.merged_rows;
  return OkStatus();
}

Status TableWriter::Rework(const Progress& progress) {
  const Status loaded = table_.Reload();
  if (!loaded.ok() && loaded.error().kind() != ErrorKind::kNotFound) return loaded;
  NoteHeld();
  static const iceberg::StringMap kNoProperties;
  const auto state_of = [&](const PendingFile& file) {
    return Compare(table_.is_loaded() ? table_.metadata().properties : kNoProperties, file.positions, progress.names);
  };
  const auto fits = [&](const PendingFile& file) {
    return state_of(file) == Held::kNothing && table_.is_loaded() && Fits(file, table_.metadata());
  };
  std::erase_if(files_, [&](const PendingFile& file) {
    if (state_of(file) == Held::kAll) DeleteFile(file);
    return state_of(file) == Held::kAll;
  });
  if (std::any_of(files_.begin(), files_.end(), [&](auto& file) { return file.from_in_flight && !fits(file); })) {
    std::erase_if(files_, [this](const PendingFile& file) {
      if (file.from_in_flight) DeleteFile(file);
      return file.from_in_flight;
    });
    in_flight_written_ = false;
  }
  for (size_t i = 0; i < files_.size();) {
    if (fits(files_[i])) {
      ++i;
      continue;
    }
    FIRN_ASSIGN(std::vector<PendingFile> anew, WriteAnew(files_[i], progress));
    DeleteFile(files_[i]);
    const size_t count = anew.size();
    files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(i));
    files_.insert(files_.begin() + static_cast<std::ptrdiff_t>(i), std::make_move_iterator(anew.begin()),
                  std::make_move_iterator(anew.end()));
    i += count;
  }
  stale_ = false;
  return OkStatus();
}

Result<std::vector<PendingFile>> TableWriter::WriteAnew(const PendingFile& file, const Progress& progress) {
  const bool partly_held =
      table_.is_loaded() && Compare(table_.metadata().properties, file.positions, progress.names) == Held::kPart;
  if (partly_held) {
    must_read_again_ = true;
    return Unavailable("{}: another process has committed a part of what this one holds in files", name());
  }
  auto source = ReadStoredRows(*services_.environment.storage, file.file, file.content, StoredParts::kAll, {});
  if (!source.ok()) {
    must_read_again_ = source.error().kind() == ErrorKind::kNotFound;
    return source.error();
  }
  std::vector<PendingFile> files;
  const Status written = WriteRows(**source, file.positions, progress, files);
  if (written.ok()) return files;
  for (const PendingFile& done : files) DeleteFile(done);
  return written.error();
}

Status TableWriter::WriteRows(BatchSource& source, const PositionRanges& positions, const Progress& progress,
                              std::vector<PendingFile>& files) {
  const auto& [shard, range] = *positions.begin();  // which of its positions a row had is no longer known
  std::vector<Batch> batches;
  for (bool more = true; more;) {
    FIRN_ASSIGN(std::optional<Batch> batch, source.Next());
    more = batch.has_value();
    if (batch) {
      batch->origin = {shard, range.first, 0};
      batches.push_back(std::move(*batch));
    }
    if (batches.empty() || (more && BytesOf(batches) < kReadBackBytes)) continue;
    const std::vector<const Batch*> pointers = Pointers(batches);
    FIRN_ASSIGN(const SchemaPlan plan, table_.PlanAndEvolve(pointers));
    NoteHeld();
    FIRN_ASSIGN(std::vector<PendingFile> part, WriteFiles(pointers, plan));
    series_.EndFlush(services_.index_bytes);
    RejectRefused(plan, pointers, name(), progress.names, *services_.environment.clock, *services_.rejects);
    for (PendingFile& written : part) written.positions = positions;
    std::move(part.begin(), part.end(), std::back_inserter(files));
    batches.clear();
  }
  return OkStatus();
}

}  // namespace firn::lake
