#pragma once

#include <cstdint>
#include <memory>

#include "base/byte_sink.h"
#include "query/database.h"

/// Results as text. Each writer takes one result and appends to a sink that must outlive it. How single values look is
/// the same in all (docs/sql.md, "Values").

namespace firn::cli {

/// RFC 4180 with LF line ends: a header, then a line a row. NULL is an empty field, empty text is `""`.
std::unique_ptr<query::ResultSink> MakeCsvWriter(ByteSink& out);

/// One JSON object a line.
std::unique_ptr<query::ResultSink> MakeJsonWriter(ByteSink& out);

struct BoxOptions {
  size_t width = 0;       ///< of the terminal; 0 = as wide as it takes
  size_t max_rows = 200;  ///< 0 = all
};

/// A drawn table for people. Holds at most `max_rows` rows; the rest is counted.
std::unique_ptr<query::ResultSink> MakeBoxWriter(ByteSink& out, const BoxOptions& options);

}  // namespace firn::cli
