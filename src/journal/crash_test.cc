#include <gtest/gtest.h>

#include <set>

#include "journal/journal_test_support.h"

namespace firn::journal {
namespace {

using firn::testing::FaultFileSystem;

/// Runs one short life of a journal, with failures and power losses at every call to the disk in turn.
class JournalCrashTest : public JournalTestBase {
 protected:
  JournalCrashTest() { options_.segment_bytes = 400; }

  struct Outcome {
    std::map<int64_t, std::string> acknowledged;
    int64_t trimmed_up_to = 0;
    int64_t highest = 0;
  };

  std::string NextPayload() {
    ++payloads_;
    return "payload " + std::to_string(payloads_) + std::string(payloads_ % 7 * 40, '.');
  }

  void AppendSome(int count, Outcome& outcome) {
    for (int i = 0; i < count; ++i) {
      const std::string payload = NextPayload();
      const auto sequence = Append(payload);
      if (!sequence.ok()) continue;
      EXPECT_TRUE(outcome.acknowledged.emplace(*sequence, payload).second) << "sequence given twice: " << *sequence;
      EXPECT_GT(*sequence, outcome.highest);
      outcome.highest = *sequence;
    }
  }

  void Trim(int64_t sequence, Outcome& outcome) {
    outcome.trimmed_up_to = std::max(outcome.trimmed_up_to, sequence);
    static_cast<void>(journal_->Trim(sequence).ok());
  }

  /// Opens, appends, trims, opens again, appends. Whatever fails is left at that.
  Outcome Live() {
    Outcome outcome;
    for (int life = 0; life < 2; ++life) {
      auto opened = TryOpen();
      if (!opened.ok()) continue;
      journal_ = std::move(opened).value();
      AppendSome(6, outcome);
      if (outcome.highest > 4) Trim(outcome.highest - 3, outcome);
      AppendSome(3, outcome);
      journal_ = nullptr;
    }
    return outcome;
  }

  void ExpectAllThere(Outcome outcome) {
    Open();
    if (journal_ == nullptr) return;
    const auto records = ReadAll();
    for (const auto& [sequence, payload] : outcome.acknowledged) {
      const auto found = records.find(sequence);
      if (found == records.end()) {
        EXPECT_LE(sequence, outcome.trimmed_up_to) << "acknowledged record is lost";
      } else {
        EXPECT_EQ(found->second, payload);
      }
    }
    std::set<std::string> distinct;
    for (const auto& [sequence, payload] : records)
      EXPECT_TRUE(distinct.insert(payload).second) << "twice: " << payload;
    AppendSome(2, outcome);
    EXPECT_EQ(journal_->durable_end(), outcome.highest) << "the journal goes on";
    journal_ = nullptr;
  }

  void StartOver() {
    journal_ = nullptr;
    disk_ = std::make_unique<FaultFileSystem>();
    payloads_ = 0;
  }

  int payloads_ = 0;
};

TEST_F(JournalCrashTest, LosesNothingAcknowledgedWhenPowerFailsAtAnyCall) {
  Live();
  const uint64_t calls = disk_->calls();
  ASSERT_GT(calls, 50u);
  for (uint64_t call = 1; call <= calls; ++call) {
    for (const auto effect :
         {FaultFileSystem::Effect::kNone, FaultFileSystem::Effect::kPart, FaultFileSystem::Effect::kWhole}) {
      for (uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE(fmt::format("call {}, effect {}, seed {}", call, static_cast<int>(effect), seed));
        StartOver();
        disk_->StopAtCall(call, effect);
        const Outcome outcome = Live();
        disk_->LosePower(seed);
        ExpectAllThere(outcome);
        if (HasFailure()) return;
      }
    }
  }
}

TEST_F(JournalCrashTest, LosesNothingAcknowledgedWhenTheProcessDiesAtAnyCall) {
  Live();
  const uint64_t calls = disk_->calls();
  for (uint64_t call = 1; call <= calls; ++call) {
    SCOPED_TRACE(fmt::format("call {}", call));
    StartOver();
    disk_->StopAtCall(call, FaultFileSystem::Effect::kPart);
    const Outcome outcome = Live();
    disk_->KillProcess();
    ExpectAllThere(outcome);
    if (HasFailure()) return;
  }
}

TEST_F(JournalCrashTest, LosesNothingAcknowledgedWhenAnyCallFailsOnce) {
  Live();
  const uint64_t calls = disk_->calls();
  for (uint64_t call = 1; call <= calls; ++call) {
    for (const ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kResourceExhausted}) {
      SCOPED_TRACE(fmt::format("call {}, {}", call, ErrorKindName(kind)));
      StartOver();
      disk_->FailCall(call, kind);
      const Outcome outcome = Live();
      disk_->LosePower(call);
      ExpectAllThere(outcome);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace firn::journal
