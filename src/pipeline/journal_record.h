#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "inputs/input.h"
#include "point/batch.h"
#include "point/series_tables.h"

namespace firn::pipeline {

/// The payloads of the records that the pipeline keeps in the journal (journal::RecordKind says which there are).
/// Layout: docs/formats/journal_records.md.

/// Which position of a pulled shard a record speaks of. An abort speaks of every open position of the shard.
struct PulledName {
  std::string source;
  std::string shard;
  int64_t position = 0;
};

/// Rows, or the end, of one position of a pulled shard.
struct PulledRecord {
  PulledName name;
  std::vector<point::Batch> batches;  ///< empty in kPositionEnd and kPositionAbort
};

/// The payload of kPushedBody without its body, which follows it as the second part of the record.
std::string EncodePushedHead(const inputs::PushedBody& body);
Result<inputs::PushedBody> DecodePushed(std::string_view payload);

/// The rows of a pushed body.
struct PushedRows {
  std::string source;
  std::vector<point::Batch> batches;
};

/// The payload of kPushedRows; nothing where the body itself takes less room (journal_record.cc says how much less).
std::optional<std::string> EncodePushedRows(const inputs::PushedBody& body, const std::vector<point::Batch>& batches);
/// Their series go to `tables`.
Result<PushedRows> DecodePushedRows(std::string_view payload, point::SeriesTables& tables);

std::string EncodePulled(const PulledName& name, const std::vector<point::Batch>& batches);
Result<PulledRecord> DecodePulled(std::string_view payload, point::SeriesTables& tables);
/// The name alone, without decoding rows.
Result<PulledName> DecodePulledName(std::string_view payload);

}  // namespace firn::pipeline
