#include "pipeline/pipeline.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "config/document.h"
#include "fault_file_system.h"
#include "pipeline/state_folder.h"

namespace firn::pipeline {
namespace {

constexpr char kConfig[] = R"(
[agent]
  interval = "1h"
  flush_interval = "1h"
[[inputs.file]]
  files = ["/in/a.lp"]
[[outputs.file]]
  files = ["/out/a"]
[[outputs.file]]
  files = ["/out/b"]
)";

class NoOutput final : public ByteSink {
 public:
  Status Append(std::string_view) override { return Internal("nobody writes here"); }
};

/// A machine on which a pipeline lives; with two outputs, so that what the input reads goes through the journal.
struct Machine {
  Machine() {
    disk.SetCapacity(uint64_t{1} << 40);
    EXPECT_TRUE(disk.CreateFolders("/in").ok());
    disk.SetContents("/in/a.lp", "m v=1 1000\n");
  }

  /// One life of the process, until it ends by itself.
  Status Run(RunMode mode) {
    config::Diagnostics diagnostics;
    const config::SourceFile source{"test.conf", kConfig};
    const config::Document document = config::LoadDocument({&source, 1}, {}, diagnostics);
    Topology topology = BuildTopology(document, diagnostics);
    FIRN_TRY(diagnostics.ToStatus());
    FIRN_ASSIGN(const auto state, StateFolder::Open("/state", disk));
    FIRN_ASSIGN(const int64_t epoch, state->NextEpoch(clock));
    const PipelineSeams seams{&clock, random.get(), &disk, client.get(), &no_output};
    FIRN_ASSIGN(const auto pipeline, Pipeline::Make(std::move(topology), *state, seams, epoch));
    return pipeline->Run(mode, {});
  }

  testing::FaultFileSystem disk;
  SystemClock clock;
  const std::unique_ptr<Random> random = MakeSystemRandom();
  const std::unique_ptr<http::Client> client = http::MakeClient();
  NoOutput no_output;
};

/// The call of the disk that makes the first record of a run durable.
uint64_t CallOfTheFirstRecordsSync() {
  Machine machine;
  bool has_read = false;
  uint64_t found = 0;
  machine.disk.OnCall([&](uint64_t call, const std::string& what) {
    has_read = has_read || what.starts_with("read /in/");
    if (has_read && found == 0 && what.starts_with("sync /state/journal/")) found = call;
  });
  EXPECT_TRUE(machine.Run(RunMode::kOnce).ok());
  return found;
}

TEST(PipelineTest, EndsByItselfWhenItsJournalHasFailedAndTheNextLifeGoesOn) {
  (void)log::InitLogging({.level = log::Level::kError, .file = "/dev/null"});
  Machine machine;
  machine.disk.FailCall(CallOfTheFirstRecordsSync(), ErrorKind::kUnavailable);
  const Status ended = machine.Run(RunMode::kUntilStopped);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().kind(), ErrorKind::kUnavailable);
  machine.disk.KillProcess();
  ASSERT_TRUE(machine.Run(RunMode::kOnce).ok());
  for (const char* file : {"/out/a", "/out/b"}) EXPECT_EQ(machine.disk.Contents(file), "m v=1 1000\n");
}

}  // namespace
}  // namespace firn::pipeline
