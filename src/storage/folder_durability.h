#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/result.h"
#include "storage/file_system.h"

namespace firn::storage {

/// Makes folders and their entries durable, at most one fsync at a time a folder: who asks while one runs waits for the
/// next, and all who wait share it. Thread-safe.
class FolderDurability {
 public:
  explicit FolderDurability(FileSystem& file_system) : file_system_(file_system) {}

  /// The folder and its parents exist durably, also where another thread or an earlier process made them a moment ago.
  Status Ensure(const std::string& folder);
  /// What was renamed into `folder` before the call is durable.
  Status Sync(const std::string& folder);
  /// A folder was found missing: Ensure looks again at all of them.
  void Forget();

 private:
  struct Round {
    uint64_t finished = 0;  ///< the last round that ended
    bool running = false;
    uint64_t failed = 0;  ///< the last round that failed, with `failure`; 0 = none. A later success does not undo it.
    Status failure;
    int users = 0;
  };

  FileSystem& file_system_;
  std::mutex ensure_mutex_;
  std::set<std::string> durable_;  ///< guarded by ensure_mutex_
  std::mutex sync_mutex_;
  std::condition_variable finished_;
  std::map<std::string, Round> rounds_;  ///< guarded by sync_mutex_
};

}  // namespace firn::storage
