#include "journal/retry_window.h"

#include <gtest/gtest.h>

#include "journal/journal_test_support.h"

namespace firn::journal {
namespace {

using Verdict = RetryWindow::Verdict;

class RetryWindowTest : public JournalTestBase {
 protected:
  RetryWindowTest() {
    options_.segment_bytes = 250;
    options_.before_removal = [this](int64_t sequence) { return window_->Save(sequence); };
    window_options_.file = "/j/digests";
  }

  /// As a start of the program does it.
  void Start() {
    Open();
    auto opened = RetryWindow::Open(window_options_, *disk_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    window_ = std::move(opened).value();
    const Status recovered = window_->Recover(*journal_);
    ASSERT_TRUE(recovered.ok()) << recovered.error().message();
  }

  Verdict Begin(const std::string& body, RetryWindow::Done done = [](const Status&) { FAIL() << "not to be called"; }) {
    return window_->Begin(ContentDigest(body), std::move(done));
  }

  /// Sends a body as a client does; true when it was stored, false when it was recognised.
  bool Send(const std::string& body) {
    if (Begin(body) != Verdict::kNew) return false;
    const auto fate = Append(body, ContentDigest(body));
    window_->Finish(ContentDigest(body), fate);
    return fate.ok();
  }

  RetryWindowOptions window_options_;
  std::unique_ptr<RetryWindow> window_;
};

TEST_F(RetryWindowTest, RecognisesABodyWithinTheWindowOnly) {
  Start();
  EXPECT_TRUE(Send("a"));
  EXPECT_FALSE(Send("a"));
  EXPECT_TRUE(Send("b"));
  clock_.Advance(std::chrono::seconds(59));
  EXPECT_FALSE(Send("a"));
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(Send("a"));
  EXPECT_EQ(window_->stats().recognised, 2u);
}

TEST_F(RetryWindowTest, ARetryDoesNotStretchTheWindow) {
  Start();
  EXPECT_TRUE(Send("a"));
  clock_.Advance(std::chrono::seconds(40));
  EXPECT_FALSE(Send("a"));
  clock_.Advance(std::chrono::seconds(20));
  EXPECT_TRUE(Send("a"));
}

TEST_F(RetryWindowTest, IgnoresJumpsOfTheWallClock) {
  Start();
  EXPECT_TRUE(Send("a"));
  clock_.JumpTo(kStartNs + 3'600'000'000'000);
  EXPECT_FALSE(Send("a"));
  clock_.JumpTo(kStartNs - 3'600'000'000'000);
  EXPECT_FALSE(Send("a"));
}

TEST_F(RetryWindowTest, ZeroTurnsItOff) {
  window_options_.window = std::chrono::nanoseconds(0);
  Start();
  EXPECT_TRUE(Send("a"));
  EXPECT_TRUE(Send("a"));
}

TEST_F(RetryWindowTest, ASecondCopyInFlightSharesTheFateOfTheFirst) {
  Start();
  ASSERT_EQ(Begin("a"), Verdict::kNew);
  std::vector<Status> fates;
  const auto keep = [&](const Status& status) { fates.push_back(status); };
  ASSERT_EQ(Begin("a", keep), Verdict::kWaiting);
  ASSERT_EQ(Begin("a", keep), Verdict::kWaiting);
  window_->Finish(ContentDigest("a"), ResourceExhausted("full"));
  ASSERT_EQ(fates.size(), 2u);
  EXPECT_EQ(fates[0].error().kind(), ErrorKind::kResourceExhausted);
  fates.clear();
  ASSERT_EQ(Begin("a"), Verdict::kNew) << "a body that was refused is no retry";
  ASSERT_EQ(Begin("a", keep), Verdict::kWaiting);
  window_->Finish(ContentDigest("a"), int64_t{1});
  ASSERT_EQ(fates.size(), 1u);
  EXPECT_TRUE(fates[0].ok());
  EXPECT_EQ(Begin("a"), Verdict::kAccepted);
}

TEST_F(RetryWindowTest, SurvivesARestartByTheJournalsTail) {
  Start();
  EXPECT_TRUE(Send("a"));
  clock_.Advance(std::chrono::seconds(30));
  EXPECT_TRUE(Send("b"));
  clock_.Advance(std::chrono::hours(1));  // the process is down: the window stands still
  Start();
  EXPECT_FALSE(Send("a"));
  EXPECT_FALSE(Send("b"));
  clock_.Advance(std::chrono::seconds(30));
  EXPECT_TRUE(Send("a")) << "30 s of its window had passed before";
  EXPECT_FALSE(Send("b"));
}

TEST_F(RetryWindowTest, SurvivesThatItsSegmentsAreTrimmed) {
  Start();
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(Send(std::to_string(i)));
  ASSERT_TRUE(journal_->Trim(6).ok());
  ASSERT_EQ(journal_->first_sequence(), 5);
  Start();
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(Send(std::to_string(i))) << i;
}

TEST_F(RetryWindowTest, WritesTheFileOnlyWhenADigestWouldBeLost) {
  Start();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Send(std::to_string(i)));
  ASSERT_TRUE(window_->Save(0).ok());
  EXPECT_FALSE(*disk_->Exists("/j/digests"));
  ASSERT_TRUE(window_->Save(2).ok());
  const uint64_t calls = disk_->calls();
  ASSERT_TRUE(window_->Save(4).ok()) << "the file has all of them by now";
  EXPECT_EQ(disk_->calls(), calls);
  clock_.Advance(std::chrono::minutes(2));
  EXPECT_TRUE(Send("x"));
  clock_.Advance(std::chrono::minutes(2));
  const uint64_t later = disk_->calls();
  ASSERT_TRUE(window_->Save(100).ok());
  EXPECT_EQ(disk_->calls(), later) << "its window has passed";
}

TEST_F(RetryWindowTest, ForgetsTheOldestWhenFullAndCountsIt) {
  window_options_.max_entries = 2;
  Start();
  EXPECT_TRUE(Send("a"));
  EXPECT_TRUE(Send("b"));
  EXPECT_TRUE(Send("c"));
  EXPECT_EQ(window_->stats().forgotten, 1u);
  EXPECT_EQ(window_->stats().entries, 2u);
  EXPECT_FALSE(Send("b"));
  EXPECT_FALSE(Send("c"));
  EXPECT_TRUE(Send("a"));
}

TEST_F(RetryWindowTest, DigestsOfAnotherJournalVouchForNothing) {
  Start();
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(Send(std::to_string(i)));
  ASSERT_TRUE(journal_->Trim(6).ok());
  journal_ = nullptr;
  for (const std::string& name : SegmentFiles()) {
    if (!name.ends_with(".journal")) continue;
    ASSERT_TRUE(disk_->Remove("/j/" + name).ok());
  }
  Start();
  EXPECT_TRUE(Send("0"));
}

TEST_F(RetryWindowTest, RefusesAFileThatIsNotWhatItWroteAndSaysWhatToDo) {
  Start();
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(Send(std::to_string(i)));
  ASSERT_TRUE(journal_->Trim(6).ok());
  const std::string whole = disk_->Contents("/j/digests");
  for (size_t at = 0; at < whole.size(); at += 5) {
    disk_->SetContents("/j/digests", whole);
    disk_->Damage("/j/digests", at);
    const auto opened = RetryWindow::Open(window_options_, *disk_, clock_);
    ASSERT_FALSE(opened.ok()) << at;
    EXPECT_EQ(opened.error().kind(), ErrorKind::kCorrupt);
    EXPECT_NE(opened.error().message().find("remove the file"), std::string::npos);
  }
}

TEST_F(RetryWindowTest, NoAcknowledgedBodyIsStoredTwiceWhereverPowerFails) {
  const auto live = [&](std::vector<std::string>& accepted) {
    for (int i = 0; i < 6; ++i) {
      const std::string body = "body " + std::to_string(i);
      if (Send(body)) accepted.push_back(body);
    }
    static_cast<void>(journal_->Trim(4).ok());
  };
  Start();
  const uint64_t before = disk_->calls();
  std::vector<std::string> all;
  live(all);
  const uint64_t after = disk_->calls();
  for (uint64_t call = before + 1; call <= after; ++call) {
    SCOPED_TRACE(call);
    window_ = nullptr;
    journal_ = nullptr;
    disk_ = std::make_unique<firn::testing::FaultFileSystem>();
    Start();
    disk_->StopAtCall(call, firn::testing::FaultFileSystem::Effect::kPart);
    std::vector<std::string> accepted;
    live(accepted);
    window_ = nullptr;
    journal_ = nullptr;
    disk_->LosePower(call);
    Start();
    for (const std::string& body : accepted) EXPECT_FALSE(Send(body)) << body;
  }
}

}  // namespace
}  // namespace firn::journal
