#include "lake/row_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "point/row.h"

namespace firn::lake {
namespace {

using point::Batch;

/// Which batches' rows may be equal points, and what of their fields tells them apart.
class PointIdentity {
 public:
  PointIdentity(std::span<const Batch* const> batches, const std::vector<std::string>& key)
      : batches_(batches), key_(key) {
    std::map<std::pair<std::string, std::string>, uint32_t> origins;
    for (const Batch* batch : batches) {
      const auto number = static_cast<uint32_t>(origins.size());
      origin_.push_back(origins.emplace(std::pair(batch->database, batch->measurement), number).first->second);
    }
    one_identity_ = origins.size() == 1 && std::all_of(batches.begin(), batches.end(),
                                                       [](const Batch* batch) { return batch->series_intact; });
  }

  /// True when rows of equal series and time are always the same point.
  bool one_identity() const { return one_identity_; }

  /// Equal for rows that are the same point, given equal series and time; "" for a row that equals none.
  std::string Of(RowAt at) const {
    const Batch& batch = *batches_[at.batch];
    std::string identity = std::to_string(origin_[at.batch]);
    if (batch.series_intact) return identity;
    if (key_.empty()) return {};
    for (const std::string& name : key_) {
      identity += '\0';
      for (const point::FieldColumn* column : batch.FindField(name)) {
        if (column->IsSet(at.row)) identity += Text(point::ValueAt(*column, at.row));
      }
    }
    return identity;
  }

 private:
  /// Equal texts for equal values: type, length, and the shortest digits that read back to the same number.
  static std::string Text(const point::FieldValue& value) {
    const std::string text = std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
    return fmt::format("{}:{}:{}", value.index(), text.size(), text);
  }

  std::span<const Batch* const> batches_;
  const std::vector<std::string>& key_;
  std::vector<uint32_t> origin_;
  bool one_identity_ = false;
};

class Orderer {
 public:
  Orderer(std::span<const Batch* const> batches, SeriesIndex& series, PartitionAssigner& partitions,
          const RowOrderOptions& options)
      : batches_(batches),
        series_(series),
        partitions_(partitions),
        options_(options),
        identity_(batches, options.deduplicate_key) {}

  RowOrder Run() {
    NumberRows();
    PlaceRows();
    SortRunsByTime();
    SplitByPartition();
    return std::move(order_);
  }

 private:
  /// Counts the rows of each series and finds the range of times.
  void NumberRows() {
    size_t rows = 0;
    for (const Batch* batch : batches_) rows += batch->rows();
    series_of_row_.reserve(rows);
    for (const Batch* batch : batches_) {
      auto mapping = series_.MappingFor(batch->series_view);
      for (const uint32_t series : batch->series) series_of_row_.push_back(mapping.Of(series));
      for (const int64_t time : batch->times) {
        first_time_ = std::min(first_time_, time);
        last_time_ = std::max(last_time_, time);
      }
    }
    series_.Rank(options_.tag_order);
  }

  void PlaceRows() {
    const std::vector<uint32_t>& ranks = series_.ranks();
    // next[r] begins as the first output row of rank r, and ends as the first one of rank r + 1.
    std::vector<size_t> next(ranks.size() + 1, 0);
    for (const uint32_t series : series_of_row_) ++next[ranks[series] + 1];
    for (size_t rank = 1; rank < next.size(); ++rank) next[rank] += next[rank - 1];
    std::vector<int64_t> last_time(ranks.size(), std::numeric_limits<int64_t>::min());
    std::vector<bool> out_of_order(ranks.size(), false);
    order_.rows.resize(series_of_row_.size());
    order_.times.resize(series_of_row_.size());
    size_t global = 0;
    for (uint32_t b = 0; b < batches_.size(); ++b) {
      const std::vector<int64_t>& times = batches_[b]->times;
      for (uint32_t row = 0; row < times.size(); ++row) {
        const uint32_t rank = ranks[series_of_row_[global++]];
        const size_t output = next[rank]++;
        order_.rows[output] = {b, row};
        order_.times[output] = times[row];
        if (times[row] < last_time[rank]) out_of_order[rank] = true;
        last_time[rank] = times[row];
      }
    }
    size_t begin = 0;
    for (uint32_t rank = 0; rank < ranks.size(); ++rank) {
      if (next[rank] == begin) continue;
      order_.runs.push_back({series_.series_of_rank()[rank], begin, next[rank]});
      unsorted_.push_back(out_of_order[rank]);
      begin = next[rank];
    }
    series_of_row_ = {};
  }

  void SortRunsByTime() {
    std::vector<std::pair<int64_t, RowAt>> scratch;
    for (size_t i = 0; i < order_.runs.size(); ++i) {
      if (!unsorted_[i]) continue;
      const SeriesRun& run = order_.runs[i];
      scratch.clear();
      for (size_t row = run.begin; row < run.end; ++row) scratch.emplace_back(order_.times[row], order_.rows[row]);
      std::stable_sort(scratch.begin(), scratch.end(),
                       [](const auto& left, const auto& right) { return left.first < right.first; });
      for (size_t row = run.begin; row < run.end; ++row) {
        order_.times[row] = scratch[row - run.begin].first;
        order_.rows[row] = scratch[row - run.begin].second;
      }
    }
  }

  void SplitByPartition() {
    if (order_.rows.empty()) return;
    if (partitions_.SameForTimes(first_time_, last_time_)) {
      const uint32_t only = partitions_.Assign(order_.rows[0], order_.times[0], order_.runs[0].series);
      order_.partitions.push_back({partitions_.values()[only], 0, order_.rows.size(), 0, order_.runs.size()});
    } else {
      DealOverPartitions();
    }
    if (options_.merge_equal_points) MergeEqualPoints();
  }

  /// A stable placement by partition: within one, series and times stay in order.
  void DealOverPartitions() {
    std::vector<uint32_t> part_of_row(order_.rows.size());
    for (const SeriesRun& run : order_.runs) {
      for (size_t row = run.begin; row < run.end; ++row) {
        part_of_row[row] = partitions_.Assign(order_.rows[row], order_.times[row], run.series);
      }
    }
    const size_t parts = partitions_.values().size();
    std::vector<size_t> next(parts + 1, 0);
    for (const uint32_t part : part_of_row) ++next[part + 1];
    for (size_t part = 1; part <= parts; ++part) next[part] += next[part - 1];
    std::vector<std::vector<SeriesRun>> runs(parts);
    RowOrder dealt;
    dealt.rows.resize(order_.rows.size());
    dealt.times.resize(order_.rows.size());
    std::vector<size_t> starts(next.begin(), next.end() - 1);
    for (const SeriesRun& run : order_.runs) {
      for (size_t row = run.begin; row < run.end; ++row) {
        const uint32_t part = part_of_row[row];
        const size_t output = next[part]++;
        dealt.rows[output] = order_.rows[row];
        dealt.times[output] = order_.times[row];
        if (runs[part].empty() || runs[part].back().series != run.series)
          runs[part].push_back({run.series, output, output});
        runs[part].back().end = output + 1;
      }
    }
    for (size_t part = 0; part < parts; ++part) {
      if (runs[part].empty()) continue;
      const size_t first_run = dealt.runs.size();
      dealt.runs.insert(dealt.runs.end(), runs[part].begin(), runs[part].end());
      dealt.partitions.push_back({partitions_.values()[part], starts[part], next[part], first_run, dealt.runs.size()});
    }
    order_ = std::move(dealt);
  }

  /// Moves the rows that stay to the front, run by run; partitions and runs shrink with them.
  void MergeEqualPoints() {
    if (!HasEqualTimes()) return;
    size_t write = 0;
    for (PartitionRows& partition : order_.partitions) {
      partition.begin = write;
      for (size_t r = partition.first_run; r < partition.last_run; ++r) {
        SeriesRun& run = order_.runs[r];
        const size_t begin = write;
        for (size_t row = run.begin; row < run.end;) {
          size_t end = row + 1;
          while (end < run.end && order_.times[end] == order_.times[row]) ++end;
          write = WriteGroup(row, end, write);
          row = end;
        }
        run.begin = begin;
        run.end = write;
      }
      partition.end = write;
    }
    order_.merged_away = order_.rows.size() - write;
    order_.rows.resize(write);
    order_.times.resize(write);
  }

  bool HasEqualTimes() const {
    for (const SeriesRun& run : order_.runs) {
      for (size_t row = run.begin + 1; row < run.end; ++row) {
        if (order_.times[row] == order_.times[row - 1]) return true;
      }
    }
    return false;
  }

  /// Rows [begin, end) have equal series and times; those that are one point become one output row. Gives the next free
  /// row.
  size_t WriteGroup(size_t begin, size_t end, size_t write) {
    const int64_t time = order_.times[begin];
    const auto keep = [&](RowAt row) {
      order_.rows[write] = row;
      order_.times[write] = time;
      return write++;
    };
    if (end - begin == 1) {
      keep(order_.rows[begin]);
      return write;
    }
    const std::vector<RowAt> group(order_.rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                   order_.rows.begin() + static_cast<std::ptrdiff_t>(end));
    if (identity_.one_identity()) {
      order_.merged.push_back({keep(group.back()), group});
      return write;
    }
    std::vector<std::vector<RowAt>> points;
    std::unordered_map<std::string, size_t> point_of;
    for (const RowAt row : group) {
      const std::string identity = identity_.Of(row);
      if (!identity.empty()) {
        const auto [known, added] = point_of.emplace(identity, points.size());
        if (!added) {
          points[known->second].push_back(row);
          continue;
        }
      }
      points.push_back({row});
    }
    for (std::vector<RowAt>& sources : points) {
      const size_t output = keep(sources.back());
      if (sources.size() > 1) order_.merged.push_back({output, std::move(sources)});
    }
    return write;
  }

  std::span<const Batch* const> batches_;
  SeriesIndex& series_;
  PartitionAssigner& partitions_;
  const RowOrderOptions& options_;
  PointIdentity identity_;
  std::vector<uint32_t> series_of_row_;
  int64_t first_time_ = std::numeric_limits<int64_t>::max();
  int64_t last_time_ = std::numeric_limits<int64_t>::min();
  std::vector<bool> unsorted_;  // by run
  RowOrder order_;
};

}  // namespace

RowOrder OrderRows(std::span<const Batch* const> batches, SeriesIndex& series, PartitionAssigner& partitions,
                   const RowOrderOptions& options) {
  return Orderer(batches, series, partitions, options).Run();
}

}  // namespace firn::lake
