#pragma once

#include <string>

#include "http/client.h"
#include "inputs/influxdb_v2/options.h"
#include "inputs/influxdb_v2/windows.h"

namespace firn::inputs::influxdb_v2 {

/// The request of one window: POST /api/v2/query with the query as written, `now` = the window's stop, and `extern` = a
/// Flux AST file that sets `option v = {bucket, timeRangeStart, timeRangeStop, windowPeriod}`, so that no text stands
/// ahead of the query, which may begin with `import`. All three annotations are asked for. `read_from` is
/// v.timeRangeStart: the window's start, or `overlap` before it.
http::ClientRequest MakeQueryRequest(const Options& options, const std::string& url, const QueryOptions& query,
                                     const Window& window, int64_t read_from);

}  // namespace firn::inputs::influxdb_v2
