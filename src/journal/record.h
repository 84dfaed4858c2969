#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/checksum.h"

namespace firn::journal {

/// What a record is to those who write it; the journal only carries the number. Listed here so that numbers stay
/// unique.
enum class RecordKind : uint8_t {
  kPushedBody = 1,     ///< a body as a client pushed it
  kPulledBatches = 2,  ///< decoded batches of a pulled position
  kPositionEnd = 3,    ///< a pulled position is complete
  kGeneration = 4,     ///< the configuration under which the following records were accepted
  kPositionAbort = 5,  ///< open positions of a pulled shard were given up
  kPushedRows = 6,     ///< decoded batches of a body that a client pushed
};

/// Whether LZ4 is tried on a payload. Rows in binary form are not worth it: it costs more than parsing them did.
enum class Compression : uint8_t { kNone, kLz4 };

/// A record to be appended. The bytes behind `parts` need to live only until Append returns.
struct NewRecord {
  RecordKind kind = RecordKind::kPushedBody;
  std::span<const std::string_view> parts;  ///< the payload in pieces, so that callers need not join them
  Compression compression = Compression::kLz4;
  std::optional<Digest128> digest;  ///< by which a retry is recognised (retry_window.h)
};

/// Tells apart who has appended: each opening of a journal draws one, so that two records of one sequence, in copies of
/// one folder, are known to be different ones. 0 = appended by a Firn that drew none yet.
using LifeId = uint32_t;

/// A life that has left segments.
struct EarlierLife {
  LifeId life = 0;
  int64_t last_sequence = 0;  ///< of its records; of those before it, when it has none
};

/// A record as it is read back.
struct Record {
  int64_t sequence = 0;  ///< from 1, dense
  LifeId life = 0;       ///< that appended it
  RecordKind kind = RecordKind::kPushedBody;
  int64_t time_ns = 0;  ///< when it was appended, ns since 1970
  std::optional<Digest128> digest;
  std::string payload;  ///< the parts joined; empty when the reader leaves payloads out
};

}  // namespace firn::journal
