#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "journal/record.h"

namespace firn::journal {

/// Whether a reader brings payloads, or headers only (fast: payloads are neither read nor checked).
enum class Payloads : uint8_t { kRead, kLeaveOut };

/// Reads a journal's records in order, one at a time, up to the durable end; holds one record in memory. One thread at
/// a time; several readers may run beside each other and beside appends.
class Reader {
 public:
  virtual ~Reader() = default;

  /// The next record; nothing at the durable end (more may come: Journal::WaitBeyond).
  ///
  /// kCorrupt names file and offset of damage; it comes again until SkipDamage. kNotFound: the records were trimmed
  /// meanwhile. kResourceExhausted or kUnavailable: the disk did not answer, the same call may be tried again.
  virtual Result<std::optional<Record>> Next() = 0;

  /// Goes on behind damage that Next reported, at the next record that is whole, in this segment or a later one. Tells
  /// how many sequences were passed over: that many acknowledged records are lost.
  virtual Result<int64_t> SkipDamage() = 0;

  /// The sequence that the next call of Next is due to bring.
  virtual int64_t position() const = 0;
};

}  // namespace firn::journal
