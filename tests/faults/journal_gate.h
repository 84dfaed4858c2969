#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

#include "forwarding_file_system.h"

namespace firn::faults {

/// Holds a journal's committer back before it writes a batch, so that a test decides which bodies share one. (The
/// committer asks how much room there is before each batch, and nobody else asks that.)
class JournalGate final : public testing::ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  void Close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    passes_ = 0;
  }
  void Open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  /// Lets the batch that waits through; the next one waits again.
  void PassOne() {
    {
      const std::lock_guard lock(mutex_);
      waiting_ = false;
      ++passes_;
    }
    changed_.notify_all();
  }
  bool HoldsOne() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

  using ForwardingFileSystem::Open;
  Result<uint64_t> FreeBytes(const std::string& folder) override {
    {
      std::unique_lock lock(mutex_);
      waiting_ = !open_;
      changed_.wait(lock, [this] { return open_ || passes_ > 0; });
      if (passes_ > 0) --passes_;
      waiting_ = false;
    }
    return ForwardingFileSystem::FreeBytes(folder);
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  bool waiting_ = false;
  int passes_ = 0;
};

}  // namespace firn::faults
