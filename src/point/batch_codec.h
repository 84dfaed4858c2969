#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "point/batch.h"
#include "point/series_tables.h"

namespace firn::point {

/// Appends the batch as bytes that DecodeBatch understands: everything but its origin. Exact for every value, NaN and
/// invalid UTF-8 included; only the series that rows refer to are written. Layout: docs/formats/batch.md.
void EncodeBatch(const Batch& batch, std::string& out);

/// Takes one batch from the front of `bytes`; its series go to the measurement's table in `tables`. kCorrupt when they
/// are not what EncodeBatch wrote; memory stays within a constant factor of the bytes given.
Result<Batch> DecodeBatch(std::string_view& bytes, SeriesTables& tables);

}  // namespace firn::point
