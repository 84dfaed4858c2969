// A table with many snapshots: what a commit must not do again and again.

#include <gtest/gtest.h>

#include "iceberg/json/table_metadata_json.h"
#include "iceberg/updates/metadata_builder.h"

namespace firn::iceberg {
namespace {

TEST(LargeTable, CommitSharesTheSnapshotsAndTheirTextWithTheStateBefore) {
  NestedField column;
  column.id = 1;
  column.name = "time";
  column.type = Type(TypeId::kTimestampTz);
  TableRequest request;
  request.schema = Schema(0, {column});
  request.location = "file:///lake/cpu";
  auto created = MetadataBuilder::Create(request, "9c12d441-03fe-4693-9a96-a0705ddf69c1", 1'000);
  ASSERT_TRUE(created.ok()) << created.error().message();
  auto metadata = std::make_shared<TableMetadata>(std::move(*created));
  for (int64_t i = 1; i <= 10'000; ++i) {
    Snapshot snapshot;
    snapshot.snapshot_id = i;
    snapshot.sequence_number = i;
    snapshot.timestamp_ms = 1'000 + i;
    snapshot.manifest_list = "file:///lake/cpu/metadata/snap-" + std::to_string(i) + ".avro";
    snapshot.summary = {{"operation", "append"}, {"filler", std::string(500, 'x')}};
    snapshot.json = SerializeSnapshot(snapshot, 2);
    metadata->snapshots.push_back(std::make_shared<const Snapshot>(std::move(snapshot)));
  }
  metadata->last_sequence_number = 10'000;
  metadata->current_snapshot_id = 10'000;
  metadata->refs[kMainBranch].snapshot_id = 10'000;

  MetadataBuilder builder(metadata, "file:///lake/cpu/metadata/00000-a.metadata.json");
  Snapshot next;
  next.snapshot_id = 10'001;
  next.parent_snapshot_id = 10'000;
  next.sequence_number = 10'001;
  next.timestamp_ms = 20'000;
  next.manifest_list = "file:///lake/cpu/metadata/snap-10001.avro";
  next.summary = {{"operation", "append"}};
  ASSERT_TRUE(builder.Apply(AddSnapshot{std::make_shared<const Snapshot>(next)}).ok());
  ASSERT_TRUE(builder.Apply(SetSnapshotRef{kMainBranch, {10'001, {}, {}, {}, {}}}).ok());
  const auto built = builder.Build(20'000, nullptr);
  ASSERT_TRUE(built.ok()) << built.error().message();
  EXPECT_EQ(built->snapshots[5'000].get(), metadata->snapshots[5'000].get());
  const auto parsed = ParseTableMetadata(SerializeTableMetadata(*built));
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_EQ(parsed->snapshots.size(), 10'001u);
  EXPECT_EQ(parsed->current_snapshot_id, 10'001);
}

}  // namespace
}  // namespace firn::iceberg
