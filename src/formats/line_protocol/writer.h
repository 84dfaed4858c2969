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

/// What has been written, and what could not be. Nothing is left out silently.
struct WriteReport {
  uint64_t lines = 0;
  uint64_t values_left_out = 0;  ///< NaN, infinities, values of a field without a name
  uint64_t points_left_out = 0;  ///< no field or no measurement remains, or a field alone makes a line too long
  uint64_t tags_left_out = 0;    ///< nothing remains of key or value
  uint64_t names_changed =
      0;  ///< lost backslashes at the end, got `\n` for a line feed or `_` for a leading `#`, tab or NUL

  uint64_t losses() const { return values_left_out + points_left_out + tags_left_out + names_changed; }
};

/// Appends rows as line protocol, one line a row, each ended by `\n`. Tags are written in order of their keys. Numbers
/// are the shortest that read back to the same bits, in the form in which Go prints them. Pure; safe on any thread.
void WriteBatch(const point::Batch& batch, const WriterOptions& options, std::string& out, WriteReport& report);
void WriteRow(const point::Batch& batch, size_t row, const WriterOptions& options, std::string& out,
              WriteReport& report);

/// Appends the shortest decimal without exponent that reads back as `value`, which must be finite.
void AppendFloat(double value, std::string& out);

}  // namespace firn::line_protocol
