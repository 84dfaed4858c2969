#include "lake/equal_point_merge.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/bytes.h"
#include "base/log.h"
#include "lake/data_files.h"
#include "lake/key_slices.h"

namespace firn::lake {
namespace {

using point::Batch;

/// Files that are read side by side at most: bounds memory.
constexpr size_t kMaxSources = 16;
constexpr size_t kSliceBytes = 48 << 20;
constexpr size_t kKeySliceBytes = 8 << 20;

/// Times of a file's rows, in the unit of its time column.
struct TimeSpan {
  int64_t first = 0;
  int64_t last = 0;
};

std::optional<TimeSpan> TimesOf(const PendingFile& file) {
  const auto id = file.content->IdOf(ColumnKey::Kind::kTime);
  if (!id) return std::nullopt;
  const auto lower = file.file.lower_bounds.find(*id);
  const auto upper = file.file.upper_bounds.find(*id);
  if (lower == file.file.lower_bounds.end() || upper == file.file.upper_bounds.end()) return std::nullopt;
  return TimeSpan{LoadLittleEndian<int64_t>(lower->second.data()), LoadLittleEndian<int64_t>(upper->second.data())};
}

/// Whether rows of the two files may be the same point.
bool AreComparable(const PendingFile& left, const PendingFile& right) {
  return left.content->measurement == right.content->measurement && left.content->database == right.content->database &&
         left.content->series_intact == right.content->series_intact &&
         left.content->time_unit_ns == right.content->time_unit_ns && left.file.partition == right.file.partition;
}

/// What is known of two files without reading them: which was written when, and what they cover.
bool MayShareAPoint(const PendingFile& left, const PendingFile& right) {
  const bool of_one_write = left.written == right.written && !left.is_merged && !right.is_merged;
  const bool later_is_ahead = left.written < right.written ? right.ahead : right.written < left.written && left.ahead;
  return !of_one_write && !later_is_ahead && left.coverage.Meets(right.coverage);
}

class EveryRowInOnePartition final : public PartitionAssigner {
 public:
  bool SameForTimes(int64_t, int64_t) const override { return true; }
  uint32_t Assign(RowAt, int64_t, uint32_t) override { return 0; }
  const std::vector<iceberg::PartitionValues>& values() const override { return values_; }

 private:
  std::vector<iceberg::PartitionValues> values_ = {{}};
};

/// Files one behind another, each opened when its turn comes.
class FileRun final : public BatchSource {
 public:
  FileRun(const MergeContext& context, std::vector<const PendingFile*> files, StoredParts parts)
      : context_(context), files_(std::move(files)), parts_(parts) {}

  Result<std::optional<Batch>> Next() override {
    for (;;) {
      if (current_ == nullptr) {
        if (next_ == files_.size()) return std::optional<Batch>();
        const PendingFile& file = *files_[next_++];
        FIRN_ASSIGN(current_, ReadStoredRows(context_.storage, file.file, file.content, parts_,
                                             context_.options.deduplicate_key));
      }
      FIRN_ASSIGN(std::optional<Batch> batch, current_->Next());
      if (batch) return batch;
      current_.reset();
    }
  }

 private:
  const MergeContext& context_;
  const std::vector<const PendingFile*> files_;
  const StoredParts parts_;
  size_t next_ = 0;
  std::unique_ptr<BatchSource> current_;
};

/// One call of MergeEqualPoints.
class Merger {
 public:
  Merger(const MergeContext& context, const std::vector<const PendingFile*>& files)
      : context_(context), files_(files), set_of_(files.size()) {
    std::iota(set_of_.begin(), set_of_.end(), 0);
  }

  Result<MergeResult> Run() {
    FIRN_ASSIGN(base_plan_, PlanSchema(&context_.metadata, {}, context_.plan_options));
    tag_order_ = TagOrder(base_plan_.map, context_.metadata.schema());
    Status status = FindSets();
    for (size_t i = 0; status.ok() && i < files_.size(); ++i) {
      std::vector<size_t> set;
      for (size_t j = i; j < files_.size(); ++j) {
        if (set_of_[j] == i) set.push_back(j);
      }
      if (set.size() > 1) status = MergeSet(std::move(set));
    }
    if (status.ok()) return std::move(result_);
    for (const MergedFiles& merged : result_.merges) DeleteAll(merged.files);
    return status.error();
  }

 private:
  /// Files of one kind, by their first time.
  struct Candidate {
    size_t index;
    TimeSpan times;
  };

  Status FindSets() {
    std::vector<std::vector<Candidate>> groups;
    for (size_t i = 0; i < files_.size(); ++i) {
      const PendingFile& file = *files_[i];
      const auto times = TimesOf(file);
      if (!file.content->comparable || !times || file.file.spec_id != context_.metadata.default_spec_id) continue;
      const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& known) {
        return AreComparable(*files_[known.front().index], file);
      });
      if (group == groups.end()) {
        groups.push_back({{i, *times}});
      } else {
        group->push_back({i, *times});
      }
    }
    for (auto& group : groups) FIRN_TRY(FindSetsAmong(group));
    return OkStatus();
  }

  /// Looks at each file together with the later ones whose points may be its own.
  Status FindSetsAmong(std::vector<Candidate>& group) {
    std::sort(group.begin(), group.end(), [](const Candidate& left, const Candidate& right) {
      return std::pair(left.times.first, left.index) < std::pair(right.times.first, right.index);
    });
    for (size_t i = 0; i < group.size(); ++i) {
      const size_t first = group[i].index;
      std::vector<size_t> indices = {first};
      for (size_t j = i + 1; j < group.size() && group[j].times.first <= group[i].times.last; ++j) {
        const size_t other = group[j].index;
        const bool decided = set_of_[first] == set_of_[other] || compared_.contains(std::minmax(first, other));
        if (!decided && MayShareAPoint(*files_[first], *files_[other])) indices.push_back(other);
      }
      if (indices.size() < 2) continue;
      bool equal = indices.size() > kMaxSources;
      if (!equal && !WereCompared(indices)) {
        FIRN_ASSIGN(equal, HaveEqualPoints(indices));
      }
      equal ? Unite(indices) : NoteCompared(indices);
    }
    return OkStatus();
  }

  void NoteCompared(const std::vector<size_t>& indices) {
    for (const size_t left : indices) {
      for (const size_t right : indices) {
        if (left < right) compared_.emplace(left, right);
      }
    }
  }

  bool WereCompared(const std::vector<size_t>& indices) const {
    const uint64_t first = files_[indices.front()]->compared;
    return first != 0 &&
           std::all_of(indices.begin(), indices.end(), [&](size_t index) { return files_[index]->compared == first; });
  }

  void Unite(const std::vector<size_t>& indices) {
    size_t lowest = files_.size();
    for (const size_t index : indices) lowest = std::min(lowest, set_of_[index]);
    std::vector<size_t> joined;
    for (const size_t index : indices) joined.push_back(set_of_[index]);
    for (size_t& set : set_of_) {
      if (std::find(joined.begin(), joined.end(), set) != joined.end()) set = lowest;
    }
  }

  Result<bool> HaveEqualPoints(std::vector<size_t> indices) const {
    std::sort(indices.begin(), indices.end());
    std::vector<std::unique_ptr<BatchSource>> sources;
    for (const size_t index : indices) {
      sources.push_back(
          std::make_unique<FileRun>(context_, std::vector<const PendingFile*>{files_[index]}, StoredParts::kKeys));
    }
    KeySlices slices(std::move(sources), tag_order_, kKeySliceBytes);
    const RowOrderOptions options = {tag_order_, true, context_.options.deduplicate_key};
    for (;;) {
      FIRN_ASSIGN(const std::vector<Batch> slice, slices.Next());
      if (slice.empty()) return false;
      SeriesIndex series;
      EveryRowInOnePartition partition;
      if (OrderRows(Pointers(slice), series, partition, options).merged_away > 0) return true;
    }
  }

  /// Files that are read one behind another: one of a set, or what a round of merging made of several.
  struct MergeInput {
    std::vector<PendingFile> written;  ///< by a round; they go when the next one has taken them in
    std::vector<const PendingFile*> files;
  };

  /// Merges the files of a set: a bounded number at a time, and what comes out of that again, so that each row is
  /// written as often as the logarithm of the files says.
  Status MergeSet(std::vector<size_t> indices) {
    std::vector<MergeInput> runs;
    for (const size_t index : indices) runs.push_back({{}, {files_[index]}});
    while (runs.size() > 1) {
      std::vector<MergeInput> merged;
      const Status status = MergeRound(runs, merged);
      for (const MergeInput& run : runs) DeleteAll(run.written);
      runs = std::move(merged);
      if (status.ok()) continue;
      for (const MergeInput& run : runs) DeleteAll(run.written);
      return status;
    }
    result_.merges.push_back({std::move(indices), std::move(runs.front().written)});
    return OkStatus();
  }

  Status MergeRound(std::vector<MergeInput>& runs, std::vector<MergeInput>& merged) {
    for (size_t begin = 0; begin < runs.size(); begin += kMaxSources) {
      const size_t end = std::min(runs.size(), begin + kMaxSources);
      if (end - begin == 1) {
        merged.push_back(std::exchange(runs[begin], {}));
        continue;
      }
      std::vector<std::vector<const PendingFile*>> sources;
      for (size_t i = begin; i < end; ++i) sources.push_back(runs[i].files);
      MergeInput& run = merged.emplace_back();
      FIRN_ASSIGN(run.written, MergeRuns(sources));
      for (const PendingFile& file : run.written) run.files.push_back(&file);
    }
    return OkStatus();
  }

  Result<std::vector<PendingFile>> MergeRuns(const std::vector<std::vector<const PendingFile*>>& runs) {
    PendingFile origin;  // what the new files have from the old ones together
    SchemaPlan plan = base_plan_;
    std::vector<std::unique_ptr<BatchSource>> sources;
    for (const auto& run : runs) {
      for (const PendingFile* file : run) {
        origin.written = std::max(origin.written, file->written);
        for (const auto& [shard, range] : file->positions) {
          PositionRange& whole = origin.positions.emplace(shard, range).first->second;
          whole.Include(range.first);
          whole.Include(range.last);
        }
        for (const StoredColumn& column : file->content->columns) plan.target[column.key] = column.field_id;
      }
      sources.push_back(std::make_unique<FileRun>(context_, run, StoredParts::kAll));
    }
    origin.is_merged = true;
    origin.schema = std::make_shared<const iceberg::Schema>(context_.metadata.schema());
    origin.table_uuid = context_.metadata.table_uuid;
    std::vector<PendingFile> written;
    const Status status = WriteSlices(KeySlices(std::move(sources), tag_order_, kSliceBytes), plan, origin, written);
    if (status.ok()) return written;
    DeleteAll(written);
    return status.WithContext("cannot merge files").error();
  }

  Status WriteSlices(KeySlices slices, const SchemaPlan& plan, const PendingFile& origin,
                     std::vector<PendingFile>& written) {
    const DataFileContext files = {context_.metadata, plan, context_.options, context_.storage, context_.random};
    for (;;) {
      FIRN_ASSIGN(const std::vector<Batch> slice, slices.Next());
      if (slice.empty()) return OkStatus();
      SeriesIndex series;
      FIRN_ASSIGN(DataFilesWritten part, WriteDataFiles(files, Pointers(slice), series));
      result_.merged_rows += part.merged_rows;
      for (auto& [file, coverage] : part.files) {
        written.push_back(origin);
        written.back().file = std::move(file);
        written.back().coverage = std::move(coverage);
        written.back().content = part.content;
      }
    }
  }

  void DeleteAll(const std::vector<PendingFile>& files) {
    for (const PendingFile& file : files) {
      const Status deleted = context_.storage.Delete(file.file.file_path);
      if (!deleted.ok()) log::Warn("cannot delete {}: {}", file.file.file_path, deleted.error().message());
    }
  }

  const MergeContext& context_;
  const std::vector<const PendingFile*>& files_;
  std::vector<size_t> set_of_;  ///< of each file: the lowest index of the files that it is to be merged with
  std::set<std::pair<size_t, size_t>> compared_;  ///< files that have no point in common
  SchemaPlan base_plan_;
  std::vector<std::string> tag_order_;
  MergeResult result_;
};

}  // namespace

Result<MergeResult> MergeEqualPoints(const MergeContext& context, const std::vector<const PendingFile*>& files) {
  return Merger(context, files).Run();
}

}  // namespace firn::lake
