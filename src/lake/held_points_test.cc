#include "lake/held_points.h"

#include <gmock/gmock.h>

#include "iceberg/updates/commit.h"
#include "iceberg/updates/layout_update.h"
#include "iceberg/updates/schema_update.h"
#include "lake/lake_fixture.h"

namespace firn::lake {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr int64_t kNoon = 1'700'000'000'000'000'000;

/// Rows that were read before, perhaps, go into a table; what it has of them afterwards.
class HeldPointsTest : public LakeFixture {
 protected:
  static Point At(int64_t time, std::vector<point::Field> fields, std::string_view host = "a") {
    return {"cpu", {{"host", host}}, std::move(fields), time};
  }
  void Take(Lake& lake, const std::vector<Point>& points, int64_t position) {
    ASSERT_TRUE(lake.Write(Batches(points, position)).ok());
  }
  void TakeAgain(Lake& lake, const std::vector<Point>& points, int64_t position, bool intact = true) {
    std::vector<point::Batch> batches = Batches(points, position);
    for (point::Batch& batch : batches) {
      batch.only_if_absent = true;
      batch.series_intact = intact;
    }
    ASSERT_TRUE(lake.Write(std::move(batches)).ok());
  }
  /// Somebody else changes the table's columns.
  void ChangeSchema(const std::function<Status(iceberg::SchemaUpdate&)>& change) {
    const iceberg::CommitEnvironment environment{storage_.get(), catalog_.get(), &clock_, random_.get(), &sleeper_};
    const auto metadata_change = iceberg::MakeMetadataChange([&](iceberg::MetadataBuilder& builder) -> Status {
      FIRN_TRY(iceberg::SetSortOrder(builder, {}));  // a column of the order cannot be dropped
      iceberg::SchemaUpdate update(builder.current());
      FIRN_TRY(change(update));
      return update.ApplyTo(builder);
    });
    ASSERT_TRUE(iceberg::CommitChanges(environment, Table("cpu"), {metadata_change.get()}, {}).ok());
  }
  std::vector<std::string> Values(const std::string& column = "v") {
    std::vector<std::string> values;
    for (const TextRow& row : Rows("cpu")) values.push_back(row.contains(column) ? row.at(column) : "null");
    return values;
  }
};

TEST_F(HeldPointsTest, TakesLateRowsAndLeavesThoseThatTheTableHolds) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon, {{"v", 1.0}}), At(kNoon, {{"v", 2.0}}, "b")}, 1);
  Commit(*lake, 1);
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}}), At(kNoon, {{"v", 2.0}}, "b"), At(kNoon + 1'000, {{"v", 3.0}})}, 2);
  Take(*lake, {At(kNoon + 2'000, {{"v", 4.0}})}, 2);
  const CommitReport report = Commit(*lake, 2);
  EXPECT_EQ(report.held_rows, 2U);
  EXPECT_EQ(report.durable.at(0).position, 2);
  EXPECT_THAT(Values(), UnorderedElementsAre("1", "2", "3", "4"));
}

TEST_F(HeldPointsTest, MovesOnWhenNothingIsNew) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon, {{"v", 1.0}})}, 1);
  Commit(*lake, 1);
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}})}, 2);
  EXPECT_EQ(Commit(*lake, 2).durable.at(0).position, 2);
  EXPECT_THAT(Values(), ElementsAre("1"));
}

TEST_F(HeldPointsTest, TakesAChangedValueAndOneMoreField) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon, {{"v", 1.0}}), At(kNoon + 1'000, {{"v", 2.0}})}, 1);
  Commit(*lake, 1);
  TakeAgain(*lake, {At(kNoon, {{"v", 9.0}}), At(kNoon + 1'000, {{"v", 2.0}, {"w", 5.0}})}, 2);
  Commit(*lake, 2);
  EXPECT_THAT(Values(), UnorderedElementsAre("1", "2", "9", "2"));
}

TEST_F(HeldPointsTest, ComparesWithWhatTheFieldsOfAPointHaveBecome) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon, {{"v", 1.0}})}, 1);
  Commit(*lake, 1);
  Take(*lake, {At(kNoon, {{"w", 5.0}})}, 2);
  Commit(*lake, 2);
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}, {"w", 5.0}})}, 3);
  Commit(*lake, 3);
  EXPECT_EQ(Rows("cpu").size(), 2U) << "two rows together are the point";
  TakeAgain(*lake, {At(kNoon, {{"v", 2.0}, {"w", 5.0}})}, 4);
  Commit(*lake, 4);
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}, {"w", 5.0}})}, 5);
  Commit(*lake, 5);
  EXPECT_EQ(Rows("cpu").size(), 4U) << "a value that went and came back is a change each time";
}

TEST_F(HeldPointsTest, CountsRowsThatAreNotCommittedYet) {
  auto options = Options();
  options.defaults.deduplicate = Deduplicate::kOff;
  auto lake = MakeLake(options);
  Take(*lake, {At(kNoon, {{"v", 1.0}})}, 1);
  ASSERT_TRUE(lake->Spill(UpTo(1), 1 << 20).ok());
  Take(*lake, {At(kNoon + 1'000, {{"v", 2.0}})}, 2);
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}}), At(kNoon + 1'000, {{"v", 2.0}}), At(kNoon + 2'000, {{"v", 3.0}})}, 3);
  TakeAgain(*lake, {At(kNoon + 2'000, {{"v", 3.0}}), At(kNoon + 3'000, {{"v", 4.0}})}, 4);
  Commit(*lake, 4);
  EXPECT_THAT(Values(), UnorderedElementsAre("1", "2", "3", "4"));
}

TEST_F(HeldPointsTest, ComparesNumbersAcrossTypesExactly) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon, {{"v", 5.0}}), At(kNoon + 1'000, {{"v", 0.5}})}, 1);
  Commit(*lake, 1);
  TakeAgain(*lake, {At(kNoon, {{"v", int64_t{5}}}), At(kNoon + 1'000, {{"v", int64_t{0}}})}, 2);
  Commit(*lake, 2);
  EXPECT_THAT(Values(), UnorderedElementsAre("5", "0.5", "0"));
}

TEST_F(HeldPointsTest, KeepsNanosecondsApart) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon + 1, {{"v", 1.0}}), At(kNoon + 2, {{"v", 1.0}})}, 1);
  Commit(*lake, 1);
  TakeAgain(*lake, {At(kNoon + 1, {{"v", 1.0}}), At(kNoon + 3, {{"v", 1.0}})}, 2);
  Commit(*lake, 2);
  EXPECT_EQ(Rows("cpu").size(), 3U);
}

TEST_F(HeldPointsTest, TellsTagSetsApartThatDifferInATagThatOneLacks) {
  auto lake = MakeLake();
  Take(*lake, {{"cpu", {{"host", "a"}, {"zone", "z"}}, {{"v", 1.0}}, kNoon}}, 1);
  Commit(*lake, 1);
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}})}, 2);
  Commit(*lake, 2);
  EXPECT_EQ(Rows("cpu").size(), 2U);
}

TEST_F(HeldPointsTest, NeedsOneWholeRowWhereTagsAreNotWhole) {
  auto lake = MakeLake();
  const auto write = [&](bool again, int64_t position) {
    std::vector<point::Batch> batches =
        Batches({At(kNoon, {{"v", 1.0}, {"x", "one"}}), At(kNoon + 1'000, {{"v", 2.0}, {"x", "two"}})}, position);
    for (point::Batch& batch : batches) {
      batch.series_intact = false;
      batch.only_if_absent = again;
    }
    ASSERT_TRUE(lake->Write(std::move(batches)).ok());
  };
  write(false, 1);
  Commit(*lake, 1);
  write(true, 2);
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}, {"x", "two"}})}, 2, false);
  Commit(*lake, 2);
  EXPECT_THAT(Values("x"), UnorderedElementsAre("one", "two", "two"));
}

TEST_F(HeldPointsTest, FollowsARenamedColumn) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon, {{"v", 1.0}})}, 1);
  Commit(*lake, 1);
  ChangeSchema([](iceberg::SchemaUpdate& update) { return update.RenameColumn("v", "value"); });
  lake = MakeLake();
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}})}, 2);
  Commit(*lake, 2);
  EXPECT_THAT(Values("value"), ElementsAre("1"));
}

TEST_F(HeldPointsTest, LeavesRowsWhoseFieldLostItsColumn) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon, {{"v", 1.0}, {"w", 2.0}}), At(kNoon + 1'000, {{"w", 2.0}})}, 1);
  Commit(*lake, 1);
  ChangeSchema([](iceberg::SchemaUpdate& update) { return update.DeleteColumn("w"); });
  lake = MakeLake();
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}, {"w", 2.0}}), At(kNoon + 1'000, {{"w", 2.0}})}, 2);
  Commit(*lake, 2);
  EXPECT_THAT(Values(), UnorderedElementsAre("1", "null"));
  TakeAgain(*lake, {At(kNoon, {{"v", 3.0}, {"w", 2.0}}), At(kNoon + 2'000, {{"v", 4.0}, {"w", 2.0}})}, 3);
  Commit(*lake, 3);
  EXPECT_THAT(Values(), UnorderedElementsAre("1", "null", "3", "4")) << "a change and a late row are taken as ever";
}

TEST_F(HeldPointsTest, RejectsValuesOfAnotherTypeOnce) {
  auto options = Options();
  options.defaults.on_type_conflict = TypeConflict::kReject;
  auto lake = MakeLake(options);
  Take(*lake, {At(kNoon, {{"v", 1.0}, {"w", 2.0}})}, 1);
  Commit(*lake, 1);
  const std::vector<Point> late = {At(kNoon + 1'000, {{"v", 1.0}, {"w", "text"}})};
  TakeAgain(*lake, late, 2);
  EXPECT_EQ(Commit(*lake, 2).rejected_rows, 1U);
  TakeAgain(*lake, late, 3);
  EXPECT_EQ(Commit(*lake, 3).rejected_rows, 0U);
  EXPECT_THAT(Values("w"), UnorderedElementsAre("2", "null"));
}

TEST_F(HeldPointsTest, NeedsOneWholeRowWhereTheTableHasNoColumnForATag) {
  auto options = Options();
  options.defaults.max_columns = 3;
  auto lake = MakeLake(options);
  Take(*lake, {At(kNoon, {{"v", 1.0}})}, 1);
  Commit(*lake, 1);
  const auto zoned = [](double value) {
    return Point{"cpu", {{"host", "a"}, {"zone", "z"}}, {{"v", value}}, kNoon + 1'000};
  };
  TakeAgain(*lake, {zoned(2.0)}, 2);
  Commit(*lake, 2);
  TakeAgain(*lake, {zoned(2.0)}, 3);
  Commit(*lake, 3);
  EXPECT_THAT(Values(), UnorderedElementsAre("1", "2"));
  TakeAgain(*lake, {zoned(3.0)}, 4);
  Commit(*lake, 4);
  EXPECT_THAT(Values(), UnorderedElementsAre("1", "2", "3"));
}

TEST_F(HeldPointsTest, LeavesRowsWhoseNanosecondsLostTheirColumn) {
  auto lake = MakeLake();
  Take(*lake, {At(kNoon + 1, {{"v", 1.0}})}, 1);
  Commit(*lake, 1);
  ChangeSchema([](iceberg::SchemaUpdate& update) { return update.DeleteColumn("time_nanos"); });
  lake = MakeLake();
  TakeAgain(*lake, {At(kNoon + 1, {{"v", 1.0}}), At(kNoon + 1'001, {{"v", 1.0}})}, 2);
  Commit(*lake, 2);
  EXPECT_EQ(Rows("cpu").size(), 2U);
}

TEST_F(HeldPointsTest, ComparesNanosecondColumnsOfVersion3) {
  auto options = Options();
  options.format_version = 3;
  options.time_precision = TimePrecision::kNanos;
  auto lake = MakeLake(options);
  Take(*lake, {At(kNoon + 1, {{"v", 1.0}}), At(kNoon + 2, {{"v", 1.0}})}, 1);
  Commit(*lake, 1);
  TakeAgain(*lake, {At(kNoon + 1, {{"v", 1.0}}), At(kNoon + 2, {{"v", 1.0}}), At(kNoon + 3, {{"v", 1.0}})}, 2);
  Commit(*lake, 2);
  EXPECT_EQ(Rows("cpu").size(), 3U);
}

TEST_F(HeldPointsTest, LeavesRowsWhoseTagLostItsColumn) {
  auto lake = MakeLake();
  const auto zoned = [](int64_t time, const char* zone, double value) {
    return Point{"cpu", {{"host", "a"}, {"zone", zone}}, {{"v", value}}, time};
  };
  Take(*lake, {zoned(kNoon, "x", 1.0), zoned(kNoon, "y", 2.0)}, 1);
  Commit(*lake, 1);
  ChangeSchema([](iceberg::SchemaUpdate& update) { return update.DeleteColumn("zone"); });
  lake = MakeLake();
  TakeAgain(*lake, {zoned(kNoon, "x", 1.0), zoned(kNoon, "y", 2.0), zoned(kNoon + 1'000, "y", 3.0)}, 2);
  Commit(*lake, 2);
  EXPECT_THAT(Values(), UnorderedElementsAre("1", "2", "3"));
}

TEST_F(HeldPointsTest, GivesTheSameInOnePassAndInMany) {
  auto lake = MakeLake();
  std::vector<Point> first;
  std::vector<Point> again;
  for (int64_t i = 0; i < 60; ++i) {
    const Point point = At(kNoon + i * 1'000 / 2, {{"v", static_cast<double>(i)}}, i % 2 == 0 ? "a" : "b");
    if (i % 3 != 0) first.push_back(point);
    again.push_back(point);
  }
  Take(*lake, first, 1);
  Commit(*lake, 1);
  const iceberg::LoadedTable table = Table("cpu");
  const std::vector<PendingFile> no_files;
  for (const size_t rows_a_pass : {1, 7, 1'000}) {
    std::vector<point::Batch> batches = Batches(again, 2);
    for (point::Batch& batch : batches) batch.only_if_absent = batch.series_intact = true;
    const auto dropped = DropHeldPoints(batches, {*table.metadata, no_files, *storage_, {}, rows_a_pass});
    ASSERT_TRUE(dropped.ok()) << dropped.error().message();
    EXPECT_EQ(*dropped, 40U);
    std::vector<double> rest;
    for (const point::Batch& batch : batches) {
      for (size_t row = 0; row < batch.rows(); ++row)
        rest.push_back(std::get<double>(point::ValueAt(batch.fields.at(0), row)));
    }
    EXPECT_EQ(rest.size(), 20U);
    EXPECT_TRUE(std::all_of(rest.begin(), rest.end(), [](double value) { return static_cast<int>(value) % 3 == 0; }));
  }
}

TEST_F(HeldPointsTest, MakesTheTableWhenThereIsNone) {
  auto lake = MakeLake();
  TakeAgain(*lake, {At(kNoon, {{"v", 1.0}}), At(kNoon, {{"v", 1.0}})}, 1);
  Commit(*lake, 1);
  EXPECT_THAT(Values(), ElementsAre("1"));
}

}  // namespace
}  // namespace firn::lake
