#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "foreign_writer.h"
#include "ledger.h"
#include "process.h"
#include "table_check.h"
#include "world.h"

namespace firn::faults {

using CatalogEffect = testing::CatalogFault::Effect;
using StorageEffect = testing::StorageFault::Effect;
using DiskEffect = testing::FaultFileSystem::Effect;

/// Scripts in the words of the simulation: one machine, one process after another, a ledger of what is owed.
class FaultFixture : public ::testing::Test {
 protected:
  FaultFixture() { (void)log::InitLogging({.level = log::Level::kError, .file = "/dev/null"}); }

  /// From one call of the disk to the next that is tried: every one in the long form (FIRN_EVERY_CALL is set).
  static uint64_t Stride() { return std::getenv("FIRN_EVERY_CALL") != nullptr ? 1 : 11; }
  void Start() {
    auto started = Process::Start(world_, options_);
    ASSERT_TRUE(started.ok()) << started.error().message();
    process_ = std::move(*started);
  }
  /// The process dies; with a seed, by a power cut.
  void Crash(std::optional<uint64_t> power_loss = std::nullopt) {
    if (!world_.disk.is_off()) world_.disk.StopAtCall(world_.disk.calls(), DiskEffect::kNone);
    process_.reset();
    world_.Restart(power_loss);
  }
  static std::string Lines(const std::vector<int64_t>& ids) {
    std::string text;
    for (const int64_t id : ids) text += LineOf(id);
    return text;
  }
  Status TrySend(const std::vector<int64_t>& ids) {
    for (const int64_t id : ids) ledger_.Sent(id);
    Status answer = process_->Send(Lines(ids));
    if (answer.ok()) std::for_each(ids.begin(), ids.end(), [this](int64_t id) { ledger_.Acknowledged(id); });
    return answer;
  }
  void Send(const std::vector<int64_t>& ids) {
    const Status answer = TrySend(ids);
    ASSERT_TRUE(answer.ok()) << answer.error().message();
  }
  void Flush() {
    const Status flushed = process_->Flush();
    ASSERT_TRUE(flushed.ok()) << flushed.error().message();
  }
  /// The next call of this name meets the fault, later ones pass.
  void NextCatalogCall(const std::string& name, testing::CatalogFault fault) {
    auto due = std::make_shared<bool>(true);
    process_->warehouse().catalog->SetDecide([=](const std::string& call) {
      const bool meets = *due && call == name;
      if (meets) *due = false;
      return meets ? fault : testing::CatalogFault{};
    });
  }
  void NextStorageCall(const std::string& name, const std::string& suffix, testing::StorageFault fault) {
    auto due = std::make_shared<bool>(true);
    process_->warehouse().storage->SetDecide([=](const std::string& call, const std::string& location) {
      const bool meets = *due && call == name && location.ends_with(suffix);
      if (meets) *due = false;
      return meets ? fault : testing::StorageFault{};
    });
  }
  void EndFaults() {
    process_->warehouse().catalog->SetDecide({});
    process_->warehouse().storage->SetDecide({});
  }

  TableFindings Look() {
    const auto random = world_.NewRandom();
    const auto warehouse = world_.OpenWarehouse(*random);
    EXPECT_TRUE(warehouse.ok()) << (warehouse.ok() ? "" : warehouse.error().message());
    if (!warehouse.ok()) return {};
    auto findings = CheckTables(*warehouse->storage, *warehouse->catalog, {kNamespace});
    EXPECT_TRUE(findings.ok()) << (findings.ok() ? "" : findings.error().message());
    if (!findings.ok()) return {};
    auto orphans = FindOrphans(*warehouse->storage, world_.warehouse(), findings->referenced);
    EXPECT_TRUE(orphans.ok());
    orphans_ = std::move(*orphans);
    return std::move(*findings);
  }
  /// What is wrong, by the ledger and by the tables themselves.
  std::vector<std::string> Problems() {
    const TableFindings findings = Look();
    std::vector<std::string> problems = findings.problems;
    for (std::string& problem : ledger_.Compare(findings.rows)) problems.push_back(std::move(problem));
    return problems;
  }
  void ExpectExact() { EXPECT_THAT(Problems(), ::testing::IsEmpty()); }
  iceberg::LoadedTable Load(const std::string& table) {
    auto loaded = process_->warehouse().catalog->LoadTable({{kNamespace}, table});
    EXPECT_TRUE(loaded.ok());
    return *loaded;
  }
  size_t SnapshotsOf(const std::string& table) { return Load(table).metadata->snapshots.size(); }

  World world_{7};
  ProcessOptions options_;
  std::unique_ptr<Process> process_;
  ForeignWriter foreigner_{world_};
  Ledger ledger_;
  std::vector<std::string> orphans_;
};

}  // namespace firn::faults
