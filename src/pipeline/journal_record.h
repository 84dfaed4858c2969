#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "inputs/input.h"
#include "point/batch.h"

namespace firn::pipeline {

/// What the pipeline keeps in the journal. Layout of the payloads: docs/formats/journal_records.md.
enum class RecordKind : uint8_t {
  kPushedBody = 1,     ///< a body as a listener took it
  kPulledBatches = 2,  ///< rows of an open position of a pulled shard (only kept when there are several outputs)
  kPulledEnd = 3,      ///< the position is whole: its rows count
  kPulledAbort = 4,    ///< open positions of the shard were given up: their rows do not count
};

/// Which position of a pulled shard a record speaks of. An abort speaks of every open position of the shard.
struct PulledName {
  std::string source;
  std::string shard;
  int64_t position = 0;
};

/// Rows, or the end, of one position of a pulled shard.
struct PulledRecord {
  PulledName name;
  std::vector<point::Batch> batches;  ///< empty in kPulledEnd and kPulledAbort
};

/// The payload of kPushedBody without its body, which follows it: the journal writes both pieces as one.
std::string EncodePushedHead(const inputs::PushedBody& body);
Result<inputs::PushedBody> DecodePushed(std::string_view payload);

std::string EncodePulled(const PulledName& name, const std::vector<point::Batch>& batches);
Result<PulledRecord> DecodePulled(std::string_view payload);
/// The name alone, without decoding rows.
Result<PulledName> DecodePulledName(std::string_view payload);

}  // namespace firn::pipeline
