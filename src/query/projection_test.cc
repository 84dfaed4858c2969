#include "query/projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace firn::query {
namespace {

using iceberg::NestedField;
using iceberg::Type;
using iceberg::TypeId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

NestedField Field(int32_t id, const std::string& name, const Type& type, bool required = false) {
  NestedField field;
  field.id = id;
  field.name = name;
  field.type = type;
  field.required = required;
  return field;
}

class Projection : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(::testing::TempDir()) / ("firn_projection_" + std::to_string(getpid()) +
                                                       ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    DatabaseOptions options;
    options.threads = 1;
    auto opened = Database::Open(options);
    ASSERT_TRUE(opened.ok());
    database_ = std::move(opened).value();
    metadata_.partition_specs = {iceberg::PartitionSpec()};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string WriteFile(const std::string& name, const std::string& select, const std::string& field_ids) {
    const std::string path = (folder_ / name).string();
    const Status status = database_->Execute("COPY (" + select + ") TO " + QuoteText(path) + " (FORMAT parquet" +
                                             (field_ids.empty() ? "" : ", FIELD_IDS {" + field_ids + "}") + ")");
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message());
    return path;
  }

  Result<ParquetFooter> Footer(const std::string& path) {
    FIRN_ASSIGN(auto footers, ReadFooters(*database_, {path}));
    return footers.at(path);
  }

  /// The rows that a table with `fields` sees in the file, as text; or why not.
  std::vector<std::string> Read(const std::string& path, const ParquetFooter& footer,
                                const std::vector<NestedField>& fields) {
    ProjectionTarget target{&metadata_, {}};
    for (const NestedField& field : fields) target.fields.push_back(&field);
    const auto projection = ProjectFile(target, file_, footer);
    if (!projection.ok()) return {projection.error().message()};
    std::string sql = "SELECT concat_ws('|'";
    for (const NestedField& field : fields)
      sql += ", coalesce(CAST(" + projection->expressions.at(field.id) + " AS VARCHAR), 'NULL')";
    const auto rows = database_->Rows(sql + ") FROM read_parquet(" + FileList({path}) +
                                      ", schema = " + projection->read_schema + ") t");
    if (!rows.ok()) return {rows.error().message()};
    std::vector<std::string> lines;
    for (const auto& row : *rows) lines.push_back(row[0].value_or(""));
    return lines;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
  iceberg::TableMetadata metadata_;
  iceberg::DataFile file_;
};

TEST_F(Projection, FollowsFieldIdsThroughRenamesAndWiderTypes) {
  const std::string path =
      WriteFile("a.parquet", "SELECT 7::INTEGER AS old, 1.5::FLOAT AS f, 'x' AS taken", "old: 1, f: 2, taken: 9");
  const auto footer = Footer(path);
  ASSERT_TRUE(footer.ok()) << footer.error().message();
  EXPECT_THAT(Read(path, *footer,
                   {Field(1, "new", Type(TypeId::kLong)), Field(2, "f", Type(TypeId::kDouble)),
                    Field(3, "taken", Type(TypeId::kString))}),
              ElementsAre("7|1.5|NULL"));
}

TEST_F(Projection, RefusesATypeThatCannotBeReadExactly) {
  const std::string path = WriteFile("a.parquet", "SELECT 'x' AS v", "v: 1");
  EXPECT_THAT(Read(path, *Footer(path), {Field(1, "v", Type(TypeId::kLong))}),
              ElementsAre(HasSubstr("column 'v': it is stored as VARCHAR")));
}

TEST_F(Projection, FillsAnIdentityColumnThatIsNotInTheFileFromThePartition) {
  const std::string path = WriteFile("a.parquet", "SELECT 1 AS v", "v: 1");
  metadata_.partition_specs = {{0, {{2, {}, 1000, "host", iceberg::Transform::Identity()}}}};
  file_.partition = {iceberg::Literal("it's")};
  EXPECT_THAT(Read(path, *Footer(path), {Field(1, "v", Type(TypeId::kInt)), Field(2, "host", Type(TypeId::kString))}),
              ElementsAre("1|it's"));
}

TEST_F(Projection, FillsRowsFromBeforeAColumnWithItsInitialDefault) {
  const std::string path = WriteFile("a.parquet", "SELECT 1 AS v", "v: 1");
  NestedField added = Field(2, "added", Type(TypeId::kDate), true);
  added.initial_default = iceberg::Literal(int32_t{1});
  EXPECT_THAT(Read(path, *Footer(path), {Field(1, "v", Type(TypeId::kInt)), added}), ElementsAre("1|1970-01-02"));
}

TEST_F(Projection, RefusesARequiredColumnThatIsAbsent) {
  const std::string path = WriteFile("a.parquet", "SELECT 1 AS v", "v: 1");
  EXPECT_THAT(Read(path, *Footer(path), {Field(2, "must", Type(TypeId::kInt), true)}),
              ElementsAre(HasSubstr("'must': it is required")));
}

TEST_F(Projection, ReadsAFileWithoutFieldIdsByTheNameMapping) {
  const std::string path = WriteFile("a.parquet", "SELECT 1 AS ts, {'x': 2, 'y': 3} AS loc", "");
  auto footer = Footer(path);
  ASSERT_TRUE(footer.ok());
  EXPECT_FALSE(footer->has_field_ids);
  const iceberg::NameMapping mapping{{{1, {"time", "ts"}, {}}, {2, {"loc"}, {{3, {"y"}, {}}}}}};
  ASSERT_TRUE(ApplyNameMapping(mapping, *footer).ok());
  EXPECT_THAT(Read(path, *footer,
                   {Field(1, "time", Type(TypeId::kInt)),
                    Field(2, "loc", Type::Struct({Field(3, "why", Type(TypeId::kLong))}))}),
              ElementsAre("1|{'why': 3}"));
}

TEST_F(Projection, RefusesTwoColumnsForOneFieldOfTheMapping) {
  const std::string path = WriteFile("a.parquet", "SELECT 1 AS a, 2 AS b", "");
  auto footer = Footer(path);
  ASSERT_TRUE(footer.ok());
  EXPECT_FALSE(ApplyNameMapping(iceberg::NameMapping{{{1, {"a", "b"}, {}}}}, *footer).ok());
}

TEST_F(Projection, ReadsJustTheFileWhoseNameHoldsAPattern) {
  const std::string wanted = WriteFile("[x]*?.parquet", "SELECT 1 AS v", "v: 1");
  WriteFile("xyz.parquet", "SELECT 2 AS v", "v: 1");
  EXPECT_THAT(Read(wanted, *Footer(wanted), {Field(1, "v", Type(TypeId::kInt))}), ElementsAre("1"));
}

TEST_F(Projection, NamesAFileThatIsDamagedOrGone) {
  const std::string path = WriteFile("a.parquet", "SELECT 1 AS v", "v: 1");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 10);
  const auto damaged = Footer(path);
  ASSERT_FALSE(damaged.ok());
  EXPECT_THAT(damaged.error().message(), HasSubstr("a.parquet"));
  const auto gone = Footer((folder_ / "gone.parquet").string());
  ASSERT_FALSE(gone.ok());
  EXPECT_THAT(gone.error().message(), HasSubstr("gone.parquet"));
}

}  // namespace
}  // namespace firn::query
