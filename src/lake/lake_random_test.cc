#include <map>

#include "lake/lake_fixture.h"

namespace firn::lake {
namespace {

class RandomLakeTest : public LakeFixture {
 protected:
  static constexpr int64_t kBase = 1'700'000'000'000'000'000;
  static constexpr int64_t kHour = 3'600'000'000'000;

  /// The rows of a position, the same whenever it is read. Each has an id of its own.
  std::vector<point::Batch> RowsOfPosition(uint64_t seed, int64_t position, uint32_t shard) {
    const auto random = MakeSeededRandom(seed * 1'000'003 + static_cast<uint64_t>(position) * 31 + shard);
    point::BatchBuilder builder;
    const size_t rows = 1 + random->Below(20);
    for (size_t i = 0; i < rows; ++i) {
      const std::string host(1, static_cast<char>('a' + random->Below(3)));
      std::vector<point::Tag> tags = {{"host", host}};
      if (random->Below(3) == 0) tags.push_back({"zone", "z"});
      const auto id = static_cast<int64_t>(shard) * 1'000'000 + position * 1'000 + static_cast<int64_t>(i);
      std::vector<point::Field> fields = {{"id", id}};
      if (random->Below(2) == 0) fields.push_back({"v", static_cast<double>(random->Below(10))});
      if (random->Below(8) == 0) fields.push_back({"v", "text"});
      if (random->Below(20) == 0) fields.push_back({"late", true});
      builder.Add(random->Below(4) == 0 ? "mem" : "cpu", tags, fields,
                  kBase + static_cast<int64_t>(random->Below(50)) * kHour + static_cast<int64_t>(random->Below(2)));
    }
    std::vector<point::Batch> batches = builder.Take();
    uint32_t sequence = 0;
    for (auto& batch : batches) batch.origin = {shard, position, sequence++};
    return batches;
  }

  std::map<std::string, int> ExpectedIds(uint64_t seed, int64_t positions, uint32_t shards) {
    std::map<std::string, int> ids;
    for (uint32_t shard = 0; shard < shards; ++shard) {
      for (int64_t position = 1; position <= positions; ++position) {
        for (const auto& batch : RowsOfPosition(seed, position, shard)) {
          const auto& column = batch.fields[static_cast<size_t>(batch.FindField("id", point::FieldType::kInt64))];
          for (const int64_t id : column.int64s()) ++ids[batch.measurement + " " + std::to_string(id)];
        }
      }
    }
    return ids;
  }

  std::map<std::string, int> StoredIds() {
    std::map<std::string, int> ids;
    for (const char* table : {"cpu", "mem"}) {
      for (const TextRow& row : Rows(table)) ++ids[std::string(table) + " " + row.at("id")];
    }
    return ids;
  }

  static LakeOptions NoMerging() {
    LakeOptions options = Options();
    options.defaults.deduplicate = Deduplicate::kOff;
    return options;
  }
};

TEST_F(RandomLakeTest, StoresEachRowOnceWhateverFailsAndWhoeverElseWrites) {
  constexpr int64_t kPositions = 12;
  constexpr uint32_t kShards = 2;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const auto random = MakeSeededRandom(seed);
    std::vector<std::unique_ptr<Lake>> lakes;
    lakes.push_back(MakeLake(NoMerging()));
    lakes.push_back(MakeLake(NoMerging()));
    std::vector<std::vector<int64_t>> written(2, std::vector<int64_t>(kShards, 0));
    catalog_->before_commit = [&](const auto&, const auto&) -> Status {
      return random->Below(6) == 0 ? Status(CommitStateUnknown("lost")) : OkStatus();
    };
    catalog_->after_commit = [&](const auto&) -> Status {
      return random->Below(6) == 0 ? Status(CommitStateUnknown("lost")) : OkStatus();
    };
    for (int step = 0; step < 60; ++step) {
      const size_t which = random->Below(2);
      Lake& lake = *lakes[which];
      const auto progress = [&] {
        std::vector<ShardProgress> shards;
        for (uint32_t s = 0; s < kShards; ++s) shards.push_back({s, "in", "s" + std::to_string(s), written[which][s]});
        return shards;
      };
      const uint64_t what = random->Below(6);
      if (what < 4) {
        const auto shard = static_cast<uint32_t>(random->Below(kShards));
        if (written[which][shard] == kPositions) continue;
        ASSERT_TRUE(lake.Write(RowsOfPosition(seed, ++written[which][shard], shard)).ok());
      } else if (what == 4) {
        (void)lake.Spill(progress(), SIZE_MAX);
      } else if (const auto report = lake.Commit(progress()); !report.ok()) {
        // Told to start again and read anew: a new process does.
        ASSERT_EQ(report.error().kind(), ErrorKind::kConflict) << report.error().message();
        lakes[which] = MakeLake(NoMerging());
        written[which].assign(kShards, 0);
      }
    }
    catalog_->before_commit = nullptr;
    catalog_->after_commit = nullptr;
    for (size_t which = 0; which < 2; ++which) {
      for (int attempt = 0; attempt < 2; ++attempt) {
        std::vector<ShardProgress> shards;
        for (uint32_t s = 0; s < kShards; ++s) {
          while (written[which][s] < kPositions) {
            ASSERT_TRUE(lakes[which]->Write(RowsOfPosition(seed, ++written[which][s], s)).ok());
          }
          shards.push_back({s, "in", "s" + std::to_string(s), kPositions});
        }
        const auto report = lakes[which]->Commit(shards);
        if (report.ok()) {
          for (const auto& durable : report->durable) EXPECT_EQ(durable.position, kPositions);
          break;
        }
        ASSERT_EQ(attempt, 0) << report.error().message();
        lakes[which] = MakeLake(NoMerging());
        written[which].assign(kShards, 0);
      }
    }
    EXPECT_EQ(StoredIds(), ExpectedIds(seed, kPositions, kShards)) << "seed " << seed;
    for (const char* table : {"cpu", "mem"}) {
      for (const auto& task : Files(Table(table))) {
        EXPECT_GT(task.file.record_count, 0);
      }
      ASSERT_TRUE(catalog_->DropTable({{"metrics"}, table}, iceberg::Catalog::Purge::kKeepFiles).ok());
    }
  }
}

}  // namespace
}  // namespace firn::lake
