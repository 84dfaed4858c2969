#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/checkpoint_file.h"

namespace firn::pipeline {

/// The span of a journal when an output is opened.
struct JournalSpan {
  std::string id;
  int64_t first_sequence = 1;
  int64_t durable_end = 0;
};

/// Gives an output its place in the checkpoint before anything runs, so that from then on "has nothing yet" and "was
/// added later" are told apart.
///
/// An output that joins others begins where they are: behind the journal's end (whose records were finished under the
/// former configuration), and at the lowest position that another output has of each pulled shard. It gets no part of
/// what came before, as a Telegraf output would not either. Without others, or when the checkpoint was lost, everything
/// that the journal still holds is offered to it; an output that keeps positions of its own drops what it has.
void EnrolOutput(CheckpointFile& checkpoint, const std::string& output, const std::optional<JournalSpan>& journal);

}  // namespace firn::pipeline
