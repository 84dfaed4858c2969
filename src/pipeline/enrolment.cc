#include "pipeline/enrolment.h"

#include <algorithm>
#include <map>
#include <utility>

#include "pipeline/shards.h"

namespace firn::pipeline {

void EnrolOutput(CheckpointFile& checkpoint, const std::string& output, const std::optional<JournalSpan>& journal) {
  const journal::Checkpoint stored = checkpoint.positions();
  bool known = false;
  bool others_in_journal = false;
  std::map<std::pair<std::string, std::string>, int64_t> lowest;
  for (const auto& [key, position] : stored.positions()) {
    if (key.output == output) {
      known = true;
    } else if (key.source != kJournalSource) {
      int64_t& value = lowest.try_emplace({key.source, key.shard}, position).first->second;
      value = std::min(value, position);
    } else if (journal.has_value() && key.shard == journal->id) {
      others_in_journal = true;
    }
  }
  if (!known) {
    for (const auto& [shard, position] : lowest) checkpoint.Set({output, shard.first, shard.second}, position);
  }
  if (!journal.has_value()) return;
  const journal::PositionKey place = {output, kJournalSource, journal->id};
  if (checkpoint.Get(place).has_value()) return;
  const bool joins = !known && others_in_journal;
  checkpoint.Set(place, joins ? journal->durable_end : journal->first_sequence - 1);
}

}  // namespace firn::pipeline
