#include "pipeline/output_runner.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <set>

#include "base/random.h"
#include "pipeline/journal_record.h"
#include "pipeline/pull_intake.h"
#include "pipeline/push_intake.h"
#include "point/batch_builder.h"
#include "point/row.h"

namespace firn::pipeline {
namespace {

using std::chrono::milliseconds;

/// An output in memory, with a durable part that survives a "crash" (the object is shared by several runners in turn).
class FakeOutput final : public outputs::Output {
 public:
  Status Write(std::vector<point::Batch> batches) override {
    const std::lock_guard lock(mutex_);
    for (const point::Batch& batch : batches) {
      for (size_t row = 0; row < batch.rows(); ++row) {
        const auto id = std::get<double>(point::ValueAt(batch.fields.at(0), row));
        waiting_.push_back({batch.origin.shard, batch.origin.position, static_cast<int>(id)});
        shard_of[static_cast<int>(id)] = batch.origin.shard;
      }
    }
    return OkStatus();
  }
  void Discard(uint32_t shard, int64_t position) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiting_, [&](const Row& row) { return row.shard == shard && row.position == position; });
  }
  Result<outputs::FlushReport> Flush(std::span<const outputs::ShardProgress> progress) override {
    const std::lock_guard lock(mutex_);
    if (failing) return Unavailable("the store is down");
    outputs::FlushReport report;
    for (const outputs::ShardProgress& shard : progress) {
      int64_t& held = held_[shard.source + "/" + shard.shard_name];
      std::erase_if(waiting_, [&](const Row& row) {
        if (row.shard != shard.shard || row.position > shard.complete_up_to) return false;
        if (row.position > held) durable.insert(row.id);
        return true;
      });
      held = std::max(held, shard.complete_up_to);
      report.durable.push_back(shard);
    }
    return report;
  }
  Status Relieve(std::span<const outputs::ShardProgress>, size_t) override {
    ++relieved;
    relieved.notify_all();
    return failing ? Status(Unavailable("the store is down")) : OkStatus();
  }
  size_t buffered_bytes() const override { return buffered; }
  std::optional<int64_t> NextHeldPosition(const std::string&, const std::string&, int64_t position) const override {
    return ahead > position ? std::optional<int64_t>(ahead) : std::nullopt;
  }
  /// What a crash takes away.
  void Forget() { waiting_.clear(); }

  std::multiset<int> durable;
  std::map<int, uint32_t> shard_of;  ///< of each row, as it was written last
  std::atomic<bool> failing{false};
  std::atomic<size_t> buffered{0};
  std::atomic<int> relieved{0};  ///< how often room was asked for
  int64_t ahead = INT64_MIN;     ///< a position that one of its tables held when it was opened

 private:
  struct Row {
    uint32_t shard;
    int64_t position;
    int id;
  };
  std::mutex mutex_;
  std::vector<Row> waiting_;
  std::map<std::string, int64_t> held_;
};

std::vector<point::Batch> OneRow(int id) {
  point::BatchBuilder builder;
  builder.Add("m", {}, std::vector<point::Field>{{"v", static_cast<double>(id)}}, id);
  return builder.Take();
}

inputs::PushedBody Body(int id) {
  inputs::PushedBody body;
  body.source = "listener";
  body.body = fmt::format("m v={} {}\n", id, id);
  body.all_lines_timed = true;
  return body;
}

std::multiset<int> Numbers(int from, int to) {
  std::multiset<int> numbers;
  for (int i = from; i < to; ++i) numbers.insert(i);
  return numbers;
}

/// A state folder and outputs that outlive several "processes".
class RunnerTest : public ::testing::Test {
 protected:
  RunnerTest() : folder_(::testing::TempDir() + "/runner-" + random_->Uuid()) {
    std::filesystem::create_directories(folder_);
  }
  ~RunnerTest() override { std::filesystem::remove_all(folder_); }

  /// One life of the process.
  struct Life {
    std::unique_ptr<journal::Journal> journal;
    std::unique_ptr<journal::RetryWindow> retries;
    std::unique_ptr<CheckpointFile> checkpoint;
    ShardRegistry shards;
    StageChain stages;
    std::stop_source stop;
    std::vector<std::unique_ptr<OutputRunner>> runners;
    std::unique_ptr<PushIntake> push;
    std::unique_ptr<PullIntake> pull;

    std::vector<OutputRunner*> Runners() const {
      std::vector<OutputRunner*> all;
      for (const auto& runner : runners) all.push_back(runner.get());
      return all;
    }
    Status Send(const inputs::PushedBody& body) {
      std::promise<Status> answered;
      push->Accept(body, inputs::DecodeBody(body), [&](Status status) { answered.set_value(std::move(status)); });
      return answered.get_future().get();
    }
    Status Stop() {
      Status first;
      for (const auto& runner : runners) {
        const Status stopped = runner->Stop(milliseconds(20'000));
        if (!stopped.ok() && first.ok()) first = stopped;
      }
      return first;
    }
  };

  std::unique_ptr<Life> Start(std::vector<FakeOutput*> outputs, size_t handoff_bytes = 1 << 20) {
    auto life = std::make_unique<Life>();
    journal::JournalOptions options;
    options.folder = folder_ + "/journal";
    life->journal = std::move(*journal::Journal::Open(options, *file_system_, clock_, *random_));
    journal::RetryWindowOptions window;
    window.file = folder_ + "/retries";
    life->retries = std::move(*journal::RetryWindow::Open(window, *file_system_, clock_));
    EXPECT_TRUE(life->retries->Recover(*life->journal).ok());
    life->checkpoint = std::move(*CheckpointFile::Open(*file_system_, folder_ + "/checkpoint"));
    for (size_t i = 0; i < outputs.size(); ++i) {
      RunnerOptions runner;
      runner.name = fmt::format("output-{}", i);
      runner.flush_interval = std::chrono::hours(1);
      runner.handoff_bytes = handoff_bytes;
      OutputRunner::Context context;
      context.output = outputs[i];
      context.stages = &life->stages;
      context.journal = life->journal.get();
      context.checkpoint = life->checkpoint.get();
      context.shards = &life->shards;
      context.clock = &clock_;
      life->runners.push_back(std::make_unique<OutputRunner>(runner, context));
    }
    life->push = std::make_unique<PushIntake>(*life->journal, *life->retries, life->Runners());
    life->pull = std::make_unique<PullIntake>("query", outputs.size() > 1 ? life->journal.get() : nullptr,
                                              life->Runners(), life->shards, life->stop.get_token());
    for (const auto& runner : life->runners) runner->Start();
    return life;
  }

  Status Pull(Life& life, int64_t position, int id, bool finish) {
    FIRN_ASSIGN(const auto transaction, life.pull->Begin("shard", position));
    FIRN_TRY(transaction->Write(OneRow(id)));
    return finish ? transaction->Finish() : OkStatus();
  }

  std::unique_ptr<storage::FileSystem> file_system_ = storage::MakeLocalFileSystem();
  SystemClock clock_;
  std::unique_ptr<Random> random_ = MakeSystemRandom();
  std::string folder_;
};

TEST_F(RunnerTest, CarriesEveryBodyOnce) {
  FakeOutput output;
  const auto life = Start({&output});
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(life->Send(Body(i)).ok());
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_EQ(output.durable, Numbers(0, 200));
}

TEST_F(RunnerTest, ReadsFromTheJournalWhatDidNotFitIntoMemory) {
  FakeOutput output;
  const auto life = Start({&output}, 1);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(life->Send(Body(i)).ok());
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_EQ(output.durable, Numbers(0, 200));
}

TEST_F(RunnerTest, ReplaysWhatACrashLeftInTheJournal) {
  FakeOutput output;
  {
    const auto life = Start({&output});
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(life->Send(Body(i)).ok());
    ASSERT_TRUE(life->runners[0]->FlushNow().ok());  // commits some prefix
    for (int i = 50; i < 100; ++i) ASSERT_TRUE(life->Send(Body(i)).ok());
  }
  output.Forget();
  const auto life = Start({&output});
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_EQ(output.durable, Numbers(0, 100));
  EXPECT_EQ(life->runners[0]->durable_sequence(), 100);
}

TEST_F(RunnerTest, RowsOfALaterLifeComeBehindThoseThatAnEarlierOneLeft) {
  FakeOutput output;
  {
    const auto life = Start({&output});
    ASSERT_TRUE(life->Send(Body(1)).ok());
    life->runners[0]->Halt();
  }
  output.Forget();
  const auto life = Start({&output});
  ASSERT_TRUE(life->Send(Body(2)).ok());
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_EQ(output.durable, Numbers(1, 3));
  EXPECT_LT(output.shard_of.at(1), output.shard_of.at(2)) << "of equal points the later one wins";
}

TEST_F(RunnerTest, StoresARepeatedBodyOnceAlsoAfterARestart) {
  FakeOutput output;
  {
    const auto life = Start({&output});
    ASSERT_TRUE(life->Send(Body(1)).ok());
    ASSERT_TRUE(life->Send(Body(1)).ok());
  }
  output.Forget();
  const auto life = Start({&output});
  ASSERT_TRUE(life->Send(Body(1)).ok());
  ASSERT_TRUE(life->Send(Body(2)).ok());
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_EQ(output.durable, Numbers(1, 3));
}

TEST_F(RunnerTest, ABrokenOutputHoldsBackNothingButItself) {
  FakeOutput good;
  FakeOutput broken;
  broken.failing = true;
  const auto life = Start({&good, &broken});
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(life->Send(Body(i)).ok());
  ASSERT_TRUE(life->runners[0]->Stop(milliseconds(20'000)).ok());
  EXPECT_EQ(good.durable, Numbers(0, 20));
  EXPECT_EQ(life->runners[0]->durable_sequence(), 20);
  EXPECT_FALSE(life->runners[1]->FlushNow().ok());
  EXPECT_EQ(life->runners[1]->durable_sequence(), 0);
  broken.failing = false;
  ASSERT_TRUE(life->runners[1]->Stop(milliseconds(20'000)).ok());
  EXPECT_EQ(broken.durable, Numbers(0, 20));
}

TEST_F(RunnerTest, RowsOfAPulledPositionCountWhenItHasEnded) {
  FakeOutput output;
  const auto life = Start({&output});
  ASSERT_TRUE(Pull(*life, 100, 1, true).ok());
  ASSERT_TRUE(Pull(*life, 200, 2, false).ok());  // given up
  ASSERT_TRUE(Pull(*life, 200, 3, true).ok());   // asked again
  EXPECT_EQ(life->pull->LastPosition("shard"), 200);
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_EQ(output.durable, (std::multiset<int>{1, 3}));
}

TEST_F(RunnerTest, PulledPositionsSurviveARestart) {
  FakeOutput output;
  {
    const auto life = Start({&output});
    EXPECT_EQ(life->pull->LastPosition("shard"), std::nullopt);
    ASSERT_TRUE(Pull(*life, 100, 1, true).ok());
    ASSERT_TRUE(life->Stop().ok());
  }
  const auto life = Start({&output});
  EXPECT_EQ(life->pull->LastPosition("shard"), 100);
}

TEST_F(RunnerTest, PulledRowsGoThroughTheJournalToSeveralOutputs) {
  FakeOutput one;
  FakeOutput two;
  {
    const auto life = Start({&one, &two});
    ASSERT_TRUE(Pull(*life, 100, 1, true).ok());
    // What a crash in the middle of a position leaves behind: rows without an end.
    const std::string payload = EncodePulled({"query", "shard", 200}, OneRow(2));
    const std::string_view parts[] = {payload};
    journal::NewRecord record;
    record.kind = journal::RecordKind::kPulledBatches;
    record.parts = parts;
    ASSERT_TRUE(life->journal->AppendAndWait(record).ok());
  }
  one.Forget();
  two.Forget();
  const auto life = Start({&one, &two});
  ASSERT_TRUE(Pull(*life, 300, 3, true).ok());
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_EQ(one.durable, (std::multiset<int>{1, 3}));
  EXPECT_EQ(two.durable, (std::multiset<int>{1, 3}));
}

TEST_F(RunnerTest, APulledPositionStopsWhereAnOutputIsAhead) {
  FakeOutput one;
  FakeOutput two;
  {
    const auto life = Start({&one, &two});
    ASSERT_TRUE(Pull(*life, 100, 1, true).ok());
    ASSERT_TRUE(life->Stop().ok());
    ASSERT_TRUE(Pull(*life, 200, 2, true).ok());
    life->checkpoint->Set({"output-1", "query", "shard"}, 200);
    ASSERT_TRUE(life->checkpoint->Save().ok());
  }
  two.ahead = 150;
  const auto life = Start({&one, &two});
  EXPECT_EQ(life->pull->NextHeldPosition("shard", 100), 150) << "a table of the second output";
  EXPECT_EQ(life->pull->NextHeldPosition("shard", 150), 200) << "all of the second output";
  EXPECT_EQ(life->pull->NextHeldPosition("shard", 200), std::nullopt);
}

TEST_F(RunnerTest, ARecordOfTheJournalCountsOnlyIfEveryOutputGetsIt) {
  FakeOutput output;
  const auto life = Start({&output});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(life->Send(Body(i)).ok());
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_FALSE(life->runners[0]->WillHold(3, "query", "shard", 500)) << "passed, and the position is not its own";
  EXPECT_TRUE(life->runners[0]->WillHold(4, "query", "shard", 500));
}

TEST(ProgressTracker, CompletesInOrderWhateverTheOrderOfEnds) {
  ShardRegistry shards;
  ProgressTracker tracker(shards);
  const uint32_t shard = shards.HandleOf("s", "x");
  for (const int64_t position : {1, 2, 3, 4}) tracker.Begin(shard, position);
  tracker.End(shard, 3);
  EXPECT_TRUE(tracker.Snapshot().empty());
  tracker.End(shard, 1);
  EXPECT_EQ(tracker.Snapshot().at(0).complete_up_to, 1);
  tracker.Abandon(shard, 2);
  EXPECT_EQ(tracker.Snapshot().at(0).complete_up_to, 3);
}

TEST_F(RunnerTest, TriesOnceMoreAndLeavesWhenItIsStoppedWhileTheStoreIsDown) {
  FakeOutput output;
  output.failing = true;
  {
    const auto life = Start({&output});
    ASSERT_TRUE(life->Send(Body(1)).ok());
    const Status stopped = life->runners[0]->Stop(std::chrono::hours(1), OutputRunner::LastFlush::kOnce);
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().kind(), ErrorKind::kUnavailable);
  }
  output.Forget();
  output.failing = false;
  const auto life = Start({&output});
  ASSERT_TRUE(life->Stop().ok());
  EXPECT_EQ(output.durable, Numbers(1, 2));
}

TEST_F(RunnerTest, TriesAgainWhatFailedBeforeItWasStopped) {
  FakeOutput output;
  output.failing = true;
  output.buffered = SIZE_MAX;
  const auto life = Start({&output});
  ASSERT_TRUE(life->Send(Body(1)).ok());
  output.relieved.wait(0);
  output.relieved.wait(1);  // the first failure has been noted
  output.failing = false;
  output.buffered = 0;
  EXPECT_TRUE(life->runners[0]->Stop(std::chrono::hours(1), OutputRunner::LastFlush::kOnce).ok());
  EXPECT_EQ(output.durable, Numbers(1, 2));
}

TEST_F(RunnerTest, DoesNotWaitForRowsThatMemoryCannotTakeWhenItIsStopped) {
  FakeOutput output;
  output.failing = true;
  output.buffered = SIZE_MAX;
  const auto life = Start({&output});
  ASSERT_TRUE(life->Send(Body(1)).ok());
  EXPECT_FALSE(life->runners[0]->Stop(std::chrono::hours(1), OutputRunner::LastFlush::kOnce).ok());
}

TEST(MemoryGate, MakesRoomBeforeItLetsAnyoneIn) {
  std::atomic<size_t> held{100};
  MemoryGate gate(
      50, [&] { return held.load(); },
      [&](size_t bytes) {
        held -= std::min(bytes, held.load());
        return OkStatus();
      });
  EXPECT_TRUE(gate.Enter({}).ok());
  EXPECT_LE(held.load(), 50u);
}

TEST(MemoryGate, StopsWaitingWhenTheProcessStops) {
  std::stop_source stop;
  MemoryGate gate(
      50, [] { return size_t{100}; },
      [&](size_t) {
        stop.request_stop();
        return Unavailable("the store is down");
      });
  EXPECT_EQ(gate.Enter(stop.get_token()).error().kind(), ErrorKind::kCancelled);
}

}  // namespace
}  // namespace firn::pipeline
