#include "influx_files/shard_pool.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

namespace firn::influx_files {

Status ForEachShard(size_t shards, size_t threads, const std::function<Status(size_t shard)>& read) {
  std::mutex mutex;  // guards next and failure
  size_t next = 0;
  Status failure;
  const auto work = [&] {
    while (true) {
      size_t mine = 0;
      {
        const std::lock_guard lock(mutex);
        if (next == shards || !failure.ok()) return;
        mine = next++;
      }
      Status done = read(mine);
      const std::lock_guard lock(mutex);
      if (!done.ok() && failure.ok()) failure = std::move(done);
    }
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min(threads, shards); ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return failure;
}

}  // namespace firn::influx_files
