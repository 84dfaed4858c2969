#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "fault_file_system.h"
#include "journal/journal.h"

namespace firn::journal {

/// A journal on a disk in memory.
class JournalTestBase : public ::testing::Test {
 protected:
  static constexpr int64_t kStartNs = 1'700'000'000'000'000'000;

  JournalTestBase() {
    options_.folder = "/j";
    options_.free_space_floor_bytes = 0;
  }

  Result<std::unique_ptr<Journal>> TryOpen() { return Journal::Open(options_, *disk_, clock_, *random_); }

  void Open() {
    journal_ = nullptr;
    auto opened = TryOpen();
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    journal_ = std::move(opened).value();
  }

  Result<int64_t> Append(std::string_view payload, std::optional<Digest128> digest = std::nullopt) {
    NewRecord record;
    record.parts = {&payload, 1};
    record.digest = digest;
    return journal_->AppendAndWait(record);
  }

  /// Sequence → payload of all that can be read from `from` on.
  std::map<int64_t, std::string> ReadAll(int64_t from) {
    std::map<int64_t, std::string> records;
    auto reader = journal_->Read(from);
    EXPECT_TRUE(reader.ok()) << reader.error().message();
    if (!reader.ok()) return records;
    for (;;) {
      auto record = (*reader)->Next();
      EXPECT_TRUE(record.ok()) << record.error().message();
      if (!record.ok() || !record->has_value()) return records;
      EXPECT_TRUE(records.emplace((*record)->sequence, (*record)->payload).second) << "twice";
    }
  }
  std::map<int64_t, std::string> ReadAll() { return ReadAll(journal_->first_sequence()); }

  std::vector<std::string> SegmentFiles() {
    auto names = disk_->List("/j");
    EXPECT_TRUE(names.ok());
    return *names;
  }

  std::unique_ptr<firn::testing::FaultFileSystem> disk_ = std::make_unique<firn::testing::FaultFileSystem>();
  FakeClock clock_{kStartNs};
  std::unique_ptr<Random> random_ = MakeSeededRandom(7);
  JournalOptions options_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace firn::journal
