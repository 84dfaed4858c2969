#pragma once

#include "base/result.h"
#include "formats/tsm/block.h"
#include "formats/tsm/index.h"
#include "point/field_type.h"

/// What the index of a file says of a block against what the block says of itself: no checksum covers the index.
namespace firn::influx_files {

/// kCorrupt when the record of the block's key has another type.
Status CheckBlockType(const tsm::Block& block, point::FieldType of_key);

/// kCorrupt when the block's times do not ascend or leave those of its entry. An entry that claims more than there is
/// hides nothing: MatchesEntry tells.
Status CheckBlockTimes(const tsm::BlockValues& values, const tsm::IndexEntry& entry);

/// Whether the entry's times are those of the first and last value, as in all files of a server.
bool MatchesEntry(const tsm::BlockValues& values, const tsm::IndexEntry& entry);

}  // namespace firn::influx_files
