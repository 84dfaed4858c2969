#include "lake/journal_lives.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "point/shard_progress.h"

namespace firn::lake {
namespace {

/// Where it stands how far forgotten lives of a journal had come: the position of a shard that no rows have.
ShardName ForgottenOf(const std::string& journal) {
  return {point::kJournalSource, journal + "/forgotten"};
}

/// Each journal's lives that the table holds, by position: lowest, the oldest, first.
std::map<std::string, std::multimap<int64_t, ShardName>> HeldLives(const iceberg::StringMap& properties) {
  std::map<std::string, std::multimap<int64_t, ShardName>> lives;
  for (const auto& [key, value] : properties) {
    const std::optional<ShardName> name = ParsePositionProperty(key);
    const auto journal = name ? JournalOfLife(*name) : std::nullopt;
    const auto position = journal ? HeldPosition(properties, *name) : std::nullopt;
    if (position && name->shard != ForgottenOf(*journal).shard) lives[*journal].emplace(*position, *name);
  }
  return lives;
}

}  // namespace

std::optional<std::string> JournalOfLife(const ShardName& name) {
  const size_t slash = name.shard.find('/');
  if (name.source != point::kJournalSource || slash == std::string::npos) return std::nullopt;
  return name.shard.substr(0, slash);
}

LifeChanges PlanLifeChanges(const iceberg::StringMap& properties, const Progress& progress, int64_t epoch) {
  LifeChanges changes;
  std::set<std::string> own_journals;
  std::set<std::string> own_lives;
  for (const auto& [shard, position] : progress.complete_up_to) {
    const ShardName& name = progress.names.at(shard);
    const auto journal = JournalOfLife(name);
    if (!journal) continue;
    own_journals.insert(*journal);
    own_lives.insert(name.shard);
    if (HeldEpoch(properties, name).value_or(epoch - 1) < epoch) {
      changes.updates[EpochProperty(name)] = std::to_string(epoch);
    }
  }
  for (auto& [journal, lives] : HeldLives(properties)) {
    if (!own_journals.contains(journal)) continue;
    int64_t forgotten = HeldPosition(properties, ForgottenOf(journal)).value_or(0);
    for (auto life = lives.begin(); life != lives.end() && lives.size() > kLivesKept;) {
      if (own_lives.contains(life->second.shard)) {
        ++life;
        continue;
      }
      forgotten = std::max(forgotten, life->first);
      changes.updates[PositionProperty(ForgottenOf(journal))] = std::to_string(forgotten);
      changes.removals.push_back(PositionProperty(life->second));
      changes.removals.push_back(EpochProperty(life->second));
      life = lives.erase(life);
    }
  }
  return changes;
}

Status CheckRemembered(const iceberg::StringMap& properties, const PositionRanges& ranges, const ShardNames& names) {
  for (const auto& [shard, range] : ranges) {
    const auto name = names.find(shard);
    const auto journal = name == names.end() ? std::nullopt : JournalOfLife(name->second);
    if (!journal || HeldPosition(properties, name->second)) continue;
    const auto forgotten = HeldPosition(properties, ForgottenOf(*journal));
    if (forgotten && *forgotten >= range.first) {
      return Cancelled(
          "records from {} on of life {} wait here, in a copy of a journal that went on elsewhere for more than {} "
          "starts: the table no longer knows whether it holds them",
          range.first, name->second.shard, kLivesKept);
    }
  }
  return OkStatus();
}

}  // namespace firn::lake
