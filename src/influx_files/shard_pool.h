#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace firn::influx_files {

/// Calls `read` for each of `shards` numbers, in ascending order, on up to `threads` threads at a time, and waits for
/// all. After a failure no further one is begun; gives the first failure.
Status ForEachShard(size_t shards, size_t threads, const std::function<Status(size_t shard)>& read);

}  // namespace firn::influx_files
