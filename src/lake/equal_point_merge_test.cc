#include "lake/equal_point_merge.h"

#include <gmock/gmock.h>

#include <deque>
#include <functional>

#include "lake/lake_fixture.h"

namespace firn::lake {
namespace {

using ::testing::UnorderedElementsAre;

constexpr int64_t kNoon = 1'700'000'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;

/// Rows of one commit that memory pressure has put into several files.
class EqualPointMergeTest : public LakeFixture {
 protected:
  static std::vector<std::string> Values(const std::vector<TextRow>& rows, const std::string& column) {
    std::vector<std::string> values;
    for (const TextRow& row : rows) values.push_back(row.contains(column) ? row.at(column) : "null");
    return values;
  }
  static void WriteAndSpill(Lake& lake, const std::vector<Point>& points, int64_t position) {
    ASSERT_TRUE(lake.Write(Batches(points, position)).ok());
    const Status spilled = lake.Spill(UpTo(position), SIZE_MAX);
    ASSERT_TRUE(spilled.ok()) << spilled.error().message();
  }
  /// Forty positions with a file each, and all of them at once, give equal tables, by the tags or by a key of fields.
  /// Gives the number of rows that were merged.
  uint64_t ExpectSameAsOneFlush(const std::vector<std::string>& key,
                                const std::function<std::vector<Point>(int64_t position)>& points_of) {
    constexpr int64_t kPositions = 40;
    const auto make_lake = [&](std::string table) {
      LakeOptions options = Options();
      options.table = std::move(table);
      options.defaults.deduplicate_key = key;
      return MakeLake(options);
    };
    auto one = make_lake("one");
    auto many = make_lake("many");
    for (int64_t position = 1; position <= kPositions; ++position) {
      const std::vector<Point> points = points_of(position);
      for (Lake* lake : {one.get(), many.get()}) {
        auto batches = Batches(points, position);
        for (auto& batch : batches) batch.series_intact = key.empty();
        EXPECT_TRUE(lake->Write(std::move(batches)).ok());
      }
      EXPECT_TRUE(many->Spill(UpTo(position), SIZE_MAX).ok());
    }
    const uint64_t merged = Commit(*one, kPositions).merged_rows;
    EXPECT_EQ(Commit(*many, kPositions).merged_rows, merged);
    EXPECT_EQ(Rows("many"), Rows("one"));
    return merged;
  }
  size_t FilesOnDisk() {
    size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ + "/warehouse")) {
      files += entry.path().extension() == ".parquet";
    }
    return files;
  }
};

TEST_F(EqualPointMergeTest, MakesOneRowOfEqualPointsInSeveralFilesOfACommit) {
  auto lake = MakeLake();
  WriteAndSpill(
      *lake, {{"cpu", {{"host", "a"}}, {{"x", 1.0}, {"y", 1.0}}, kNoon}, {"cpu", {{"host", "b"}}, {{"x", 5.0}}, kNoon}},
      1);
  WriteAndSpill(*lake, {{"cpu", {{"host", "a"}}, {{"x", 2.0}, {"z", int64_t{7}}}, kNoon}}, 2);
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {{"host", "a"}}, {{"note", "n"}}, kNoon}}, 3)).ok());
  const CommitReport report = Commit(*lake, 3);
  EXPECT_EQ(report.merged_rows, 2U);
  const auto rows = Rows("cpu");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(Values(rows, "x"), UnorderedElementsAre("2", "5")) << "later wins";
  EXPECT_THAT(Values(rows, "y"), UnorderedElementsAre("1", "null")) << "field by field";
  EXPECT_THAT(Values(rows, "z"), UnorderedElementsAre("7", "null"));
  EXPECT_THAT(Values(rows, "note"), UnorderedElementsAre("n", "null"));
  EXPECT_EQ(FilesOnDisk(), Files(Table("cpu")).size()) << "the files that were merged are gone";
}

TEST_F(EqualPointMergeTest, TellsNanosecondsApart) {
  auto lake = MakeLake();
  WriteAndSpill(*lake, {{"cpu", {}, {{"x", 1.0}}, kNoon + 1}}, 1);
  WriteAndSpill(*lake, {{"cpu", {}, {{"x", 2.0}}, kNoon + 2}}, 2);
  WriteAndSpill(*lake, {{"cpu", {}, {{"x", 3.0}}, kNoon + 1}}, 3);
  Commit(*lake, 3);
  EXPECT_THAT(Values(Rows("cpu"), "x"), UnorderedElementsAre("2", "3"));
}

TEST_F(EqualPointMergeTest, LeavesFilesAloneThatHoldNoEqualPoints) {
  auto lake = MakeLake();
  WriteAndSpill(*lake, {{"cpu", {{"host", "a"}}, {{"x", 1.0}}, kNoon}}, 1);
  WriteAndSpill(*lake, {{"cpu", {{"host", "b"}}, {{"x", 2.0}}, kNoon}}, 2);
  WriteAndSpill(*lake, {{"cpu", {{"host", "a"}}, {{"x", 3.0}}, kNoon + kSecond}}, 3);
  EXPECT_EQ(Commit(*lake, 3).merged_rows, 0U);
  EXPECT_EQ(Files(Table("cpu")).size(), 3U);
}

TEST_F(EqualPointMergeTest, LetsThePositionWinNotTheOrderInWhichFilesWereWritten) {
  auto lake = MakeLake();
  // Position 3 was written before position 2 had come.
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {}, {{"x", 1.0}}, kNoon}}, 1)).ok());
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {}, {{"x", 3.0}}, kNoon}}, 3)).ok());
  ASSERT_TRUE(lake->Spill(UpTo(1), SIZE_MAX).ok());
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {}, {{"x", 2.0}, {"y", 2.0}}, kNoon}}, 2)).ok());
  Commit(*lake, 3);
  EXPECT_THAT(Values(Rows("cpu"), "x"), UnorderedElementsAre("3"));
  EXPECT_THAT(Values(Rows("cpu"), "y"), UnorderedElementsAre("2"));
}

TEST_F(EqualPointMergeTest, KeepsPointsOfTwoDatabasesApart) {
  auto lake = MakeLake();
  const auto write = [&](const char* database, double value, int64_t position) {
    auto batches = Batches({{"cpu", {}, {{"x", value}}, kNoon}}, position);
    batches[0].database = database;
    ASSERT_TRUE(lake->Write(std::move(batches)).ok());
  };
  write("one", 1, 1);
  write("two", 2, 2);
  ASSERT_TRUE(lake->Spill(UpTo(2), SIZE_MAX).ok());
  write("two", 3, 3);
  Commit(*lake, 3);
  EXPECT_THAT(Values(Rows("cpu"), "x"), UnorderedElementsAre("1", "3"));
}

TEST_F(EqualPointMergeTest, TakesTheKeyOfTheOptionsWhereTagsDoNotTell) {
  LakeOptions options = Options();
  options.defaults.deduplicate_key = {"host"};
  auto lake = MakeLake(options);
  for (int64_t position = 1; position <= 2; ++position) {
    std::vector<Point> points;
    for (const char* host : {"a", "b", "c"}) {
      points.push_back({"cpu", {}, {{"host", host}, {"v", static_cast<double>(position)}}, kNoon});
    }
    auto batches = Batches(points, position);
    for (auto& batch : batches) batch.series_intact = false;
    ASSERT_TRUE(lake->Write(std::move(batches)).ok());
    ASSERT_TRUE(lake->Spill(UpTo(position), SIZE_MAX).ok());
  }
  Commit(*lake, 2);
  EXPECT_THAT(Values(Rows("cpu"), "v"), UnorderedElementsAre("2", "2", "2"));
}

TEST_F(EqualPointMergeTest, MergesNothingWhereAskedNotTo) {
  LakeOptions options = Options();
  options.defaults.deduplicate = Deduplicate::kOff;
  auto lake = MakeLake(options);
  WriteAndSpill(*lake, {{"cpu", {}, {{"x", 1.0}}, kNoon}}, 1);
  WriteAndSpill(*lake, {{"cpu", {}, {{"x", 2.0}}, kNoon}}, 2);
  Commit(*lake, 2);
  EXPECT_EQ(Rows("cpu").size(), 2U);
}

TEST_F(EqualPointMergeTest, GivesWhatOneFlushOfTheSameRowsGives) {
  // Many series and files, more than are read side by side, with points that come again all over them.
  const auto random = MakeSeededRandom(11);
  std::deque<std::string> names;
  const uint64_t merged = ExpectSameAsOneFlush({}, [&](int64_t position) {
    std::vector<Point> points;
    for (int i = 0; i < 200; ++i) {
      const std::string& host = names.emplace_back("h" + std::to_string(random->Below(30)));
      std::vector<point::Tag> tags = {{"host", host}};
      if (random->Below(2) == 0) tags.push_back({"dc", names.emplace_back(std::to_string(random->Below(3)))});
      std::vector<point::Field> fields = {{"v", static_cast<double>(position)}};
      if (random->Below(3) == 0) fields.push_back({"w", static_cast<int64_t>(random->Below(100))});
      if (position > 20 && random->Below(3) == 0) fields.push_back({"s", "text"});
      points.push_back({"cpu", tags, fields, kNoon + static_cast<int64_t>(random->Below(20)) * kSecond});
    }
    return points;
  });
  EXPECT_GT(merged, 1'000U);
  EXPECT_EQ(Files(Table("many")).size(), 1U);
}

TEST_F(EqualPointMergeTest, GivesTheSameByAKeyOfFieldsWhereTimeGoesOnAndComesAgain) {
  const auto random = MakeSeededRandom(12);
  std::deque<std::string> names;
  const uint64_t merged = ExpectSameAsOneFlush({"host"}, [&](int64_t position) {
    std::vector<Point> points;
    for (int i = 0; i < 20; ++i) {
      const std::string& host = names.emplace_back("h" + std::to_string(random->Below(8)));
      const std::string& dc = names.emplace_back("dc" + std::to_string(random->Below(3)));
      const int64_t back = random->Below(10) == 0 ? static_cast<int64_t>(random->Below(3)) : 0;
      const int64_t time = kNoon + (position - back) * kSecond;
      points.push_back({"cpu", {{"dc", dc}}, {{"host", host}, {"v", static_cast<double>(position)}}, time});
    }
    return points;
  });
  EXPECT_GT(merged, 100U);
}

TEST_F(EqualPointMergeTest, ReadsNothingOfFilesThatGoOnWhereEarlierOnesEnded) {
  auto lake = MakeLake();
  std::vector<std::string> hosts;
  for (int i = 0; i < 300; ++i) hosts.push_back("h" + std::to_string(i));  // more than classes of a coverage
  int64_t position = 0;
  for (int tick = 0; tick < 4; ++tick) {
    for (size_t first : {0U, 100U, 200U}) {  // a tick in three files: one time, other series
      std::vector<Point> points;
      for (size_t i = first; i < first + 100; ++i)
        points.push_back({"cpu", {{"host", hosts[i]}}, {{"x", 1.0}}, kNoon + tick * kSecond});
      WriteAndSpill(*lake, points, ++position);
    }
  }
  // A file that is read could not be: there is nothing in its place.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ + "/warehouse")) {
    if (entry.path().extension() == ".parquet") std::filesystem::resize_file(entry.path(), 0);
  }
  EXPECT_EQ(Commit(*lake, position).merged_rows, 0U);
  EXPECT_EQ(Files(Table("cpu")).size(), 12U);
}

TEST_F(EqualPointMergeTest, FindsAPointThatComesAgainBehindFilesThatWentOn) {
  auto lake = MakeLake();
  for (int64_t position = 1; position <= 3; ++position)
    WriteAndSpill(*lake, {{"cpu", {{"host", "a"}}, {{"x", 1.0}}, kNoon + position * kSecond}}, position);
  WriteAndSpill(*lake, {{"cpu", {{"host", "a"}}, {{"x", 7.0}}, kNoon + kSecond}}, 4);
  WriteAndSpill(*lake, {{"cpu", {{"host", "a"}}, {{"x", 1.0}}, kNoon + 4 * kSecond}}, 5);
  EXPECT_EQ(Commit(*lake, 5).merged_rows, 1U);
  EXPECT_THAT(Values(Rows("cpu"), "x"), UnorderedElementsAre("7", "1", "1", "1"));
}

}  // namespace
}  // namespace firn::lake
