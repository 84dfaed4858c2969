#include "lake/row_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/random.h"
#include "point/batch_builder.h"

namespace firn::lake {
namespace {

/// Partitions of ten ns each.
class ByTen final : public PartitionAssigner {
 public:
  bool SameForTimes(int64_t first_ns, int64_t last_ns) const override { return first_ns / 10 == last_ns / 10; }
  uint32_t Assign(RowAt, int64_t time_ns, uint32_t) override {
    const auto value = static_cast<int32_t>(time_ns / 10);
    for (uint32_t i = 0; i < values_.size(); ++i) {
      if (values_[i][0] == iceberg::Literal(value)) return i;
    }
    values_.push_back({iceberg::Literal(value)});
    return static_cast<uint32_t>(values_.size()) - 1;
  }
  const std::vector<iceberg::PartitionValues>& values() const override { return values_; }

 private:
  std::vector<iceberg::PartitionValues> values_;
};

std::vector<const point::Batch*> Pointers(const std::vector<point::Batch>& batches) {
  std::vector<const point::Batch*> pointers;
  for (const auto& batch : batches) pointers.push_back(&batch);
  return pointers;
}

point::Batch OneBatch(const std::vector<std::tuple<std::string, std::string, int64_t>>& rows) {
  point::BatchBuilder builder;
  double value = 0;
  for (const auto& [a, b, time] : rows) {
    const point::Tag tags[] = {{"a", a}, {"b", b}};
    const point::Field field{"v", value++};
    builder.Add("m", tags, {&field, 1}, time);
  }
  return std::move(builder.Take()[0]);
}

TEST(SeriesIndex, GivesOneNumberToASeriesOfSeveralTables) {
  const point::Batch first = OneBatch({{"x", "1", 0}, {"y", "1", 0}});
  const point::Batch second = OneBatch({{"y", "1", 0}, {"z", "", 0}});
  SeriesIndex index;
  auto of_first = index.MappingFor(first.series_view);
  EXPECT_EQ(of_first.Of(1), 0U);
  EXPECT_EQ(of_first.Of(0), 1U);
  auto of_second = index.MappingFor(second.series_view);
  EXPECT_EQ(of_second.Of(0), 0U);
  EXPECT_EQ(of_second.Of(1), 2U);
  index.Rank({"b", "a"});
  EXPECT_EQ(index.series_of_rank(), (std::vector<uint32_t>{2, 1, 0})) << "absent b first, then by a";
}

TEST(SeriesIndex, ForgetsWhatIsTooLarge) {
  const point::Batch batch = OneBatch({{"x", "1", 0}});
  SeriesIndex index;
  index.MappingFor(batch.series_view).Of(0);
  index.EndFlush(1'000'000);
  EXPECT_EQ(index.series_count(), 1U);
  index.EndFlush(1);
  EXPECT_EQ(index.series_count(), 0U);
}

TEST(RowOrder, SortsTimesOnlyWhereTheyCameOutOfOrder) {
  std::vector<point::Batch> batches;
  batches.push_back(OneBatch({{"y", "", 5}, {"x", "", 3}, {"x", "", 1}, {"y", "", 6}}));
  SeriesIndex index;
  ByTen partitions;
  const auto pointers = Pointers(batches);
  const RowOrder order = OrderRows(pointers, index, partitions, {{"a", "b"}, true, {}});
  EXPECT_EQ(order.times, (std::vector<int64_t>{1, 3, 5, 6}));
  EXPECT_EQ(order.runs.size(), 2U);
  EXPECT_EQ(order.partitions.size(), 1U);
}

/// Whatever comes in: all rows come out, once, by partition, tags and time; equal points merged, the last one last.
TEST(RowOrder, HoldsForRandomRows) {
  const auto random = MakeSeededRandom(42);
  for (int round = 0; round < 200; ++round) {
    std::vector<point::Batch> batches;
    const size_t batch_count = 1 + random->Below(4);
    size_t rows = 0;
    for (size_t b = 0; b < batch_count; ++b) {
      std::vector<std::tuple<std::string, std::string, int64_t>> points;
      const size_t count = 1 + random->Below(30);
      for (size_t i = 0; i < count; ++i) {
        points.emplace_back(std::string(random->Below(3), 'x'), std::string(random->Below(2), 'y'),
                            static_cast<int64_t>(random->Below(25)));
      }
      batches.push_back(OneBatch(points));
      rows += count;
    }
    const bool merge = random->Below(2) == 0;
    SeriesIndex index;
    ByTen partitions;
    const auto pointers = Pointers(batches);
    const RowOrder order = OrderRows(pointers, index, partitions, {{"a", "b"}, merge, {}});
    using Key = std::tuple<std::string, std::string, int64_t>;
    const auto key_of = [&](RowAt at) {
      const point::Batch& batch = batches[at.batch];
      const uint32_t series = batch.series[at.row];
      const auto value = [&](const char* key) {
        const int column = batch.series_view.FindColumn(key);
        return column < 0 ? std::string()
                          : std::string(batch.series_view.column(static_cast<uint32_t>(column)).ValueOf(series));
      };
      return Key(value("a"), value("b"), batch.times[at.row]);
    };
    size_t covered = 0;
    std::vector<std::pair<uint32_t, uint32_t>> seen;
    for (const PartitionRows& partition : order.partitions) {
      ASSERT_EQ(partition.begin, covered);
      for (size_t row = partition.begin; row < partition.end; ++row) {
        ASSERT_EQ(std::get<2>(key_of(order.rows[row])), order.times[row]);
        ASSERT_EQ(iceberg::Literal(static_cast<int32_t>(order.times[row] / 10)), partition.values[0]);
        if (row == partition.begin) continue;
        if (merge) {
          ASSERT_LT(key_of(order.rows[row - 1]), key_of(order.rows[row]));
        } else {
          ASSERT_LE(key_of(order.rows[row - 1]), key_of(order.rows[row]));
        }
      }
      covered = partition.end;
    }
    ASSERT_EQ(covered, order.rows.size());
    for (const RowAt at : order.rows) seen.emplace_back(at.batch, at.row);
    for (const MergedRow& merged : order.merged) {
      ASSERT_EQ(merged.sources.back().row, order.rows[merged.output].row);
      for (size_t i = 0; i + 1 < merged.sources.size(); ++i) {
        ASSERT_EQ(key_of(merged.sources[i]), key_of(order.rows[merged.output]));
        seen.emplace_back(merged.sources[i].batch, merged.sources[i].row);
      }
    }
    std::sort(seen.begin(), seen.end());
    ASSERT_TRUE(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    ASSERT_EQ(seen.size(), rows);
    ASSERT_EQ(order.merged_away, rows - order.rows.size());
    for (const SeriesRun& run : order.runs) ASSERT_LT(run.begin, run.end);
  }
}

}  // namespace
}  // namespace firn::lake
