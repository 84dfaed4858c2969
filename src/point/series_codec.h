#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "point/byte_cursor.h"
#include "point/series_table.h"

namespace firn::point {

// The series part of docs/formats/batch.md: tags a column at a time, each distinct value once.

/// Appends the series that rows refer to, renumbered in order of first use, and each row's number.
void EncodeSeries(const SeriesView& view, std::span<const uint32_t> series_of_row, std::string& out);

/// Rows' series as they were read, in a table of their own.
struct DecodedSeries {
  SeriesView view;
  std::vector<uint32_t> series_of_row;
};

/// Empty, and the cursor failed, when the bytes are not what EncodeSeries wrote.
DecodedSeries DecodeSeries(ByteCursor& cursor, uint64_t rows);

}  // namespace firn::point
