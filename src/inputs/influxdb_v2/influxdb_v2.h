#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "inputs/influxdb_v2/options.h"
#include "inputs/influxdb_v2/sleeper.h"
#include "inputs/input.h"

namespace firn::inputs::influxdb_v2 {

/// What the input borrows beside the context; outlives it.
struct Seams {
  Random* random = nullptr;    ///< jitter of waits
  Sleeper* sleeper = nullptr;  ///< waits between attempts
};

/// Makes the input that asks an InfluxDB 2 server by Flux, window by window.
///
/// A window is [start, stop); successive windows of a query tile, and a window's position is its stop in ns since 1970.
/// It is asked for once `delay` has passed after its stop, with `now` = stop and `v.timeRangeStart/Stop` = its bounds.
/// Rows go to a PullTransaction while they arrive; it is finished only when the answer ended well, else dropped and
/// asked for anew: waits double from 1 s to 1 min with jitter, a server's Retry-After is kept, five attempts a tick.
/// What a later attempt cannot mend (400, 401, 403, 404, bytes that are no annotated CSV) waits for the next tick. One
/// failing query holds back no other.
///
/// kInvalidConfig: no query, no interval, an unreadable `start`, two equal queries.
Result<std::unique_ptr<PollingInput>> MakeInput(Options options, const InputContext& context, const Seams& seams);

/// What `--check` says about the queries: ranges that do not fit the windows. One sentence each, with the query's name.
std::vector<std::string> CheckQueries(const Options& options);

}  // namespace firn::inputs::influxdb_v2
