#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace firn::cli {

/// `firn journal list|show|verify DIR`: a look inside a journal, also while Firn runs. Changes nothing.
struct JournalCommandOptions {
  enum class Action {
    kList,    ///< a line a segment
    kShow,    ///< a line a record, and with `payloads` what it holds
    kVerify,  ///< reads everything; tells of damage
  };
  Action action = Action::kList;
  std::string folder;                    ///< of the journal: <state_directory>/journal
  std::optional<int64_t> from_sequence;  ///< for kShow; none = the oldest
  std::optional<uint64_t> limit;         ///< for kShow: how many records; none = all
  bool payloads = false;                 ///< for kShow: with payloads, unprintable bytes as \xNN
  bool json = false;                     ///< one JSON object a line
};

/// Exit code: 0 done, 1 the folder holds no journal, 2 damage or the disk failed.
int RunJournal(const JournalCommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace firn::cli
