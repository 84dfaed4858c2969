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

/// The rows' series, as numbers of `table`, which takes those that it does not have. Empty, and the cursor failed, when
/// the bytes are not what EncodeSeries wrote.
std::vector<uint32_t> DecodeSeries(ByteCursor& cursor, uint64_t rows, SeriesTable& table);

}  // namespace firn::point
