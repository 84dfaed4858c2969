// Bugs are planted, and must be seen (fault 54): a campaign that finds nothing proves nothing unless it would find
// these. Each is a part of the program replaced by one that does what a mistake would do.
#include "fault_fixture.h"
#include "forwarding_file_system.h"

namespace firn::faults {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A disk whose files are never synced.
class ForgetfulDisk final : public testing::ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::unique_ptr<storage::File>> Open(const std::string& path, Mode mode) override {
    FIRN_ASSIGN(std::unique_ptr<storage::File> file, ForwardingFileSystem::Open(path, mode));
    return std::unique_ptr<storage::File>(std::make_unique<UnsyncedFile>(std::move(file)));
  }

 private:
  class UnsyncedFile final : public storage::File {
   public:
    explicit UnsyncedFile(std::unique_ptr<storage::File> inner) : inner_(std::move(inner)) {}
    Status Append(std::string_view bytes) override { return inner_->Append(bytes); }
    Result<std::string> ReadAt(uint64_t offset, size_t length) const override { return inner_->ReadAt(offset, length); }
    Result<uint64_t> Size() const override { return inner_->Size(); }
    Status Sync() override { return OkStatus(); }
    Status Truncate(uint64_t size) override { return inner_->Truncate(size); }

   private:
    std::unique_ptr<storage::File> inner_;
  };
};

/// Says that one position more is durable than is.
class OffByOneOutput final : public outputs::Output {
 public:
  explicit OffByOneOutput(std::unique_ptr<outputs::Output> inner) : inner_(std::move(inner)) {}
  Status Write(std::vector<point::Batch> batches) override { return inner_->Write(std::move(batches)); }
  void Discard(uint32_t shard, int64_t position) override { inner_->Discard(shard, position); }
  Result<outputs::FlushReport> Flush(std::span<const outputs::ShardProgress> progress) override {
    auto report = inner_->Flush(progress);
    if (report.ok()) {
      for (outputs::ShardProgress& shard : report->durable) ++shard.complete_up_to;
    }
    return report;
  }
  Status Relieve(std::span<const outputs::ShardProgress> progress, size_t bytes) override {
    return inner_->Relieve(progress, bytes);
  }
  size_t buffered_bytes() const override { return inner_->buffered_bytes(); }

 private:
  std::unique_ptr<outputs::Output> inner_;
};

class PlantedBugsTest : public FaultFixture {};

TEST_F(PlantedBugsTest, Fault54_ASkippedFsyncIsSeen) {
  ForgetfulDisk forgetful(world_.disk);
  options_.file_system = [&]() -> storage::FileSystem& { return forgetful; };
  bool seen = false;
  for (uint64_t seed = 1; seed <= 20 && !seen; ++seed) {
    auto started = Process::Start(world_, options_);
    seen = !started.ok();  // files that are no longer whole are refused
    if (seen) break;
    process_ = std::move(*started);
    Send({static_cast<int64_t>(seed)});
    Crash(seed);
    auto again = Process::Start(world_, options_);
    if (again.ok()) {
      process_ = std::move(*again);
      (void)process_->Flush();
    }
    seen = !again.ok() || !Problems().empty();
    Crash();
  }
  EXPECT_TRUE(seen);
  process_.reset();
}

TEST_F(PlantedBugsTest, Fault54_AnAnswerBeforeTheFsyncIsSeen) {
  Start();
  world_.disk.StopAtCall(world_.disk.calls() + 2, DiskEffect::kNone);  // a body is a write and a sync
  (void)TrySend({1});
  ledger_.Acknowledged(1);  // what a listener that does not wait would have said
  bool seen = false;
  Crash(2);
  Start();
  Flush();
  seen = !Problems().empty();
  EXPECT_TRUE(seen);
}

TEST_F(PlantedBugsTest, Fault54_AMissingPositionCheckIsSeen) {
  Start();
  Send({0, 2});
  Flush();
  Crash();
  ASSERT_TRUE(world_.disk.Remove(world_.state() + "/checkpoint").ok());
  Start();
  process_->warehouse().catalog->SetDecide([](const std::string&) {
    testing::CatalogFault fault;
    fault.hide_positions = true;
    return fault;
  });
  Flush();
  EndFaults();
  EXPECT_THAT(Problems(), Contains(HasSubstr("is there twice")));
}

TEST_F(PlantedBugsTest, Fault54_FilesDeletedWhileTheOutcomeIsUnknownAreSeen) {
  Start();
  Send({0, 2});
  std::vector<std::string> written;
  process_->warehouse().storage->SetDecide([&](const std::string& call, const std::string& location) {
    if (call == "close" && location.ends_with(".parquet")) written.push_back(location);
    return testing::StorageFault{};
  });
  bool first = true;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit" && std::exchange(first, false))
      return {CatalogEffect::kLoseAnswer, ErrorKind::kCommitStateUnknown};
    if (!first) return {CatalogEffect::kRefuse, ErrorKind::kUnavailable};
    return {};
  });
  EXPECT_FALSE(process_->Flush().ok());
  EndFaults();
  for (const std::string& location : written) {  // what a careless committer does after a failure
    ASSERT_TRUE(process_->warehouse().storage->Delete(location).ok());
  }
  ASSERT_THAT(written, Not(IsEmpty()));
  EXPECT_THAT(Problems(), Contains(HasSubstr("a file that is referenced is missing")));
}

TEST_F(PlantedBugsTest, Fault54_AFileNameThatIsUsedAgainIsSeen) {
  Start();
  Send({0});
  std::string name;
  process_->warehouse().storage->SetDecide([&](const std::string& call, const std::string& location) {
    if (call == "close" && location.ends_with(".parquet")) name = location;
    return testing::StorageFault{};
  });
  Flush();
  // The next file of that name replaces the first, as a store without conditional PUT would have it.
  Send({6});
  Flush();
  const auto bytes = process_->warehouse().storage->Read(name);
  ASSERT_TRUE(bytes.ok());
  const TableFindings before = Look();
  std::string first;
  for (const std::string& location : before.referenced) {
    if (location.ends_with(".parquet") && location != name) first = location;
  }
  ASSERT_FALSE(first.empty());
  ASSERT_TRUE(process_->warehouse().storage->Delete(first).ok());
  ASSERT_TRUE(process_->warehouse().storage->Write(first, *bytes).ok());
  EXPECT_THAT(Problems(), Contains(HasSubstr("is there twice")));
}

TEST_F(PlantedBugsTest, Fault54_APositionThatIsOffByOneIsSeen) {
  options_.wrap_output = [](std::unique_ptr<outputs::Output> output) -> std::unique_ptr<outputs::Output> {
    return std::make_unique<OffByOneOutput>(std::move(output));
  };
  Start();
  Send({0, 1});
  Flush();
  Send({2, 3});
  Crash();
  Start();
  (void)process_->Flush();
  EXPECT_THAT(Problems(), Contains(HasSubstr("was acknowledged and is missing")));
}

TEST_F(PlantedBugsTest, Fault54_AnIgnoredConflictIsSeen) {
  Start();
  Send({0, 2});
  Flush();
  Send({4, 6});
  bool first = true;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit" && std::exchange(first, false)) {
      for (const int64_t id : {100, 102}) ledger_.Sent(id), ledger_.Acknowledged(id);
      EXPECT_TRUE(foreigner_.Append({100, 102}).ok());
      return {CatalogEffect::kClaimSuccess};
    }
    return {};
  });
  (void)process_->Flush();
  EndFaults();
  EXPECT_THAT(Problems(), Contains(HasSubstr("was acknowledged and is missing")));
}

}  // namespace
}  // namespace firn::faults
