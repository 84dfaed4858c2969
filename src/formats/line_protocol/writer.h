#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "point/batch.h"

namespace firn::line_protocol {

enum class FieldOrder : uint8_t {
  kAsStored,  ///< order of the batch's columns
  kSorted,    ///< by name: equal points give equal lines
};

struct WriterOptions {
  FieldOrder field_order = FieldOrder::kAsStored;
  /// Writes unsigned fields as `5u`; else as integers, those beyond int64 as its highest value (Telegraf's
  /// influx_uint_support).
  bool unsigned_integers = false;
  bool omit_timestamp = false;
  int64_t precision_ns = 1;   ///< unit of the written times; times are floored to it
  size_t max_line_bytes = 0;  ///< 0 = no bound; longer points are written as several lines with the same tags and time
};

/// What could not be written. Nothing is left out silently.
struct WriteReport {
  uint64_t lines = 0;
  uint64_t values_not_finite = 0;      ///< NaN and infinities have no text: the field is left out
  uint64_t points_without_fields = 0;  ///< no field was left: the point is left out
  uint64_t points_too_long = 0;        ///< one field alone is beyond max_line_bytes: the point is left out
  uint64_t tags_left_out = 0;          ///< nothing remains of key or value once what has no text is taken away
  uint64_t names_changed = 0;          ///< a backslash at the end or a line feed in a name has no text and was replaced

  uint64_t losses() const {
    return values_not_finite + points_without_fields + points_too_long + tags_left_out + names_changed;
  }
};

/// Appends rows as line protocol, one line a row, each ended by `\n`. Tags are written in order of their keys. Numbers
/// are the shortest that read back to the same bits, in the form in which Go prints them. Pure; safe on any thread.
void WriteBatch(const point::Batch& batch, const WriterOptions& options, std::string& out, WriteReport& report);
void WriteRow(const point::Batch& batch, size_t row, const WriterOptions& options, std::string& out,
              WriteReport& report);

}  // namespace firn::line_protocol
