#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace firn::point {

/// The source of everything that was pushed. Its shards are the lives of a journal, named by LifeShard; positions are
/// the journal's sequence numbers.
inline constexpr const char* kJournalSource = "journal";

/// The shard of what one life of a journal has appended (journal::LifeId): "<journal id>/<8 hexadecimal digits>". Two
/// copies of a journal's folder are two lives, so that the numbers of one are never taken for those of the other. Life
/// 0, of before lives were told apart, has the journal's id alone.
inline std::string LifeShard(const std::string& journal_id, uint32_t life) {
  return life == 0 ? journal_id : fmt::format("{}/{:08x}", journal_id, life);
}

/// How far a shard has been handed over: every row with a position up to `complete_up_to` was given to whoever takes
/// rows, and nothing of those positions is still to come. Rows beyond it may have been given too; they belong to the
/// next flush.
struct ShardProgress {
  uint32_t shard = 0;  ///< the handle in Batch::origin
  std::string source;  ///< stable names, for what is stored
  std::string shard_name;
  int64_t complete_up_to = 0;
};

}  // namespace firn::point
