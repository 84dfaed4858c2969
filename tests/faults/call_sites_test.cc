// Every call of the disk failed once, in turn: for n = 1, 2, … the n-th call from a point on fails, until a run meets
// no failure any more. Afterwards everything is as if nothing had been.
#include "fault_fixture.h"

namespace firn::faults {
namespace {

struct Case {
  const char* name;
  ErrorKind kind;
};

class CallSitesTest : public FaultFixture, public ::testing::WithParamInterface<Case> {
 protected:
  static constexpr uint64_t kMostSites = 1'000;

  /// Lets the n-th call from now on fail; true when `work` came that far.
  template <typename Work>
  bool FailNth(uint64_t n, const Work& work) {
    const uint64_t call = world_.disk.calls() + n;
    world_.disk.FailCall(call, GetParam().kind);
    work();
    return world_.disk.calls() >= call;
  }
  /// The supervisor starts a process anew that wants to end or whose journal takes nothing any more.
  void Heal(uint64_t seed) {
    Crash(seed % 2 == 0 ? std::optional(seed) : std::nullopt);
    Start();
  }
  int64_t next_id_ = 0;
};

TEST_P(CallSitesTest, OfTheJournal) {
  Start();
  uint64_t n = 1;
  for (;; n += Stride()) {
    ASSERT_LT(n, kMostSites);
    // Several bodies, so that a segment ends among them.
    const int64_t first = next_id_;
    const bool met = FailNth(n, [&] {
      for (int i = 0; i < 12; ++i) (void)TrySend({next_id_++});
    });
    Heal(n);
    for (int64_t id = first; id < next_id_; ++id) Send({id});
    if (!met) break;
    Flush();
  }
  Flush();
  ExpectExact();
  RecordProperty("sites", static_cast<int>(n - 1));
}

TEST_P(CallSitesTest, OfDataFilesAndCommit) {
  Start();
  uint64_t n = 1;
  for (;; n += Stride()) {
    ASSERT_LT(n, kMostSites);
    Send({next_id_, next_id_ + 1});
    next_id_ += 2;
    const bool met = FailNth(n, [&] { (void)process_->Flush(); });
    if (!met || n % 3 == 0 || process_->fatal().has_value()) Heal(n);  // also ends a failure that was not met
    if (!process_->Flush().ok()) Heal(n);
    Flush();
    if (!met) break;
  }
  ExpectExact();
  RecordProperty("sites", static_cast<int>(n - 1));
}

TEST_P(CallSitesTest, OfTheStart) {
  Start();
  uint64_t n = 1;
  for (;; n += Stride()) {
    ASSERT_LT(n, kMostSites);
    Send({next_id_, next_id_ + 1});
    next_id_ += 2;
    Crash(n);
    const bool met = FailNth(n, [&] {
      auto started = Process::Start(world_, options_);
      if (started.ok()) process_ = std::move(*started);
    });
    Heal(n + 1);
    if (!met) break;
    if (n % 4 == 0) Flush();
  }
  Flush();
  ExpectExact();
  RecordProperty("sites", static_cast<int>(n - 1));
}

INSTANTIATE_TEST_SUITE_P(Fault25, CallSitesTest,
                         ::testing::Values(Case{"Eio", ErrorKind::kUnavailable},
                                           Case{"Enospc", ErrorKind::kResourceExhausted}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace firn::faults
